//! What EBS keeps, by id: its volumes, or its snapshots.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::{
    settings::Settings,
    timeline::{Born, Keep, Timeline},
};

/// Something that is kept on a shelf.
pub(super) trait Stored: Born + Clone + PartialEq {
    /// What describe calls show of it.
    type View;

    /// When something is due for it next.
    fn next_due(&self) -> Option<u64>;

    /// As describe calls show it, unless EBS has forgotten it.
    fn view(&self, id: &str, settings: &Settings) -> Option<Self::View>;
}

/// Things by id. One changes through [`Shelf::alter`] only, which keeps the due times in step, and
/// remembers what late readers still see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shelf<T> {
    things: BTreeMap<String, Timeline<T>>,
    due: BTreeSet<(u64, String)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { things: BTreeMap::new(), due: BTreeSet::new() }
    }
}

impl<T: Stored> Shelf<T> {
    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.things.get(id).map(Timeline::now)
    }

    /// The thing at a moment, if it was there.
    pub(super) fn at(&self, id: &str, moment: u64) -> Option<&T> {
        self.things.get(id)?.at(moment)
    }

    /// All as they are, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &T)> {
        self.things.iter().map(|(id, thing)| (id, thing.now()))
    }

    /// Those whose ids come after `id`, with their past.
    pub(super) fn after(&self, id: Option<&str>) -> impl Iterator<Item = (&String, &Timeline<T>)> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.things.range::<str, _>((from, Bound::Unbounded))
    }

    pub(super) fn insert(&mut self, id: String, thing: T) {
        self.due.extend(thing.next_due().map(|due| (due, id.clone())));
        self.things.insert(id, Timeline::new(thing));
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(due) = self.things.remove(id).and_then(|thing| thing.now().next_due()) {
            self.due.remove(&(due, id.to_owned()));
        }
    }

    /// Changes a thing, if there is one of that id.
    pub(super) fn alter<R>(
        &mut self,
        id: &str,
        keep: Keep,
        change: impl FnOnce(&mut T) -> R,
    ) -> Option<R> {
        let thing = self.things.get_mut(id)?;
        let before = thing.now().next_due();
        let result = thing.alter(keep, change);
        let after = thing.now().next_due();
        if before != after {
            if let Some(before) = before {
                self.due.remove(&(before, id.to_owned()));
            }
            self.due.extend(after.map(|due| (due, id.to_owned())));
        }
        Some(result)
    }

    /// When something is due next.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.due.first().map(|(due, _)| *due)
    }

    /// For whom something is due by `now`, by id.
    pub(super) fn due(&self, now: u64) -> Vec<String> {
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        let mut ids: Vec<String> = due.map(|(_, id)| id.clone()).collect();
        ids.sort();
        ids
    }
}
