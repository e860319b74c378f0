//! What a thing was a moment ago, for readers who are late.

/// Something that began to exist at some time.
pub(super) trait Born {
    /// When, ms since 1970.
    fn born_at(&self) -> u64;
}

/// How much of the past is worth keeping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    pub(super) now: u64,
    pub(super) lag_ms: u64,
}

/// A thing and its recent past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timeline<T> {
    thing: T,
    /// What it was up to a moment, that moment excluded. Oldest first; empty while there is no lag.
    past: Vec<(u64, T)>,
}

impl<T: Born + Clone + PartialEq> Timeline<T> {
    pub(super) fn new(thing: T) -> Self {
        Self { thing, past: Vec::new() }
    }

    /// As it is.
    pub(super) fn now(&self) -> &T {
        &self.thing
    }

    /// What it was at a moment; `None` before its birth.
    pub(super) fn at(&self, moment: u64) -> Option<&T> {
        let past = self.past.iter().find(|(until, _)| *until > moment);
        let thing = past.map_or(&self.thing, |(_, thing)| thing);
        (thing.born_at() <= moment).then_some(thing)
    }

    pub(super) fn alter<R>(&mut self, keep: Keep, change: impl FnOnce(&mut T) -> R) -> R {
        if keep.lag_ms == 0 {
            return change(&mut self.thing);
        }
        let was = self.thing.clone();
        let result = change(&mut self.thing);
        self.past.retain(|(until, _)| until.saturating_add(keep.lag_ms) > keep.now);
        // What it was between two changes of the same moment, nobody can have seen.
        let seen = self.past.last().is_none_or(|(until, _)| *until < keep.now);
        if seen && was != self.thing {
            self.past.push((keep.now, was));
        }
        result
    }
}
