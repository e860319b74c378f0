//! How far a long run is, how fast, and how much memory it has.

use std::{fs, sync::Arc, time::Instant};

use hotdesk_sim::Lifecycle;

use crate::stage::Stage;

/// Says so every simulated hour, and in large runs, whose hours take minutes, every quarter of one.
pub(crate) struct Progress {
    stage: Option<Arc<Stage>>,
    /// Seconds.
    every: u64,
    /// In the real time of whoever waits for it.
    last: (Instant, u64),
}

impl Progress {
    pub(crate) fn new(stage: &Arc<Stage>, wanted: bool) -> Self {
        let every = if stage.plan.large { 900 } else { 3600 };
        Self { stage: wanted.then(|| Arc::clone(stage)), every, last: (Instant::now(), 0) }
    }

    /// So many simulated seconds are over.
    pub(crate) fn tell(&mut self, second: u64) {
        let Some(stage) = self.stage.as_ref().filter(|_| second.is_multiple_of(self.every)) else {
            return;
        };
        let (since, before) = self.last;
        let (steps, took) = (stage.fate.trace().steps(), since.elapsed().as_secs_f64());
        let speed = (steps - before) as f64 / took;
        let members = stage.world.cloud.look(|sim| sim.group().members);
        let comes = |l| matches!(l, Lifecycle::Pending | Lifecycle::PendingWait);
        println!(
            "{:3}:{:02} {steps:9} steps, {speed:6.0} a second; {:5} boxes and {:4} on their way, {:5} people wait; {} MiB, at most {} MiB",
            second / 3600,
            second % 3600 / 60,
            members.len(),
            members.iter().filter(|member| comes(member.lifecycle)).count(),
            stage.world.plane.store.waiting(),
            memory("VmRSS") / 1024,
            memory("VmHWM") / 1024,
        );
        self.last = (Instant::now(), steps);
    }
}

/// The process's memory, KiB: `VmRSS` is now, `VmHWM` the most that it was (proc(5)); 0 where nobody
/// says.
#[must_use]
pub(crate) fn memory(which: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
