//! What is forgotten in the course of days.

use std::sync::Arc;

use hotdesk::{
    fleet::Lifecycle,
    fleet::Power,
    seats::{BoxItem, UserState},
};

use super::World;
use crate::{
    names::{instance, user},
    reference::model::{BoxPhase, Model, Phase},
    state::{Person, State},
};

impl World {
    /// Whether nobody speaks of a dead box any more, so that a day later nobody remembers it.
    fn is_over(&self, state: &State, n: usize) -> bool {
        let speaks = |store: &Model| {
            !matches!(
                store.boxes.get(instance(n)).map(|machine| machine.phase),
                None | Some(BoxPhase::Gone)
            ) || store.arriving.contains_key(instance(n))
        };
        let seat = state
            .table
            .users
            .values()
            .any(|item| item.seat.instance == *instance(n) && item.state != UserState::Closed);
        let of_tab = state.people.iter().any(|p| p.tab.is_some_and(|(of, _)| of == n));
        state.actors.is_empty()
            && !speaks(&state.store)
            && !state.copy.as_deref().is_some_and(speaks)
            && !seat
            && !of_tab
            && !matches!(
                state.table.boxes.get(instance(n)),
                Some(BoxItem::Seat { .. } | BoxItem::Waking)
            )
    }

    /// Of dead boxes of which nobody speaks any more, nobody knows a few days later: others may
    /// have their places. Tabs of seats that are over show that.
    pub(crate) fn forget(&self, state: &mut State) {
        for n in 0..self.size.users {
            let Some((of, epoch)) = state.people[n].tab else { continue };
            let row = state.store.users.get(user(n));
            let current = row.is_some_and(|row| {
                row.phase == Phase::Running(instance(of).clone()) && row.epoch == Some(epoch)
            });
            let open = state.table.open_on(instance(of));
            let open =
                open.is_some_and(|item| item.seat.user == *user(n) && item.seat.epoch == epoch);
            if !current && !open {
                state.people[n] = Person::default();
            }
        }
        for n in 0..self.size.boxes {
            let id = instance(n);
            let known = state.store.boxes.contains_key(id)
                || state.table.boxes.contains_key(id)
                || state.cloud.boxes[n].is_some();
            let dead = state.cloud.boxes[n].is_none_or(|body| {
                body.power == Power::Terminated && body.lifecycle == Lifecycle::Other
            });
            if known && dead && self.is_over(state, n) {
                state.cloud.boxes[n] = None;
                Arc::make_mut(&mut state.store).boxes.remove(id);
                Arc::make_mut(&mut state.table).boxes.remove(id);
                if let Some(copy) = &mut state.copy {
                    Arc::make_mut(copy).boxes.remove(id);
                }
            }
        }
    }
}
