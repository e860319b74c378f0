//! Random calls. Arguments are small numbers that are looked up when the call is made, so that a
//! shrunk sequence still makes sense.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    homes::{Home, Trouble, Wish},
    id::{Epoch, InstanceId, UserId},
    ledger::{End, Ending, Farewell, Why},
    seats::{Addresses, Identity, Seat, UserItem},
};
use proptest::{collection::vec, prelude::*};

/// How many users and boxes take part.
pub(crate) const USERS: usize = 3;
pub(crate) const BOXES: usize = 4;

/// A seat: whose, which box (none: that of the user's item), the epoch relative to the item's.
#[derive(Clone, Debug)]
pub(crate) struct Which(pub(crate) usize, pub(crate) Option<usize>, pub(crate) i64);

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Wait(u64),
    /// The seat; the address and time that are new each so many ms; whether it is somebody else; how
    /// many ms ago the session began.
    Open(Which, u64, bool, u64),
    End(Which, usize),
    Part(Which, usize),
    /// Whose; by whom; how many ms ago, as another's clock says.
    Revoke(usize, usize, u64),
    Park(usize),
    CloseAndPark(Which, usize),
    CloseDead(Which, usize),
    Bury(usize),
    Waking(usize),
    GiveUpWake(usize),
    Clear(usize),
    Read(usize, usize),
    ReadMany(Vec<usize>),
    Pages(usize),
    WantCapacity,
    /// Whose, how many writes later (or earlier) than what is there, and what is changed in it.
    SaveHome(usize, i64, usize),
    Homes(Vec<usize>),
    DueHomes(u64, usize),
    Sessions(usize, usize),
}

fn which() -> impl Strategy<Value = Which> {
    let at = prop_oneof![2 => Just(None), 1 => (0..BOXES).prop_map(Some)];
    (0..USERS, at, epoch()).prop_map(|(user, at, epoch)| Which(user, at, epoch))
}

/// Mostly the seat that is meant, sometimes the one before or after.
fn epoch() -> impl Strategy<Value = i64> {
    prop_oneof![5 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)]
}

/// A new seat mostly, on any box; sometimes the present one again, or an older one.
fn new_seat() -> impl Strategy<Value = Which> {
    let at = prop_oneof![1 => Just(None), 4 => (0..BOXES).prop_map(Some)];
    let epoch = prop_oneof![4 => Just(1i64), 2 => Just(0i64), 1 => Just(-1i64)];
    (0..USERS, at, epoch).prop_map(|(user, at, epoch)| Which(user, at, epoch))
}

/// Mostly just now; at that very moment it may have been revoked.
fn began() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0u64), 1 => 0..200_000_000u64]
}

fn op() -> impl Strategy<Value = Op> {
    let wait = prop_oneof![Just(1u64), 2_998..3_003u64, 0..200_000_000u64];
    let many = vec(0..2 * BOXES, 0..2 * BOXES);
    prop_oneof![
        4 => wait.prop_map(Op::Wait),
        16 => (new_seat(), prop_oneof![Just(1u64), Just(1_000_000_000_000)], prop::bool::weighted(0.1), began())
            .prop_map(|(which, step, other, ago)| Op::Open(which, step, other, ago)),
        2 => (0..USERS, 0..USERS, prop_oneof![1 => Just(0u64), 4 => 1..5_000u64])
            .prop_map(|(user, by, ago)| Op::Revoke(user, by, ago)),
        8 => (which(), any::<usize>()).prop_map(|(which, why)| Op::End(which, why)),
        6 => (which(), any::<usize>()).prop_map(|(which, how)| Op::Part(which, how)),
        4 => (0..BOXES).prop_map(Op::Park),
        8 => (which(), any::<usize>()).prop_map(|(which, why)| Op::CloseAndPark(which, why)),
        4 => (which(), any::<usize>()).prop_map(|(which, why)| Op::CloseDead(which, why)),
        3 => (0..BOXES).prop_map(Op::Bury),
        8 => (0..BOXES).prop_map(Op::Waking),
        4 => (0..BOXES).prop_map(Op::GiveUpWake),
        8 => (0..BOXES).prop_map(Op::Clear),
        2 => (0..USERS, 0..BOXES).prop_map(|(u, b)| Op::Read(u, b)),
        2 => many.clone().prop_map(Op::ReadMany),
        2 => (0..6usize).prop_map(Op::Pages),
        3 => Just(Op::WantCapacity),
        8 => (0..USERS + 1, epoch(), any::<usize>())
            .prop_map(|(user, rev, what)| Op::SaveHome(user, rev, what)),
        2 => many.prop_map(Op::Homes),
        3 => (prop_oneof![Just(0u64), 0..200_000_000u64], 0..USERS + 2)
            .prop_map(|(ago, limit)| Op::DueHomes(ago, limit)),
        2 => (0..USERS, 0..6usize).prop_map(|(user, limit)| Op::Sessions(user, limit)),
    ]
}

