//! The stop flow, the only way that a box is stopped.
//!
//! A box is to be stopped if and only if it is in `fleet:stopping` with that stamp **and** its item
//! says `parked`, or that its user's seat is ending (see [`confirm`]). Both are checked again before
//! each AWS call. The way is EnterStandby (a stopped box in service would be taken for dead and
//! replaced: Auto Scaling User Guide, "Health checks"), StopInstances, tag UNASSIGNED; the end only
//! when EC2, described after the stamp was read, says Standby and `stopped`. Each call can fail or
//! be the last one of this function: the next pass begins at what AWS and the items then say.
//!
//! Before a box leaves service whoever is in is put out, and it lets go of the user's files (see
//! [`super::drain`]). A stop comes to its end when nothing is attached to the stopped box any more (see
//! [`detach`]). Where boxes are never used again they are terminated instead (see [`terminate`]).

mod confirm;
mod detach;
mod terminate;

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use tracing::{info, warn};

use super::{ControlPlane, PARALLEL, Reuse, WAKE_LIMIT};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Lifecycle, Machine, Machines, Members, Power, Refusal},
    id::InstanceId,
    ledger::{End, Ending, Why},
    seats::{Addresses, Seats, UserItem, Write},
    store::{FinishStop, Stop, Store},
};

/// How many seconds the flow waits for EnterStandby to take effect before it leaves the rest to the
/// next pass.
const STANDBY_WAIT: usize = 10;

/// How old a list of AWS's is at most, as far as the flow goes: a box that came into service so lately may
/// be listed as in standby, where it rested before it was woken. AWS names no bound (EC2 Developer Guide,
/// "Eventual consistency": poll for seconds to minutes); a list that is older costs a spare, which the
/// group replaces, and nobody theirs.
const LATE: Duration = Duration::from_secs(45);

/// How many boxes are confirmed and sent to AWS at a time, so that little time passes between the
/// check and the call.
const CHUNK: usize = 100;

/// Why a box may be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Nobody's: its item says parked.
    Parked,
    /// Its user's seat is ending.
    Ending(Box<UserItem>),
}

impl Reason {
    /// When the box came into service in this life of its, at the latest: its user got it then, or its
    /// stop was decided; and long after its start its wake would have been given up.
    fn served(&self, stop: &Stop, machine: &Machine) -> Ms {
        let latest = match self {
            Self::Ending(item) => Ms(item.seat.epoch.0),
            Self::Parked => stop.stamp,
        };
        latest.min(machine.launched.plus(2 * WAKE_LIMIT))
    }
}

