//! The ways of choosing spares.

use hotdesk::{
    clock::Ms,
    spares::{
        Promise, Schedule,
        auto::{BLOCK, Sizer},
        logins::{SLOT, SLOTS_A_DAY, day_of, slot_of},
    },
};

/// How many spares there are to be.
pub trait Rule {
    /// Somebody comes, at so many seconds since 1970.
    fn came(&mut self, _now: f64) {}
    /// How many there are to be now.
    fn wanted(&mut self, now: f64) -> usize;
}

/// Always so many; the first hotdesk's rule, one box more than people, is one spare.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(pub usize);

impl Rule for Fixed {
    fn wanted(&mut self, _now: f64) -> usize {
        self.0
    }
}

impl Rule for Schedule {
    fn wanted(&mut self, now: f64) -> usize {
        self.at(ms(now))
    }
}

/// As many as keep the promise.
#[derive(Clone, Debug)]
pub struct Auto {
    sizer: Sizer,
    /// The block that is being counted, from 1970.
    block: u64,
    slots: Vec<u16>,
}

impl Auto {
    /// Knows of nobody.
    #[must_use]
    pub fn new(begin: f64, boot: std::time::Duration, promise: Promise) -> Self {
        let day = day_of(ms(begin));
        let block = day * 86_400 / BLOCK.as_secs();
        Self { sizer: Sizer::new(day, boot, promise), block, slots: Self::empty() }
    }

    fn empty() -> Vec<u16> {
        vec![0; usize::try_from(BLOCK.as_secs() / SLOT.as_secs()).unwrap_or_default()]
    }

    fn roll(&mut self, now: f64) {
        while self.block < ms(now).seconds() / BLOCK.as_secs() {
            let slots = std::mem::replace(&mut self.slots, Self::empty());
            self.sizer.push(&slots);
            self.block += 1;
        }
    }
}

impl Rule for Auto {
    fn came(&mut self, now: f64) {
        self.roll(now);
        let slot = slot_of(ms(now)) % (SLOTS_A_DAY / 96);
        self.slots[slot] = self.slots[slot].saturating_add(1);
    }

    fn wanted(&mut self, now: f64) -> usize {
        self.roll(now);
        self.sizer.spares()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times since 1970")]
fn ms(seconds: f64) -> Ms {
    Ms((seconds * 1000.0) as u64)
}
