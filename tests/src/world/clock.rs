//! The one clock of a world: tokio's, which stands still while anybody has something to do and
//! jumps to what is due next when nobody has. Each function may be a little off it.

use std::time::Duration;

use hotdesk::clock::{Clock, Ms};
use tokio::time::Instant;

use super::invocation;

/// When a world begins: 2026-11-20T08:00:00Z.
pub const MORNING: Ms = Ms(1_795_161_600_000);

/// Simulated time. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct WorldClock {
    began: Instant,
    /// It is nobody's but the world's own.
    steady: bool,
}

impl WorldClock {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), steady: false }
    }

    /// The same without what functions are off it: the time in AWS and on boxes.
    pub(super) fn steady(&self) -> Self {
        Self { steady: true, ..self.clone() }
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Ms {
        let time = MORNING.plus(self.began.elapsed());
        let ahead = if self.steady { 0 } else { invocation::ahead() };
        let by = Duration::from_millis(ahead.unsigned_abs());
        if ahead < 0 { time.minus(by) } else { time.plus(by) }
    }
}
