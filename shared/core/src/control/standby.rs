//! Standby boxes: started again, and terminated when there are too many or they are too old.

use std::time::Duration;

use futures::future::join_all;
use tracing::{info, warn};

use super::{ControlPlane, Reuse};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Refusal, Refused},
    id::{InstanceId, VolumeId},
    seats::{Seats, Write},
    store::{Dropped, Store, View},
};

/// A wake that takes longer has failed.
pub const WAKE_LIMIT: Duration = Duration::from_secs(5 * 60);

/// How many standby boxes one pass terminates at most. Each is a call of its own, of which AWS is taken to
/// allow 50 at once and then 5 a second (unverified for Auto Scaling): as many as a pass has time for.
const DROPS: usize = 200;

/// How many of them at a time.
const DROPPED_AT_ONCE: usize = 8;

/// How many boxes are woken at a time: what is woken counts as capacity, and what AWS does not start has
/// to be parked again. StartInstances takes a thousand instances at once, and then two a second (EC2
/// Developer Guide, "Request throttling").
const WAKES: usize = 100;

/// What became of boxes that were to be started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Woken {
    /// How many are starting.
    pub(super) boxes: usize,
    /// Whether AWS had no machine for one of the others.
    pub(super) shortage: bool,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Starts up to `n` rested standby boxes, some at a time, until AWS starts no more for now, or it is
    /// `until`.
    pub(super) async fn wake(&self, n: usize, until: Ms) -> Result<Woken, Error> {
        let mut woken = Woken::default();
        while woken.boxes < n && !self.over(until) {
            let wanted = WAKES.min(n - woken.boxes);
            let some = self.wake_some(wanted).await?;
            woken.boxes += some.boxes;
            woken.shortage |= some.shortage;
            if some.boxes < wanted {
                break;
            }
        }
        Ok(woken)
    }

    async fn wake_some(&self, n: usize) -> Result<Woken, Error> {
        let mut ready = Vec::new();
        for instance in self.store.wake(n, self.clock.now()).await? {
            match self.seats.waking(&instance).await? {
                Write::Done => ready.push(instance),
                Write::Refused => {
                    self.store.orphan(&instance, self.clock.now()).await?;
                }
            }
        }
        self.start_now(&ready).await
    }

    /// Starts waking boxes; returns how many.
    pub(super) async fn start(&self, waking: &[InstanceId]) -> Result<usize, Error> {
        self.start_now(waking).await.map(|woken| woken.boxes)
    }

    /// Starts waking boxes. Their tags are cleared first: a tag may be missing, never another user's.
    /// What cannot be started now goes back at once, so that desired is raised instead.
    async fn start_now(&self, waking: &[InstanceId]) -> Result<Woken, Error> {
        // A function that was paused may have attached a home since the box was stopped.
        let machines = self.fleet.machines(waking).await?;
        let home = |id: &InstanceId| {
            machines.get(id).and_then(|machine| Some((id.clone(), machine.home.clone()?)))
        };
        let attached: Vec<(InstanceId, VolumeId)> = waking.iter().filter_map(home).collect();
        let mut refused: Refused =
            attached.iter().map(|(id, _)| (id.clone(), Refusal::NotNow)).collect();
        self.detach_all(attached).await?;
        let clean: Vec<InstanceId> =
            waking.iter().filter(|id| !refused.contains_key(id)).cloned().collect();
        refused.extend(self.fleet.tag_owner(&clean, None).await?);
        let tagged: Vec<InstanceId> =
            waking.iter().filter(|id| !refused.contains_key(id)).cloned().collect();
        refused.extend(self.fleet.start(&tagged).await?);
        for (id, refusal) in &refused {
            warn!(instance_id = %id, ?refusal, "start refused");
            self.give_up(id).await?;
        }
        let started = waking.len() - refused.len();
        if started > 0 {
            info!(boxes = started, "waking");
        }
        let shortage = refused.values().any(|refusal| *refusal == Refusal::NoCapacity);
        Ok(Woken { boxes: started, shortage })
    }

    /// Terminates standby boxes beyond the limit or the age that the operator set, oldest first; all
    /// of them where boxes are not used again. Begins with none after `until`, nor after one that failed.
    pub(super) async fn drop_standby(&self, until: Ms) -> Result<usize, Error> {
        let surplus = self.surplus(&self.store.view().await?);
        let mut dropped = 0;
        for some in surplus.chunks(DROPPED_AT_ONCE) {
            if self.over(until) {
                break;
            }
            for done in join_all(some.iter().map(|instance| self.drop_one(instance))).await {
                dropped += usize::from(done?);
            }
        }
        Ok(dropped)
    }

    /// Terminates a standby box, unless it is being woken just now.
    async fn drop_one(&self, instance: &InstanceId) -> Result<bool, Error> {
        let dropped = self.store.drop_box(instance, self.clock.now()).await? == Dropped::Dropped;
        if dropped {
            self.discard(instance, false).await?;
        }
        Ok(dropped)
    }

    fn surplus(&self, view: &View) -> Vec<InstanceId> {
        let now = self.clock.now();
        let mut standby: Vec<_> = view.standby.iter().map(|(id, since)| (*since, id)).collect();
        standby.sort();
        let kept = match self.policy.reuse {
            Reuse::Clean => self.policy.max_standby,
            Reuse::Never => 0,
        };
        let many = standby.len().saturating_sub(kept);
        let old = |since| self.policy.max_standby_age.is_some_and(|age| now.since(since) > age);
        let surplus = standby.iter().enumerate().filter(|(n, (since, _))| *n < many || old(*since));
        surplus.map(|(_, (_, id))| (*id).clone()).take(DROPS).collect()
    }
}
