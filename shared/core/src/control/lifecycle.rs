//! Hooks and state changes. Events come at least once, out of order, or not at all (EventBridge
//! delivers lifecycle events best effort), so each one only says where to look: what is done is
//! decided on what the group, EC2 and the box say now.

use tracing::{info, warn};

use super::ControlPlane;
use crate::{
    clock::Clock,
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Hook, Lifecycle, Machine, Power, Readiness, Verdict},
    id::InstanceId,
    seats::{BoxItem, Seats},
    store::{Admit, BoxPhase, Evict, Stop, Store},
};

/// How often a launching box is probed in one invocation, once a second, before its hook is
/// extended and the rest is left to the next pass. Within the function's 60 s.
const PROBES: usize = 40;

/// After so many probes of an instance that EC2 does not list, there is nothing to wait for in this
/// invocation: lists are late by seconds.
const UNLISTED: usize = 5;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// A launch hook holds a box: when the box is ready, it goes into service and is admitted;
    /// until then the hook is extended. Returns whether it was admitted.
    ///
    /// # Errors
    /// The store or AWS did not answer; the hook still holds, and the next pass goes on.
    pub async fn launching(&self, hook: &Hook, patience: Patience) -> Result<bool, Error> {
        let probes = if patience == Patience::Wait { PROBES } else { 1 };
        let mut unlisted = 0;
        for probe in 1..=probes {
            let machine = self
                .fleet
                .machines(std::slice::from_ref(&hook.instance))
                .await?
                .remove(&hook.instance);
            match machine {
                Some(machine) if machine.power == Power::Terminated => return Ok(false),
                Some(machine) if self.is_ready(&machine).await => {
                    self.put_into_service(hook).await?;
                    self.admit(&machine).await?;
                    return Ok(true);
                }
                Some(_) => {}
                None if unlisted == UNLISTED => break,
                None => unlisted += 1,
            }
            if probe < probes {
                self.pause().await;
            }
        }
        match self.fleet.extend_hook(hook).await {
            Ok(()) | Err(FleetError::Refused(_)) => {}
            Err(e) => return Err(e.into()),
        }
        info!(instance_id = %hook.instance, "not ready yet: hook extended");
        Ok(false)
    }

    /// Answers the hook, unless it was answered: a reply may have been lost, and then AWS refuses
    /// the second one.
    async fn put_into_service(&self, hook: &Hook) -> Result<(), Error> {
        match self.fleet.answer_hook(hook, Verdict::Continue).await {
            Err(FleetError::Refused(code)) => {
                warn!(instance_id = %hook.instance, code, "hook refused: already answered?");
                let lifecycle = self.fleet.group().await?.lifecycle(&hook.instance);
                if matches!(lifecycle, Some(Lifecycle::Pending | Lifecycle::InService)) {
                    return Ok(());
                }
                Err(FleetError::Refused(code).into())
            }
            answered => Ok(answered?),
        }
    }

    /// A box whose terminate hook fired, or that EC2 says is shutting down: it leaves every set,
    /// its seat is closed, and capacity makes up for it.
    ///
    /// # Errors
    /// The store or the table did not answer.
    pub async fn dead(&self, instance: &InstanceId) -> Result<Evict, Error> {
        let evicted = self.store.evict(instance, self.clock.now()).await?;
        info!(instance_id = %instance, outcome = ?evicted, "box is dead");
        self.close_dead_seat(instance).await?;
        Ok(evicted)
    }

    async fn close_dead_seat(&self, instance: &InstanceId) -> Result<(), Error> {
        match self.seats.instance(instance).await? {
            Some(BoxItem::Seat { user, epoch }) => {
                self.seats.close_dead(&user, instance, epoch).await?;
            }
            Some(BoxItem::Parked | BoxItem::Waking) => {
                self.seats.bury(instance, self.clock.now()).await?;
            }
            None => {}
        }
        Ok(())
    }

    /// EC2 says that a box has stopped: its stop may be brought to its end.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer.
    pub async fn stopped(&self, instance: &InstanceId) -> Result<usize, Error> {
        let view = self.store.view().await?;
        let stamp = view.stopping.get(instance).copied();
        let stops = stamp.map(|stamp| Stop { instance: instance.clone(), stamp });
        self.advance_stops(stops.into_iter().collect()).await
    }

    /// Whether the store knows this box: events of other groups' instances come in too.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn knows(&self, instance: &InstanceId) -> Result<bool, Error> {
        let known = self.store.known(std::slice::from_ref(instance)).await?;
        Ok(known.iter().any(|known| known.phase != BoxPhase::Unknown))
    }

    pub(super) async fn is_ready(&self, machine: &Machine) -> bool {
        machine.power == Power::Running
            && self.boxes.readiness(&machine.addresses).await == Readiness::Ready
    }

    pub(super) async fn admit(&self, machine: &Machine) -> Result<Admit, Error> {
        let Machine { instance, addresses, .. } = machine;
        let admitted = self.store.admit(instance, addresses, self.clock.now()).await?;
        info!(instance_id = %instance, outcome = outcome(&admitted), "admit");
        Ok(admitted)
    }
}

/// Whether to wait for a box that boots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as one invocation may take: people may be waiting for this box.
    Wait,
    /// Look once; there is other work.
    Look,
}

fn outcome(admit: &Admit) -> &'static str {
    match admit {
        Admit::AssignedTo(_) => "assigned",
        Admit::Pooled => "pooled",
        Admit::Known => "known",
    }
}
