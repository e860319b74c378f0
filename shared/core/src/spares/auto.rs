//! As many spares as a promise needs: of those who come, a part `p` waits for a boot, no more.
//!
//! # Formula
//! Whoever takes a spare has the next one booted. That is a base-stock policy with one-for-one orders
//! and the lead time `B`, the boot: the stock at `t` is `S - D(t - B, t]`, with `D` those who came in
//! between (G. J. Feeney and C. C. Sherbrooke, "The (S-1, S) Inventory Policy under Compound Poisson
//! Demand", Management Science 12, 1966; P. Zipkin, "Foundations of Inventory Management", 2000, section
//! 6.2). So whoever comes at `t` waits exactly if `X > S`, where `X` counts those who came in
//! `(t - B, t]`, themselves included. The least `S` with `P(X > S) <= p` keeps the promise. `P` is over
//! those who come, not over time: most come when many do.
//!
//! How `X` is distributed is not assumed but counted, as people come in bursts, which are not Poisson.
//! Time goes in blocks of 15 minutes. Two estimates each take a quantile of past `X`: `local` of the same
//! time of day, a block more on either side, on the days of four weeks that were workdays or weekends as
//! today is, and of the last hour; `whole` of all four weeks. The first is cheap where days are alike,
//! the second right where bursts come at any time.
//!
//! A past quantile does not know of tomorrow. Each estimate therefore corrects itself by adaptive
//! conformal inference (I. Gibbs and E. Candès, "Adaptive Conformal Inference Under Distribution Shift",
//! NeurIPS 2021, equation 2): it takes the quantile at `1 - a`, and after each who came
//! `a := a + 0.002 (p - missed)`, so that in the long run it misses `p` of them whatever comes. Of the two,
//! the cheaper over the last week is taken that kept its promise then, within a fifth of it. Both aim at
//! nine tenths of `p`: what is learnt is paid for in people who wait.
//!
//! Until three hundred people have come, nothing is known: three spares, or twice the most that came within a
//! boot.
//!
//! What it cannot do: a burst larger than any before it finds too few. `make spares` says, for a file of
//! arrivals, what each way of choosing would have given.

mod counts;
mod estimate;

use std::{collections::VecDeque, time::Duration};

use counts::Counts;
use estimate::{Estimate, Past, Scope};

use super::{
    Promise,
    logins::{DAYS, Logins, SLOT},
};
use crate::clock::Ms;

/// For so long a number of spares holds: quick enough for a morning, and long enough that boxes are not
/// started and stopped all the time.
pub const BLOCK: Duration = Duration::from_secs(900);

const SLOTS_A_BLOCK: usize = 90;
const BLOCKS_A_DAY: usize = 96;

/// Until so many came, nothing is known.
const KNOWN: u64 = 300;

/// The part of the promise that is aimed at.
const AIM: f64 = 0.9;

/// So many spares until then, at least.
const AT_FIRST: usize = 3;

/// A boot that takes longer counts as this.
const LONGEST: Duration = Duration::from_secs(3600);

/// An estimate that missed its promise by more than this factor in the last week is not taken.
const TOLERANCE: f64 = 1.2;

/// How many spares there are to be in the block of `now`, where a box takes `boot` until it is ready.
#[must_use]
pub fn spares(logins: &Logins, now: Ms, boot: Duration, promise: Promise) -> usize {
    let mut sizer = Sizer::new(logins.first(), boot, promise);
    for block in logins.before(now).chunks_exact(SLOTS_A_BLOCK) {
        sizer.push(block);
    }
    sizer.spares()
}

/// When the block of a time ends.
#[must_use]
pub fn until(now: Ms) -> Ms {
    let block = u64::try_from(BLOCK.as_millis()).unwrap_or(u64::MAX);
    Ms((now.0 / block + 1) * block)
}

/// The rule, fed block by block.
#[derive(Clone, Debug)]
pub struct Sizer {
    /// The part of arrivals that is aimed at.
    promise: f64,
    /// How long a boot takes, in slots.
    boot: f64,
    /// The slots of the last boot, newest first.
    slots: VecDeque<u16>,
    past: Past,
    known: u64,
    largest: u32,
    estimates: [Estimate; 2],
}

