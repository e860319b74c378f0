//! What the steps answer. None of these is an error: `Revived` or `AlreadyGone` is the step's way
//! of saying that the world moved on.

use std::collections::BTreeMap;

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Seat},
};

/// Of [`super::Store::claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The user had this seat.
    Running(Seat),
    /// The user was given this seat, of a spare.
    Assigned(Seat),
    /// No spare: queued.
    Waiting {
        /// The place in the queue, from 1.
        position: u64,
    },
    /// The user's box is being stopped; claim again.
    Stopping,
}

/// Of [`super::Store::ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The user has this seat.
    Running(Seat),
    /// Still queued.
    Waiting {
        /// The place in the queue, from 1.
        position: u64,
    },
    /// The user's box is being stopped.
    Stopping,
    /// The user neither has a box nor waits for one.
    NotQueued,
}

/// Of [`super::Store::touch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Noted.
    Ok,
    /// Not the current seat.
    Stale,
}

/// Of [`super::Store::admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admit {
    /// Given to whoever waited longest.
    AssignedTo(Seat),
    /// A spare now.
    Pooled,
    /// The box had been admitted, is being stopped, or is GONE: nothing changed.
    Known,
}

/// Of [`super::Store::adopt`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopt {
    /// How many items the store did not agree with before.
    pub changed: usize,
    /// Users whose open or ending seat names a box that is GONE: close that seat.
    pub dead: Vec<UserId>,
}

/// One user of [`super::Store::idle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Their seat.
    pub seat: Seat,
    /// Their last heartbeat.
    pub last_seen: Ms,
}

/// A stop that has begun: the box is in `fleet:stopping` with this stamp.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    /// The box.
    pub instance: InstanceId,
    /// When this stop began; tells it from a later stop of the same box.
    pub stamp: Ms,
}

/// Of [`super::Store::begin_stop`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginStop {
    /// Begun.
    Begun(Stop),
    /// The user came back.
    Revived,
    /// Not that seat any more.
    AlreadyGone,
}

/// Of [`super::Store::leave`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The stop of their box has begun.
    Begun(Stop),
    /// Out of the queue.
    Left,
    /// Not that seat, and not waiting.
    AlreadyGone,
}

/// Of [`super::Store::finish_stop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishStop {
    /// In standby.
    Finished,
    /// Not that stop any more.
    AlreadyGone,
}

/// Of [`super::Store::drop_box`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// GONE: terminate it.
    Dropped,
    /// Not in standby.
    AlreadyGone,
}

/// Of [`super::Store::evict`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evict {
    /// Nobody had it.
    WasSpare,
    /// This seat is over.
    WasAssigned {
        /// Whose it was.
        user: UserId,
        /// The seat's epoch.
        epoch: Epoch,
    },
    /// Never heard of, or already GONE.
    Unknown,
}

/// Of [`super::Store::demand`]: counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Users with a box.
    pub active: usize,
    /// Users who wait and still ask.
    pub waiting: usize,
    /// Spares.
    pub pool: usize,
    /// Boxes being stopped.
    pub stopping: usize,
    /// Boxes parked.
    pub standby: usize,
    /// Boxes being started again.
    pub waking: usize,
}

/// Of [`super::Store::rebuild`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebuild {
    /// The store was cold and is ready now.
    Rebuilt,
    /// Somebody else was first.
    AlreadyReady,
}

/// A box that belongs into the pool when the store is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spare {
    /// The box.
    pub instance: InstanceId,
    /// Where it is.
    pub addresses: Addresses,
}

/// Of [`super::Store::view`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Spares.
    pub pool: Vec<InstanceId>,
    /// Boxes being stopped, with their stamps.
    pub stopping: BTreeMap<InstanceId, Ms>,
    /// Boxes parked, and since when.
    pub standby: BTreeMap<InstanceId, Ms>,
    /// Boxes being started again, and since when.
    pub waking: BTreeMap<InstanceId, Ms>,
}

/// What the store thinks a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxPhase {
    /// Never heard of.
    Unknown,
    /// In the pool.
    Spare,
    /// A user's.
    Running,
    /// Being stopped.
    Stopping,
    /// Parked.
    Standby,
    /// Being started again.
    Waking,
    /// Dead.
    Gone,
}

/// Of [`super::Store::known`], for one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub phase: BoxPhase,
    /// Its user and their epoch.
    pub owner: Option<(UserId, Epoch)>,
    /// Since when it is that.
    pub since: Option<Ms>,
}

/// Of [`super::Store::workspace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Workspace {
    /// No box and no wait.
    Stopped,
    /// Waiting for a box.
    Starting,
    /// Has a box.
    Running {
        /// The seat's epoch, to be named by whoever stops it.
        epoch: Epoch,
        /// The box.
        instance: InstanceId,
        /// Since when.
        since: Ms,
        /// Last heartbeat.
        last_seen: Ms,
    },
    /// The box is being stopped.
    Stopping,
}

/// Of [`super::Store::lock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Held, for the lease.
    Locked,
    /// Somebody else's; they will go round once more.
    Busy,
}

/// Of [`super::Store::unlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// Free.
    Released,
    /// Still held, for a new lease: somebody left word, go round once more.
    Again,
    /// The lease had run out.
    Lost,
}
