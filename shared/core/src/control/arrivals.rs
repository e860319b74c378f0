//! Boxes that boot, until they are somebody's or spare: those that a launch hook holds, and those
//! that are being started again.
//!
//! One function at a time receives all of them, asking EC2 once for many, so that a storm of
//! launches does not use up the account's rate. Whoever comes meanwhile leaves word, and goes. In a storm
//! more boxes are ready than AWS takes answers to hooks, five a second: those that have waited longest come
//! first, and after so many hooks as AWS takes at once the next look admits the boxes that it let in. A look
//! at all of them would take minutes, in which nobody is let in, and boxes are lost to their hooks' timeout.
//!
//! A box is ready when it has its name, if boxes have names (`names`), and its agent says so. The hook of
//! a launched one is then answered with CONTINUE, and a woken one leaves standby; either is admitted once
//! it is *in service*: until then AWS may refuse (the hook timed out), and scale-in may take it, as
//! protection starts there (Auto Scaling User Guide, "Use instance scale-in protection"). A late
//! `SetDesiredCapacity`, which is absolute, lowers desired under those that are on their way. The item of
//! a woken one is deleted first. A boot that is slow has its hook extended, once an invocation; one that
//! is too late is abandoned, and so is one whose box is dead: its hook would hold its place in the group,
//! which counts as capacity, until it times out. AWS takes one answer to a hook, so an abandoned box was
//! never admitted.

mod late;
mod service;

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream};
use tracing::info;

use super::{ControlPlane, PARALLEL, Troubles};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Machine, Power, Readiness},
    id::InstanceId,
    metrics::{self, Reading},
    seats::Seats,
    store::{Admit, Duty, Lock, Store, Unlock, View},
};
use late::Patience;
pub use late::{SLOW, TOO_LATE};
use service::HOOKS;

/// How long the duty is held without a sign of life: longer than any function lives, so that a round
/// under throttling does not lose it. Whoever dies holds the others up until the next pass.
const LEASE: Duration = Duration::from_secs(60);

/// A box that EC2 does not list for so long is not waited for: passes look again.
const LISTED: Duration = Duration::from_secs(10);

/// How long a function whose time is over goes on taking boxes that are ready.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// How many boxes a look goes through at a time.
const PART: usize = 200;

/// What came of a look at the boxes that boot, or at some of them.
#[derive(Clone, Debug, Default)]
struct Look {
    /// So many were received.
    received: usize,
    /// So many are left.
    left: usize,
    /// So many of those are ready, and on their way into service: a matter of seconds.
    moving: usize,
    /// So many hooks were answered.
    answered: usize,
    /// Those that EC2 does not list.
    unlisted: BTreeSet<InstanceId>,
}

impl Look {
    fn add(&mut self, part: Self) {
        self.received += part.received;
        self.moving += part.moving;
        self.answered += part.answered;
        self.unlisted.extend(part.unlisted);
    }
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Receives boxes until none boots any more, or it is `until`; returns how many. Nothing if
    /// somebody else is at it, who then looks once more.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next pass goes on.
    pub async fn receive(&self, owner: &str, until: Ms) -> Result<usize, Error> {
        let (mut received, mut rounds, mut extended) = (0, 0, false);
        let lock = || self.store.lock(Duty::Arrivals, owner, LEASE, self.clock.now());
        while lock().await? == Lock::Locked {
            let last = self.over(until);
            let mut troubles = Troubles::default();
            let end = until.plus(LAST_LOOK);
            let outcome = self.receive_ready(end, last && !extended, &mut troubles).await;
            let look = troubles.take("arrivals", outcome, Look::default());
            extended |= last;
            received += look.received;
            let over = last && (look.moving == 0 || self.over(end));
            if look.left == 0 || over || troubles.count > 0 {
                let word = self.store.release(Duty::Arrivals, owner).await?;
                troubles.end()?;
                if word == Unlock::Again && !last {
                    continue;
                }
                break;
            }
            rounds += 1;
            self.pause(if rounds < 5 || last { 1 } else { 2 }).await;
        }
        Ok(received)
    }