impl Sizer {
    /// Knows of nobody; its first block is that of the midnight at which `day` begins, counted from 1970.
    #[must_use]
    pub fn new(day: u64, boot: Duration, promise: Promise) -> Self {
        let boot = boot.min(LONGEST).div_duration_f64(SLOT);
        let promise = AIM * promise.probability();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few slots")]
        let slots = VecDeque::from(vec![0; boot.ceil() as usize]);
        Self {
            promise,
            boot,
            slots,
            past: Past::new(day),
            known: 0,
            largest: 0,
            estimates: [Scope::Local, Scope::Whole].map(|scope| Estimate::new(scope, promise)),
        }
    }

    /// The next block is over: so many came in each of its slots.
    pub fn push(&mut self, slots: &[u16]) {
        let block = self.within_a_boot(slots);
        for estimate in &mut self.estimates {
            estimate.learn(&block);
        }
        self.known += block.total();
        self.largest = self.largest.max(block.largest());
        self.past.push(block);
        for estimate in &mut self.estimates {
            estimate.renew(&self.past);
        }
    }

    /// How many spares there are to be in the next block.
    #[must_use]
    pub fn spares(&self) -> usize {
        if self.known < KNOWN {
            return AT_FIRST.max(2 * self.largest as usize);
        }
        let kept = |estimate: &&Estimate| estimate.missed() <= TOLERANCE * self.promise;
        let kept = self.estimates.iter().filter(kept);
        let cheapest = kept.min_by(|a, b| a.cost().total_cmp(&b.cost()));
        let best = || self.estimates.iter().min_by(|a, b| a.missed().total_cmp(&b.missed()));
        cheapest.or_else(best).map_or(AT_FIRST, |estimate| estimate.spares() as usize)
    }

    /// For each who came in these slots: how many came within a boot until then, themselves included.
    /// Within a slot they come evenly, one after the other.
    fn within_a_boot(&mut self, slots: &[u16]) -> Counts {
        let mut counts = Counts::default();
        for count in slots {
            for nth in 1..=*count {
                let within = (f64::from(nth) - 0.5) / f64::from(*count);
                counts.add(self.before(self.boot - within) + u32::from(nth), 1);
            }
            self.slots.pop_back();
            self.slots.push_front(*count);
        }
        counts
    }

    /// How many came in so many slots just past.
    fn before(&self, mut slots: f64) -> u32 {
        let mut sum = 0;
        for count in &self.slots {
            if slots <= 0.0 {
                break;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part")]
            let part = (f64::from(*count) * slots.min(1.0)).ceil() as u32;
            sum += part;
            slots -= 1.0;
        }
        sum
    }
}

/// So many blocks the rule looks back.
const WINDOW: usize = BLOCKS_A_DAY * DAYS as usize;

#[cfg(test)]
mod tests {
    use super::*;

    fn promise() -> Promise {
        "0.01".parse().unwrap()
    }

    /// Days on each of which as many come in that slot.
    fn same(days: u64, comers: &[(usize, u16)]) -> Logins {
        let mut logins = Logins::none(20_000, days);
        for day in logins.days() {
            for (slot, count) in comers {
                logins.add(day, *slot, *count);
            }
        }
        logins
    }

    fn at(day: u64, slot: u64) -> Ms {
        Ms((20_000 + day) * 86_400_000 + slot * 10_000)
    }

    #[test]
    fn who_comes_within_a_boot_counts_those_who_did_before() {
        let mut sizer = Sizer::new(0, Duration::from_secs(15), promise());
        let counts = sizer.within_a_boot(&[2, 0, 1, 3, 0, 0, 0, 1]);
        // The first two; one who comes too late to find them; three who find that one; one by themselves.
        let mut expected = Counts::default();
        for x in [1, 2, 1, 2, 3, 4, 1] {
            expected.add(x, 1);
        }
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_new_fleet_has_three_and_twice_the_most_that_came_at_once() {
        let boot = Duration::from_secs(60);
        assert_eq!(spares(&same(1, &[]), at(0, 0), boot, promise()), 3);
        assert_eq!(spares(&same(1, &[(10, 7)]), at(0, 4000), boot, promise()), 14);
    }

    #[test]
    fn a_meeting_each_day_has_its_spares_then_and_not_at_other_times() {
        // Thirty at half past nine, one each quarter of an hour.
        let mut comers: Vec<(usize, u16)> = (0..96).map(|n| (n * 90 + 5, 1)).collect();
        comers.push((3420, 30));
        let logins = same(21, &comers);
        let boot = Duration::from_secs(60);
        assert!(spares(&logins, at(20, 3420), boot, promise()) >= 30);
        assert!(spares(&logins, at(20, 7000), boot, promise()) <= 3);
    }
}
