//! Signatures that were found good before.
//!
//! A tab brings the same token with each heartbeat, and checking its signature is half of what ping itself
//! computes. That a signature is right stays so; what changes with time (expiry, revocation, which keys are
//! known) is looked at each time by whoever asked.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

/// So many are remembered, 200 KB, before all are forgotten: as many as one copy of ping serves in the two
/// minutes between a thousand people's heartbeats, several times over.
const MOST: usize = 4096;

static GOOD: LazyLock<Mutex<HashSet<Fact>>> = LazyLock::new(Mutex::default);

/// The SHA-256 of a key, a signature by it and what was signed. Only good ones are kept, so whoever wants a bad
/// one taken for good needs a collision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fact([u8; 32]);

impl Fact {
    /// `None` for a signature that is none: with a length of its own, where it ends would be open.
    pub(super) fn new(key: &[u8; 32], signature: &[u8], message: &[u8]) -> Option<Self> {
        let signature: &[u8; 64] = signature.try_into().ok()?;
        let all = Sha256::new().chain_update(key).chain_update(signature).chain_update(message);
        Some(Self(all.finalize().into()))
    }

    /// Whether it was found good.
    pub(super) fn is_known(self) -> bool {
        GOOD.lock().unwrap_or_else(PoisonError::into_inner).contains(&self)
    }

    /// It was found good.
    pub(super) fn remember(self) {
        let mut good = GOOD.lock().unwrap_or_else(PoisonError::into_inner);
        if good.len() >= MOST {
            good.clear();
        }
        good.insert(self);
    }
}
