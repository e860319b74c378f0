//! What the steps about boxes answer.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Seat},
};

/// Of [`crate::store::Store::admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admit {
    /// Given to whoever waited longest.
    AssignedTo {
        /// Their seat.
        seat: Seat,
        /// How long they had waited.
        waited: Duration,
    },
    /// A spare now.
    Pooled,
    /// The box had been admitted, is being stopped, or is GONE: nothing changed.
    Known,
}

/// Of [`crate::store::Store::adopt`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopt {
    /// How many items the store did not agree with before.
    pub changed: usize,
    /// Users whose open or ending seat names a box that is GONE: close that seat.
    pub dead: Vec<UserId>,
}

/// A stop that has begun: the box is in `fleet:stopping` with this stamp.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    /// The box.
    pub instance: InstanceId,
    /// When this stop began; tells it from a later stop of the same box.
    pub stamp: Ms,
}

/// Of [`crate::store::Store::finish_stop`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishStop {
    /// In standby.
    Finished,
    /// Not that stop any more.
    AlreadyGone,
}

/// Of [`crate::store::Store::drop_box`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// GONE: terminate it.
    Dropped,
    /// Not in standby.
    AlreadyGone,
}

/// Of [`crate::store::Store::evict`].
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

/// Of [`crate::store::Store::demand`]: counts.
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
    /// How long the one of those who wait and still ask has waited who has waited longest.
    pub longest: Duration,
    /// How many spares keep the promise, if that was noted and still holds.
    pub spares: Option<usize>,
}

/// Of [`crate::store::Store::rebuild`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebuild {
    /// The store was cold and is ready now.
    Rebuilt,
    /// Somebody else was first.
    AlreadyReady,
    /// Somebody else is at it.
    Busy,
}

/// A box that belongs into the pool when the store is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spare {
    /// The box.
    pub instance: InstanceId,
    /// Where it is.
    pub addresses: Addresses,
}

/// Of [`crate::store::Store::view`].
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
    /// Boxes that a launch hook holds, and since when that is known.
    pub arriving: BTreeMap<InstanceId, Ms>,
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

/// Of [`crate::store::Store::known`], for one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub phase: BoxPhase,
    /// Its user and their epoch.
    pub owner: Option<(UserId, Epoch)>,
    /// Since when it is that.
    pub since: Option<Ms>,
    /// The stamp of its stop, if it is being stopped.
    pub stamp: Option<Ms>,
}
