//! Boxes that boot, until they are somebody's or spare: those that a launch hook holds, and those
//! that are being started again.
//!
//! One function at a time receives all of them, asking EC2 once for many, so that a storm of
//! launches does not use up the account's rate. Whoever comes meanwhile leaves word, and goes.
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

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream};
use tracing::{info, warn};

use super::{ControlPlane, PARALLEL, Troubles};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{
        Boxes, Fleet, FleetError, Hook, LAUNCH_HOOK, Lifecycle, Machine, Power, Readiness, Verdict,
    },
    id::InstanceId,
    metrics::{self, Reading},
    seats::{Seats, Write},
    store::{Admit, Duty, Lock, Store, Unlock, View},
};
use late::Patience;
pub use late::{SLOW, TOO_LATE};

/// How long the duty is held without a sign of life: longer than any function lives, so that a round
/// under throttling does not lose it. Whoever dies holds the others up until the next pass.
const LEASE: Duration = Duration::from_secs(60);

/// A box that EC2 does not list for so long is not waited for: passes look again.
const LISTED: Duration = Duration::from_secs(10);

/// How long a function whose time is over goes on taking boxes that are ready.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// AWS calls for single boxes side by side; there is no batch of them.
const SINGLES: usize = 4;

/// What came of a look at the boxes that boot.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    /// So many were received.
    received: usize,
    /// So many are left.
    left: usize,
    /// So many of those are ready, and on their way into service: a matter of seconds.
    moving: usize,
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

    /// Looks at every box that boots, once, and receives those that are ready until it is `end`.
    async fn receive_ready(
        &self,
        end: Ms,
        last: bool,
        troubles: &mut Troubles,
    ) -> Result<Look, Error> {
        let view = self.store.view().await?;
        let ids: Vec<InstanceId> =
            view.arriving.keys().chain(view.waking.keys()).cloned().collect();
        if ids.is_empty() {
            return Ok(Look::default());
        }
        let machines = self.fleet.machines(&ids).await?;
        let before = troubles.count;
        let named = self.with_names(&machines, troubles).await;
        // A box is not given up for a zone that does not answer; its hook runs on, and is extended.
        let held = troubles.count > before;
        let named = machines.values().filter(|machine| named.contains(&machine.instance));
        let ready = self.ready(named.cloned().collect()).await;
        let ids_ready: BTreeSet<InstanceId> = ready.iter().map(|m| m.instance.clone()).collect();

        let outcome = self.bring_in(ready, &view, end, troubles).await;
        let look = troubles.take("members", outcome, Look::default());

        for (id, since) in view.arriving.iter().filter(|(id, _)| !ids_ready.contains(id)) {
            let patience = Patience { last, held };
            let outcome = self.not_ready(id, *since, machines.get(id), patience).await;
            troubles.take("launch", outcome, ());
        }
        let View { arriving, waking, .. } = self.store.view().await?;
        let now = self.clock.now();
        let comes = |(id, since): &(&InstanceId, &Ms)| {
            machines.contains_key(*id) || now.since(**since) < LISTED
        };
        Ok(Look { left: arriving.iter().filter(comes).count() + waking.len(), ..look })
    }

    /// Those whose agent says that they are ready.
    async fn ready(&self, machines: Vec<Machine>) -> Vec<Machine> {
        let probes = stream::iter(machines)
            .map(|machine| async move { self.is_ready(&machine).await.then_some(machine) });
        let probed: Vec<Option<Machine>> = probes.buffered(PARALLEL).collect().await;
        probed.into_iter().flatten().collect()
    }

    /// Boxes that are ready go into service until it is `end`, and those that are there are admitted.
    async fn bring_in(
        &self,
        ready: Vec<Machine>,
        view: &View,
        end: Ms,
        troubles: &mut Troubles,
    ) -> Result<Look, Error> {
        let ids: Vec<InstanceId> = ready.iter().map(|m| m.instance.clone()).collect();
        let members = self.fleet.members(&ids).await?;
        let stands = |id: &InstanceId| members.get(id).map(|member| member.lifecycle);
        let (there, coming): (Vec<Machine>, Vec<Machine>) =
            ready.into_iter().partition(|m| stands(&m.instance) == Some(Lifecycle::InService));

        let coming: Vec<InstanceId> = coming.into_iter().map(|machine| machine.instance).collect();
        let at = |lifecycle| coming.iter().filter(move |id| stands(id) == Some(lifecycle)).cloned();
        let held: Vec<InstanceId> = at(Lifecycle::PendingWait).collect();
        let resting: Vec<InstanceId> = at(Lifecycle::Standby).collect();
        let moving = held.len() + resting.len() + at(Lifecycle::Pending).count();

        let hooks = stream::iter(held)
            .map(|id| async move { if self.over(end) { Ok(()) } else { self.let_in(id).await } });
        for outcome in hooks.buffer_unordered(SINGLES).collect::<Vec<_>>().await {
            troubles.take("launch", outcome, ());
        }
        let outcome = self.leave_standby(&resting).await;
        troubles.take("wake", outcome, ());

        let admits = stream::iter(there).map(|machine| async move {
            if view.waking.contains_key(&machine.instance) {
                self.back_in_service(&machine).await
            } else {
                self.admit_booted(&machine).await
            }
        });
        let mut received = 0;
        for outcome in admits.buffered(PARALLEL).collect::<Vec<_>>().await {
            received += usize::from(troubles.take("admit", outcome, false));
        }
        Ok(Look { received, moving, left: 0 })
    }

    /// The launch hook of a box that is ready is answered.
    async fn let_in(&self, instance: InstanceId) -> Result<(), Error> {
        let hook = Hook { name: LAUNCH_HOOK.into(), instance };
        match self.fleet.answer_hook(&hook, Verdict::Continue).await {
            // Answered before, and the list is late; or it timed out, and the box is on its way out.
            Err(FleetError::Refused(code)) => {
                warn!(instance_id = %hook.instance, code, "launch hook refused");
                Ok(())
            }
            answered => Ok(answered?),
        }
    }

    async fn leave_standby(&self, resting: &[InstanceId]) -> Result<(), Error> {
        let refused = self.fleet.exit_standby(resting).await?;
        if !refused.is_empty() {
            warn!(?refused, "out of standby refused");
        }
        Ok(())
    }

    async fn back_in_service(&self, machine: &Machine) -> Result<bool, Error> {
        // Refused: the wake was given up just now, and the box is being stopped again.
        if self.seats.clear(&machine.instance).await? == Write::Refused {
            return Ok(false);
        }
        self.admit_booted(machine).await
    }

    /// A box that has booted is admitted, and how long that took is noted for those who wait. A
    /// crash in between loses that, and nothing else. Returns whether it had not been admitted yet.
    async fn admit_booted(&self, machine: &Machine) -> Result<bool, Error> {
        if self.admit(machine).await? == Admit::Known {
            return Ok(false);
        }
        let took = self.clock.now().since(machine.launched);
        metrics::emit(&[Reading::BootTime(took)]);
        if let Err(e) = self.store.booted(took).await {
            warn!(instance_id = %machine.instance, error = %e, "the time of a boot is not noted");
        }
        Ok(true)
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
