//! Whose box is taken back.
//!
//! A box is *idle* if and only if
//! - its user is RUNNING and their last heartbeat reached the store longer ago than the idle time,
//! - the box itself, asked, saw none since then either (else the control plane was deaf), and
//! - both still hold in the one step that begins the stop (a user may come back meanwhile).
//!
//! A box that cannot be reached counts as having seen nothing. A seat that is older than the
//! longest lifetime ends whatever its user does. What this does not clean up: boxes outside the
//! group, and users who wait (they leave the queue when they stop asking).

use futures::{StreamExt, stream};
use tracing::info;

use super::{ControlPlane, PARALLEL, Pass};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet},
    seats::{Seat, Seats, UserItem, UserState, Write},
    store::{BeginStop, Idle, Store, Touch},
};

/// How many idle users one pass takes on; the rest is the next pass's.
const LIMIT: usize = 1000;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Begins the stop of every idle box.
    pub(super) async fn reap(&self, pass: &mut Pass, until: Ms) -> Result<(), Error> {
        let cutoff = self.clock.now().minus(self.policy.idle_timeout);
        let idle = self.store.idle(cutoff, LIMIT).await?;
        pass.found = idle.len();
        let ends = stream::iter(idle).map(|idle| async move {
            if self.over(until) { Ok(None) } else { self.end_if_idle(idle, cutoff).await.map(Some) }
        });
        let ends: Vec<_> = ends.buffer_unordered(PARALLEL).collect().await;
        for end in ends {
            match end? {
                Some(BeginStop::Begun(_)) => pass.begun += 1,
                Some(BeginStop::Revived) => pass.revived += 1,
                Some(BeginStop::AlreadyGone) => pass.already_gone += 1,
                None => {}
            }
        }
        Ok(())
    }

    async fn end_if_idle(&self, idle: Idle, cutoff: Ms) -> Result<BeginStop, Error> {
        let Idle { seat, last_seen } = idle;
        if let Some(beat) = self.boxes.last_heartbeat(&seat.addresses).await
            && beat >= cutoff
        {
            let noted = self.store.touch(&seat.user, &seat.instance, seat.epoch, beat).await?;
            info!(user = %seat.user, instance_id = %seat.instance, "the box saw a heartbeat that we did not");
            return Ok(match noted {
                Touch::Ok(_) => BeginStop::Revived,
                Touch::Stale => BeginStop::AlreadyGone,
            });
        }
        let begun = self.store.begin_stop(&seat.user, seat.epoch, cutoff, self.clock.now()).await?;
        if let BeginStop::Begun(_) = &begun {
            self.end_seat(&seat, "idle", Some(last_seen)).await?;
        }
        Ok(begun)
    }

    /// Begins the stop of boxes whose users have had them for too long.
    pub(super) async fn expire(&self, users: &[UserItem], pass: &mut Pass) -> Result<(), Error> {
        let Some(longest) = self.policy.max_lifetime else { return Ok(()) };
        let now = self.clock.now();
        let old = |item: &&UserItem| {
            item.state == UserState::Open && now.since(item.seat.since) > longest
        };
        for UserItem { seat, .. } in users.iter().filter(old) {
            // Whatever their last heartbeat: no heartbeat is as late as that.
            let begun = self.store.begin_stop(&seat.user, seat.epoch, Ms(u64::MAX >> 11), now);
            if let BeginStop::Begun(_) = begun.await? {
                self.end_seat(seat, "lifetime", None).await?;
                pass.expired += 1;
            }
        }
        Ok(())
    }

    async fn end_seat(
        &self,
        seat: &Seat,
        reason: &str,
        last_seen: Option<Ms>,
    ) -> Result<(), Error> {
        // Refused: the seat was never opened (assigned from the queue, the tab gone); the stop flow
        // then parks the box.
        let ended = self.seats.end(seat).await?;
        info!(user = %seat.user, instance_id = %seat.instance, epoch = seat.epoch.0,
            last_seen = last_seen.map(|at| at.0), reason, opened = ended == Write::Done, "stop begun");
        Ok(())
    }
}