pub(crate) fn ops(len: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(op(), len / 2..len)
}

pub(crate) fn user(n: usize) -> UserId {
    format!("user{n}").parse().unwrap()
}

pub(crate) fn instance(n: usize) -> InstanceId {
    format!("i-{n:08x}").parse().unwrap()
}

pub(crate) fn identity(n: usize, other: bool) -> Identity {
    let issuer = if other { "https://other.example" } else { "https://id.example" };
    Identity { issuer: issuer.into(), subject: format!("subject-{n}") }
}

/// The n-th user's seat on the n-th box.
pub(crate) fn seat(user: UserId, instance: InstanceId, epoch: Epoch, since: Ms) -> Seat {
    let public_ip = format!("192.0.2.{}", since.0 % 256);
    let addresses = Addresses { public_ip, private_ip: "10.0.0.1".into() };
    Seat { user, instance, epoch, since, addresses }
}

/// The n-th reason, with or without its evidence.
pub(crate) fn ending(n: usize, at: Ms) -> Ending {
    let why = [Why::Idle, Why::Left, Why::Lifetime, Why::Revoked, Why::Lost][n % 5];
    let last_seen = n.is_multiple_of(2).then(|| at.minus(Duration::from_millis(n as u64 % 1000)));
    Ending { why, at, last_seen, by: n.is_multiple_of(3).then(|| user(n % USERS)) }
}

/// The n-th way to part.
pub(crate) fn farewell(n: usize) -> Farewell {
    [Farewell::Saved, Farewell::Nothing, Farewell::Late, Farewell::Silent][n % 4]
}

/// The n-th end of a seat.
pub(crate) fn end(seat: Seat, n: usize, at: Ms) -> End {
    let farewell = n.is_multiple_of(2).then(|| farewell(n / 2));
    End { seat, ending: ending(n, at), farewell, at }
}

/// The home with the n-th change; what seats write in it stays.
pub(crate) fn changed(mut home: Home, n: usize, now: Ms) -> Home {
    let snapshot = || "snap-0123456789abcdef0".parse().unwrap();
    match n % 8 {
        0 => home.due = None,
        1 => home.due = Some(now),
        2 => home.due = Some(now.plus(Duration::from_millis(n as u64 % 5000))),
        3 => home.volume = Some(format!("vol-{:08x}", n % 1000).parse().unwrap()),
        4 => home.trouble = [None, Some(Trouble::NotBlank), Some(Trouble::Gone)][n % 3],
        5 => home.wish = n.is_multiple_of(2).then(|| Wish::Restore { snapshot: snapshot() }),
        6 => home.old = vec!["vol-0123456789abcdef0".parse().unwrap(); n % 3],
        _ => home.size = n as u32 % 100,
    }
    home
}

/// The time.
pub(crate) struct World {
    pub(crate) now: Ms,
}

impl Default for World {
    fn default() -> Self {
        Self { now: Ms(1_800_000_000_000) }
    }
}

impl World {
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now = self.now.plus(Duration::from_millis(ms));
    }

    /// The seat that is meant; `item` is the user's.
    pub(crate) fn seat(
        &self,
        Which(n, at, epoch): &Which,
        item: Option<&UserItem>,
        step: u64,
    ) -> Seat {
        let current = item.map(|item| &item.seat);
        let at = at.map(instance).or_else(|| current.map(|seat| seat.instance.clone()));
        let old = current.map_or(Epoch(self.now.0), |seat| seat.epoch);
        let epoch = Epoch(old.0.saturating_add_signed(*epoch));
        seat(user(*n), at.unwrap_or_else(|| instance(*n)), epoch, Ms(self.now.0 / step * step))
    }
}
