//! How many people came when: what [`super::auto`] goes by.
//!
//! The store counts, in slots of ten seconds, those who come and have no box: each of them takes a
//! spare or waits for one.

use std::time::Duration;

use crate::clock::Ms;

/// Logins within it are not told apart: a sixth of a quick boot.
pub const SLOT: Duration = Duration::from_secs(10);

/// How many slots a day has; days are those of UTC.
pub const SLOTS_A_DAY: usize = 8640;

/// For so many days arrivals are kept: four weeks, so that each weekday was there four times.
pub const DAYS: u64 = 28;

const DAY_MS: u64 = 86_400_000;

/// The day of a time, counted from 1970.
#[must_use]
pub fn day_of(now: Ms) -> u64 {
    now.0 / DAY_MS
}

/// The slot of a time within its day.
#[must_use]
pub fn slot_of(now: Ms) -> usize {
    usize::try_from(now.0 % DAY_MS / 10_000).unwrap_or_default()
}

/// How many came in each slot of some days, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logins {
    first: u64,
    slots: Vec<u16>,
}

impl Logins {
    /// Nobody came in these `days`, of which `first` is the first.
    #[must_use]
    pub fn none(first: u64, days: u64) -> Self {
        let slots = usize::try_from(days).unwrap_or_default() * SLOTS_A_DAY;
        Self { first, slots: vec![0; slots] }
    }

    /// The days before the day of `now`, and that day.
    #[must_use]
    pub fn until(now: Ms) -> Self {
        Self::none(day_of(now).saturating_sub(DAYS), DAYS + 1)
    }

    /// The days, in their order.
    pub fn days(&self) -> impl Iterator<Item = u64> + use<> {
        self.first..self.first + (self.slots.len() / SLOTS_A_DAY) as u64
    }

    /// So many more came in that slot of that day; another day than these is nothing.
    pub fn add(&mut self, day: u64, slot: usize, count: u16) {
        let nth = day.checked_sub(self.first).and_then(|nth| usize::try_from(nth).ok());
        let at = nth.map(|nth| nth * SLOTS_A_DAY + slot);
        if let Some(slot) = at.and_then(|at| self.slots.get_mut(at)) {
            *slot = slot.saturating_add(count);
        }
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The slots from the first day's beginning until `now`, without the one of `now`.
    #[must_use]
    pub fn before(&self, now: Ms) -> &[u16] {
        let days = usize::try_from(day_of(now).saturating_sub(self.first)).unwrap_or(usize::MAX);
        let end = days.saturating_mul(SLOTS_A_DAY).saturating_add(slot_of(now));
        &self.slots[..end.min(self.slots.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_of_their_day() {
        let now = Ms(20_000 * DAY_MS + 25_000);
        let mut logins = Logins::until(now);
        assert_eq!(logins.days().collect::<Vec<_>>(), (19_972..=20_000).collect::<Vec<_>>());
        logins.add(day_of(now), slot_of(Ms(now.0 - 10_000)), 2);
        logins.add(day_of(now), slot_of(now), 5);
        logins.add(1, 0, 9);
        logins.add(20_001, 0, 9);
        let before = logins.before(now);
        assert_eq!(before.len(), 28 * SLOTS_A_DAY + 2);
        assert_eq!(before.iter().map(|n| usize::from(*n)).sum::<usize>(), 2);
    }
}
