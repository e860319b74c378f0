//! Calls for single volumes, of which there are no batches, at the rate that the account has for them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// So many calls are made at once: the buckets hold 50 or 100, for others too (EC2 Developer Guide,
/// "Request throttling").
const BURST: usize = 40;

/// Then one in this time: the buckets gain 5 a second.
const PACE: Duration = Duration::from_millis(220);

/// The calls of one flow, so many side by side.
#[derive(Debug)]
pub(super) struct Pace {
    begun: AtomicUsize,
    side_by_side: u32,
}

impl Pace {
    pub(super) fn new(side_by_side: usize) -> Self {
        let side_by_side = u32::try_from(side_by_side).unwrap_or(u32::MAX);
        Self { begun: AtomicUsize::default(), side_by_side }
    }

    /// Returns when it is the next call's turn.
    pub(super) async fn turn(&self) {
        if self.begun.fetch_add(1, Ordering::Relaxed) >= BURST {
            // As many as there are side by side share the pace.
            tokio::time::sleep(PACE * self.side_by_side).await;
        }
    }
}
