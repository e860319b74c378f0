//! Boxes that are ready: into service, and then to somebody or into the pool.

use futures::{StreamExt, stream};
use tracing::warn;

use super::Look;
use crate::{
    clock::{Clock, Ms},
    control::{ControlPlane, PARALLEL, Troubles},
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Hook, LAUNCH_HOOK, Lifecycle, Machine, Verdict},
    id::InstanceId,
    metrics::{self, Reading},
    seats::{Seats, Write},
    store::{Admit, Store, View},
};

/// AWS calls for single boxes side by side; there is no batch of them.
const SINGLES: usize = 4;

/// A look that has answered so many hooks is over: what the bucket holds of CompleteLifecycleAction, if
/// Auto Scaling has EC2's (Auto Scaling publishes no rates; unverified).
pub(super) const HOOKS: usize = 50;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Boxes that are in service are admitted, and others that are ready go there until it is `end`.
    pub(super) async fn bring_in(
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

        let coming: Vec<InstanceId> = coming.into_iter().map(|machine| machine.instance).collect();
        let at = |lifecycle| coming.iter().filter(move |id| stands(id) == Some(lifecycle)).cloned();
        let resting: Vec<InstanceId> = at(Lifecycle::Standby).collect();
        let held: Vec<InstanceId> = at(Lifecycle::PendingWait).collect();
        let moving = held.len() + resting.len() + at(Lifecycle::Pending).count();
        let outcome = self.leave_standby(&resting).await;
        troubles.take("wake", outcome, ());
        let answered = held.len().min(HOOKS);
        let hooks = stream::iter(held.into_iter().take(HOOKS))
            .map(|id| async move { if self.over(end) { Ok(()) } else { self.let_in(id).await } });
        for outcome in hooks.buffer_unordered(SINGLES).collect::<Vec<_>>().await {
            troubles.take("launch", outcome, ());
        }
        Ok(Look { received, moving, answered, ..Look::default() })
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
}
