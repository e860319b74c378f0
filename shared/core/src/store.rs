//! The fast store: who has which box, who waits, which boxes are spare.
//!
//! [`Store`] is the port. One method is one atomic step (one Lua script in [`redis`]); `now` is
//! always an argument. The store may be wrong (flushed, or back to an older copy); the durable
//! [`crate::seats`] are not, and [`Store::adopt`] and [`Store::rebuild`] make it agree with them.
//!
//! Invariants after every step: the pool, the boxes of RUNNING users, stopping, waking, standby and
//! GONE are disjoint; a box has at most one owner and a user at most one seat; `ws:pings` is exactly
//! the RUNNING users; `fleet:waiting` exactly the STARTING ones; nobody waits while the pool has a
//! box.

mod outcome;
pub mod redis;

use std::{future::Future, time::Duration};

pub use outcome::{
    Admit, Adopt, Ask, BeginStop, BoxPhase, Claim, Demand, Dropped, Duty, Evict, Expire,
    FinishStop, Idle, Known, Leave, Limit, Lock, Place, Rebuild, Revoke, Spare, Stop, Threat,
    Touch, Unlock, View, Warn, Warning, Workspace,
};

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    names::Written,
    seats::{Addresses, Seat, Truth},
};

/// A box rests this long in standby before it may be woken: every function times out within 60 s,
/// retries included, so whoever meant its previous life is dead by then.
pub const REST: Duration = Duration::from_secs(65);

/// Who has not asked for this long is gone from the queue: hidden tabs' timers run once a minute.
pub const ASKING: Duration = Duration::from_secs(150);

/// Whoever closes the page of the queue keeps their place this long: a reload closes it too, and
/// another tab asks oftener than that.
pub const CLOSING: Duration = Duration::from_secs(20);

/// Why the store gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store was not yet built from the durable truth; it says nothing until then.
    #[error("the store is being rebuilt: try again in some seconds")]
    Cold,
    /// No answer in time, or no connection. What was asked may have happened.
    #[error("the store did not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answered what it never should.
    #[error("the store answered {0}")]
    Corrupt(String),
}

/// What a step gives back.
pub type Answer<T> = Result<T, StoreError>;

