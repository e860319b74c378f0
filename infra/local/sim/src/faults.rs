//! Faults that can be switched on: what may go wrong between a caller and the cloud, and between
//! the cloud's events and whoever they are for.
//!
//! A list of [`Rule`]s says what happens to which calls and events, and when. The first rule that
//! hits decides, except that delays add up and come on top. Whatever is left to chance comes from
//! one seed, so that a run can be replayed.

mod fate;
mod rule;

pub(crate) use fate::{CallFate, EventFate};
pub use rule::{CallFault, EventFault, Rule, RuleError, When};

use serde::Serialize;

use crate::cloud::random::Random;

/// A rule, and what it has done since it was set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Active {
    /// The rule.
    pub rule: Rule,
    /// How many calls or events it was about, hit or not.
    pub seen: u64,
    /// How many it hit.
    pub hits: u64,
}

/// The rules that hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Faults {
    random: Random,
    rules: Vec<Active>,
}

impl Faults {
    /// None at first.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), rules: Vec::new() }
    }

    /// Replaces the rules; all count from nothing again.
    ///
    /// # Errors
    /// One of them makes no sense; the old ones stay then.
    pub(crate) fn set(&mut self, rules: Vec<Rule>) -> Result<(), RuleError> {
        rules.iter().try_for_each(Rule::check)?;
        self.rules = rules.into_iter().map(|rule| Active { rule, seen: 0, hits: 0 }).collect();
        Ok(())
    }

    pub(crate) fn active(&self) -> Vec<Active> {
        self.rules.clone()
    }

    /// What becomes of a call.
    pub(crate) fn call(&mut self, action: &str) -> CallFate {
        let mut fate = CallFate::default();
        for Active { rule, seen, hits } in &mut self.rules {
            if let Rule::Call { action: which, fault, when, times } = rule
                && about(which, action)
                && next_is_hit(seen, *hits, when, *times, &mut self.random)
                && fate.suffer(fault)
            {
                *hits += 1;
            }
        }
        fate
    }

    /// What becomes of an event.
    pub(crate) fn event(&mut self, detail_type: &str) -> EventFate {
        let mut fate = EventFate::default();
        for Active { rule, seen, hits } in &mut self.rules {
            if let Rule::Event { detail_type: which, fault, when, times } = rule
                && about(which, detail_type)
                && next_is_hit(seen, *hits, when, *times, &mut self.random)
                && fate.suffer(fault)
            {
                *hits += 1;
            }
        }
        fate
    }
}

/// Counts the next one that a rule is about, and says whether the rule would hit it.
fn next_is_hit(
    seen: &mut u64,
    hits: u64,
    when: &When,
    times: Option<u64>,
    random: &mut Random,
) -> bool {
    *seen += 1;
    when.hits(*seen, random) && times.is_none_or(|times| hits < times)
}

/// A rule for `which` is about `name`.
fn about(which: &str, name: &str) -> bool {
    which == rule::ANY || which == name
}
