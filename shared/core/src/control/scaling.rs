//! Capacity: how many boxes there should be, and the calls that bring it about.
//!
//! Level-triggered: every round computes from counts what is missing, so a lost event costs a
//! minute and a doubled one nothing.
//!
//! `need = clamp(active + waiting + spares, MIN_BOXES, MaxSize)`;
//! `have = desired + waking - stopping still InService`.
//! More needed: standby boxes are woken first, then desired is raised. Fewer needed: spares are
//! retired through the stop flow, which lowers desired as they enter standby. Where somebody lowered
//! desired under its members (which stay: they are protected), boxes in service count, whatever
//! desired says, so that none is woken or left over; desired is raised all the same.
//!
//! `SetDesiredCapacity` is absolute and has no compare-and-set (Auto Scaling API reference), so it
//! is only used to raise, by the holder of `fleet:scaling`, in the first half of its lease: a holder
//! who was paused finds its time over and leaves the rest to the next round.

use std::time::Duration;

use tracing::info;

use super::{ControlPlane, WORK};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Lifecycle, Sizes},
    id::InstanceId,
    seats::Seats,
    store::{Demand, Duty, Limit, Lock, Store, Unlock},
};

/// How long the lock is held at most; a round takes a second or two.
pub const LEASE: Duration = Duration::from_secs(30);

/// How many seconds pass between two raises, so that those who come in a storm are counted
/// together.
const COOLDOWN: u64 = 2;

/// How long people who wait are told what keeps the fleet from growing; passes repeat it.
const BELIEVED: Duration = Duration::from_secs(150);

/// What a round does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// So much is desired too little, waking boxes included.
    pub missing: usize,
    /// So many boxes are too few: the most that are woken.
    pub wake: usize,
    /// So many spares are too many.
    pub surplus: usize,
    /// Whether more would be needed than the group may have.
    pub limited: bool,
}

