//! What the reaper, lifecycle and provision share: the ports, the policy, and the flows over them.
//!
//! | flow | file |
//! | --- | --- |
//! | the reaper's pass | [`pass`](crate::control::Pass) |
//! | whose box is taken back | `ending` |
//! | the stop flow, the only way that a box is stopped | `stop` |
//! | orders to boxes whose user's seat is ending | `drain` |
//! | volumes and snapshots of homes | [`homes`] |
//! | capacity | [`scaling`], `spares`, `standby` |
//! | boxes that boot, until they are somebody's or spare | [`arrivals`] |
//! | names of boxes in DNS | `names` |
//! | the reconcile table | `reconcile` |
//! | hooks and state changes | `lifecycle` |

pub mod arrivals;
mod drain;
mod ending;
pub mod homes;
mod lifecycle;
mod names;
mod pace;
mod pass;
mod reconcile;
pub mod scaling;
mod spares;
mod standby;
mod stop;

use std::{collections::BTreeMap, str::FromStr, time::Duration};

pub use ending::{NOTICE, notice};
pub use lifecycle::ABSENT;
pub use pass::Pass;
pub use standby::WAKE_LIMIT;

use crate::{
    clock::{Clock, Ms},
    config::Price,
    error::Error,
    fleet::{Boxes, Fleet},
    id::InstanceId,
    names::Which,
    seats::{BoxItem, Seats, UserItem},
    spares::Spares,
    store::Store,
};

/// How long a function goes on taking up work. It ends within its 60 s, whatever it is doing then:
/// one call with its retries takes 15 s at most.
pub const WORK: Duration = Duration::from_secs(40);

/// How many boxes or items are asked, read or written side by side.
const PARALLEL: usize = 64;

/// What the operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A user whose last heartbeat is older loses the box.
    pub idle_timeout: Duration,
    /// Whoever has had a box for longer loses it, idle or not, unless they say that they stay: they
    /// are asked [`notice`] before, and each time it counts anew.
    pub max_lifetime: Option<Duration>,
    /// How many boxes run unassigned, ready for the next user.
    pub spares: Spares,
    /// The least number of boxes that run.
    pub min_boxes: usize,
    /// How many stopped boxes are kept to be started again; more are terminated, oldest first.
    pub max_standby: usize,
    /// A stopped box is terminated after this time, so that old images die out.
    pub max_standby_age: Option<Duration>,
    /// Whether a box that was used is used again.
    pub reuse: Reuse,
    /// What a running box costs an hour, for the metrics.
    pub box_price: Price,
    /// What becomes of homes.
    pub homes: HomePolicy,
    /// Which address the names of boxes say; without it, boxes have none.
    pub names: Option<Which>,
}

/// What the operator decided about homes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePolicy {
    /// The name of the fleet: of two that share an account each makes volumes of its own.
    pub fleet: String,
    /// The size of a new home, GiB; one that is smaller grows to it when it is next attached.
    pub size: u32,
    /// A home that was not used for so long becomes a snapshot, until its user comes back.
    pub archive_after: Option<Duration>,
    /// The snapshots of a deleted home are kept so long.
    pub keep_deleted: Duration,
    /// Zones that are lost: what is there is not waited for.
    pub lost_zones: Vec<String>,
}

/// What becomes of a box that is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// It is parked in standby, and clean when it is started again: its root file system's changes
    /// are discarded at every boot. Users may not be root for that.
    Clean,
    /// It is terminated. Users may be root.
    Never,
}

/// Neither `clean` nor `never`.
#[derive(Debug, thiserror::Error)]
#[error("must be clean or never")]
pub struct NoReuse;

impl FromStr for Reuse {
    type Err = NoReuse;

    fn from_str(text: &str) -> Result<Self, NoReuse> {
        match text {
            "clean" => Ok(Self::Clean),
            "never" => Ok(Self::Never),
            _ => Err(NoReuse),
        }
    }
}

/// The ports and the policy. Functions build one before they serve; tests build it from fakes.
#[derive(Clone, Debug)]
pub struct ControlPlane<S, D, F, B, C> {
    /// The fast store.
    pub store: S,
    /// The durable seats.
    pub seats: D,
    /// EC2 and Auto Scaling.
    pub fleet: F,
    /// The agents.
    pub boxes: B,
    /// The time.
    pub clock: C,
    /// What the operator decided.
    pub policy: Policy,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Waits for the group, EC2 or a box to get on. Whoever calls asks again afterwards and leaves
    /// what is not done to the next pass.
    async fn pause(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn over(&self, until: Ms) -> bool {
        self.clock.now() >= until
    }

    /// The items of these boxes, and those of the users whom they name.
    async fn items_of(
        &self,
        instances: &[InstanceId],
    ) -> Result<(BTreeMap<InstanceId, BoxItem>, Vec<UserItem>), Error> {
        let boxes = self.seats.instances(instances).await?;
        let seated = boxes.iter().filter_map(|(_, item)| match item {
            BoxItem::Seat { user, .. } => Some(user.clone()),
            BoxItem::Parked | BoxItem::Waking => None,
        });
        let users = self.seats.users(&seated.collect::<Vec<_>>()).await?;
        Ok((boxes.into_iter().collect(), users))
    }
}

/// The failures of a flow that goes on with its other boxes; the first one is the flow's own, so
/// that it does not pass for a success.
#[derive(Debug, Default)]
struct Troubles {
    first: Option<Error>,
    count: usize,
}

impl Troubles {
    fn note(&mut self, what: &str, error: Error) {
        tracing::warn!(what, code = error.code(), error = error.chain(), "left to the next pass");
        self.count += 1;
        self.first.get_or_insert(error);
    }

    /// The result, or `default` if there was none.
    fn take<T>(&mut self, what: &str, outcome: Result<T, Error>, default: T) -> T {
        match outcome {
            Ok(done) => done,
            Err(error) => {
                self.note(what, error);
                default
            }
        }
    }

    fn end(self) -> Result<(), Error> {
        self.first.map_or(Ok(()), Err)
    }
}