/// Boxes whose stop was confirmed.
pub(super) type Confirmed = BTreeMap<InstanceId, (Stop, Reason)>;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings these stops as far as they get now. Returns how many came to their end.
    pub(super) async fn advance_stops(&self, stops: Vec<Stop>) -> Result<usize, Error> {
        let mut stops = self.confirm(stops).await?;
        if stops.is_empty() {
            return Ok(0);
        }
        let ids: Vec<InstanceId> = stops.keys().cloned().collect();
        let mut members = self.fleet.members(&ids).await?;
        let mut machines = self.fleet.machines(&ids).await?;

        self.part_from_users(&mut stops, &members, &machines).await?;
        let serving = |id: &InstanceId| {
            stands(&members, id, Lifecycle::InService) && machines.contains_key(id)
        };
        if self.policy.reuse == Reuse::Never {
            return self.terminate_all(&stops, &members).await;
        }
        let entered = self.park_in_standby(select(&stops, serving)).await?;
        if !entered.is_empty() {
            members.extend(self.entered_standby(&entered).await?);
        }
        let now = self.clock.now();
        let rests = |id: &InstanceId| {
            let (Some((stop, reason)), Some(machine)) = (stops.get(id), machines.get(id)) else {
                return false;
            };
            now.since(reason.served(stop, machine)) > LATE
        };
        let running = |id: &InstanceId| {
            stands(&members, id, Lifecycle::Standby)
                && rests(id)
                && is(&machines, id, Power::Running)
        };
        let sent = self.stop_instances(select(&stops, running)).await?;
        if !sent.is_empty() {
            machines.extend(self.fleet.machines(&sent).await?);
        }
        let stopped = |id: &InstanceId| {
            stands(&members, id, Lifecycle::Standby) && is(&machines, id, Power::Stopped)
        };
        let stopped = self.without_homes(select(&stops, stopped), &machines).await?;
        self.finish_all(&stops, stopped).await
    }

    /// Has boxes in service whose user's seat is ending let go of the files. Those that are still at
    /// it are left to the next pass.
    async fn part_from_users(
        &self,
        stops: &mut Confirmed,
        members: &Members,
        machines: &Machines,
    ) -> Result<(), Error> {
        let asked = stops.iter().filter_map(|(id, (_, reason))| match reason {
            Reason::Ending(item) if item.farewell.is_none() => {
                let machine = machines.get(id)?;
                let runs = machine.power == Power::Running;
                (runs && stands(members, id, Lifecycle::InService))
                    .then(|| ((**item).clone(), machine.addresses.clone()))
            }
            Reason::Ending(_) | Reason::Parked => None,
        });
        let asked: Vec<(UserItem, Addresses)> = asked.collect();
        if asked.is_empty() {
            return Ok(());
        }
        let waiting: Vec<InstanceId> =
            asked.iter().map(|(item, _)| item.seat.instance.clone()).collect();
        let parted = self.part(asked).await?;
        for id in waiting {
            match (parted.get(&id), stops.get_mut(&id)) {
                (Some(farewell), Some((_, Reason::Ending(item)))) => {
                    item.farewell = Some(*farewell);
                }
                _ => drop(stops.remove(&id)),
            }
        }
        Ok(())
    }

    /// Puts boxes into standby; returns those that AWS took.
    async fn park_in_standby(&self, stops: Vec<Stop>) -> Result<Vec<InstanceId>, Error> {
        let mut entered = Vec::new();
        for some in stops.chunks(CHUNK) {
            let ids: Vec<InstanceId> = self.confirm(some.to_vec()).await?.into_keys().collect();
            let refused = self.fleet.enter_standby(&ids).await?;
            if !refused.is_empty() {
                warn!(?refused, "standby refused");
            }
            entered.extend(ids.into_iter().filter(|id| !refused.contains_key(id)));
        }
        Ok(entered)
    }

    /// Waits until these boxes are in standby, a little; returns where they stand.
    async fn entered_standby(&self, entered: &[InstanceId]) -> Result<Members, Error> {
        for _ in 0..STANDBY_WAIT {
            let members = self.fleet.members(entered).await?;
            let moves = |id: &InstanceId| !stands(&members, id, Lifecycle::Standby);
            if !entered.iter().any(moves) {
                return Ok(members);
            }
            self.pause(1).await;
        }
        Ok(self.fleet.members(entered).await?)
    }

    /// Stops boxes that are in standby; returns those that AWS took. A box that can never be
    /// stopped is terminated instead.
    async fn stop_instances(&self, stops: Vec<Stop>) -> Result<Vec<InstanceId>, Error> {
        let mut sent = Vec::new();
        for some in stops.chunks(CHUNK) {
            let confirmed = self.confirm(some.to_vec()).await?;
            let ids: Vec<InstanceId> = confirmed.keys().cloned().collect();
            let refused = self.fleet.stop(&ids).await?;
            for (id, refusal) in &refused {
                warn!(instance_id = %id, ?refusal, "stop refused");
                if *refusal == Refusal::Never {
                    self.discard(id, false).await?;
                }
            }
            sent.extend(ids.into_iter().filter(|id| !refused.contains_key(id)));
        }
        if !sent.is_empty() {
            info!(boxes = sent.len(), "stopping");
        }
        Ok(sent)
    }

    /// Ends the stops of boxes that are stopped.
    async fn finish_all(&self, stops: &Confirmed, stopped: Vec<Stop>) -> Result<usize, Error> {
        let ids: Vec<InstanceId> = stopped.iter().map(|stop| stop.instance.clone()).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        // A tag that is missing is nothing; another user's would be a lie. It is cleared again
        // before the box is started.
        self.fleet.tag_owner(&ids, None).await?;
        let ends = stream::iter(stopped).map(|stop| async move {
            match stops.get(&stop.instance) {
                Some((_, reason)) => self.finish(&stop, reason).await,
                None => Ok(false),
            }
        });
        let ends = ends.buffer_unordered(PARALLEL);
        ends.try_fold(0, |sum, finished| async move { Ok(sum + usize::from(finished)) }).await
    }

    /// Ends a stop whose box is stopped: first the table, then the store. A box that is still
    /// somebody's in one of them is never free in the other.
    async fn finish(&self, stop: &Stop, reason: &Reason) -> Result<bool, Error> {
        if let Reason::Ending(item) = reason {
            let at = self.clock.now();
            // Decided by an earlier release, which did not write down why.
            let unsaid = || Ending { why: Why::Idle, at, last_seen: None, by: None };
            let ending = item.ending.clone().unwrap_or_else(unsaid);
            let end = End { seat: item.seat.clone(), ending, farewell: item.farewell, at };
            match self.seats.close_and_park(&end).await? {
                Write::Done => {}
                Write::Refused => return Ok(false),
            }
        }
        let now = self.clock.now();
        let finished = self.store.finish_stop(&stop.instance, stop.stamp, now).await?;
        info!(instance_id = %stop.instance, outcome = ?finished, "stopped");
        Ok(finished == FinishStop::Finished)
    }
}

fn stands(members: &Members, id: &InstanceId, lifecycle: Lifecycle) -> bool {
    members.get(id).is_some_and(|member| member.lifecycle == lifecycle)
}

fn is(machines: &Machines, id: &InstanceId, power: Power) -> bool {
    machines.get(id).is_some_and(|machine| machine.power == power)
}

/// The stops whose box is so.
fn select(stops: &Confirmed, so: impl Fn(&InstanceId) -> bool) -> Vec<Stop> {
    stops.values().map(|(stop, _)| stop).filter(|stop| so(&stop.instance)).cloned().collect()
}
