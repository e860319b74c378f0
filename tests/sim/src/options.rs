//! What whoever runs it asks for.

use std::path::PathBuf;

use clap::Parser;
use hotdesk_tests::world::trace::TOLD;

/// A fleet with its people in simulated time, with everything going wrong, from one seed.
#[derive(Clone, Debug, Parser)]
#[command(name = "hotdesk-simulate")]
pub struct Options {
    /// How many seeds are run, one after the other from FIRST.
    #[arg(long, default_value_t = 10)]
    pub seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    pub first: u64,
    /// Only this seed, told to its end.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How many simulated hours people come and go.
    #[arg(long, default_value_t = 2)]
    pub hours: u64,
    /// How many people there are.
    #[arg(long, default_value_t = 12)]
    pub users: usize,
    /// The reference model is the store, instead of a real Redis.
    #[arg(long)]
    pub model: bool,
    /// People who come besides, by a file of lines `timestamp,count`.
    #[arg(long)]
    pub arrivals: Option<PathBuf>,
    /// Seconds without a heartbeat after which a box is taken back, where the operator decided about it.
    #[arg(long)]
    pub idle: Option<u64>,
    /// How much goes wrong: 0 nothing, 1 as usual.
    #[arg(long, default_value_t = 1.0)]
    pub faults: f64,
    /// How many seeds are run side by side.
    #[arg(long, default_value_t = 2)]
    pub jobs: usize,
    /// How many of the last steps are told where something is wrong.
    #[arg(long, default_value_t = TOLD)]
    pub told: usize,
    /// Looks at everything after every step, and tells the answers, in a large run too.
    #[arg(long)]
    pub whole: bool,
    /// Says every simulated hour, or quarter of one, how far it is, how fast, and how much memory it has.
    #[arg(long)]
    pub progress: bool,
}

/// More people than that are a large run: the trace has no answers in it, and what is
/// dear to look at is looked at less often.
const LARGE: usize = 200;

impl Options {
    /// It is a large run.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.users > LARGE
    }

    /// The command that runs one of its seeds again.
    #[must_use]
    pub fn replay(&self, seed: u64) -> String {
        let Self { hours, users, model, arrivals, idle, faults, .. } = self;
        let mut command = format!("make sim SEED={seed} HOURS={hours} USERS={users}");
        if *model {
            command.push_str(" MODEL=1");
        }
        if let Some(file) = arrivals {
            command.push_str(&format!(" ARRIVALS={}", file.display()));
        }
        if let Some(idle) = idle {
            command.push_str(&format!(" IDLE={idle}"));
        }
        if *faults != 1.0 {
            command.push_str(&format!(" FAULTS={faults}"));
        }
        command
    }
}
