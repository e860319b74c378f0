//! The stop flow, the only way that a box is stopped.
//!
//! A box is to be stopped if and only if it is in `fleet:stopping` with that stamp **and** its item
//! says `parked`, or that its user's seat is ending. An open seat there means that the store is
//! wrong: it adopts the seat. Both are checked again before each AWS call. The way is EnterStandby
//! (a stopped box in service would be taken for dead and replaced: Auto Scaling User Guide, "Health
//! checks"), StopInstances, tag UNASSIGNED; the end only when EC2, described after the stamp was
//! read, says Standby and `stopped`. Each call can fail or be the last one of this function: the
//! next pass begins at what AWS and the items then say.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use tracing::{info, warn};

use super::ControlPlane;
use crate::{
    allocate::settle,
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Group, Lifecycle, Machines, Power},
    id::{Epoch, InstanceId, UserId},
    seats::{BoxItem, Seats, Truth, UserState, Write},
    store::{FinishStop, Stop, Store},
};

/// How many seconds the flow waits for EnterStandby to take effect before it leaves the rest to the
/// next pass.
const STANDBY_WAIT: usize = 15;

/// How many items are read or written side by side.
pub(super) const PARALLEL: usize = 16;

/// Why a box may be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Nobody's: its item says parked.
    Parked,
    /// Its user's seat is ending.
    Ending { user: UserId, epoch: Epoch },
}

/// Boxes whose stop was confirmed.
pub(super) type Confirmed = BTreeMap<InstanceId, (Stop, Reason)>;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings these stops as far as they get now. Returns how many came to their end.
    pub(super) async fn advance_stops(&self, stops: Vec<Stop>) -> Result<usize, Error> {
        let stops = self.confirm(stops).await?;
        if stops.is_empty() {
            return Ok(0);
        }
        let ids: Vec<InstanceId> = stops.keys().cloned().collect();
        let (mut group, mut machines) =
            (self.fleet.group().await?, self.fleet.machines(&ids).await?);
        let serving = select(&stops, &group, &machines, Lifecycle::InService, Power::Running);
        if self.park_in_standby(&serving).await? {
            for _ in 0..STANDBY_WAIT {
                group = self.fleet.group().await?;
                let moving =
                    |id: &InstanceId| group.lifecycle(id) == Some(Lifecycle::EnteringStandby);
                if !serving.iter().any(|stop| moving(&stop.instance)) {
                    break;
                }
                self.pause().await;
            }
        }
        let running = select(&stops, &group, &machines, Lifecycle::Standby, Power::Running);
        let running = self.confirm(running).await?;
        if !running.is_empty() {
            let ids: Vec<InstanceId> = running.into_keys().collect();
            self.fleet.stop(&ids).await?;
            self.fleet.tag_owner(&ids, None).await?;
            info!(boxes = ids.len(), "stopping");
            machines = self.fleet.machines(&ids).await?;
        }
        let stopped = select(&stops, &group, &machines, Lifecycle::Standby, Power::Stopped);
        let mut finished = 0;
        for stop in stopped {
            let Some((_, reason)) = stops.get(&stop.instance) else { continue };
            finished += usize::from(self.finish(&stop, reason).await?);
        }
        Ok(finished)
    }

    /// Keeps the stops that are still meant, and sees to it that the item of each says so.
    async fn confirm(&self, stops: Vec<Stop>) -> Result<Confirmed, Error> {
        if stops.is_empty() {
            return Ok(Confirmed::new());
        }
        let stopping = self.store.view().await?.stopping;
        let still =
            stops.into_iter().filter(|stop| stopping.get(&stop.instance) == Some(&stop.stamp));
        let confirmed = stream::iter(still).map(|stop| async move {
            let reason = self.reason(&stop.instance).await?;
            Ok::<_, Error>(reason.map(|reason| (stop.instance.clone(), (stop, reason))))
        });
        let confirmed: Vec<_> = confirmed.buffer_unordered(PARALLEL).try_collect().await?;
        Ok(confirmed.into_iter().flatten().collect())
    }

    /// What the items say of a box in `fleet:stopping`; `None` if they say that it must not stop,
    /// and then the store has learnt it.
    async fn reason(&self, instance: &InstanceId) -> Result<Option<Reason>, Error> {
        let truth = match self.seats.instance(instance).await? {
            Some(BoxItem::Parked) => return Ok(Some(Reason::Parked)),
            None => match self.seats.park(instance).await? {
                Write::Done => return Ok(Some(Reason::Parked)),
                // Somebody opened a seat on it between the two calls: the next pass reads which.
                Write::Refused => return Ok(None),
            },
            Some(BoxItem::Waking) => Truth::Waking(instance.clone()),
            Some(BoxItem::Seat { user, epoch }) => match self.seats.user(&user).await? {
                Some(item) if item.seat.instance != *instance || item.seat.epoch != epoch => {
                    warn!(%user, instance_id = %instance, "a box's item names a seat that its user's does not");
                    return Ok(None);
                }
                Some(item) if item.state == UserState::Open => Truth::User(item.seat, item.state),
                Some(_) => return Ok(Some(Reason::Ending { user, epoch })),
                None => return Ok(None),
            },
        };
        warn!(instance_id = %instance, "the store meant to stop a box that the table says is in use");
        settle(&self.store, &self.seats, &[truth], &self.clock).await?;
        Ok(None)
    }

    /// Puts boxes into standby; a batch that is refused is repeated one by one. True if any went.
    async fn park_in_standby(&self, stops: &[Stop]) -> Result<bool, Error> {
        let confirmed = self.confirm(stops.to_vec()).await?;
        let ids: Vec<InstanceId> = confirmed.into_keys().collect();
        if ids.is_empty() {
            return Ok(false);
        }
        match self.fleet.enter_standby(&ids).await {
            Ok(()) => return Ok(true),
            Err(FleetError::Refused(code)) => {
                warn!(code, boxes = ids.len(), "standby refused for a batch")
            }
            Err(e) => return Err(e.into()),
        }
        let mut any = false;
        for id in &ids {
            match self.fleet.enter_standby(std::slice::from_ref(id)).await {
                Ok(()) => any = true,
                Err(FleetError::Refused(code)) => warn!(code, instance_id = %id, "standby refused"),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(any)
    }

    /// Ends a stop whose box is stopped: first the table, then the store. A box that is still
    /// somebody's in one of them is never free in the other.
    async fn finish(&self, stop: &Stop, reason: &Reason) -> Result<bool, Error> {
        if let Reason::Ending { user, epoch } = reason {
            match self.seats.close_and_park(user, &stop.instance, *epoch).await? {
                Write::Done => {}
                Write::Refused => return Ok(false),
            }
        }
        let now: Ms = self.clock.now();
        let finished = self.store.finish_stop(&stop.instance, stop.stamp, now).await?;
        info!(instance_id = %stop.instance, outcome = ?finished, "stopped");
        Ok(finished == FinishStop::Finished)
    }
}

/// The stops whose box is in that state.
fn select(
    stops: &Confirmed,
    group: &Group,
    machines: &Machines,
    lifecycle: Lifecycle,
    power: Power,
) -> Vec<Stop> {
    let is = |id: &InstanceId| {
        group.lifecycle(id) == Some(lifecycle) && machines.get(id).is_some_and(|m| m.power == power)
    };
    stops.values().map(|(stop, _)| stop).filter(|stop| is(&stop.instance)).cloned().collect()
}
