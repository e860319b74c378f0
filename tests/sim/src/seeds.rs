//! Many seeds, some of them side by side, each in a thread of its own.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use hotdesk_tests::world::trace::Trace;

use crate::{
    options::Options,
    report::Report,
    run::{self, Outcome},
};

/// Runs them, and prints what came of them; whether all was as promised.
///
/// # Panics
/// If a thread cannot be made.
#[must_use]
pub fn run(options: &Options, visits: &[Duration]) -> bool {
    let (first, count) = match options.seed {
        Some(seed) => (seed, 1),
        None => (options.first, options.seeds),
    };
    let (next, (sender, outcomes)) = (AtomicU64::new(0), mpsc::channel());
    let mut report = Report::new(options);
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count || sender.send(outcome(first + n, options, visits)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        outcomes.iter().for_each(|outcome| report.add(&outcome));
    });
    report.end()
}

/// A run that panics has failed too.
fn outcome(seed: u64, options: &Options, visits: &[Duration]) -> Outcome {
    let trace = Trace::telling(options.told, options.whole || !options.is_large());
    let unwound = AssertUnwindSafe(|| run::run(seed, options, visits.to_vec(), &trace));
    let played = panic::catch_unwind(unwound);
    played.unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().map(String::as_str);
        let why = why.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no word");
        let violations = vec![format!("it panicked: {why}")];
        let (steps, hash, story) = (trace.steps(), trace.hash(), trace.story());
        Outcome { seed, steps, hash, violations, story, ..Outcome::default() }
    })
}
