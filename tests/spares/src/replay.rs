//! Spares and those who come, second by second.
//!
//! Whoever comes takes a spare, or waits for the next box that is ready; boxes are ordered so that as many
//! as the rule wants are spare or on their way, those who wait counted off, and are ready after a boot.
//! Where the rule wants fewer, spares are retired at once. This is what a round of the fleet does
//! (`control::scaling`), if AWS has boxes.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::rules::Rule;

/// How often a rule is asked, in seconds: as often as the reaper's pass.
const ASKED: f64 = 60.0;

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// What came of a rule, day by day.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Each day.
    pub days: Vec<Part>,
    /// How many the rule wanted, each time that it changed its mind: seconds since 1970, spares.
    pub wanted: Vec<(f64, usize)>,
}

/// What came of a rule in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// How many seconds that was.
    pub seconds: f64,
    /// How many came.
    pub came: u32,
    /// How many of them waited.
    pub waited: u32,
    /// Seconds that spares were idle, summed over the spares.
    pub idle: f64,
}

impl Part {
    /// Which part of those who came waited.
    #[must_use]
    pub fn waiting(&self) -> f64 {
        f64::from(self.waited) / f64::from(self.came.max(1))
    }

    /// Idle spares, in the mean over time.
    #[must_use]
    pub fn spares(&self) -> f64 {
        self.idle / self.seconds.max(1.0)
    }
}

impl Outcome {
    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Part {
        sum(&self.days)
    }

    /// The last days.
    #[must_use]
    pub fn last(&self, days: usize) -> Part {
        sum(&self.days[self.days.len().saturating_sub(days)..])
    }
}

fn sum(days: &[Part]) -> Part {
    days.iter().fold(Part::default(), |sum, day| Part {
        seconds: sum.seconds + day.seconds,
        came: sum.came + day.came,
        waited: sum.waited + day.waited,
        idle: sum.idle + day.idle,
    })
}

/// Boxes that nobody has, and who waits for them.
#[derive(Debug, Default)]
struct Stock {
    spares: u32,
    waiting: u32,
    /// When those on their way are ready, in milliseconds since 1970.
    ordered: BinaryHeap<Reverse<u64>>,
}

impl Stock {
    fn aim(&mut self, wanted: usize, ready: f64) {
        let there = self.spares as usize + self.ordered.len();
        let needed = wanted + self.waiting as usize;
        for _ in there..needed {
            self.ordered.push(Reverse(ms(ready)));
        }
        let surplus = u32::try_from(there.saturating_sub(needed)).unwrap_or(u32::MAX);
        self.spares -= surplus.min(self.spares);
    }

    #[expect(clippy::cast_precision_loss, reason = "times since 1970")]
    fn next(&self) -> f64 {
        self.ordered.peek().map_or(f64::INFINITY, |Reverse(at)| *at as f64 / 1000.0)
    }

    fn receive(&mut self) {
        self.ordered.pop();
        if self.waiting > 0 {
            self.waiting -= 1;
        } else {
            self.spares += 1;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times since 1970")]
fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// What comes of a rule from `begin` to `end` (seconds since 1970), where people come then and a boot takes
/// so many seconds.
pub fn replay(arrivals: &[f64], begin: f64, end: f64, boot: f64, rule: &mut dyn Rule) -> Outcome {
    let mut outcome = Outcome::default();
    let spares = u32::try_from(rule.wanted(begin)).unwrap_or(u32::MAX);
    let mut stock = Stock { spares, ..Stock::default() };
    let (mut coming, mut asked, mut last) = (arrivals.iter().copied().peekable(), begin, begin);
    let mut day = Part::default();
    while last < end {
        let comes = coming.peek().copied().unwrap_or(f64::INFINITY);
        let midnight = begin + (outcome.days.len() + 1) as f64 * DAY;
        let now = comes.min(stock.next()).min(asked).min(midnight).min(end);
        day.idle += f64::from(stock.spares) * (now - last);
        day.seconds += now - last;
        last = now;
        if now >= midnight || now >= end {
            outcome.days.push(std::mem::take(&mut day));
            continue;
        }
        if stock.next() <= now {
            stock.receive();
            continue;
        }
        if comes <= now {
            coming.next();
            day.came += 1;
            if stock.spares == 0 {
                stock.waiting += 1;
                day.waited += 1;
            } else {
                stock.spares -= 1;
            }
            rule.came(now);
        } else {
            asked += ASKED;
        }
        let wanted = rule.wanted(now);
        stock.aim(wanted, now + boot);
        if outcome.wanted.last().is_none_or(|(_, before)| *before != wanted) {
            outcome.wanted.push((now, wanted));
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Fixed;

    #[test]
    fn whoever_finds_no_spare_waits_and_one_is_ordered_for_each_who_comes() {
        // Two spares, boots of 60 s: the third within a minute waits, the fourth finds the first's successor.
        let outcome = replay(&[10.0, 20.0, 30.0, 85.0, 400.0], 0.0, 600.0, 60.0, &mut Fixed(2));
        let Part { seconds, came, waited, idle } = outcome.whole();
        assert_eq!((came, waited), (5, 1));
        assert!((seconds - 600.0).abs() < 1e-6);
        // At 70 the box of the first comes and is given to who waits; at 80 that of the second is spare until 85;
        // those of the third and fourth come at 90 and 145.
        let expected =
            10.0 * 2.0 + 10.0 + 5.0 + (145.0 - 90.0) + 2.0 * (400.0 - 145.0) + 60.0 + 2.0 * 140.0;
        assert!((idle - expected).abs() < 1e-6, "{idle} {expected}");
    }

    #[test]
    fn a_day_is_counted_by_itself() {
        let outcome = replay(&[10.0, 20.0, DAY + 5.0], 0.0, 1.5 * DAY, 60.0, &mut Fixed(1));
        let days: Vec<(u32, u32)> = outcome.days.iter().map(|day| (day.came, day.waited)).collect();
        assert_eq!(days, [(2, 1), (1, 0)]);
        assert_eq!(outcome.last(1).came, 1);
    }
}
