//! Explorations: how large, and what was found.

mod findings;

use std::{fmt, num::NonZeroUsize};

use stateright::{Checker, HasDiscoveries, Model};

pub use findings::Findings;

use crate::{
    explorer::{Action, Size, World},
    mutant::Broken,
    outcome::Outcome,
    rules, settle,
    state::State,
};

/// An exploration.
#[derive(Clone, Copy, Debug)]
pub struct Exploration {
    /// What it is called.
    pub name: &'static str,
    /// How much of everything.
    pub size: Size,
    /// How many steps from the beginnings it goes; `None`: to the end.
    pub depth: Option<NonZeroUsize>,
    /// What is to happen in it.
    pub expected: &'static [Outcome],
}

impl Exploration {
    /// Explores, with something broken or not; stops at what must never happen.
    ///
    /// # Panics
    /// If a flow panics or does what is not explored.
    #[must_use]
    pub fn run(&self, broken: Broken, threads: usize) -> Findings {
        let began = std::time::Instant::now();
        let mut checker = World::new(self.size, broken)
            .checker()
            .threads(threads)
            .finish_when(HasDiscoveries::AnyFailures);
        if let Some(depth) = self.depth {
            checker = checker.target_max_depth(depth.get());
        }
        let checker = checker.spawn_bfs().join();
        let world = checker.model();
        let stories = checker.discoveries().into_iter();
        let stories = stories.map(|(rule, path)| (rule, story(world, path.into_vec())));
        Findings {
            states: checker.state_count(),
            unique: checker.unique_state_count(),
            depth: checker.max_depth(),
            settled: world.settled(),
            outcomes: Outcome::ALL.iter().map(|o| (*o, world.outcomes.count(*o))).collect(),
            rules: self.rules(),
            stories: stories.collect(),
            took: began.elapsed(),
        }
    }
}

impl Exploration {
    /// What is looked at in every state.
    fn rules(&self) -> Vec<&'static str> {
        let rules = rules::properties().into_iter().map(|property| property.name);
        rules.filter(|name| self.size.settle || *name != rules::REST).collect()
    }
}

impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, size, depth, .. } = self;
        write!(f, "{name}: {size}, ")?;
        match depth {
            Some(depth) => write!(f, "at most {depth} steps"),
            None => write!(f, "to the end"),
        }
    }
}

/// A path, as somebody may read it.
fn story(world: &World, path: Vec<(State, Option<Action>)>) -> Vec<String> {
    let mut lines = Vec::new();
    for (state, action) in path {
        match action {
            Some(action) => lines.extend(world.format_step(&state, action)),
            None => {
                let wrong = [
                    state.broken.map(str::to_owned),
                    rules::store(&state),
                    rules::table(&state),
                    settle::unsettled(world, &state),
                ];
                lines.extend(wrong.into_iter().flatten().map(|wrong| format!("=> {wrong}")));
                lines.push(format!("{state:?}"));
            }
        }
    }
    lines
}
