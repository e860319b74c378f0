//! The steps from each state, for stateright.

mod begin;
mod event;
mod forget;
mod happen;
mod run;
mod size;
mod useful;

use std::{collections::HashMap, sync::RwLock};

use stateright::{Model, Property};

pub use event::Event;
pub use size::{Size, Slow};

use crate::{
    beginnings,
    flow::Flow,
    mutant::Broken,
    names::{MOST_TICKS, tick_of},
    outcome::{Outcome, Outcomes},
    perform::chances,
    replay::Replays,
    rules,
    settle::Settled,
    state::{Actor, State},
    symmetry,
};

/// What is explored.
#[derive(Debug)]
pub struct World {
    /// How much of everything.
    pub size: Size,
    /// What is broken on purpose.
    pub broken: Broken,
    /// Where flows stand.
    pub replays: Replays,
    /// What happened how often.
    pub outcomes: Outcomes,
    pub(crate) settled: Settled,
    useful: RwLock<HashMap<u64, bool>>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A function begins.
    Begin(Flow),
    /// A function runs from its beginning to its end, before anything else happens.
    Run(Flow),
    /// The function at this place makes that call of its, and chance decides so.
    Step(usize, usize, usize),
    /// The function at this place dies.
    Crash(usize),
    /// The world moves.
    Happen(Event),
}

impl World {
    /// A world of this size.
    #[must_use]
    pub fn new(size: Size, broken: Broken) -> Self {
        let replays = Replays::new(size.wishes, broken);
        let (outcomes, settled) = (Outcomes::default(), Settled::default());
        Self { size, broken, replays, outcomes, settled, useful: RwLock::default() }
    }

    /// From how many states without functions it was seen that everything comes to rest.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.settled.len()
    }

    /// Brings a state into the form that stands for all those that are like it.
    pub(crate) fn order(&self, state: &mut State) {
        if state.actors.is_empty() {
            self.forget(state);
        }
        state.tidy();
        if self.size.symmetric && state.actors.is_empty() {
            symmetry::representative(state);
        }
    }
}

impl World {
    /// What may happen in one step without a function in the middle of which something else does.
    pub(crate) fn quick(&self, state: &State) -> Vec<Action> {
        let flows = self.flows(state).into_iter().map(Action::Run);
        flows.chain(self.events(state).into_iter().map(Action::Happen)).collect()
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        beginnings::states(self)
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        for (actor, Actor { place, .. }) in state.actors.iter().enumerate() {
            for (n, call) in &self.replays.place(*place).asks {
                let chances = 0..chances(state, call);
                actions.extend(chances.map(|chance| Action::Step(actor, *n, chance)));
            }
            actions.extend(self.size.slow.is_none().then_some(Action::Crash(actor)));
        }
        if let Some(slow) = self.size.slow {
            if state.actors.is_empty() {
                let flows = self.flows(state).into_iter().filter(|_| state.left == slow.beside);
                let flows = flows.filter(|flow| slow.kinds.contains(&flow.kind()));
                actions.extend(flows.map(Action::Begin));
            } else if state.left > 0 {
                actions.extend(self.quick(state));
            }
            return;
        }
        if state.actors.len() < self.size.actors {
            actions.extend(self.flows(state).into_iter().map(Action::Begin));
        }
        actions.extend(self.events(state).into_iter().map(Action::Happen));
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        if let (Some(_), Action::Run(_) | Action::Happen(_)) = (self.size.slow, &action) {
            state.left = state.left.saturating_sub(1);
        }
        match action {
            Action::Begin(flow) => self.begin(&mut state, flow),
            Action::Run(flow) => self.run(&mut state, flow),
            Action::Step(actor, n, chance) => drop(self.step(&mut state, actor, n, chance)),
            Action::Crash(actor) => {
                state.actors.remove(actor);
                self.outcomes.note(Outcome::Crashed);
            }
            Action::Happen(event) => self.happen(&mut state, event),
        }
        if self.size.slow.is_some() && state.actors.is_empty() {
            state.left = 0;
        }
        self.order(&mut state);
        (state != *before).then_some(state)
    }

    fn format_action(&self, action: &Action) -> String {
        format!("{action:?}")
    }

    fn format_step(&self, before: &State, action: Action) -> Option<String> {
        let said = match action {
            Action::Step(actor, n, chance) => {
                let Actor { flow, place, .. } = before.actors[actor];
                let place = self.replays.place(place);
                let (_, call) = place.asks.iter().find(|(at, _)| *at == n)?;
                format!("{flow:?} ({chance}): {call:?}")
            }
            Action::Crash(actor) => format!("{:?} dies", before.actors[actor].flow),
            other => format!("{other:?}"),
        };
        Some(said)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::properties()
    }

    fn within_boundary(&self, state: &State) -> bool {
        tick_of(state.fresh(&self.replays).0) <= MOST_TICKS
    }
}
