//! The durable seats: one item a user, one item a box, changed only conditionally.
//!
//! | item | says |
//! | --- | --- |
//! | `user#alice` | [`UserItem`]: open, ending or closed; instance, epoch |
//! | `instance#i-...` | absent: clean and free to give; else a [`BoxItem`] |
//! | `revoked#alice` | until when her sessions are revoked; kept for [`KEPT_REVOKED`] |
//!
//! The user's home ([`crate::homes`]) and the ledger ([`crate::ledger`]) are tables of their own. What
//! they say of a seat is written in the transactions that open and close it.
//!
//! Open comes before anybody is sent to a box; ending or parked before the first AWS call of a
//! stop; closed and parked (one transaction) when the box is stopped; waking before StartInstances;
//! deletion after ExitStandby, before the box is admitted.

use std::{future::Future, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    clock::Ms,
    homes::Homes,
    id::{Epoch, InstanceId, UserId},
    ledger::{End, Ending, Farewell},
};

/// How long a revocation is remembered: longer than any session lasts, which is 30 days at most
/// (`SESSION_MAX_SECONDS`).
pub const KEPT_REVOKED: Duration = Duration::from_secs(31 * 86_400);

/// Where a box is reached; empty where it has no such address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Addresses {
    /// Its public IPv4 address, another one after every start.
    pub public_ip: String,
    /// Its private IPv4 address, the same for its whole life.
    pub private_ip: String,
}

/// The right of a user to use a box now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    /// Whose.
    pub user: UserId,
    /// Which box.
    pub instance: InstanceId,
    /// Which assignment.
    pub epoch: Epoch,
    /// When it began.
    pub since: Ms,
    /// Where the box is.
    pub addresses: Addresses,
}

/// Where the seat that a [`UserItem`] names stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// The user may be sent to the box.
    Open,
    /// Its stop was decided.
    Ending,
    /// Its box is stopped or dead.
    Closed,
}

/// The item of a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserItem {
    /// The seat.
    pub seat: Seat,
    /// Where it stands.
    pub state: UserState,
    /// Who the user is.
    pub identity: Identity,
    /// Why it ends, once that was decided.
    pub ending: Option<Ending>,
    /// How its box let go of the user's files, once that is known.
    pub farewell: Option<Farewell>,
}

/// The person behind a user name, as the identity provider names them. Another pair with the same
/// user name is refused, never merged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's subject.
    pub subject: String,
}

/// The item of a box; there is none while it is clean and free to give.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BoxItem {
    /// A user's.
    Seat {
        /// Whose.
        user: UserId,
        /// Which assignment.
        epoch: Epoch,
    },
    /// To be stopped, or stopped.
    Parked,
    /// Being started again.
    Waking,
}

/// A durable item, as the store is made to agree with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Of a user.
    User(Seat, UserState),
    /// This box is parked.
    Parked(InstanceId),
    /// This box is waking.
    Waking(InstanceId),
    /// The user's sessions that began then or before are revoked.
    Revoked(UserId, Ms),
}

/// Everything in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// The users'.
    pub users: Vec<UserItem>,
    /// The boxes'.
    pub boxes: Vec<(InstanceId, BoxItem)>,
    /// Whose sessions were revoked, and until when.
    pub revoked: Vec<(UserId, Ms)>,
}

impl Items {
    /// The items as the store takes them. A box's seat is said by its user's item.
    #[must_use]
    pub fn truths(&self) -> Vec<Truth> {
        let users = self.users.iter().map(|item| Truth::User(item.seat.clone(), item.state));
        let boxes = self.boxes.iter().filter_map(|(instance, item)| match item {
            BoxItem::Seat { .. } => None,
            BoxItem::Parked => Some(Truth::Parked(instance.clone())),
            BoxItem::Waking => Some(Truth::Waking(instance.clone())),
        });
        let revoked = self.revoked.iter().map(|(user, at)| Truth::Revoked(user.clone(), *at));
        users.chain(boxes).chain(revoked).collect()
    }
}

/// A page of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its items.
    pub items: Items,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

