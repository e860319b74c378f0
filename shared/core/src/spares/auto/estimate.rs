//! An estimate of how many spares a block needs, which corrects itself.

use std::collections::VecDeque;

use super::{BLOCKS_A_DAY, WINDOW, counts::Counts};

/// How fast an estimate corrects itself. Gibbs and Candès take 0.005; in bursts people miss together, and
/// a smaller step swings less.
const STEP: f64 = 0.002;

/// So many blocks an estimate is judged by: a week.
const JUDGED: usize = 7 * BLOCKS_A_DAY;

/// So many blocks just past count as now: an hour.
const RECENT: usize = 4;

/// The blocks of the last weeks.
#[derive(Clone, Debug)]
pub(super) struct Past {
    /// The day of the first block ever, counted from 1970.
    day: u64,
    /// How many blocks there were ever.
    len: usize,
    blocks: VecDeque<Counts>,
    whole: Counts,
}

impl Past {
    pub(super) fn new(day: u64) -> Self {
        Self { day, len: 0, blocks: VecDeque::new(), whole: Counts::default() }
    }

    pub(super) fn push(&mut self, block: Counts) {
        self.whole.merge(&block);
        self.blocks.push_back(block);
        self.len += 1;
        if self.blocks.len() > WINDOW
            && let Some(old) = self.blocks.pop_front()
        {
            self.whole.unmerge(&old);
        }
    }

    /// A block by its number; `None` if it is not there any more, or not yet.
    fn block(&self, nth: usize) -> Option<&Counts> {
        let first = self.len - self.blocks.len();
        nth.checked_sub(first).and_then(|nth| self.blocks.get(nth))
    }

    /// Whether the block with that number is of a Saturday or Sunday. The 1st of January 1970 was a
    /// Thursday.
    fn on_weekend(&self, nth: usize) -> bool {
        (self.day + (nth / BLOCKS_A_DAY) as u64 + 3) % 7 >= 5
    }

    /// What was at that time of day on days alike, and in the last hour.
    fn local(&self) -> Counts {
        let (next, mut sum) = (self.len, Counts::default());
        let recent = next.saturating_sub(RECENT)..next;
        let days = (1..=WINDOW / BLOCKS_A_DAY).map_while(|d| next.checked_sub(d * BLOCKS_A_DAY));
        let alike = days.filter(|nth| self.on_weekend(*nth) == self.on_weekend(next));
        let around = alike.flat_map(|nth| nth.saturating_sub(1)..=nth + 1);
        for block in recent.clone().chain(around.filter(|nth| !recent.contains(nth))) {
            if let Some(counts) = self.block(block) {
                sum.merge(counts);
            }
        }
        sum
    }
}

/// What an estimate looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The same time of day, and the last hour.
    Local,
    /// All.
    Whole,
}

/// An estimate.
#[derive(Clone, Debug)]
pub(super) struct Estimate {
    scope: Scope,
    promise: f64,
    /// At `1 - a` it takes the quantile.
    a: f64,
    spares: u32,
    /// Of each block of the last week: who came, who found too few, how many spares there were.
    judged: VecDeque<(u64, u64, u32)>,
    /// The sums of these.
    sums: (u64, u64, u64),
}

impl Estimate {
    pub(super) fn new(scope: Scope, promise: f64) -> Self {
        Self { scope, promise, a: promise, spares: 1, judged: VecDeque::new(), sums: (0, 0, 0) }
    }

    /// How many spares it wants in the next block.
    pub(super) fn spares(&self) -> u32 {
        self.spares
    }

    /// Which part of last week's arrivals found too few.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 people")]
    pub(super) fn missed(&self) -> f64 {
        let (came, missed, _) = self.sums;
        if came == 0 { 0.0 } else { missed as f64 / came as f64 }
    }

    /// How many spares it wanted last week, in the mean.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 spares")]
    pub(super) fn cost(&self) -> f64 {
        self.sums.2 as f64 / self.judged.len().max(1) as f64
    }

    /// A block is over, which it had wanted its spares for.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 people")]
    pub(super) fn learn(&mut self, block: &Counts) {
        let (came, missed) = (block.total(), block.over(self.spares));
        let a = self.a + STEP * (self.promise * came as f64 - missed as f64);
        // Not above 2 p: quiet months would let the next morning break the promise for long.
        self.a = a.clamp(-1.0, 2.0 * self.promise);
        self.judged.push_back((came, missed, self.spares));
        let (all, over, spares) = &mut self.sums;
        (*all, *over, *spares) = (*all + came, *over + missed, *spares + u64::from(self.spares));
        if self.judged.len() > JUDGED
            && let Some((came, missed, wanted)) = self.judged.pop_front()
        {
            (*all, *over, *spares) = (*all - came, *over - missed, *spares - u64::from(wanted));
        }
    }

    /// Looks at the past anew, for the next block.
    pub(super) fn renew(&mut self, past: &Past) {
        self.spares = match self.scope {
            Scope::Local => past.local().least(self.a),
            Scope::Whole => past.whole.least(self.a),
        };
    }
}
