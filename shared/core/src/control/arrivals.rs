//! Boxes that boot, until they are somebody's or spare: those that a launch hook holds, and those
//! that are being started again.
//!
//! One function at a time receives all of them, asking EC2 once for many, so that a storm of
//! launches does not use up the account's rate. Whoever comes meanwhile leaves word, and goes.
//!
//! A box is ready when it has its name, if boxes have names (`names`), and its agent says so. A launch
//! hook is then answered with CONTINUE *before* the box is admitted: AWS may still refuse (the hook
//! timed out), and then the box dies. A woken box leaves standby, its item is deleted once it is in
//! service, then it is admitted. A boot that is slow has its hook extended, once an invocation; one that
//! is too late is abandoned. AWS takes one answer to a hook, so an abandoned box was never admitted.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream};
use tracing::{info, warn};

use super::{ABSENT, ControlPlane, PARALLEL, Troubles};
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

/// How long the duty is held without a sign of life: longer than any function lives, so that a round
/// under throttling does not lose it. Whoever dies holds the others up until the next pass.
const LEASE: Duration = Duration::from_secs(60);

/// A boot that takes longer has its hook extended. The hook's timeout must be longer than this and
/// a minute, the time between two passes.
pub const SLOW: Duration = Duration::from_secs(60);

/// A boot that takes longer is given up.
pub const TOO_LATE: Duration = Duration::from_secs(10 * 60);

/// A box that EC2 does not list for so long is not waited for: passes look again.
const LISTED: Duration = Duration::from_secs(10);

/// How long the last look of a function goes on taking boxes.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// AWS calls for single boxes side by side; there is no batch of them.
const SINGLES: usize = 4;

