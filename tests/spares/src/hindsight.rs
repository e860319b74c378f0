//! What an operator could have set who had known everything: the least that keeps a promise.

use crate::{
    replay::{Outcome, replay},
    rules::{Fixed, Rule},
};

/// What a rule is replayed on.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// When people come: seconds since 1970, in order.
    pub arrivals: &'a [f64],
    /// From when: seconds since 1970.
    pub begin: f64,
    /// Until when.
    pub end: f64,
    /// How long a boot takes, in seconds.
    pub boot: f64,
}

impl Case<'_> {
    /// What comes of a rule.
    pub fn replay(&self, rule: &mut dyn Rule) -> Outcome {
        replay(self.arrivals, self.begin, self.end, self.boot, rule)
    }

    /// The least fixed number that keeps a promise.
    #[must_use]
    pub fn best_fixed(&self, promise: f64) -> usize {
        let (mut low, mut high) = (1, self.arrivals.len().max(1));
        while low < high {
            let middle = low.midpoint(high);
            if self.replay(&mut Fixed(middle)).whole().waiting() <= promise {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// For each hour of workdays and of weekends (UTC) the least number that keeps it of those who come then.
    #[must_use]
    pub fn best_hours(&self, promise: f64) -> Hours {
        let mut found: Vec<Vec<usize>> = vec![Vec::new(); 48];
        let mut first = 0;
        for (nth, at) in self.arrivals.iter().enumerate() {
            while self.arrivals[first] <= at - self.boot {
                first += 1;
            }
            found[hour(*at)].push(nth + 1 - first);
        }
        Hours(found.into_iter().map(|found| least(found, promise)).collect())
    }
}

/// The least number that no more than a part of these is over; at least 1.
fn least(mut found: Vec<usize>, promise: f64) -> usize {
    found.sort_unstable_by(|a, b| b.cmp(a));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 people")]
    let over = (found.len() as f64 * promise) as usize;
    found.get(over).copied().unwrap_or(1).max(1)
}

/// So many spares in each hour of workdays, then of weekends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours(Vec<usize>);

impl Rule for Hours {
    /// Boxes for an hour are ordered a few minutes before.
    fn wanted(&mut self, now: f64) -> usize {
        self.0[hour(now)].max(self.0[hour(now + 300.0)])
    }
}

/// The hour of a time (seconds since 1970, UTC), weekends after workdays. The 1st of January 1970 was a
/// Thursday.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times since 1970")]
fn hour(at: f64) -> usize {
    let hours = (at / 3600.0) as usize;
    let weekend = (hours / 24 + 3) % 7 >= 5;
    hours % 24 + if weekend { 24 } else { 0 }
}
