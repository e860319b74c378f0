//! How many people came: what the rule for spares goes by.

use hotdesk::{
    clock::Ms,
    spares::logins::{DAYS, day_of, slot_of},
};

use super::{Answer, Model};

impl Model {
    /// As [`hotdesk::store::Store::logins`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn logins(&self, day: u64) -> Answer<Vec<(usize, u16)>> {
        self.warm()?;
        let slots = self.logins.get(&day).into_iter().flatten();
        Ok(slots.map(|(slot, count)| (*slot, *count)).collect())
    }

    pub(super) fn count_login(&mut self, now: Ms) {
        let day = day_of(now);
        let count = self.logins.entry(day).or_default().entry(slot_of(now)).or_default();
        *count = count.saturating_add(1);
        // Redis forgets them by itself.
        self.logins.retain(|kept, _| *kept + DAYS >= day);
    }
}
