//! Homes: volumes made, attached, detached, snapshotted and deleted, one step at a time.
//!
//! What follows for a home is one table ([`table`]) over its record, EBS and EC2. Whoever was woken
//! does the steps of the homes it was woken for; the pass does those of the homes that are due, so
//! that nothing depends on one event, or on one function's life. Two functions may be at the same home:
//! each call to AWS is safe to be made twice, and a record is written only by whoever read it last.

mod act;
pub mod retention;
mod table;

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, stream};
use tracing::warn;

use super::{ControlPlane, Troubles, pace::Pace};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Machines},
    homes::{Home, Wish},
    id::{InstanceId, SnapshotId, UserId, VolumeId},
    seats::Seats,
    store::Store,
    volumes::{Snapshot, Volumes},
};
use table::{DAILY, Facts, Step};

/// How many homes one pass takes on, those first that have waited longest.
const LIMIT: usize = 300;

/// How long a pass looks after homes.
const PASS: Duration = Duration::from_secs(8);

/// How long whoever was woken for homes waits for EBS: those who come after in the stream wait too.
const WOKEN: Duration = Duration::from_secs(10);

/// Steps side by side: each is a call or two, and there are no batches of them.
const SINGLES: usize = 8;

/// The most steps of one home in one go: a record that does not come to rest is left to the next pass.
const STEPS: usize = 40;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// There is more to do at once.
    Again,
    /// It is worth looking again in a second.
    Wait,
    /// That is all for now.
    Done,
}

/// What EC2 and EBS say.
#[derive(Debug, Default)]
struct Listed {
    volumes: Volumes,
    machines: Machines,
    snapshots: BTreeMap<SnapshotId, Snapshot>,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings the homes of these users as far as they get in some seconds. What is left is the next
    /// pass's.
    ///
    /// # Errors
    /// The first failure; the other homes went on.
    pub async fn tend_homes(&self, users: &[UserId]) -> Result<(), Error> {
        let mut troubles = Troubles::default();
        let until = self.clock.now().plus(WOKEN);
        self.tend(users.to_vec(), until, &mut troubles).await;
        troubles.end()
    }

    /// Brings the homes that are due as far as they get in some seconds; returns how many there were.
    ///
    /// # Errors
    /// The first failure; the other homes went on.
    pub async fn tend_due_homes(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let due = self.seats.due_homes(now, LIMIT).await?;
        let count = due.len();
        let mut troubles = Troubles::default();
        self.tend(due, now.plus(PASS), &mut troubles).await;
        troubles.end().map(|()| count)
    }

    async fn tend(&self, mut users: Vec<UserId>, until: Ms, troubles: &mut Troubles) {
        let pace = Pace::new(SINGLES);
        for _ in 0..STEPS {
            if users.is_empty() {
                return;
            }
            let after = match self.one_step(&users, until, &pace).await {
                Ok(after) => after,
                Err(error) => return troubles.note("homes", error),
            };
            let mut wait = true;
            users = Vec::new();
            for (user, outcome) in after {
                match troubles.take("home", outcome, After::Done) {
                    After::Done => {}
                    After::Wait => users.push(user),
                    After::Again => {
                        wait = false;
                        users.push(user);
                    }
                }
            }
            if self.over(until) {
                return;
            }
            if wait && !users.is_empty() {
                self.pause(1).await;
            }
        }
        warn!(homes = users.len(), "homes that do not come to rest: left to the next pass");
    }

    /// One step of each of these homes.
    async fn one_step(
        &self,
        users: &[UserId],
        until: Ms,
        pace: &Pace,
    ) -> Result<Vec<(UserId, Result<After, Error>)>, Error> {
        let homes = self.seats.homes(users).await?;
        let listed = self.look(&homes).await?;
        let listed = &listed;
        let steps = stream::iter(homes).map(|home| async move {
            let step = self.step(&home, listed);
            let user = home.user.clone();
            // Calls that wait for their turn, or fail, take long: what there is no time for is the
            // next pass's.
            if self.over(until) {
                return (user, Ok(After::Done));
            }
            if step.changes_volumes() {
                pace.turn().await;
            }
            let after = self.take(home, step, listed).await;
            (user, after)
        });
        Ok(steps.buffer_unordered(SINGLES).collect().await)
    }

    /// Asks EC2 and EBS about all of these homes.
    async fn look(&self, homes: &[Home]) -> Result<Listed, Error> {
        let volumes: Vec<VolumeId> = homes.iter().filter_map(|home| home.volume.clone()).collect();
        let snapshots: Vec<SnapshotId> = homes.iter().filter_map(asked).cloned().collect();
        let volumes = match &volumes[..] {
            [] => Volumes::new(),
            some => self.fleet.volumes(some).await?,
        };
        // After the volumes: a box that is stopped by then had let go of what it had.
        let holders =
            volumes.values().filter_map(|v| Some(v.attachment.as_ref()?.instance.clone()));
        let wanted = homes.iter().filter_map(|home| home.wanted().cloned());
        let mut machines: Vec<InstanceId> = holders.chain(wanted).collect();
        machines.sort();
        machines.dedup();
        let machines = match &machines[..] {
            [] => Machines::new(),
            some => self.fleet.machines(some).await?,
        };
        let snapshots = match &snapshots[..] {
            [] => Vec::new(),
            some => self.fleet.snapshots(some).await?,
        };
        let snapshots = snapshots.into_iter().map(|s| (s.snapshot.clone(), s)).collect();
        Ok(Listed { volumes, machines, snapshots })
    }

    fn step(&self, home: &Home, listed: &Listed) -> Step {
        let volume = home.volume.as_ref().and_then(|id| listed.volumes.get(id));
        let holder = volume.and_then(|volume| volume.attachment.as_ref());
        let holder = holder.and_then(|held| listed.machines.get(&held.instance));
        let facts = Facts {
            home,
            volume,
            wanted: home.wanted().and_then(|id| listed.machines.get(id)),
            holder: holder.map(|machine| machine.power),
            snapshot: asked(home).and_then(|id| listed.snapshots.get(id)),
            policy: &self.policy.homes,
            now: self.clock.now(),
        };
        facts.step()
    }
}

/// The snapshot that a home's next step is about.
fn asked(home: &Home) -> Option<&SnapshotId> {
    let taking = home.taking.as_ref().and_then(|taking| taking.snapshot.as_ref());
    taking.or(match &home.wish {
        Some(Wish::Restore { snapshot }) => Some(snapshot),
        _ => None,
    })
}