macro_rules! steps {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to the fast store. Every method may answer [`StoreError`]; `Cold` means that
        /// nothing was done, `Away` that it may have been.
        pub trait Store: Send + Sync {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

steps! {
    /// A seat for a user whose session began then: the one they have (its `lastSeen` refreshed), a
    /// spare, or a place in the queue; nothing if the session was revoked.
    fn claim(&self, user: &UserId, began: Ms, now: Ms) -> Claim;
    /// Where a user stands; keeps the place of one who waits.
    fn ask(&self, user: &UserId, now: Ms) -> Ask;
    /// A heartbeat of that seat; `lastSeen` never goes backwards.
    fn touch(&self, user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    /// As [`Store::touch`], and the seat's longest lifetime counts from now.
    fn stay(&self, user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    /// The page of one who waits is being closed: their place is free after [`CLOSING`], unless they
    /// ask again.
    fn closing(&self, user: &UserId, now: Ms) -> ();
    /// A box that is ready: to the longest waiting who still asks, else to the pool.
    fn admit(&self, instance: &InstanceId, addresses: &Addresses, now: Ms) -> Admit;
    /// Makes the store agree with durable items.
    fn adopt(&self, items: &[Truth], now: Ms) -> Adopt;
    /// Users whose last heartbeat is older than `cutoff`, longest ago first; changes nothing.
    fn idle(&self, cutoff: Ms, limit: usize) -> Vec<Idle>;
    /// Begins the stop of that seat if it is still idle.
    fn begin_stop(&self, user: &UserId, epoch: Epoch, cutoff: Ms, now: Ms) -> BeginStop;
    /// Warns the user of a seat that is `longest` old in less than `notice`; begins its stop once that
    /// time has come and they had been warned `notice` before.
    fn expire(&self, user: &UserId, epoch: Epoch, longest: Duration, notice: Duration, now: Ms) -> Expire;
    /// Begins the stop of that seat on its user's word; a waiting user leaves the queue, whatever
    /// the epoch.
    fn leave(&self, user: &UserId, epoch: Epoch, now: Ms) -> Leave;
    /// Revokes the sessions of a user that began until now: begins the stop of their box, whatever
    /// the epoch; a waiting user leaves the queue.
    fn revoke(&self, user: &UserId, now: Ms) -> Revoke;
    /// Until when a user's sessions are revoked: those that began then or before; changes nothing.
    fn revoked(&self, user: &UserId) -> Option<Ms>;
    /// Begins the stop of up to `n` spares.
    fn retire(&self, n: usize, now: Ms) -> Vec<Stop>;
    /// Begins the stop of a box that is no user's; `None` if it has a user or is GONE.
    fn orphan(&self, instance: &InstanceId, now: Ms) -> Option<Stop>;
    /// Ends the stop that `stamp` names: the box is in standby, its user STOPPED.
    fn finish_stop(&self, instance: &InstanceId, stamp: Ms, now: Ms) -> FinishStop;
    /// Takes up to `n` boxes that rested for [`REST`] out of standby, to be started.
    fn wake(&self, n: usize, now: Ms) -> Vec<InstanceId>;
    /// Takes a box out of standby for good, before it is terminated.
    fn drop_box(&self, instance: &InstanceId, now: Ms) -> Dropped;
    /// A dead box leaves every set; its user is STOPPED and queues in front next time.
    fn evict(&self, instance: &InstanceId, now: Ms) -> Evict;
    /// How many boxes are wanted and there; changes nothing.
    fn demand(&self, now: Ms) -> Demand;
    /// Refills a cold store from the truth, bit by bit; it stays cold until all is in. Never
    /// answers `Cold`.
    fn rebuild(&self, items: &[Truth], spares: &[Spare], now: Ms) -> Rebuild;
    /// The boxes that are no user's; changes nothing.
    fn view(&self) -> View;
    /// What the store says of these boxes, in their order; changes nothing.
    fn known(&self, instances: &[InstanceId]) -> Vec<Known>;
    /// A user's row, for pages; changes nothing.
    fn workspace(&self, user: &UserId) -> Workspace;
    /// Notes boxes that a launch hook holds, unless they are known already.
    fn arriving(&self, instances: &[InstanceId], now: Ms) -> ();
    /// Notes how long a box took from its launch or start until it was ready.
    fn booted(&self, took: Duration) -> ();
    /// How long the last boots took, newest first; changes nothing.
    fn boots(&self) -> Vec<Duration>;
    /// How many people came without a box in the slots of a day (see [`crate::spares::logins`]), where
    /// somebody did; changes nothing.
    fn logins(&self, day: u64) -> Vec<(usize, u16)>;
    /// Notes how many spares keep the promise, until then.
    fn want(&self, spares: usize, until: Ms) -> ();
    /// What was last noted of the names of these boxes, in their order; changes nothing.
    fn names(&self, instances: &[InstanceId]) -> Vec<Option<Written>>;
    /// Notes what was written of the names of these boxes, for so long.
    fn note_names(&self, written: &[(InstanceId, Written)], kept: Duration) -> ();
    /// Leaves a warning for whoever uses the box; it goes with their seat.
    fn warn(&self, instance: &InstanceId, warning: Warning) -> Warn;
    /// Notes what keeps the fleet from growing, for those who wait, until then.
    fn constrain(&self, limit: Option<Limit>, until: Ms) -> ();
    /// Where reconciling left off in the table; `None` at its start.
    fn walk(&self) -> Option<String>;
    /// Notes where reconciling left off.
    fn walk_to(&self, next: Option<&str>) -> ();
    /// Tries to be the one who does a duty for `lease`; a loser leaves word. Never answers `Cold`.
    fn lock(&self, duty: Duty, owner: &str, lease: Duration, now: Ms) -> Lock;
    /// Gives the lock back, or keeps it for another round if somebody left word. Never answers
    /// `Cold`.
    fn unlock(&self, duty: Duty, owner: &str, lease: Duration, now: Ms) -> Unlock;
    /// Gives the lock back for good; `Again` if somebody had left word, which is then forgotten.
    /// Never answers `Cold`.
    fn release(&self, duty: Duty, owner: &str) -> Unlock;
}

impl Claim {
    /// The seat, if there is one.
    #[must_use]
    pub fn seat(&self) -> Option<&Seat> {
        match self {
            Self::Running(seat) | Self::Assigned(seat) => Some(seat),
            Self::Waiting(_) | Self::Stopping | Self::Revoked => None,
        }
    }
}
