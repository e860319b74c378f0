//! Ids, tokens and choices at random, all from one seed.

use uuid::{Builder, Uuid};

/// SplitMix64: small, and equal on every machine and in every version, so that a printed seed
/// replays a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
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
    pub(super) fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// Takes one of `items` out, any of them with the same chance.
    pub(super) fn take<T>(&mut self, items: &mut Vec<T>) -> Option<T> {
        let length = u64::try_from(items.len()).ok().filter(|length| *length > 0)?;
        let index = usize::try_from(self.next() % length).ok()?;
        Some(items.swap_remove(index))
    }
}
