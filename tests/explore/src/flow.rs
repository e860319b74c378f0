//! What is explored: the functions' own flows.
//!
//! A flow runs as it is in `hotdesk`, over ports that write its calls on a tape. Its state is the
//! answers that it was given, so any state of it can be had again by running it from its start (see
//! [`crate::replay`]). No flow is copied here, so none can drift, but for three of a line or two in
//! the functions' own crates, each named below.
//!
//! A pass of the reaper is long. Its parts hand each other nothing but what they leave in the store,
//! the table and the cloud, and any of them may fail while the others go on. So each part is a flow
//! of its own here: the pass itself, whose other parts fail at their first call.

mod script;
mod wishes;

use hotdesk::{
    allocate::{Allocation, allocate},
    clock::Clock,
    control::{ControlPlane, WORK},
    fleet::{Fleet, Hook, TERMINATE_HOOK},
    id::Epoch,
    ledger::{Ending, Why},
    seats::{Seat, Seats},
    store::{Leave, Store},
};

pub(crate) use script::Script;
pub use wishes::Wishes;

use crate::{
    names::{addresses, identity, instance, user},
    ports::Ports,
};

/// A part of a pass ([`ControlPlane::pass`]). Its capacity is [`Flow::Converge`], its arrivals are
/// [`Flow::Receive`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Builds a cold store from the table and the group.
    WarmUp,
    /// Boxes back from whoever is idle.
    Reap,
    /// Brings stops as far as they get.
    Stops,
    /// Brings the store, the table and AWS together.
    Reconcile,
    /// Terminates standby boxes beyond the limit.
    DropStandby,
}

/// An invocation of a function, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// [`hotdesk::allocate::allocate`].
    Dispatch(usize),
    /// `stop` of the function dispatch: `leave`, then `end`.
    Leave(usize, u64),
    /// A part of [`ControlPlane::pass`].
    Pass(Part),
    /// [`ControlPlane::stopped`].
    Stopped(usize),
    /// What the function lifecycle does when a launch hook fires: `arriving`, then
    /// [`ControlPlane::receive`].
    Launching(usize),
    /// [`ControlPlane::receive`].
    Receive,
    /// [`ControlPlane::dead`].
    Dead(usize),
    /// [`ControlPlane::terminating`].
    Terminating(usize),
    /// [`ControlPlane::converge`].
    Converge,
    /// [`ControlPlane::drain_ending`], of a user's seat.
    Drain(usize, usize, u64),
    /// A stop outside of the stop flow, which the functions have not.
    Rogue(usize),
}

/// Which flows are alike in who is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody waits for its answer.
    Request,
    /// A pass.
    Pass,
    /// An event says that a box has stopped.
    Stopped,
    /// An event says that something else happened to a box, or to a seat.
    Event,
    /// Boxes that boot are received.
    Arrivals,
    /// Capacity.
    Capacity,
}

/// How a flow ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It has done, or has failed.
    Over,
    /// Its user is sent to this seat.
    Ready(Seat),
    /// It waits for time to pass. What it would do then, another invocation does.
    Pauses,
}

/// Who a lock is said to belong to; the explorer knows who asks.
const OWNER: &str = "owner";

impl Flow {
    /// Which kind it is of.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Dispatch(_) | Self::Leave(..) => Kind::Request,
            Self::Pass(_) => Kind::Pass,
            Self::Launching(_) | Self::Receive => Kind::Arrivals,
            Self::Converge => Kind::Capacity,
            Self::Stopped(_) => Kind::Stopped,
            Self::Dead(_) | Self::Terminating(_) | Self::Drain(..) | Self::Rogue(_) => Kind::Event,
        }
    }

    /// What of it is not explored, and how that is answered.
    pub(crate) fn script(self) -> Script {
        match self {
            Self::Pass(part) => Script::of(part),
            _ => Script::default(),
        }
    }

    /// Runs it.
    pub(crate) async fn run(self, ports: Ports, wishes: Wishes) -> End {
        let plane = || ControlPlane {
            store: ports.clone(),
            seats: ports.clone(),
            fleet: ports.clone(),
            boxes: ports.clone(),
            clock: ports.clone(),
            policy: wishes.policy(),
        };
        match self {
            Self::Dispatch(n) => {
                let (who, began) = (identity(), ports.now());
                let allocated = allocate(&ports, &ports, &ports, user(n), &who, began).await;
                if let Ok(Allocation::Ready(seat)) = allocated {
                    return End::Ready(seat);
                }
            }
            Self::Leave(n, epoch) => give_back(&ports, n, Epoch(epoch)).await,
            Self::Pass(_) => drop(plane().pass(OWNER).await),
            Self::Stopped(n) => drop(plane().stopped(instance(n)).await),
            Self::Launching(n) => {
                if ports.arriving(&[instance(n).clone()], ports.now()).await.is_ok() {
                    drop(plane().receive(OWNER, ports.now().plus(WORK)).await);
                }
            }
            Self::Receive => drop(plane().receive(OWNER, ports.now().plus(WORK)).await),
            Self::Dead(n) => drop(plane().dead(instance(n)).await),
            Self::Terminating(n) => {
                let hook = Hook { name: TERMINATE_HOOK.into(), instance: instance(n).clone() };
                drop(plane().terminating(&hook).await);
            }
            Self::Converge => drop(plane().converge(OWNER).await),
            Self::Drain(n, of, epoch) => plane().drain_ending(&[seat(n, of, epoch)]).await,
            Self::Rogue(n) => {
                let ids = [instance(n).clone()];
                if ports.enter_standby(&ids).await.is_ok() {
                    drop(ports.stop(&ids).await);
                }
            }
        }
        End::Over
    }
}

fn seat(n: usize, of: usize, epoch: u64) -> Seat {
    Seat {
        user: user(n).clone(),
        instance: instance(of).clone(),
        epoch: Epoch(epoch),
        since: crate::names::NOW,
        addresses: addresses(of),
    }
}

/// As `stop` in the function dispatch does it.
async fn give_back(ports: &Ports, n: usize, epoch: Epoch) {
    let now = ports.now();
    if let Ok(Leave::Begun(stop)) = ports.leave(user(n), epoch, now).await {
        let seat = Seat { instance: stop.instance, ..seat(n, 0, epoch.0) };
        let ending = Ending { why: Why::Left, at: now, last_seen: None, by: None };
        drop(ports.end(&seat, &ending).await);
    }
}