/// How a look treats boxes that are not ready.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// It is the function's last.
    last: bool,
    /// It could not see to their names, and so it is the function's last too.
    held: bool,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Receives boxes until none boots any more, or it is `until`; returns how many. Nothing if
    /// somebody else is at it, who then looks once more.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next pass goes on.
    pub async fn receive(&self, owner: &str, until: Ms) -> Result<usize, Error> {
        let (mut received, mut rounds) = (0, 0);
        let lock = || self.store.lock(Duty::Arrivals, owner, LEASE, self.clock.now());
        while lock().await? == Lock::Locked {
            let last = self.over(until);
            let mut troubles = Troubles::default();
            let outcome = self.receive_ready(until, &mut troubles).await;
            let (done, left) = troubles.take("arrivals", outcome, (0, 0));
            received += done;
            if left == 0 || last || troubles.count > 0 {
                let word = self.store.release(Duty::Arrivals, owner).await?;
                troubles.end()?;
                if word == Unlock::Again && !last {
                    continue;
                }
                break;
            }
            rounds += 1;
            self.pause(if rounds < 5 { 1 } else { 2 }).await;
        }
        Ok(received)
    }

    /// Looks at every box that boots, once, and receives those that are ready until it is `until`.
    /// Returns how many were received and how many are left.
    async fn receive_ready(
        &self,
        until: Ms,
        troubles: &mut Troubles,
    ) -> Result<(usize, usize), Error> {
        let last = self.over(until);
        let view = self.store.view().await?;
        let ids: Vec<InstanceId> =
            view.arriving.keys().chain(view.waking.keys()).cloned().collect();
        if ids.is_empty() {
            return Ok((0, 0));
        }
        let machines = self.fleet.machines(&ids).await?;
        let before = troubles.count;
        let named = self.with_names(&machines, troubles).await;
        // A box is not given up for a zone that does not answer; its hook runs on, and is extended.
        let held = troubles.count > before;
        let named = machines.values().filter(|machine| named.contains(&machine.instance));
        let ready = self.ready(named.cloned().collect()).await;
        let ids_ready: BTreeSet<InstanceId> = ready.iter().map(|m| m.instance.clone()).collect();

        let (launched, awake): (Vec<Machine>, Vec<Machine>) =
            ready.into_iter().partition(|m| view.arriving.contains_key(&m.instance));
        let end = until.plus(LAST_LOOK);
        let launches = stream::iter(launched).map(|machine| async move {
            if self.over(end) { Ok(false) } else { self.launched(&machine).await }
        });
        let mut received = 0;
        for outcome in launches.buffer_unordered(SINGLES).collect::<Vec<_>>().await {
            received += usize::from(troubles.take("launch", outcome, false));
        }
        let outcome = self.awake(awake, troubles).await;
        received += troubles.take("wake", outcome, 0);

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
        Ok((received, arriving.iter().filter(comes).count() + waking.len()))
    }

    /// Those whose agent says that they are ready.
    async fn ready(&self, machines: Vec<Machine>) -> Vec<Machine> {
        let probes = stream::iter(machines)
            .map(|machine| async move { self.is_ready(&machine).await.then_some(machine) });
        let probed: Vec<Option<Machine>> = probes.buffered(PARALLEL).collect().await;
        probed.into_iter().flatten().collect()
    }

    /// A launched box is ready: into service, then admitted.
    async fn launched(&self, machine: &Machine) -> Result<bool, Error> {
        let hook = Hook { name: LAUNCH_HOOK.into(), instance: machine.instance.clone() };
        match self.fleet.answer_hook(&hook, Verdict::Continue).await {
            Ok(()) => {}
            // Answered before, and the reply was lost; or it timed out, and the box is on its way
            // out: then there is nothing to admit.
            Err(FleetError::Refused(code)) => {
                let members = self.fleet.members(std::slice::from_ref(&machine.instance)).await?;
                let lifecycle = members.get(&machine.instance).map(|member| member.lifecycle);
                warn!(instance_id = %machine.instance, code, ?lifecycle, "launch hook refused");
                if !matches!(lifecycle, Some(Lifecycle::Pending | Lifecycle::InService)) {
                    return Ok(false);
                }
            }
            Err(e) => return Err(e.into()),
        }
        self.admit_booted(machine).await?;
        Ok(true)
    }

    /// Woken boxes are ready: out of standby, and once they are in service, admitted. Returns how
    /// many were admitted.
    async fn awake(&self, ready: Vec<Machine>, troubles: &mut Troubles) -> Result<usize, Error> {
        let ids: Vec<InstanceId> = ready.iter().map(|m| m.instance.clone()).collect();
        let members = self.fleet.members(&ids).await?;
        let stands = |id: &InstanceId| members.get(id).map(|member| member.lifecycle);
        let resting: Vec<InstanceId> =
            ids.into_iter().filter(|id| stands(id) == Some(Lifecycle::Standby)).collect();
        let refused = self.fleet.exit_standby(&resting).await?;
        if !refused.is_empty() {
            warn!(?refused, "out of standby refused");
        }
        let mut admitted = 0;
        for machine in ready {
            if stands(&machine.instance) != Some(Lifecycle::InService) {
                continue;
            }
            let outcome = self.back_in_service(&machine).await;
            admitted += usize::from(troubles.take("wake", outcome, false));
        }
        Ok(admitted)
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

    async fn not_ready(
        &self,
        id: &InstanceId,
        since: Ms,
        machine: Option<&Machine>,
        Patience { last, held }: Patience,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let hook = Hook { name: LAUNCH_HOOK.into(), instance: id.clone() };
        match machine {
            None if now.since(since) > ABSENT => drop(self.dead(id).await?),
            None => {}
            Some(machine) if machine.power == Power::Terminated => drop(self.dead(id).await?),
            Some(machine) if !held && now.since(machine.launched) > TOO_LATE => {
                warn!(instance_id = %id, "boot is too late: abandoned");
                match self.fleet.answer_hook(&hook, Verdict::Abandon).await {
                    // Refused: answered before; what became of it, the next pass sees.
                    Err(FleetError::Refused(code)) => {
                        warn!(instance_id = %id, code, "not abandoned")
                    }
                    outcome => {
                        outcome?;
                        self.dead(id).await?;
                    }
                }
            }
            Some(machine) if (last || held) && now.since(machine.launched) > SLOW => {
                match self.fleet.extend_hook(&hook).await {
                    Ok(()) => info!(instance_id = %id, "not ready yet: hook extended"),
                    Err(FleetError::Refused(code)) => {
                        warn!(instance_id = %id, code, "hook not extended");
                    }
                    Err(e) => return Err(e.into()),
                }
            }
            Some(_) => {}
        }
        Ok(())
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
