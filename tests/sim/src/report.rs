//! What is printed.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{options::Options, progress::memory, run::Outcome};

/// What all runs came to.
#[derive(Debug)]
pub struct Report<'a> {
    options: &'a Options,
    began: Instant,
    runs: u64,
    simulated: Duration,
    steps: u64,
    passes: u32,
    hits: BTreeMap<&'static str, u64>,
    /// The seeds in which something was not as promised.
    failed: Vec<u64>,
    violations: usize,
}

impl<'a> Report<'a> {
    /// Of no run yet.
    #[must_use]
    pub fn new(options: &'a Options) -> Self {
        Self {
            options,
            began: Instant::now(),
            runs: 0,
            simulated: Duration::ZERO,
            steps: 0,
            passes: 0,
            hits: BTreeMap::new(),
            failed: Vec::new(),
            violations: 0,
        }
    }

    /// Another run is over; one that failed is told at once.
    pub fn add(&mut self, run: &Outcome) {
        self.runs += 1;
        self.simulated += run.simulated;
        self.steps += run.steps;
        self.passes = self.passes.max(run.passes);
        for (what, times) in &run.hits {
            *self.hits.entry(what).or_default() += times;
        }
        let Outcome { seed, steps, hash, passes, violations, .. } = run;
        if violations.is_empty() {
            println!(
                "seed {seed}: {steps} steps, trace {hash:016x}, at rest after {passes} passes"
            );
            return;
        }
        self.failed.push(*seed);
        self.violations += violations.len();
        println!("\nseed {seed}: {steps} steps, trace {hash:016x}: NOT AS PROMISED");
        violations.iter().for_each(|what| println!("  {what}"));
        println!("its last steps:");
        run.story.iter().for_each(|step| println!("  {step}"));
        println!("the world then:");
        run.picture.lines().for_each(|line| println!("  {line}"));
        println!("again: {}\n", self.options.replay(*seed));
    }

    /// The sum of it; whether all was as promised.
    #[must_use]
    pub fn end(&self) -> bool {
        let hours = self.simulated.as_secs_f64() / 3600.0;
        let took = self.began.elapsed().as_secs_f64();
        println!("\nseeds: {}", self.runs);
        println!("simulated hours: {hours:.1}");
        println!("steps: {} ({:.0} a second)", self.steps, self.steps as f64 / took);
        println!("passes until at rest, at most: {}", self.passes);
        println!("memory: {} MiB at most", memory("VmHWM") / 1024);
        println!("what people did and what went wrong, and how often it did:");
        for (what, times) in &self.hits {
            println!("{times:9}  {what}");
        }
        println!("violations: {}", self.violations);
        for seed in &self.failed {
            println!("again: {}", self.options.replay(*seed));
        }
        self.failed.is_empty()
    }
}