/// Of [`Seats::open`].
#[expect(clippy::large_enum_variant, reason = "a conflict is rare, and moves once")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// The seat is open (now, or it was before).
    Opened,
    /// The store was wrong; this is what the table says.
    Conflict {
        /// The user's item, if there is one.
        user: Option<UserItem>,
        /// The box's item, if there is one.
        instance: Option<BoxItem>,
    },
    /// The name belongs to somebody else.
    OtherPerson,
    /// The session is one of those that began then or before, which are revoked.
    Revoked(Ms),
}

/// Of the other conditional writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The item says so now.
    Done,
    /// The item says something that this write does not follow; nothing changed.
    Refused,
}

/// Why the table gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum SeatsError {
    /// Throttled, or another transaction has the item: try again.
    #[error("the seats table is busy")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer, or an error of the service or of our permissions.
    #[error("the seats table did not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item that hotdesk did not write.
    #[error("the tables hold what hotdesk did not write there: {0}")]
    Corrupt(String),
}

impl SeatsError {
    /// The record of a user's home knows a newer seat than the one of the seats table.
    #[must_use]
    pub fn home_ahead(user: &UserId) -> Self {
        Self::Corrupt(format!("the home of {user} is ahead of its seat"))
    }
}

/// What a call on the table gives back.
pub type Answer<T> = Result<T, SeatsError>;

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to the durable seats. Every call is idempotent and may answer [`SeatsError`].
        pub trait Seats: Homes {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

calls! {
    /// Opens the seat for a session that began then: its user's item must be absent, closed with a
    /// lower epoch, or this seat; its box's item must be absent or this seat; the identity must be
    /// the recorded one; the session must not be revoked. In the same step the user's home is wanted
    /// by this seat, with something to do from `due` on; where it is already, that is left as it is.
    fn open(&self, seat: &Seat, identity: &Identity, began: Ms, due: Ms) -> Open;
    /// Ends the seat: open -> ending, for the same instance and epoch. The first reason stays.
    fn end(&self, seat: &Seat, ending: &Ending) -> Write;
    /// Notes how the box of an ending seat let go of the user's files. The first word stays.
    fn part(&self, seat: &Seat, farewell: Farewell) -> Write;
    /// Revokes the sessions of a user that began until now, and ends their open seat, in one step;
    /// what it gives back is that seat. `by`: who asked for it.
    fn revoke(&self, user: &UserId, by: &UserId, now: Ms) -> Option<Seat>;
    /// Parks a box that has no item.
    fn park(&self, instance: &InstanceId) -> Write;
    /// Closes the ending seat of a stopped box and parks the box, enters the session into the ledger
    /// and has the home know that the seat is over, in one transaction. Repeated, the session stays
    /// as it was entered first.
    fn close_and_park(&self, end: &End) -> Write;
    /// The same for the seat of a box that is dead, whatever it was; the box's item stays parked until
    /// it is removed by age.
    fn close_dead(&self, end: &End) -> Write;
    /// A parked or waking box is dead: its item stays parked until it is removed by age.
    fn bury(&self, instance: &InstanceId, now: Ms) -> Write;
    /// A parked box is to be started: parked -> waking.
    fn waking(&self, instance: &InstanceId) -> Write;
    /// A box was not awake in time: waking -> parked.
    fn give_up_wake(&self, instance: &InstanceId) -> Write;
    /// A waking box runs and is back in service: its item is deleted.
    fn clear(&self, instance: &InstanceId) -> Write;
    /// A user's item, read consistently.
    fn user(&self, user: &UserId) -> Option<UserItem>;
    /// A box's item, read consistently.
    fn instance(&self, instance: &InstanceId) -> Option<BoxItem>;
    /// The items of these users, read consistently, in no order.
    fn users(&self, users: &[UserId]) -> Vec<UserItem>;
    /// The items of these boxes, as far as they have one, read consistently, in no order.
    fn instances(&self, instances: &[InstanceId]) -> Vec<(InstanceId, BoxItem)>;
    /// About `limit` items from where `after` (a [`Page::next`]) says, in the table's own order,
    /// read consistently.
    fn page(&self, after: Option<&str>, limit: usize) -> Page;
    /// Everything, read consistently, page by page.
    fn scan(&self) -> Items;
    /// Leaves word that capacity is wanted, at most once in some seconds: its change in the table's
    /// stream wakes whoever may change capacity.
    fn want_capacity(&self, now: Ms) -> ();
}