/// The plan for these counts. `leaving` are boxes in `fleet:stopping` that the group still counts.
#[must_use]
pub fn plan(
    demand: &Demand,
    sizes: Sizes,
    leaving: usize,
    spares: usize,
    min_boxes: usize,
) -> Plan {
    let wanted = (demand.active + demand.waiting + spares).max(min_boxes);
    let need = wanted.min(sizes.max);
    let have = (sizes.desired + demand.waking).saturating_sub(leaving);
    let there = have.max(demand.active + demand.pool + demand.waking);
    Plan {
        missing: need.saturating_sub(have),
        wake: need.saturating_sub(there),
        surplus: there.saturating_sub(need).min(demand.pool),
        limited: demand.active + demand.waiting > sizes.max,
    }
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings capacity to what is needed, unless somebody else is doing it, who then goes round
    /// once more.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next round makes up for it.
    pub async fn converge(&self, owner: &str) -> Result<(), Error> {
        if self.store.lock(Duty::Scaling, owner, LEASE, self.clock.now()).await? == Lock::Busy {
            return Ok(());
        }
        let until = self.clock.now().plus(WORK);
        loop {
            let outcome = self.round(self.clock.now().plus(LEASE / 2)).await;
            if let Ok(true) = outcome {
                self.pause(COOLDOWN).await;
            }
            // Word that is left after the last round waits for the next pass.
            if outcome.is_err() || self.over(until) {
                self.store.release(Duty::Scaling, owner).await?;
                return outcome.map(drop);
            }
            match self.store.unlock(Duty::Scaling, owner, LEASE, self.clock.now()).await? {
                Unlock::Again => {}
                Unlock::Released | Unlock::Lost => return Ok(()),
            }
        }
    }

    /// One round; returns whether desired was raised. Not after `until`.
    async fn round(&self, until: Ms) -> Result<bool, Error> {
        let now = self.clock.now();
        let demand = self.store.demand(now).await?;
        let stopping: Vec<InstanceId> = self.store.view().await?.stopping.into_keys().collect();
        let sizes = self.fleet.sizes().await?;
        let leaving = self.fleet.members(&stopping).await?.into_values();
        let counts = |l| matches!(l, Lifecycle::InService | Lifecycle::Pending);
        let leaving = leaving.filter(|member| counts(member.lifecycle)).count();
        let plan = plan(&demand, sizes, leaving, self.policy.spares, self.policy.min_boxes);
        let limit = plan.limited.then_some(Limit::MaxSize);
        self.store.constrain(limit, now.plus(BELIEVED)).await?;
        if plan.surplus > 0 {
            let stops = self.store.retire(plan.surplus, self.clock.now()).await?;
            info!(retired = stops.len(), desired = sizes.desired, "too many spares");
            self.advance_stops(stops).await?;
            return Ok(false);
        }
        let woken = if plan.wake > 0 { self.wake(plan.wake).await? } else { 0 };
        // Boxes being stopped leave desired when they enter standby; waking ones enter it later.
        let target = (sizes.desired + plan.missing - woken).min(sizes.max);
        let raise = target > sizes.desired && !self.over(until);
        if raise {
            self.fleet.set_desired(target).await?;
            let Demand { active, waiting, .. } = demand;
            info!(desired = sizes.desired, target, active, waiting, "desired raised");
        }
        Ok(raise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(active: usize, waiting: usize, pool: usize) -> Demand {
        Demand { active, waiting, pool, ..Demand::default() }
    }

    fn sizes(desired: usize, max: usize) -> Sizes {
        Sizes { desired, max }
    }

    fn missing(missing: usize) -> Plan {
        Plan { missing, wake: missing, ..Plan::default() }
    }

    #[test]
    fn an_empty_group_gets_its_spare() {
        assert_eq!(plan(&demand(0, 0, 0), sizes(0, 20), 0, 1, 1), missing(1));
    }

    #[test]
    fn desired_is_active_plus_spares() {
        assert_eq!(plan(&demand(3, 0, 1), sizes(4, 20), 0, 1, 1), Plan::default());
        assert_eq!(plan(&demand(3, 2, 0), sizes(3, 20), 0, 1, 1), missing(3));
    }

    #[test]
    fn max_size_is_never_passed() {
        let full = Plan { limited: true, ..Plan::default() };
        assert_eq!(
            plan(&demand(19, 50, 0), sizes(19, 20), 0, 1, 1),
            Plan { missing: 1, wake: 1, ..full }
        );
        assert_eq!(plan(&demand(20, 50, 0), sizes(20, 20), 0, 1, 1), full);
        // Nobody waits: the spare is all that is not there.
        assert_eq!(plan(&demand(20, 0, 0), sizes(20, 20), 0, 1, 1), Plan::default());
    }

    #[test]
    fn boxes_in_service_count_whatever_desired_says() {
        let lowered = plan(&demand(2, 0, 1), sizes(0, 20), 0, 1, 1);
        assert_eq!(lowered, Plan { missing: 3, ..Plan::default() }, "none is woken");
        let over = plan(&demand(1, 0, 3), sizes(2, 20), 0, 1, 1);
        assert_eq!(over, Plan { surplus: 2, ..Plan::default() });
    }

    #[test]
    fn boxes_on_their_way_out_are_no_capacity() {
        assert_eq!(plan(&demand(1, 1, 0), sizes(2, 20), 1, 0, 0), missing(1));
    }

    #[test]
    fn only_spares_are_surplus() {
        assert_eq!(
            plan(&demand(1, 0, 2), sizes(6, 20), 0, 1, 1),
            Plan { surplus: 2, ..Plan::default() }
        );
        assert_eq!(plan(&demand(0, 0, 1), sizes(1, 20), 0, 0, 1), Plan::default());
    }

    #[test]
    fn waking_boxes_count_as_there() {
        let waking = Demand { waking: 1, ..demand(0, 0, 0) };
        assert_eq!(plan(&waking, sizes(0, 20), 0, 1, 1), Plan::default());
    }
}
