//! What is asked of a model so often that looking at all users and boxes takes too long where they are
//! many: who waits, in the orders in which they are asked for, which boxes boot, which are spares, and
//! whose each is.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
};

use super::{BoxPhase, Model, Phase, User};

/// See the module. What is asked by rank is in order in a vector: it changes far seldomer than people ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Index {
    /// Since when, and when they asked last.
    waits: BTreeMap<UserId, (Option<Ms>, Ms)>,
    by_since: Vec<(Option<Ms>, UserId)>,
    by_asked: BTreeSet<(Ms, UserId)>,
    /// Since when boxes boot, and whether they are new.
    boots: BTreeMap<InstanceId, (bool, Ms)>,
    by_boot: Vec<(bool, Ms, InstanceId)>,
    spares: BTreeSet<InstanceId>,
    /// Which box users have, in use or being stopped, and whose it is.
    has: BTreeMap<UserId, InstanceId>,
    held: BTreeMap<InstanceId, UserId>,
}

impl Index {
    /// That of a model.
    pub fn of(model: &Model) -> Self {
        let mut index = Self::default();
        for (name, user) in &model.users {
            index.note(name, user);
        }
        for (id, machine) in &model.boxes {
            index.note_box(id, machine.phase);
        }
        for (id, since) in &model.arriving {
            index.note_arriving(id, *since);
        }
        index
    }

    /// Says what a box is now that does not arrive any more.
    pub(super) fn note_box(&mut self, id: &InstanceId, phase: BoxPhase) {
        match phase {
            BoxPhase::Waking(since) => self.note_boot(id, Some((false, since))),
            _ => self.note_boot(id, None),
        }
        match phase {
            BoxPhase::Spare => self.spares.insert(id.clone()),
            _ => self.spares.remove(id),
        };
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

    /// The spares, in order.
    pub(super) fn spares(&self) -> Vec<InstanceId> {
        self.spares.iter().cloned().collect()
    }

    /// Whose a box is.
    pub(super) fn holder(&self, id: &InstanceId) -> Option<&UserId> {
        self.held.get(id)
    }

    /// Says what a user is now.
    pub(super) fn note(&mut self, name: &UserId, user: &User) {
        self.note_waiting(name, user);
        if let Some(id) = self.has.remove(name)
            && self.held.get(&id) == Some(name)
        {
            self.held.remove(&id);
        }
        if let Phase::Running(id) | Phase::Stopping(id) = &user.phase {
            self.has.insert(name.clone(), id.clone());
            self.held.insert(id.clone(), name.clone());
        }
    }

    fn note_waiting(&mut self, name: &UserId, user: &User) {
        let is = match user.phase {
            Phase::Starting { asked } => Some((user.since, asked)),
            _ => None,
        };
        let was = self.waits.get(name).copied();
        let since = |waits: Option<(Option<Ms>, Ms)>| waits.map(|(since, _)| (since, name.clone()));
        if since(was) != since(is) {
            since(was).into_iter().for_each(|place| remove(&mut self.by_since, &place));
            since(is).into_iter().for_each(|place| insert(&mut self.by_since, place));
        }
        if let Some((_, asked)) = was {
            self.by_asked.remove(&(asked, name.clone()));
            self.waits.remove(name);
        }
        if let Some((since, asked)) = is {
            self.by_asked.insert((asked, name.clone()));
            self.waits.insert(name.clone(), (since, asked));
        }
    }

    /// Who waits longest.
    pub(super) fn first(&self) -> Option<UserId> {
        self.by_since.first().map(|(_, name)| name.clone())
    }

    /// Who waits, longest first.
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
    /// A user is in another phase, or has asked again.
    pub(super) fn note_user(&mut self, name: &UserId) {
        if let (Some(index), Some(user)) = (&mut self.index, self.users.get(name)) {
            index.note(name, user);
        }
    }

    /// Whether the index says what users and boxes say.
    #[must_use]
    pub fn has_true_index(&self) -> bool {
        self.index.as_ref().is_none_or(|index| *index == Index::of(self))
    }
}
