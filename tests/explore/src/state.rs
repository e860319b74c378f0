//! A state of everything.

mod tidy;

use std::sync::Arc;

use hotdesk::{clock::Ms, id::Epoch};

use crate::{
    cloud::Cloud,
    flow::Flow,
    names::{NOW, tick, tick_of},
    reference::model::Model,
    replay::Replays,
    table::Table,
};

/// A function that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor {
    /// What it does.
    pub flow: Flow,
    /// Where it stands (see [`crate::replay`]).
    pub place: u64,
    /// Which boxes changed their lives while it ran, a bit each: none of them begins its next one
    /// before this function is dead.
    pub outlived: u8,
    /// Which locks it holds, a bit each.
    pub locks: u8,
    /// The store was lost while it ran.
    pub lost: bool,
    /// Whose seats it was about to end in the table when a store that was lost took a heartbeat of
    /// theirs, a bit each.
    pub late: u8,
}

/// A user, in front of a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Person {
    /// The seat that their tab shows: box and epoch.
    pub tab: Option<(usize, Epoch)>,
    /// They were seen less than the idle time ago.
    pub active: bool,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The fast store.
    pub store: Arc<Model>,
    /// An older copy of it, to which it may fall back.
    pub copy: Option<Arc<Model>>,
    /// The durable seats.
    pub table: Arc<Table>,
    /// EC2 and Auto Scaling.
    pub cloud: Cloud,
    /// Who works here.
    pub people: Vec<Person>,
    /// The functions that run.
    pub actors: Vec<Actor>,
    /// Whether word was left for whoever holds a lock, by duty.
    pub words: [bool; 2],
    /// How many faults may still happen.
    pub faults: u8,
    /// How much else may happen while a function is slow.
    pub left: u8,
    /// What must never happen, and did.
    pub broken: Option<&'static str>,
}

impl State {
    /// Nobody was here yet; `boxes` is also the group's MaxSize.
    #[must_use]
    pub fn new(users: usize, boxes: usize, max: usize, faults: u8) -> Self {
        Self {
            store: Arc::new(Model { ready: Some(NOW), ..Model::default() }),
            copy: None,
            table: Arc::default(),
            cloud: Cloud::new(boxes, max),
            people: vec![Person::default(); users],
            actors: Vec::new(),
            words: [false; 2],
            faults,
            left: 0,
            broken: None,
        }
    }

    /// Notes that something happened that must never.
    pub fn breaks(&mut self, rule: &'static str) {
        self.broken.get_or_insert(rule);
    }

    /// A tick that nothing alive knows of, for a stamp of a stop or an epoch.
    #[must_use]
    pub fn fresh(&self, replays: &Replays) -> Ms {
        let known = self.actors.iter().map(|actor| replays.place(actor.place).ticks);
        let most = tidy::epochs(self).into_iter().map(|(_, epoch)| tick_of(epoch));
        let most = most.chain(tidy::stamps(self)).chain(known).max();
        tick(1 + most.unwrap_or(0))
    }

    /// The same state in its one form: what no flow can tell apart is alike.
    pub fn tidy(&mut self) {
        tidy::store(Arc::make_mut(&mut self.store));
        tidy::rest(self);
        self.actors.sort_unstable();
        // Word that was left for somebody who is dead is of no use.
        for (duty, word) in self.words.iter_mut().enumerate() {
            *word &= self.actors.iter().any(|actor| actor.locks & 1 << duty != 0);
        }
        if self.actors.is_empty() {
            tidy::compress(self);
        }
    }
}
