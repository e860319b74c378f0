//! Ids, tokens and choices at random, all from one seed.

use uuid::{Builder, Uuid};

/// SplitMix64: small, and equal on every machine and in every version, so that a printed seed
/// replays a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `prefix` and 17 hexadecimal digits, as EC2 makes ids (`i-`, `r-`).
    pub(super) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}0{:016x}", self.next())
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// From 0 to `most`, each with the same chance.
    pub(super) fn up_to(&mut self, most: u64) -> u64 {
        let any = self.next();
        most.checked_add(1).map_or(any, |choices| any % choices)
    }

    /// True with a chance of `rate`: never at 0, always at 1.
    pub(crate) fn chance(&mut self, rate: f64) -> bool {
        // The upper 53 bits, which an f64 holds exactly, as a fraction of 2^53.
        ((self.next() >> 11) as f64) < rate * (1u64 << 53) as f64
    }

    /// Takes one of `items` out, any of them with the same chance.
    pub(super) fn take<T>(&mut self, items: &mut Vec<T>) -> Option<T> {
        let length = u64::try_from(items.len()).ok().filter(|length| *length > 0)?;
        let index = usize::try_from(self.next() % length).ok()?;
        Some(items.swap_remove(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_comes_as_often_as_its_rate_says() {
        let mut random = Random::new(1);
        for (rate, expected) in [(0.0, 0..=0), (0.25, 2400..=2600), (1.0, 10_000..=10_000)] {
            let hits = (0..10_000).filter(|_| random.chance(rate)).count();
            assert!(expected.contains(&hits), "{rate}: {hits}");
        }
    }
}
