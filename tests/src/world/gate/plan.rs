//! What a test plans for the functions at the gate, and what it asks of it.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::Gate;

impl Gate {
    /// Counts calls anew; the function that makes the `fatal`-th one (from 1) dies after it.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn arm(&self, fatal: Option<usize>) {
        let mut plan = self.plan();
        plan.armed = true;
        plan.passed.clear();
        plan.times.clear();
        plan.fatal = fatal;
    }

    /// The calls since the gate was armed, in order.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn passed(&self) -> Vec<String> {
        self.plan().passed.clone()
    }

    /// When the last call of that name since the gate was armed was over.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn last(&self, call: &str) -> Option<Instant> {
        let plan = self.plan();
        let of = |passed: &String| passed.split_once(' ').is_some_and(|(_, name)| name == call);
        let at = plan.passed.iter().rposition(of)?;
        Some(plan.times[at])
    }

    /// What was called how often.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.plan().counts.clone()
    }

    /// How long each call to AWS takes.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn set_latency(&self, latency: Duration) {
        self.plan().latency = latency;
    }

    /// The function that makes the next call of that name is paused after it, as a frozen execution
    /// environment is.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn pause_after(&self, call: &str, time: Duration) {
        self.plan().pause = Some((call.to_owned(), time));
    }
}
