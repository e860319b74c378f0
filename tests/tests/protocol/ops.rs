//! Random steps. Arguments are small numbers that are looked up when the step runs, so that a
//! shrunk sequence still makes sense.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Seat, Truth, UserState},
    store::{Limit, Spare},
};
use hotdesk_tests::model::{BoxPhase, Model, Phase};
use proptest::{collection::vec, prelude::*, sample::select};

/// How many users and boxes take part.
pub(crate) const USERS: usize = 4;
pub(crate) const BOXES: usize = 5;

/// The longest lifetime of a seat, at least; and how long before its user is told. In the time that
/// a sequence takes, some seats get as old as that.
pub(crate) const LONGEST: Duration = Duration::from_secs(200);
pub(crate) const NOTICE: Duration = Duration::from_secs(60);

/// A durable item, in small numbers.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// User, state (0 open, 1 ending, 2 closed), box, epoch relative to the current one.
    User(usize, u8, usize, i64),
    Parked(usize),
    Waking(usize),
    /// User, how many ms ago.
    Revoked(usize, u64),
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Wait(u64),
    Flush,
    /// User, how many ms ago the session began.
    Claim(usize, u64),
    Ask(usize),
    Touch(usize, usize, i64),
    Stay(usize, usize, i64),
    Closing(usize),
    Admit(usize),
    Adopt(Vec<Item>),
    Rebuild(Vec<Item>, Vec<usize>),
    Idle(u64),
    BeginStop(usize, i64, u64),
    /// User, epoch, ms on top of [`LONGEST`].
    Expire(usize, i64, u64),
    Leave(usize, i64),
    Revoke(usize),
    Retire(usize),
    Orphan(usize),
    FinishStop(usize, bool),
    Wake(usize),
    Drop(usize),
    Evict(usize),
    Arriving(usize),
    Booted(u64),
    /// How many, for how many ms.
    Want(usize, u64),
    Warn(usize, bool),
    Constrain(Option<Limit>, u64),
    Walk(Option<usize>),
    Look,
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        4 => (0..USERS, 0..3u8, 0..BOXES, -1..2i64).prop_map(|(u, s, b, e)| Item::User(u, s, b, e)),
        1 => (0..BOXES).prop_map(Item::Parked),
        1 => (0..BOXES).prop_map(Item::Waking),
        1 => (0..USERS, ago()).prop_map(|(u, ms)| Item::Revoked(u, ms)),
    ]
}

/// Mostly lately; sometimes so long ago that no session of then is left.
fn ago() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..100_000u64, 1 => Just(32 * 86_400_000u64)]
}

fn op() -> impl Strategy<Value = Op> {
    let wait = prop_oneof![0..50u64, 19_000..21_000u64, 60_000..70_000u64, 149_000..151_000u64];
    // Mostly the seat that is meant, sometimes the one before or after.
    let epoch = || prop_oneof![4 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)];
    prop_oneof![
        6 => wait.prop_map(Op::Wait),
        1 => Just(Op::Flush),
        10 => (0..USERS, prop_oneof![3 => Just(0), 2 => 0..100_000u64])
            .prop_map(|(u, ms)| Op::Claim(u, ms)),
        4 => (0..USERS).prop_map(Op::Ask),
        4 => (0..USERS, 0..BOXES, epoch()).prop_map(|(u, b, e)| Op::Touch(u, b, e)),
        2 => (0..USERS, 0..BOXES, epoch()).prop_map(|(u, b, e)| Op::Stay(u, b, e)),
        2 => (0..USERS).prop_map(Op::Closing),
        10 => (0..BOXES).prop_map(Op::Admit),
        4 => vec(item(), 1..4).prop_map(Op::Adopt),
        4 => (vec(item(), 0..6), vec(0..BOXES, 0..3)).prop_map(|(i, s)| Op::Rebuild(i, s)),
        1 => (0..200_000u64).prop_map(Op::Idle),
        4 => (0..USERS, epoch(), 0..100_000u64).prop_map(|(u, e, t)| Op::BeginStop(u, e, t)),
        6 => (0..USERS, epoch(), 0..60_000u64).prop_map(|(u, e, t)| Op::Expire(u, e, t)),
        3 => (0..USERS, epoch()).prop_map(|(u, e)| Op::Leave(u, e)),
        2 => (0..USERS).prop_map(Op::Revoke),
        2 => (0..3usize).prop_map(Op::Retire),
        2 => (0..BOXES).prop_map(Op::Orphan),
        6 => (0..BOXES, any::<bool>()).prop_map(|(b, r)| Op::FinishStop(b, r)),
        4 => (1..3usize).prop_map(Op::Wake),
        1 => (0..BOXES).prop_map(Op::Drop),
        1 => (0..BOXES).prop_map(Op::Evict),
        2 => (0..BOXES).prop_map(Op::Arriving),
        2 => (0..BOXES, any::<bool>()).prop_map(|(b, spot)| Op::Warn(b, spot)),
        2 => (0..100_000u64).prop_map(Op::Booted),
        1 => (0..9usize, 0..100_000u64).prop_map(|(n, ms)| Op::Want(n, ms)),
        1 => (proptest::option::of(select(Limit::ALL.as_slice())), 0..100_000u64)
            .prop_map(|(limit, ms)| Op::Constrain(limit, ms)),
        1 => proptest::option::of(0..3usize).prop_map(Op::Walk),
        2 => Just(Op::Look),
    ]
}