    /// Looks at the boxes that boot, those that have waited longest first, and receives those that are ready
    /// until it has answered [`HOOKS`], or it is `end`.
    async fn receive_ready(
        &self,
        end: Ms,
        last: bool,
        troubles: &mut Troubles,
    ) -> Result<Look, Error> {
        let view = self.store.view().await?;
        let mut ids: Vec<(Ms, InstanceId)> = Vec::new();
        ids.extend(
            view.arriving.iter().chain(&view.waking).map(|(id, since)| (*since, id.clone())),
        );
        if ids.is_empty() {
            return Ok(Look::default());
        }
        ids.sort();
        let ids: Vec<InstanceId> = ids.into_iter().map(|(_, id)| id).collect();
        let mut look = Look::default();
        for part in ids.chunks(PART) {
            look.add(self.receive_part(part, &view, end, last, troubles).await?);
            if look.answered >= HOOKS || self.over(end) {
                break;
            }
        }
        let View { arriving, waking, .. } = self.store.view().await?;
        let now = self.clock.now();
        let comes = |(id, since): &(&InstanceId, &Ms)| {
            !look.unlisted.contains(*id) || now.since(**since) < LISTED
        };
        look.left = arriving.iter().filter(comes).count() + waking.len();
        Ok(look)
    }

    async fn receive_part(
        &self,
        ids: &[InstanceId],
        view: &View,
        end: Ms,
        last: bool,
        troubles: &mut Troubles,
    ) -> Result<Look, Error> {
        let machines = self.fleet.machines(ids).await?;
        let before = troubles.count;
        let named = self.with_names(&machines, troubles).await;
        // A box is not given up for a zone that does not answer; its hook runs on, and is extended.
        let held = troubles.count > before;
        let named = ids.iter().filter(|id| named.contains(*id)).filter_map(|id| machines.get(id));
        let ready = self.ready(named.cloned().collect()).await;
        let ids_ready: BTreeSet<InstanceId> = ready.iter().map(|m| m.instance.clone()).collect();

        let outcome = self.bring_in(ready, view, end, troubles).await;
        let look = troubles.take("members", outcome, Look::default());

        for id in ids.iter().filter(|id| !ids_ready.contains(*id)) {
            let Some(since) = view.arriving.get(id) else { continue };
            let patience = Patience { last, held };
            let outcome = self.not_ready(id, *since, machines.get(id), patience).await;
            troubles.take("launch", outcome, ());
        }
        let unlisted = ids.iter().filter(|id| !machines.contains_key(*id)).cloned().collect();
        Ok(Look { unlisted, ..look })
    }

    /// Those whose agent says that they are ready.
    async fn ready(&self, machines: Vec<Machine>) -> Vec<Machine> {
        let probes = stream::iter(machines)
            .map(|machine| async move { self.is_ready(&machine).await.then_some(machine) });
        let probed: Vec<Option<Machine>> = probes.buffered(PARALLEL).collect().await;
        probed.into_iter().flatten().collect()
    }

    pub(super) async fn is_ready(&self, machine: &Machine) -> bool {
        machine.power == Power::Running
            && self.boxes.readiness(&machine.addresses).await == Readiness::Ready
    }

    pub(super) async fn admit(&self, machine: &Machine) -> Result<Admit, Error> {
        let Machine { instance, addresses, .. } = machine;
        let admitted = self.store.admit(instance, addresses, self.clock.now()).await?;
        let outcome = match &admitted {
            Admit::AssignedTo { waited, .. } => {
                metrics::emit(&[Reading::Assignments(1), Reading::Wait(*waited)]);
                "assigned"
            }
            Admit::Pooled => "pooled",
            Admit::Known => "known",
        };
        info!(instance_id = %instance, outcome, "admit");
        Ok(admitted)
    }
}
