//! Whose box is taken back.
//!
//! A box is *idle* if and only if
//! - its user is RUNNING and their last heartbeat reached the store longer ago than the idle time,
//! - the box itself, asked, saw none since then either (else the control plane was deaf), and
//! - both still hold in the one step that begins the stop (a user may come back meanwhile), and
//! - the box, asked once more after that step, still saw none: the step is only as good as the store,
//!   which may have lost the last beats in a failover, or the step itself to one.
//!
//! A box that cannot be reached counts as having seen nothing. What begins to end in the table ends:
//! a store that forgets within the milliseconds between the last question and that write may still
//! answer a beat as if nothing were.
//!
//! A seat is *too old* if and only if
//! - it is older than the longest lifetime, counted anew whenever its user says that they stay,
//! - its user's heartbeats have been answered with its end for [`NOTICE`], and
//! - both still hold in the one step that begins the stop.
//!
//! Its box is then taken back, idle or not. What was told and who stays is only in the store: where
//! it is forgotten, it is told again first. The table is looked through page by page, so in a large
//! fleet a box may go some passes later than its user was told, never earlier.
//!
//! What this does not clean up: boxes outside the group, and users who wait (they leave the queue
//! when they stop asking).

use std::time::Duration;

use futures::{StreamExt, stream};
use tracing::info;

use super::{ControlPlane, PARALLEL, Pass};
use crate::{
    allocate::settle,
    audit::{Line, What},
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet},
    ledger::{Ending, Why},
    seats::{Seat, Seats, Truth, UserItem, UserState, Write},
    store::{BeginStop, Expire, Idle, Store, Touch},
};

/// How many idle users one pass takes on; the rest is the next pass's.
const LIMIT: usize = 1000;

/// Whose seat is about to be too old is told so long before, to say that they stay.
pub const NOTICE: Duration = Duration::from_secs(10 * 60);

/// [`NOTICE`], but at most half of the longest lifetime.
#[must_use]
pub fn notice(longest: Duration) -> Duration {
    NOTICE.min(longest / 2)
}

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
        if let Some(beat) = self.seen_since(&seat, cutoff).await {
            let noted = self.store.touch(&seat.user, &seat.instance, seat.epoch, beat).await?;
            info!(user = %seat.user, instance_id = %seat.instance, "the box saw a heartbeat that we did not");
            return Ok(match noted {
                Touch::Ok(_) => BeginStop::Revived,
                Touch::Stale => BeginStop::AlreadyGone,
            });
        }
        let begun = self.store.begin_stop(&seat.user, seat.epoch, cutoff, self.clock.now()).await?;
        if let BeginStop::Begun(_) = &begun {
            if self.seen_since(&seat, cutoff).await.is_some() {
                return self.take_up_again(seat).await;
            }
            self.end_seat(&seat, Why::Idle, Some(last_seen)).await?;
        }
        Ok(begun)
    }

    /// The last heartbeat that a user's box itself saw, if it is not older than `cutoff`.
    async fn seen_since(&self, seat: &Seat, cutoff: Ms) -> Option<Ms> {
        let beat = self.boxes.last_heartbeat(&seat.addresses).await;
        beat.filter(|beat| *beat >= cutoff)
    }

    /// Undoes a stop that has begun in the store only: the seat's item is still open.
    async fn take_up_again(&self, seat: Seat) -> Result<BeginStop, Error> {
        info!(user = %seat.user, instance_id = %seat.instance, "back while the stop began");
        let Some(item) = self.seats.user(&seat.user).await? else {
            return Ok(BeginStop::AlreadyGone);
        };
        let hers = item.seat.instance == seat.instance && item.seat.epoch == seat.epoch;
        let open = hers && item.state == UserState::Open;
        settle(&self.store, &self.seats, &[Truth::User(item.seat, item.state)], &self.clock)
            .await?;
        Ok(if open { BeginStop::Revived } else { BeginStop::AlreadyGone })
    }

    /// Tells the users of seats that are nearly too old, and begins the stop of the boxes of those
    /// who were told and did not stay.
    pub(super) async fn expire(&self, users: &[UserItem], pass: &mut Pass) -> Result<(), Error> {
        let Some(longest) = self.policy.max_lifetime else { return Ok(()) };
        let now = self.clock.now();
        let old = |item: &&UserItem| {
            item.state == UserState::Open
                && now.since(item.seat.since) >= longest.saturating_sub(notice(longest))
        };
        // Owned seats, so that the futures are `Send`.
        let old: Vec<Seat> = users.iter().filter(old).map(|item| item.seat.clone()).collect();
        let ends =
            stream::iter(old).map(|seat| async move { self.end_if_old(&seat, longest).await });
        let ends: Vec<_> = ends.buffer_unordered(PARALLEL).collect().await;
        for end in ends {
            match end? {
                Expire::Warned(_) => pass.warned += 1,
                Expire::Begun(_) => pass.expired += 1,
                Expire::NotYet | Expire::AlreadyGone => {}
            }
        }
        Ok(())
    }

    async fn end_if_old(&self, seat: &Seat, longest: Duration) -> Result<Expire, Error> {
        let (notice, now) = (notice(longest), self.clock.now());
        let expired = self.store.expire(&seat.user, seat.epoch, longest, notice, now).await?;
        if let Expire::Begun(_) = expired {
            self.end_seat(seat, Why::Lifetime, None).await?;
        }
        Ok(expired)
    }

    async fn end_seat(&self, seat: &Seat, why: Why, last_seen: Option<Ms>) -> Result<(), Error> {
        // Refused: the seat was never opened (assigned from the queue, the tab gone); the stop flow
        // then parks the box.
        let at = self.clock.now();
        let ended = self.seats.end(seat, &Ending { why, at, last_seen, by: None }).await?;
        let on = Some(seat.instance.as_str());
        Line { what: What::Stop, at, who: None, on, from: None, result: "done" }.log();
        info!(user = %seat.user, instance_id = %seat.instance, epoch = seat.epoch.0,
            last_seen = last_seen.map(|at| at.0), reason = ?why, opened = ended == Write::Done, "stop begun");
        Ok(())
    }
}
