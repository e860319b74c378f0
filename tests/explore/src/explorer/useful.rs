//! Whether a function would find anything to do, so that it is worth its steps.

use std::hash::{DefaultHasher, Hash, Hasher};

use hotdesk::{control::scaling::plan, fleet::Lifecycle};

use super::World;
use crate::{
    call::{Call, CloudCall},
    flow::Flow,
    names::instance,
    perform::chances,
    reference::model::BoxPhase,
    state::State,
};

/// How many lists of boxes a function reads at most that may each lack one.
const LISTS: usize = 4;

impl World {
    /// Whether it would change anything if it ran undisturbed; or, where there may be faults, if one
    /// of its lists lacked a box.
    pub(super) fn is_useful(&self, state: &State, flow: Flow) -> bool {
        if self.size.eager {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        let faults = state.faults > 0;
        (flow, &state.store, &state.table, &state.cloud, faults).hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(known) = self.useful.read().expect("not poisoned").get(&hash) {
            return *known;
        }
        let mut before = State { faults: 0, copy: None, ..state.clone() };
        before.actors.clear();
        before.tidy();
        let useful = self.changes(&before, flow, None)
            || faults
                && (0..LISTS).any(|list| {
                    let lacks = |lacking| self.changes(&before, flow, Some((list, lacking)));
                    (1..=self.size.boxes).any(lacks)
                });
        self.useful.write().expect("not poisoned").insert(hash, useful);
        useful
    }

    /// Whether it changes anything from here, if of its lists the one lacks a box.
    fn changes(&self, before: &State, flow: Flow, lacking: Option<(usize, usize)>) -> bool {
        let mut after = State { faults: u8::from(lacking.is_some()), ..before.clone() };
        let mut lists = 0;
        self.run_by(&mut after, flow, |state, call| {
            let Call::Cloud(CloudCall::Group | CloudCall::Members(_) | CloudCall::Machines(_)) =
                call
            else {
                return Some(0);
            };
            lists += 1;
            let chance = lacking.filter(|(list, _)| *list + 1 == lists);
            let chance = chance.map(|(_, chance)| chance);
            Some(chance.filter(|chance| *chance < chances(state, call)).unwrap_or(0))
        });
        after.tidy();
        after.store != before.store || after.table != before.table || after.cloud != before.cloud
    }

    pub(super) fn is_capacity_wrong(&self, state: &State) -> bool {
        let Ok(demand) = state.store.demand(crate::names::NOW) else { return false };
        let stopping = |n: &usize| {
            let phase = state.store.boxes.get(instance(*n)).map(|machine| machine.phase);
            matches!(phase, Some(BoxPhase::Stopping(_)))
        };
        let serves =
            |n: &usize| state.cloud.boxes[*n].is_some_and(|b| b.lifecycle == Lifecycle::InService);
        let leaving = (0..self.size.boxes).filter(stopping).filter(serves).count();
        let arriving = state.store.arriving.len();
        let plan =
            plan(&demand, state.cloud.sizes(), leaving, arriving, self.size.wishes.spares, 0);
        plan.missing > 0 || plan.wake > 0 || plan.surplus > 0
    }
}
