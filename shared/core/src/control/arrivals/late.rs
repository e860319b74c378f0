//! Boxes that boot and are not ready: those that are slow, too late, or dead.

use std::time::Duration;

use tracing::{info, warn};

use crate::{
    clock::{Clock, Ms},
    control::{ABSENT, ControlPlane},
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Hook, LAUNCH_HOOK, Machine, Power, Verdict},
    id::InstanceId,
    seats::Seats,
    store::Store,
};

/// A boot that takes longer has its hook extended. The hook's timeout must be longer than this and
/// a minute, the time between two passes.
pub const SLOW: Duration = Duration::from_secs(60);

/// A boot that takes longer is given up.
pub const TOO_LATE: Duration = Duration::from_secs(10 * 60);

/// How a look treats boxes that are not ready.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// It is the function's last.
    pub(super) last: bool,
    /// It could not see to their names, and so it is the function's last too.
    pub(super) held: bool,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    pub(super) async fn not_ready(
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
            Some(machine) if machine.power == Power::Terminated => {
                self.abandon(id).await?;
                self.dead(id).await?;
            }
            Some(machine) if !held && now.since(machine.launched) > TOO_LATE => {
                warn!(instance_id = %id, "boot is too late");
                if self.abandon(id).await? {
                    self.dead(id).await?;
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

    /// Gives a launch up: its hook lets the box go, and its place in the group. False if AWS refused: it
    /// was answered before, or timed out; what became of it, the next pass sees. (That AWS takes the
    /// answer for an instance that is terminated already is unverified. If it does not, the place is
    /// free when the hook times out.)
    pub(in crate::control) async fn abandon(&self, id: &InstanceId) -> Result<bool, Error> {
        let hook = Hook { name: LAUNCH_HOOK.into(), instance: id.clone() };
        match self.fleet.answer_hook(&hook, Verdict::Abandon).await {
            Ok(()) => {
                warn!(instance_id = %id, "launch abandoned");
                Ok(true)
            }
            Err(FleetError::Refused(code)) => {
                warn!(instance_id = %id, code, "launch not abandoned");
                Ok(false)
            }
            Err(e) => Err(e.into()),
        }
    }
}
