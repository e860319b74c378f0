//! Which functions may begin.

use hotdesk::{
    fleet::{Lifecycle, Power},
    seats::UserState,
};

use super::World;
use crate::{
    flow::{Flow, Part},
    mutant::Mutant,
    names::{LONG_AGO, box_index, instance, user},
    reference::model::{BoxPhase, Phase},
    state::State,
};

impl World {
    /// Functions may begin at any time, as events may be lost, doubled and late. Left out are those
    /// which, as things are, would look and go.
    pub(super) fn flows(&self, state: &State) -> Vec<Flow> {
        let mut flows = Vec::new();
        for n in 0..self.size.users {
            self.of_user(state, n, &mut flows);
        }
        for n in 0..self.size.boxes {
            self.of_box(state, n, &mut flows);
        }
        let store = &state.store;
        let passes = Self::passes(state);
        if store.ready.is_none() {
            flows.extend((!passes).then_some(Flow::Pass(Part::WarmUp)));
            return flows;
        }
        let phases = || store.boxes.values().map(|machine| machine.phase);
        if !store.arriving.is_empty() || phases().any(|p| matches!(p, BoxPhase::Waking(_))) {
            flows.push(Flow::Receive);
        }
        flows.extend(self.is_capacity_wrong(state).then_some(Flow::Converge));
        // One pass at a time.
        if !passes {
            let idle = |row: &crate::reference::model::User| {
                matches!(row.phase, Phase::Running(_)) && row.last_seen == Some(LONG_AGO)
            };
            flows.extend(store.users.values().any(idle).then_some(Flow::Pass(Part::Reap)));
            let stops = phases().any(|p| matches!(p, BoxPhase::Stopping(_)));
            flows.extend(stops.then_some(Flow::Pass(Part::Stops)));
            let reconcile = Flow::Pass(Part::Reconcile);
            flows.extend(self.is_useful(state, reconcile).then_some(reconcile));
            let standby = phases().filter(|p| matches!(p, BoxPhase::Standby(_))).count();
            let many = standby > self.size.wishes.max_standby || !self.size.wishes.reuse;
            flows.extend((many && standby > 0).then_some(Flow::Pass(Part::DropStandby)));
        }
        flows
    }

    /// Whether a pass runs: there is one at a time.
    fn passes(state: &State) -> bool {
        state.actors.iter().any(|actor| matches!(actor.flow, Flow::Pass(_)))
    }

    fn of_user(&self, state: &State, n: usize, flows: &mut Vec<Flow>) {
        let row = state.store.users.get(user(n));
        let item = state.table.users.get(user(n));
        let runs = |flow| state.actors.iter().any(|actor| actor.flow == flow);
        let at_work = state.people[n].active
            && item.is_some_and(|item| {
                item.state == UserState::Open
                    && state.people[n].tab
                        == Some((box_index(&item.seat.instance), item.seat.epoch))
                    && row
                        .is_some_and(|row| row.phase == Phase::Running(item.seat.instance.clone()))
            });
        if !at_work && !runs(Flow::Dispatch(n)) {
            flows.push(Flow::Dispatch(n));
        }
        if let Some(row) = row
            && matches!(row.phase, Phase::Running(_) | Phase::Starting { .. })
        {
            flows.push(Flow::Leave(n, row.epoch.unwrap_or_default().0));
            if self.size.eager && row.epoch.is_some() {
                // From a page of a seat that is long over.
                flows.push(Flow::Leave(n, 0));
            }
        }
        if let Some(item) = item.filter(|item| item.state == UserState::Ending) {
            flows.push(Flow::Drain(n, box_index(&item.seat.instance), item.seat.epoch.0));
        }
    }

    fn of_box(&self, state: &State, n: usize, flows: &mut Vec<Flow>) {
        let phase = state.store.boxes.get(instance(n)).map(|machine| machine.phase);
        let Some(body) = state.cloud.boxes[n] else { return };
        let stopped = body.power == Power::Stopped || self.size.eager;
        if stopped && matches!(phase, Some(BoxPhase::Stopping(_))) {
            flows.push(Flow::Stopped(n));
        }
        if body.lifecycle == Lifecycle::PendingWait {
            flows.push(Flow::Launching(n));
        }
        if body.lifecycle == Lifecycle::TerminatingWait {
            flows.push(Flow::Terminating(n));
        }
        let seated = matches!(
            state.table.boxes.get(instance(n)),
            Some(hotdesk::seats::BoxItem::Seat { .. })
        );
        if body.power == Power::Terminated && (seated || phase != Some(BoxPhase::Gone)) {
            flows.push(Flow::Dead(n));
        }
        if self.broken.has(Mutant::StopOutsideTheStopFlow) && body.lifecycle == Lifecycle::InService
        {
            flows.push(Flow::Rogue(n));
        }
    }
}
