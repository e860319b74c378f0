//! The few users and boxes there are, and the few times.
//!
//! Time stands still at [`NOW`]. What is old says [`LONG_AGO`], and becomes so by a step of the
//! explorer of its own, so the only times are "lately" and "long ago" (idle, rested, not asking any
//! more, too late). Epochs, stamps and places in the queue are told apart by ticks: milliseconds of a
//! minute ago. Lists are never late here, and after a minute the flow that stops boxes believes them.

use std::{sync::LazyLock, time::Duration};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    seats::{Addresses, Identity},
};

/// Now, and always.
pub const NOW: Ms = Ms(1_800_000_000_000);

/// Longer ago than anything that any flow asks for.
pub const LONG_AGO: Ms = Ms(NOW.0 - 10_000_000);

/// What ticks are counted from.
const TICKS: Ms = Ms(NOW.0 - 60_000);

/// The most ticks at a time; a state with more of them is not explored further.
pub const MOST_TICKS: u64 = 9;

static USERS: LazyLock<Vec<UserId>> = LazyLock::new(|| {
    ["alice", "bob", "carol"].iter().map(|name| name.parse().expect("a name")).collect()
});

static BOXES: LazyLock<Vec<InstanceId>> =
    LazyLock::new(|| (1..=4).map(|n| format!("i-0000000{n}").parse().expect("an id")).collect());

/// A user.
#[must_use]
pub fn user(n: usize) -> &'static UserId {
    &USERS[n]
}

/// Which user.
///
/// # Panics
/// If it is none of them.
#[must_use]
pub fn user_index(user: &UserId) -> usize {
    USERS.iter().position(|known| known == user).expect("one of them")
}

/// A box.
#[must_use]
pub fn instance(n: usize) -> &'static InstanceId {
    &BOXES[n]
}

/// Which box.
///
/// # Panics
/// If it is none of them.
#[must_use]
pub fn box_index(instance: &InstanceId) -> usize {
    BOXES.iter().position(|known| known == instance).expect("one of them")
}

/// Where a box is: the same address in each of its lives.
#[must_use]
pub fn addresses(n: usize) -> Addresses {
    Addresses { public_ip: format!("192.0.2.{n}"), private_ip: format!("10.0.0.{n}") }
}

/// Which box is there.
#[must_use]
pub fn box_at(at: &Addresses) -> Option<usize> {
    at.private_ip.strip_prefix("10.0.0.")?.parse().ok()
}

/// Who everybody is.
#[must_use]
pub fn identity() -> Identity {
    Identity { issuer: "https://id.example".into(), subject: "1".into() }
}

/// The time of a tick.
#[must_use]
pub fn tick(n: u64) -> Ms {
    TICKS.plus(Duration::from_millis(n))
}

/// The tick of a time; 0 for what is none.
#[must_use]
pub fn tick_of(at: u64) -> u64 {
    at.checked_sub(TICKS.0).filter(|n| *n < 1000).unwrap_or(0)
}
