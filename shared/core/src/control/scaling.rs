//! Capacity: how many boxes there should be, and the calls that bring it about.
//!
//! Level-triggered: every round computes from counts what is missing, so a lost event costs a
//! minute and a doubled one nothing.
//!
//! `need = clamp(active + waiting + spares, MIN_BOXES, MaxSize)`;
//! `have = desired + waking - stopping still InService`.
//! More needed: standby boxes are woken first (unless boxes are never used again), then desired is
//! raised. Fewer needed: spares are retired through the stop flow, which lowers desired as they enter
//! standby or are terminated. Where somebody lowered
//! desired under its members (which stay: they are protected), boxes in service count, whatever
//! desired says, so that none is woken or left over; desired is raised all the same.
//!
//! `SetDesiredCapacity` is absolute and has no compare-and-set (Auto Scaling API reference), so it
//! is only used to raise, by the holder of `fleet:scaling`, in the first half of its lease: a holder
//! who was paused finds its time over and leaves the rest to the next round. What still lowers it in
//! the moments between takes boxes that are on their way, which are nobody's (`arrivals`).
//!
//! A round also notes, for those who wait, what keeps the fleet from growing: see `limits`.

mod limits;
mod plan;

use std::time::Duration;

pub use limits::limit_of;
pub use plan::{Plan, plan};
use tracing::info;

use super::{ControlPlane, Reuse, WORK, standby::Woken};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Lifecycle, Sizes},
    id::InstanceId,
    seats::Seats,
    store::{Demand, Duty, Lock, Store, Unlock, View},
};

/// How long the lock is held at most; a round takes a second or two.
pub const LEASE: Duration = Duration::from_secs(30);

/// How many seconds pass between two raises, so that those who come in a storm are counted
/// together.
const COOLDOWN: u64 = 2;

/// How many rounds follow one that raised desired while people wait, until the boxes are on their way
/// or AWS has said why not: about ten seconds. How soon AWS tries is not documented; a launch that
/// failed has been seen two seconds after (kubernetes/autoscaler issue 1263).
const LOOKS: usize = 5;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Round {
    /// Desired was raised.
    raised: bool,
    /// People wait, and it is not known whether boxes come.
    unclear: bool,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings capacity to what is needed, unless somebody else is doing it, who then goes round
    /// once more.
    ///
    /// # Errors
    /// The store, the table or AWS did not answer; the next round makes up for it.
    pub async fn converge(&self, owner: &str) -> Result<(), Error> {
        let until = self.clock.now().plus(WORK);
        let mut looks = LOOKS;
        let lock = || self.store.lock(Duty::Scaling, owner, LEASE, self.clock.now());
        while lock().await? == Lock::Locked {
            let Round { raised, unclear } = match self.round(self.clock.now().plus(LEASE / 2)).await
            {
                Ok(round) => round,
                Err(error) => {
                    self.note_failure(&error).await;
                    self.store.release(Duty::Scaling, owner).await?;
                    return Err(error);
                }
            };
            looks = if raised { LOOKS } else { looks };
            let look = unclear && looks > 0;
            if raised || look {
                self.pause(COOLDOWN).await;
            }
            // Word that is left after the last round waits for the next pass.
            if self.over(until) {
                self.store.release(Duty::Scaling, owner).await?;
                return Ok(());
            }
            if look {
                looks -= 1;
                continue;
            }
            match self.store.unlock(Duty::Scaling, owner, LEASE, self.clock.now()).await? {
                Unlock::Again => {}
                Unlock::Released | Unlock::Lost => return Ok(()),
            }
        }
        Ok(())
    }

    /// One round. Desired is not raised after `until`.
    async fn round(&self, until: Ms) -> Result<Round, Error> {
        let now = self.clock.now();
        let demand = self.store.demand(now).await?;
        let View { stopping, arriving, .. } = self.store.view().await?;
        let stopping: Vec<InstanceId> = stopping.into_keys().collect();
        let sizes = self.fleet.sizes().await?;
        let leaving = self.fleet.members(&stopping).await?.into_values();
        let counts = |l| matches!(l, Lifecycle::InService | Lifecycle::Pending);
        let leaving = leaving.filter(|member| counts(member.lifecycle)).count();
        let spares = self.spares(&demand, now).await?;
        let min_boxes = self.policy.min_boxes;
        let plan = plan(&demand, sizes, leaving, arriving.len(), spares, min_boxes);
        if plan.surplus > 0 {
            let stops = self.store.retire(plan.surplus, self.clock.now()).await?;
            info!(retired = stops.len(), desired = sizes.desired, "too many spares");
            self.advance_stops(stops).await?;
            self.note(plan, false).await?;
            return Ok(Round::default());
        }
        let woken = match self.policy.reuse {
            Reuse::Clean if plan.wake > 0 => self.wake(plan.wake, now.plus(LEASE / 4)).await?,
            Reuse::Clean | Reuse::Never => Woken::default(),
        };
        // Boxes being stopped leave desired when they enter standby; waking ones enter it later.
        let more = plan.missing.saturating_sub(woken.boxes);
        let raised = more > 0 && self.raise(more, until, &demand).await?;
        let clear = self.note(plan, woken.shortage).await?;
        let unclear = demand.waiting > 0 && !clear && (raised || plan.short);
        Ok(Round { raised, unclear })
    }

    /// Raises desired by so much, if it is not `until` yet. It is read again just before: boxes that left
    /// standby since it was read have raised it, were waking in the counts, and the number is absolute.
    async fn raise(&self, more: usize, until: Ms, demand: &Demand) -> Result<bool, Error> {
        let Sizes { desired, max } = self.fleet.sizes().await?;
        let target = (desired + more).min(max);
        let raised = target > desired && !self.over(until);
        if raised {
            self.fleet.set_desired(target).await?;
            let Demand { active, waiting, .. } = demand;
            info!(desired, target, active, waiting, "desired raised");
        }
        Ok(raised)
    }
}
