//! Who waits, in the orders in which they are asked for, and for which boxes: what the users and the boxes
//! say, without looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
};

use super::{BoxPhase, Model, Phase, User};

/// A box that boots: whether it is new, since when, and which.
type Booting = (bool, Ms, InstanceId);

/// See the module. What is asked by rank is in order in a vector: it changes far seldomer than people ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Waiters {
    /// Since when, and when they asked last.
    of: BTreeMap<UserId, (Option<Ms>, Ms)>,
    by_since: Vec<(Option<Ms>, UserId)>,
    by_asked: BTreeSet<(Ms, UserId)>,
    /// Since when boxes boot, and whether they are new.
    boots: BTreeMap<InstanceId, (bool, Ms)>,
    by_boot: Vec<Booting>,
}

impl Waiters {
    /// Those of a model.
    pub fn of(model: &Model) -> Self {
        let mut waiters = Self::default();
        for (name, user) in &model.users {
            waiters.note(name, user);
        }
        for (id, machine) in &model.boxes {
            waiters.note_box(id, machine.phase);
        }
        for (id, since) in &model.arriving {
            waiters.note_boot(id, Some((true, *since)));
        }
        waiters
    }

    /// Says what a box is now that does not arrive any more.
    pub(super) fn note_box(&mut self, id: &InstanceId, phase: BoxPhase) {
        match phase {
            BoxPhase::Waking(since) => self.note_boot(id, Some((false, since))),
            _ => self.note_boot(id, None),
        }
    }

    /// Says that a box arrives.
    pub(super) fn note_arriving(&mut self, id: &InstanceId, since: Ms) {
        self.note_boot(id, Some((true, since)));
    }

    fn note_boot(&mut self, id: &InstanceId, boot: Option<(bool, Ms)>) {
        if let Some((new, since)) = self.boots.remove(id) {
            remove(&mut self.by_boot, &(new, since, id.clone()));
        }
        if let Some((new, since)) = boot {
            self.boots.insert(id.clone(), (new, since));
            insert(&mut self.by_boot, (new, since, id.clone()));
        }
    }

    /// Since when the box boots that is next after so many: those being woken come first.
    pub(super) fn booting(&self, ahead: usize) -> Option<Ms> {
        self.by_boot.get(ahead).map(|(_, since, _)| *since)
    }

    /// Says what a user is now.
    pub(super) fn note(&mut self, name: &UserId, user: &User) {
        let is = match user.phase {
            Phase::Starting { asked } => Some((user.since, asked)),
            _ => None,
        };
        let was = self.of.get(name).copied();
        if was.map(|(since, _)| since) != is.map(|(since, _)| since) {
            was.into_iter()
                .for_each(|(since, _)| remove(&mut self.by_since, &(since, name.clone())));
            is.into_iter().for_each(|(since, _)| insert(&mut self.by_since, (since, name.clone())));
        }
        if let Some((_, asked)) = was {
            self.by_asked.remove(&(asked, name.clone()));
            self.of.remove(name);
        }
        if let Some((since, asked)) = is {
            self.by_asked.insert((asked, name.clone()));
            self.of.insert(name.clone(), (since, asked));
        }
    }

    /// All, longest first.
    pub(super) fn queue(&self) -> Vec<UserId> {
        self.by_since.iter().map(|(_, name)| name.clone()).collect()
    }

    /// How many came before somebody.
    pub(super) fn ahead(&self, since: Option<Ms>, name: &UserId) -> usize {
        self.by_since.partition_point(|(other, its)| (*other, its) < (since, name))
    }

    /// Some of those who asked last before that, longest ago first.
    pub(super) fn asked_before(&self, time: Ms, most: usize) -> Vec<UserId> {
        let ghosts = self.by_asked.iter().take_while(|(asked, _)| *asked < time);
        ghosts.take(most).map(|(_, name)| name.clone()).collect()
    }
}

fn insert<T: Ord>(sorted: &mut Vec<T>, item: T) {
    if let Err(at) = sorted.binary_search(&item) {
        sorted.insert(at, item);
    }
}

fn remove<T: Ord>(sorted: &mut Vec<T>, item: &T) {
    if let Ok(at) = sorted.binary_search(item) {
        sorted.remove(at);
    }
}

impl Model {
    /// A user has begun to wait, or waits no more, or has asked again.
    pub(super) fn note_waiting(&mut self, name: &UserId) {
        if let (Some(waiters), Some(user)) = (&mut self.waiters, self.users.get(name)) {
            waiters.note(name, user);
        }
    }

    /// Whether who is said to wait does, and what is said to be woken is.
    #[must_use]
    pub fn knows_who_waits(&self) -> bool {
        self.waiters.as_ref().is_none_or(|waiters| *waiters == Waiters::of(self))
    }
}
