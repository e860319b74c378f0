//! How many arrivals found how many others.

/// For each number of arrivals within a boot: how many found it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// By the number; the last is not 0.
    by: Vec<u32>,
    total: u64,
}

impl Counts {
    pub(super) fn add(&mut self, x: u32, count: u32) {
        let x = x as usize;
        if self.by.len() <= x {
            self.by.resize(x + 1, 0);
        }
        self.by[x] += count;
        self.total += u64::from(count);
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The largest number; 0 if nobody came.
    pub(super) fn largest(&self) -> u32 {
        u32::try_from(self.by.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// How many found more than `spares`.
    pub(super) fn over(&self, spares: u32) -> u64 {
        self.by.iter().skip(spares as usize + 1).map(|n| u64::from(*n)).sum()
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.by.len() < other.by.len() {
            self.by.resize(other.by.len(), 0);
        }
        for (own, more) in self.by.iter_mut().zip(&other.by) {
            *own += more;
        }
        self.total += other.total;
    }

    /// Takes out what was merged before.
    pub(super) fn unmerge(&mut self, other: &Self) {
        for (own, less) in self.by.iter_mut().zip(&other.by) {
            *own -= less;
        }
        self.total -= other.total;
        while self.by.last() == Some(&0) {
            self.by.pop();
        }
    }

    /// The least number, from 1, that no more than a part `a` of all was over; one more than the largest
    /// for an `a` of 0 or less, as even the largest was too small then.
    pub(super) fn least(&self, a: f64) -> u32 {
        if self.total == 0 {
            return 1;
        }
        if a <= 0.0 {
            return self.largest() + 1;
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 people")]
        let most = a * self.total as f64;
        let mut over = 0.0;
        for (x, count) in self.by.iter().enumerate().rev() {
            over += f64::from(*count);
            if over > most {
                return u32::try_from(x).unwrap_or(u32::MAX).max(1);
            }
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(u32, u32)]) -> Counts {
        all.iter().fold(Counts::default(), |mut counts, (x, count)| {
            counts.add(*x, *count);
            counts
        })
    }

    #[test]
    fn the_least_number_is_exact() {
        let some = counts(&[(1, 90), (5, 9), (20, 1)]);
        assert_eq!(some.least(0.01), 5, "one of a hundred is over five");
        assert_eq!(some.least(0.009), 20);
        assert_eq!(some.least(0.1), 1);
        assert_eq!(some.least(0.0), 21);
        assert_eq!(Counts::default().least(0.01), 1);
        assert_eq!((some.over(4), some.over(5), some.over(20)), (10, 1, 0));
    }

    #[test]
    fn what_was_merged_can_be_taken_out() {
        let (mut sum, part) = (counts(&[(1, 2), (3, 1)]), counts(&[(3, 4), (9, 1)]));
        let before = sum.clone();
        sum.merge(&part);
        assert_eq!(sum, counts(&[(1, 2), (3, 5), (9, 1)]));
        sum.unmerge(&part);
        assert_eq!(sum, before);
    }
}
