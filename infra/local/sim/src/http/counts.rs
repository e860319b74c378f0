//! How many calls there were, and how they ended.

use std::collections::BTreeMap;

use serde::Serialize;

/// The calls of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Those that did what they should.
    pub answered: u64,
    /// Those that got an error, but for being too fast.
    pub refused: u64,
    /// Those that were too fast.
    pub throttled: u64,
    /// Those that got no answer, whether they took effect or not.
    pub cut: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    Refused,
    Throttled,
    Cut,
}

/// The counts by action, as callers wrote it.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<String, Calls>);

impl Counts {
    pub(super) fn count(&mut self, action: &str, end: End) {
        let calls = self.0.entry(action.to_owned()).or_default();
        let count = match end {
            End::Answered => &mut calls.answered,
            End::Refused => &mut calls.refused,
            End::Throttled => &mut calls.throttled,
            End::Cut => &mut calls.cut,
        };
        *count += 1;
    }

    pub(super) fn by_action(&self) -> BTreeMap<String, Calls> {
        self.0.clone()
    }
}
