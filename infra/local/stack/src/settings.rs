//! What one can choose about a stack.

use std::time::Duration;

use clap::{Args, builder::FalseyValueParser, value_parser};

/// The timings and sizes of a stack, from the command line or the environment.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Seconds without a heartbeat after which a box is taken back
    #[arg(long, env = "IDLE", default_value_t = 300, value_parser = value_parser!(u64).range(4..))]
    pub idle: u64,
    /// Seconds that an instance takes from pending to running
    #[arg(long, env = "BOOT", default_value_t = 5)]
    pub boot: u64,
    /// Running boxes that nobody has yet
    #[arg(long, env = "SPARES", default_value_t = 1, value_parser = value_parser!(u32).range(..=20))]
    pub spares: u32,
    /// Runs the functions as they would be deployed: built with --release
    #[arg(long, env = "RELEASE", value_parser = FalseyValueParser::new())]
    pub release: bool,
}

impl Settings {
    /// How often the page on a box says that its user is there: every 30 s, oftener where that
    /// would leave too few chances within the idle time.
    #[must_use]
    pub fn heartbeat(&self) -> u64 {
        (self.idle / 4).clamp(1, 30)
    }

    /// How often the idle-reaper runs: each minute as in AWS, oftener where boxes idle sooner.
    #[must_use]
    pub fn tick(&self) -> Duration {
        Duration::from_secs((self.idle / 4).clamp(2, 60))
    }
}
