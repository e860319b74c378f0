//! The reaper's pass: idle boxes back, then reconcile, then capacity.
//!
//! A box is *idle* if and only if
//! - its user is RUNNING and their last heartbeat reached the store longer ago than the idle time,
//! - the box itself, asked, saw none since then either (else the control plane was deaf), and
//! - both still hold in the one step that begins the stop (a user may come back meanwhile).
//!
//! A box that cannot be reached counts as having seen nothing. What this does not clean up: boxes
//! outside the group, and users who wait (they leave the queue when they stop asking).

use futures::{StreamExt, stream};
use tracing::{info, warn};

use super::{ControlPlane, stop::PARALLEL};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet},
    rebuild,
    seats::{Seats, Write},
    store::{BeginStop, Idle, Store, StoreError, Touch},
};

/// How many idle users one pass takes on; the rest is the next pass's.
const LIMIT: usize = 1000;

/// What a pass did: counts, for its one summary event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Users whose last heartbeat in the store was too old.
    pub found: usize,
    /// Whose stop began.
    pub begun: usize,
    /// Who had come back, or whose box had seen them.
    pub revived: usize,
    /// Whose seat had ended meanwhile.
    pub already_gone: usize,
    /// Stops that came to their end.
    pub stopped: usize,
    /// Parts of the pass that failed.
    pub errors: usize,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// One pass. Its parts are tried one after the other; what fails is counted and is the next
    /// pass's, and the first failure is the pass's own, so that it does not pass for a success.
    ///
    /// # Errors
    /// The first failure of a part.
    pub async fn pass(&self, owner: &str) -> Result<Pass, (Pass, Error)> {
        let mut pass = Pass::default();
        let mut first = None;
        let mut note = |pass: &mut Pass, part: &str, outcome: Result<(), Error>| {
            if let Err(e) = outcome {
                warn!(part, code = e.code(), error = e.chain(), "part of the pass failed");
                pass.errors += 1;
                first.get_or_insert(e);
            }
        };
        let idle = self.reap(&mut pass).await;
        note(&mut pass, "reap", idle);
        let reconciled = self.reconcile(&mut pass).await;
        note(&mut pass, "reconcile", reconciled);
        let scaled = self.converge(owner).await;
        note(&mut pass, "capacity", scaled);
        info!(
            found = pass.found,
            begun = pass.begun,
            revived = pass.revived,
            already_gone = pass.already_gone,
            stopped = pass.stopped,
            errors = pass.errors,
            "reaper.pass"
        );
        match first {
            None => Ok(pass),
            Some(e) => Err((pass, e)),
        }
    }

    async fn reap(&self, pass: &mut Pass) -> Result<(), Error> {
        let cutoff = self.clock.now().minus(self.policy.idle_timeout);
        let idle = match self.store.idle(cutoff, LIMIT).await {
            Err(StoreError::Cold) => {
                rebuild::from_all(&self.store, &self.seats, &self.fleet, &self.clock).await?;
                self.store.idle(cutoff, LIMIT).await?
            }
            idle => idle?,
        };
        pass.found = idle.len();
        let ends = stream::iter(idle).map(|idle| self.end_if_idle(idle, cutoff));
        let ends: Vec<_> = ends.buffer_unordered(PARALLEL).collect().await;
        for end in ends {
            match end? {
                BeginStop::Begun(_) => pass.begun += 1,
                BeginStop::Revived => pass.revived += 1,
                BeginStop::AlreadyGone => pass.already_gone += 1,
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
                Touch::Ok => BeginStop::Revived,
                Touch::Stale => BeginStop::AlreadyGone,
            });
        }
        let begun = self.store.begin_stop(&seat.user, seat.epoch, cutoff, self.clock.now()).await?;
        if let BeginStop::Begun(stop) = &begun {
            info!(user = %seat.user, instance_id = %seat.instance, epoch = seat.epoch.0,
                last_seen = last_seen.0, reason = "idle", "stop begun");
            // Refused: the seat was never opened (assigned from the queue, the tab gone); the stop
            // flow then parks the box.
            match self.seats.end(&seat).await? {
                Write::Done => {}
                Write::Refused => info!(instance_id = %stop.instance, "no open seat to end"),
            }
        }
        Ok(begun)
    }
}
