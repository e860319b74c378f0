//! Capacity: how many boxes there should be, and the calls that bring it about.
//!
//! Level-triggered: every round computes from counts what is missing, so a lost event costs a
//! minute and a doubled one nothing.
//!
//! `need = clamp(active + waiting + spares, MIN_BOXES, MaxSize)`;
//! `have = desired + waking - stopping still InService`.
//! More needed: standby boxes are woken first, then desired is raised. Fewer needed: spares are
//! retired through the stop flow, which lowers desired as they enter standby.
//!
//! `SetDesiredCapacity` is absolute and has no compare-and-set (Auto Scaling API reference), so it
//! is only used to raise, by the holder of `fleet:scaling`, in the first half of its lease: a holder
//! who was paused finds its time over and leaves the rest to the next round.

use std::time::Duration;

use tracing::info;

use super::ControlPlane;
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Group, Lifecycle},
    seats::{Seats, Write},
    store::{Demand, Lock, Store, Unlock},
};

/// How long the lock is held at most; a round takes a second or two.
pub const LEASE: Duration = Duration::from_secs(30);

/// How many rounds one holder goes for others who left word, so that none is held for ever.
const ROUNDS: usize = 3;

/// What a round does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// So many boxes are missing: wake as many as have rested, raise desired by the rest.
    pub missing: usize,
    /// So many spares are too many.
    pub surplus: usize,
}

/// The plan for these counts. `in_service_stopping` are boxes in `fleet:stopping` that the group
/// still counts.
#[must_use]
pub fn plan(
    demand: &Demand,
    desired: usize,
    max: usize,
    in_service_stopping: usize,
    spares: usize,
    min_boxes: usize,
) -> Plan {
    let wanted = (demand.active + demand.waiting + spares).max(min_boxes);
    let need = wanted.min(max);
    let have = (desired + demand.waking).saturating_sub(in_service_stopping);
    Plan { missing: need.saturating_sub(have), surplus: have.saturating_sub(need).min(demand.pool) }
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings capacity to what is needed, unless somebody else is doing it, who then goes round
    /// once more.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next round makes up for it.
    pub async fn converge(&self, owner: &str) -> Result<(), Error> {
        if self.store.lock(owner, LEASE).await? == Lock::Busy {
            return Ok(());
        }
        let mut outcome = Ok(());
        for _ in 0..ROUNDS {
            let until = self.clock.now().plus(LEASE / 2);
            outcome = self.round(until).await;
            match self.store.unlock(owner, LEASE).await? {
                Unlock::Again if outcome.is_ok() => {}
                Unlock::Again | Unlock::Released | Unlock::Lost => return outcome,
            }
        }
        outcome
    }

    async fn round(&self, until: Ms) -> Result<(), Error> {
        let demand = self.store.demand(self.clock.now()).await?;
        let group = self.fleet.group().await?;
        let stopping = self.store.view().await?.stopping;
        let serving = |g: &Group| {
            let counted =
                |id| matches!(g.lifecycle(id), Some(Lifecycle::InService | Lifecycle::Pending));
            stopping.keys().filter(|id| counted(id)).count()
        };
        let Group { desired, max, .. } = group;
        let plan =
            plan(&demand, desired, max, serving(&group), self.policy.spares, self.policy.min_boxes);
        if plan.surplus > 0 {
            let stops = self.store.retire(plan.surplus, self.clock.now()).await?;
            info!(retired = stops.len(), desired, "too many spares");
            self.advance_stops(stops).await?;
            return Ok(());
        }
        let woken = if plan.missing > 0 { self.wake(plan.missing).await? } else { 0 };
        // Boxes being stopped leave desired when they enter standby; waking ones enter it later.
        let target = (desired + plan.missing - woken).min(max);
        if target > desired && self.clock.now() < until {
            self.fleet.set_desired(target).await?;
            info!(
                desired,
                target,
                active = demand.active,
                waiting = demand.waiting,
                "desired raised"
            );
        }
        Ok(())
    }

    /// Starts up to `n` rested standby boxes; says how many. Their tags are cleared first: a tag
    /// may be missing, never another user's.
    async fn wake(&self, n: usize) -> Result<usize, Error> {
        let mut ready = Vec::new();
        for instance in self.store.wake(n, self.clock.now()).await? {
            match self.seats.waking(&instance).await? {
                Write::Done => ready.push(instance),
                Write::Refused => {
                    self.store.orphan(&instance, self.clock.now()).await?;
                }
            }
        }
        if !ready.is_empty() {
            self.fleet.tag_owner(&ready, None).await?;
            self.fleet.start(&ready).await?;
            info!(boxes = ready.len(), "waking");
        }
        Ok(ready.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(active: usize, waiting: usize, pool: usize) -> Demand {
        Demand { active, waiting, pool, ..Demand::default() }
    }

    #[test]
    fn an_empty_group_gets_its_spare() {
        assert_eq!(plan(&demand(0, 0, 0), 0, 20, 0, 1, 1), Plan { missing: 1, surplus: 0 });
    }

    #[test]
    fn desired_is_active_plus_spares() {
        assert_eq!(plan(&demand(3, 0, 1), 4, 20, 0, 1, 1), Plan::default());
        assert_eq!(plan(&demand(3, 2, 0), 3, 20, 0, 1, 1), Plan { missing: 3, surplus: 0 });
    }

    #[test]
    fn max_size_is_never_passed() {
        assert_eq!(plan(&demand(19, 50, 0), 19, 20, 0, 1, 1), Plan { missing: 1, surplus: 0 });
        assert_eq!(plan(&demand(20, 50, 0), 20, 20, 0, 1, 1), Plan::default());
    }

    #[test]
    fn boxes_on_their_way_out_are_no_capacity() {
        assert_eq!(plan(&demand(1, 1, 0), 2, 20, 1, 0, 0), Plan { missing: 1, surplus: 0 });
    }

    #[test]
    fn only_spares_are_surplus() {
        assert_eq!(plan(&demand(1, 0, 2), 6, 20, 0, 1, 1), Plan { missing: 0, surplus: 2 });
        assert_eq!(plan(&demand(0, 0, 1), 1, 20, 0, 0, 1), Plan::default());
    }

    #[test]
    fn waking_boxes_count_as_there() {
        let waking = Demand { waking: 1, ..demand(0, 0, 0) };
        assert_eq!(plan(&waking, 0, 20, 0, 1, 1), Plan::default());
    }
}
