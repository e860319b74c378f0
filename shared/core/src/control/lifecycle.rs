//! Hooks and state changes. Events come at least once, out of order, or not at all (EventBridge
//! delivers lifecycle events best effort), so each one only says where to look: what is done is
//! decided on what the group, EC2 and the box say now.

use std::time::Duration;

use tracing::{info, warn};

use super::ControlPlane;
use crate::{
    clock::Clock,
    closing::close_dead,
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Hook, Power, Verdict},
    id::InstanceId,
    seats::{BoxItem, Seats},
    store::{BoxPhase, Evict, Known, Stop, Store, Warning},
};

/// A box that neither EC2 nor its group has listed for so long is gone: lists are late by seconds,
/// at most by minutes (EC2 API reference, "Eventual consistency").
pub const ABSENT: Duration = Duration::from_secs(15 * 60);

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// A box whose terminate hook fired, or that EC2 says is shutting down: its seat is closed, it
    /// leaves every set, and capacity makes up for it. The table first: whoever finds the box in
    /// the store after a crash in between begins here again.
    ///
    /// # Errors
    /// The store or the table did not answer.
    pub async fn dead(&self, instance: &InstanceId) -> Result<Evict, Error> {
        self.close_dead_seat(instance).await?;
        let evicted = self.store.evict(instance, self.clock.now()).await?;
        info!(instance_id = %instance, outcome = ?evicted, "box is dead");
        if let Evict::WasAssigned { .. } = evicted {
            // Opened between the two steps.
            self.close_dead_seat(instance).await?;
        }
        Ok(evicted)
    }

    async fn close_dead_seat(&self, instance: &InstanceId) -> Result<(), Error> {
        match self.seats.instance(instance).await? {
            Some(BoxItem::Seat { user, epoch }) => {
                close_dead(&self.seats, &user, instance, epoch, &self.clock).await?;
            }
            Some(BoxItem::Parked | BoxItem::Waking) => {
                self.seats.bury(instance, self.clock.now()).await?;
            }
            None => {}
        }
        Ok(())
    }

    /// A box that nobody can use again: dead to us, and terminated; one in service with its place in
    /// the group, as whether that is to be filled is for capacity to say.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next pass finds the box GONE, and goes on.
    pub(super) async fn discard(
        &self,
        instance: &InstanceId,
        in_service: bool,
    ) -> Result<(), Error> {
        self.dead(instance).await?;
        self.fleet.terminate(instance, in_service).await?;
        info!(instance_id = %instance, "terminated");
        Ok(())
    }

    /// A box that its terminate hook holds: it is dead, and may go to its end.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer.
    pub async fn terminating(&self, hook: &Hook) -> Result<(), Error> {
        self.dead(&hook.instance).await?;
        match self.fleet.answer_hook(hook, Verdict::Continue).await {
            Err(FleetError::Refused(code)) => {
                info!(instance_id = %hook.instance, code, "terminate hook answered already");
                Ok(())
            }
            answered => Ok(answered?),
        }
    }

    /// EC2 says that a box has stopped: its stop may be brought to its end. Not if the event is late,
    /// of a life before this one: a stop that a pass has just begun is not this one's to look into.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer.
    pub async fn stopped(&self, instance: &InstanceId) -> Result<usize, Error> {
        let Some(stamp) = self.known(instance).await?.stamp else { return Ok(0) };
        let machines = self.fleet.machines(std::slice::from_ref(instance)).await?;
        if machines.get(instance).is_none_or(|machine| machine.power != Power::Stopped) {
            return Ok(0);
        }
        self.advance_stops(vec![Stop { instance: instance.clone(), stamp }]).await
    }

    /// AWS may take a box back soon: a spare is retired, a user is warned. Returns whether the
    /// fleet lost a spare.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer.
    pub async fn threatened(&self, instance: &InstanceId, warning: Warning) -> Result<bool, Error> {
        if let BoxPhase::Spare | BoxPhase::Waking = self.known(instance).await?.phase
            && let Some(stop) = self.store.orphan(instance, self.clock.now()).await?
        {
            warn!(instance_id = %instance, threat = warning.threat.name(), "spare retired");
            self.advance_stops(vec![stop]).await?;
            return Ok(true);
        }
        let warned = self.store.warn(instance, warning).await?;
        warn!(instance_id = %instance, threat = warning.threat.name(), outcome = ?warned);
        Ok(false)
    }

    /// What the store says of a box: events of other groups' instances come in too.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn known(&self, instance: &InstanceId) -> Result<Known, Error> {
        let known = self.store.known(std::slice::from_ref(instance)).await?.pop();
        let unknown = Known { phase: BoxPhase::Unknown, owner: None, since: None, stamp: None };
        Ok(known.unwrap_or(unknown))
    }
}