/// A sequence that begins with a rebuild, so that most of it runs on a store that is ready.
pub(crate) fn ops(len: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(op(), len / 2..len).prop_map(|mut ops| {
        ops.insert(0, Op::Rebuild(Vec::new(), vec![0, 1]));
        ops
    })
}

pub(crate) fn user(n: usize) -> UserId {
    ["alice", "bob", "carol", "dave"][n].parse().unwrap()
}

pub(crate) fn instance(n: usize) -> InstanceId {
    format!("i-0000000{n}").parse().unwrap()
}

pub(crate) fn seat(u: usize, b: usize, epoch: Epoch, since: Ms, addresses: Addresses) -> Seat {
    Seat { user: user(u), instance: instance(b), epoch, since, addresses }
}

/// Time, and how small numbers become arguments.
pub(crate) struct World {
    pub(crate) now: Ms,
}

impl Default for World {
    fn default() -> Self {
        Self { now: Ms(1_800_000_000_000) }
    }
}

impl World {
    pub(crate) fn addresses(&self, n: usize) -> Addresses {
        let public_ip = format!("127.1.{}.{n}", self.now.0 % 7);
        Addresses { public_ip, private_ip: format!("127.2.0.{n}") }
    }

    pub(crate) fn instance_of(&self, model: &Model, user: &UserId) -> Option<InstanceId> {
        match &model.users.get(user)?.phase {
            Phase::Running(instance) | Phase::Stopping(instance) => Some(instance.clone()),
            _ => None,
        }
    }

    pub(crate) fn epoch_of(&self, model: &Model, user: &UserId, offset: i64) -> Epoch {
        let epoch = model.users.get(user).and_then(|u| u.epoch).unwrap_or(Epoch(self.now.0));
        Epoch(epoch.0.saturating_add_signed(offset))
    }

    pub(crate) fn stamp_of(&self, model: &Model, instance: &InstanceId, right: bool) -> Ms {
        match model.boxes.get(instance).map(|b| b.phase) {
            Some(BoxPhase::Stopping(stamp)) if right => stamp,
            _ => Ms(self.now.0 - 1),
        }
    }

    pub(crate) fn truths(&self, model: &Model, items: &[Item]) -> Vec<Truth> {
        let truth = |item: &Item| match item {
            Item::User(u, state, b, offset) => {
                let epoch = self.epoch_of(model, &user(*u), *offset);
                self.user_truth(*u, *state, *b, epoch)
            }
            Item::Parked(b) => Truth::Parked(instance(*b)),
            Item::Waking(b) => Truth::Waking(instance(*b)),
            Item::Revoked(u, ago) => self.revoked(*u, *ago),
        };
        items.iter().map(truth).collect()
    }

    /// A whole table: one item a user, one a box, and spares that have none.
    pub(crate) fn whole_truth(&self, items: &[Item], spares: &[usize]) -> (Vec<Truth>, Vec<Spare>) {
        let (mut users, mut boxes) = (Vec::new(), Vec::new());
        let mut truths = Vec::new();
        for item in items {
            let taken = match item {
                Item::User(u, ..) if users.contains(u) => continue,
                Item::User(u, 2, b, _) => {
                    users.push(*u);
                    truths.push(self.user_truth(*u, 2, *b, Epoch(self.now.0 - 5)));
                    continue;
                }
                Item::Revoked(u, ago) => {
                    truths.push(self.revoked(*u, *ago));
                    continue;
                }
                Item::User(_, _, b, _) | Item::Parked(b) | Item::Waking(b) => *b,
            };
            if boxes.contains(&taken) {
                continue;
            }
            boxes.push(taken);
            truths.push(match item {
                Item::User(u, state, b, _) => {
                    users.push(*u);
                    self.user_truth(*u, *state, *b, Epoch(self.now.0 - 5))
                }
                Item::Waking(b) => Truth::Waking(instance(*b)),
                Item::Parked(_) | Item::Revoked(..) => Truth::Parked(instance(taken)),
            });
        }
        let mut pool = Vec::new();
        for b in spares {
            if !boxes.contains(b) {
                boxes.push(*b);
                pool.push(Spare { instance: instance(*b), addresses: self.addresses(*b) });
            }
        }
        (truths, pool)
    }

    fn revoked(&self, u: usize, ago: u64) -> Truth {
        Truth::Revoked(user(u), Ms(self.now.0 - ago))
    }

    fn user_truth(&self, u: usize, state: u8, b: usize, epoch: Epoch) -> Truth {
        let state = [UserState::Open, UserState::Ending, UserState::Closed][usize::from(state)];
        Truth::User(seat(u, b, epoch, Ms(self.now.0 - 1000), self.addresses(b)), state)
    }
}
