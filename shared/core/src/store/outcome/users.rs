//! What the steps about users answer.

use super::Stop;
use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::Seat,
};

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub position: u64,
    /// What keeps more boxes from coming, if something does.
    pub limit: Option<Limit>,
}

/// What keeps the fleet from growing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The group is at its MaxSize.
    MaxSize,
}

impl Limit {
    /// Its name in the store and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxSize => "max-size",
        }
    }
}

/// Why a box that somebody uses may soon be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threat {
    /// AWS takes the Spot instance back.
    Interruption,
    /// AWS sees an elevated risk of that (EC2 User Guide, "EC2 instance rebalance recommendations").
    Rebalance,
}

impl Threat {
    /// Its name in the store and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interruption => "interruption",
            Self::Rebalance => "rebalance",
        }
    }
}

/// A warning to the user of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    /// Of what.
    pub threat: Threat,
    /// When the box goes; for a risk, when it was noticed.
    pub at: Ms,
}

/// Of [`crate::store::Store::warn`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warn {
    /// This user is told with their next heartbeat.
    Warned(UserId),
    /// Nobody uses the box.
    AlreadyGone,
}

/// Of [`crate::store::Store::claim`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The user had this seat.
    Running(Seat),
    /// The user was given this seat, of a spare.
    Assigned(Seat),
    /// No spare: queued.
    Waiting(Place),
    /// The user's box is being stopped; claim again.
    Stopping,
}

/// Of [`crate::store::Store::ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The user has this seat.
    Running(Seat),
    /// Still queued.
    Waiting(Place),
    /// The user's box is being stopped.
    Stopping,
    /// The user neither has a box nor waits for one.
    NotQueued,
}

/// Of [`crate::store::Store::touch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Noted; and what the user should be told.
    Ok(Option<Warning>),
    /// Not the current seat.
    Stale,
}

/// One user of [`crate::store::Store::idle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Their seat.
    pub seat: Seat,
    /// Their last heartbeat.
    pub last_seen: Ms,
}

/// Of [`crate::store::Store::begin_stop`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginStop {
    /// Begun.
    Begun(Stop),
    /// The user came back.
    Revived,
    /// Not that seat any more.
    AlreadyGone,
}

/// Of [`crate::store::Store::leave`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The stop of their box has begun.
    Begun(Stop),
    /// Out of the queue.
    Left,
    /// Not that seat, and not waiting.
    AlreadyGone,
}

/// Of [`crate::store::Store::workspace`].
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
