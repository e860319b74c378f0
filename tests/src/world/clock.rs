//! The one clock of a world: tokio's, which stands still while anybody has something to do and
//! jumps to what is due next when nobody has.

use hotdesk::clock::{Clock, Ms};
use tokio::time::Instant;

/// When a world begins: 2026-11-20T08:00:00Z.
pub const MORNING: Ms = Ms(1_795_161_600_000);

/// Simulated time. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct WorldClock {
    began: Instant,
}

impl WorldClock {
    pub(super) fn new() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Ms {
        MORNING.plus(self.began.elapsed())
    }
}
