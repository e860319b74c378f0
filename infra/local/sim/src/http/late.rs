//! Events on their way.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Effect, faults::Faults};

/// Events that were made late.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// By the time when they are due, and their turn at that time.
    events: BTreeMap<(u64, u64), Value>,
    turns: u64,
}

impl Late {
    /// What is delivered at `now`: what has come due, then what has just happened, but for what the
    /// faults make of its events.
    pub(super) fn deliver(
        &mut self,
        now: u64,
        happened: Vec<Effect>,
        faults: &mut Faults,
    ) -> Vec<Effect> {
        let later = self.events.split_off(&(now + 1, 0));
        let due = std::mem::replace(&mut self.events, later);
        let mut delivered: Vec<Effect> = due.into_values().map(Effect::Event).collect();
        for effect in happened {
            let Effect::Event(event) = effect else {
                delivered.push(effect);
                continue;
            };
            let detail_type = event["detail-type"].as_str().unwrap_or_default();
            for delay in faults.event(detail_type).deliveries() {
                if delay == 0 {
                    delivered.push(Effect::Event(event.clone()));
                } else {
                    self.events.insert((now.saturating_add(delay), self.turns), event.clone());
                    self.turns += 1;
                }
            }
        }
        delivered
    }

    /// When the next is due.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.events.first_key_value().map(|((due, _), _)| *due)
    }
}
