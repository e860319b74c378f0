//! Whatever is left to chance in a world, from one seed.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"): small, and
/// equal on every machine and in every version, so that a printed seed replays a run.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// All that follows is the seed's.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number, each with the same chance.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Another one, whose numbers have nothing to do with the next ones of this one.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.any())
    }

    /// From 0 to below `end`, each with the same chance; 0 if there is none below it.
    pub fn below(&mut self, end: usize) -> usize {
        let any = self.any();
        usize::try_from(any % (end.max(1) as u64)).unwrap_or_default()
    }

    /// From 0 to below 1, each with the same chance.
    pub fn share(&mut self) -> f64 {
        // The upper 53 bits, which an f64 holds exactly.
        (self.any() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with a chance of `rate`: never at 0, always at 1.
    pub fn hits(&mut self, rate: f64) -> bool {
        self.share() < rate
    }

    /// From `least` to `most`, in whole milliseconds.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least).as_millis();
        let span = usize::try_from(span).unwrap_or(usize::MAX - 1);
        least + Duration::from_millis(self.below(span + 1) as u64)
    }

    /// About `mean`: six spreads to either side at most, as a sum of twelve shares is
    /// nearly normal.
    pub fn about(&mut self, mean: Duration, spread: Duration) -> Duration {
        let deviation = (0..12).map(|_| self.share()).sum::<f64>() - 6.0;
        let seconds = mean.as_secs_f64() + deviation * spread.as_secs_f64();
        Duration::from_millis((seconds.max(0.0) * 1000.0) as u64)
    }

    /// One of these, each with the same chance.
    pub fn of<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        some.get(self.below(some.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_within_its_bounds_and_comes_as_often_as_its_rate_says() {
        let mut chance = Chance::new(1);
        let (least, most) = (Duration::from_millis(10), Duration::from_millis(12));
        let mut drawn = [0; 3];
        for _ in 0..3000 {
            let between = chance.between(least, most);
            assert!((least..=most).contains(&between));
            drawn[between.as_millis() as usize - 10] += 1;
        }
        assert!(drawn.iter().all(|n| (900..1100).contains(n)), "{drawn:?}");
        let hits = (0..10_000).filter(|_| chance.hits(0.25)).count();
        assert!((2400..=2600).contains(&hits), "{hits}");
        assert!(!chance.hits(0.0) && chance.hits(1.0));
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.of::<u8>(&[]), None);
    }

    #[test]
    fn a_seed_is_a_sequence() {
        let sequence =
            |seed| (0..100).map(move |_| seed).scan(Chance::new(seed), |c, _| Some(c.any()));
        assert!(sequence(7).eq(sequence(7)));
        assert!(!sequence(7).eq(sequence(8)));
    }
}
