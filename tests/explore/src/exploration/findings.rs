//! What was found.

use std::{fmt, time::Duration};

use crate::{outcome::Outcome, rules::REST};

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// To how many states steps led.
    pub states: usize,
    /// How many of them were different.
    pub unique: usize,
    /// How many steps the farthest is away.
    pub depth: usize,
    /// From how many states without functions passes bring everything to rest.
    pub settled: usize,
    /// How often what happened.
    pub outcomes: Vec<(Outcome, usize)>,
    /// What was looked at in every state.
    pub rules: Vec<&'static str>,
    /// What must never happen: which rule, and how it came.
    pub stories: Vec<(&'static str, Vec<String>)>,
    /// How long it took.
    pub took: Duration,
}

impl Findings {
    /// Which of these never happened.
    #[must_use]
    pub fn missing(&self, expected: &[Outcome]) -> Vec<Outcome> {
        let never = |outcome: &&Outcome| {
            self.outcomes.iter().any(|(other, count)| other == *outcome && *count == 0)
        };
        expected.iter().filter(never).copied().collect()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, unique, depth, settled, outcomes, rules, stories, took } = self;
        writeln!(
            f,
            "  {states} states, {unique} different, depth {depth}, {:.1} s",
            took.as_secs_f64()
        )?;
        let reached = outcomes.iter().filter(|(_, count)| *count > 0);
        let reached: Vec<String> = reached.map(|(of, count)| format!("{of:?} {count}")).collect();
        writeln!(f, "  reached: {}", reached.join(", "))?;
        for rule in rules {
            match stories.iter().find(|(broken, _)| broken == rule) {
                None if *rule == REST => writeln!(f, "  holds: {rule} (tried from {settled})")?,
                None => writeln!(f, "  holds: {rule}")?,
                Some((_, story)) => {
                    writeln!(f, "  BROKEN: {rule}")?;
                    for line in story {
                        writeln!(f, "    {line}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
