//! Who waits, in the orders in which they are asked for, and for which boxes: what the users and the boxes
//! say, without looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
};

use super::{BoxPhase, Model, Phase, User};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Waiters {
    /// Since when, and when they asked last.
    of: BTreeMap<UserId, (Option<Ms>, Ms)>,
    by_since: BTreeSet<(Option<Ms>, UserId)>,
    by_asked: BTreeSet<(Ms, UserId)>,
    /// Boxes that are being woken, since when.
    waking: BTreeMap<InstanceId, Ms>,
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
        waiters
    }

    /// Says what a box is now.
    pub(super) fn note_box(&mut self, id: &InstanceId, phase: BoxPhase) {
        if let BoxPhase::Waking(since) = phase {
            self.waking.insert(id.clone(), since);
        } else {
            self.waking.remove(id);
        }
    }

    /// Boxes that are being woken, since when.
    pub(super) fn waking(&self) -> &BTreeMap<InstanceId, Ms> {
        &self.waking
    }

    /// Says what a user is now.
    pub(super) fn note(&mut self, name: &UserId, user: &User) {
        if let Some((since, asked)) = self.of.remove(name) {
            self.by_since.remove(&(since, name.clone()));
            self.by_asked.remove(&(asked, name.clone()));
        }
        if let Phase::Starting { asked } = user.phase {
            self.of.insert(name.clone(), (user.since, asked));
            self.by_since.insert((user.since, name.clone()));
            self.by_asked.insert((asked, name.clone()));
        }
    }

    /// All, longest first.
    pub(super) fn queue(&self) -> Vec<UserId> {
        self.by_since.iter().map(|(_, name)| name.clone()).collect()
    }

    /// How many came before somebody.
    pub(super) fn ahead(&self, since: Option<Ms>, name: &UserId) -> usize {
        self.by_since.range(..(since, name.clone())).count()
    }

    /// Some of those who asked last before that, longest ago first.
    pub(super) fn asked_before(&self, time: Ms, most: usize) -> Vec<UserId> {
        let ghosts = self.by_asked.iter().take_while(|(asked, _)| *asked < time);
        ghosts.take(most).map(|(_, name)| name.clone()).collect()
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
