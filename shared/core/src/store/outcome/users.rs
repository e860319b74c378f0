//! What the steps about users answer.

use std::time::Duration;

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
    /// Since when the user waits.
    pub since: Ms,
    /// Since when the box that will come to this place boots; `None` while none does.
    pub booting: Option<Ms>,
    /// How long boots took lately (the median of the last ones), if any was measured.
    pub boot: Option<Duration>,
    /// What keeps more boxes from coming, if something does.
    pub limit: Option<Limit>,
}

/// What keeps the fleet from growing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The group is at its MaxSize.
    MaxSize,
    /// AWS has no machine of that kind in that zone at the moment.
    NoCapacity,
    /// AWS does not launch for another reason, such as a quota or the launch template: somebody
    /// must mend it.
    LaunchFailed,
    /// The account's rate of AWS calls is used up; the calls are being retried.
    Throttled,
    /// AWS does not answer; the calls are being retried.
    Away,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::MaxSize, Self::NoCapacity, Self::LaunchFailed, Self::Throttled, Self::Away];

    /// Its name in the store and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxSize => "max-size",
            Self::NoCapacity => "no-capacity",
            Self::LaunchFailed => "launch-failed",
            Self::Throttled => "throttled",
            Self::Away => "aws-away",
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
    /// The seat is nearly as old as seats may get; its user can say that they are still there.
    Lifetime,
}

impl Threat {
    /// Its name in the store and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interruption => "interruption",
            Self::Rebalance => "rebalance",
            Self::Lifetime => "lifetime",
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
    /// The session was revoked: nothing changed.
    Revoked,
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

/// Of [`crate::store::Store::expire`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expire {
    /// Not old enough.
    NotYet,
    /// The user is told with every heartbeat that the box goes then, unless they stay.
    Warned(Ms),
    /// That time has come: the stop has begun.
    Begun(Stop),
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

/// Of [`crate::store::Store::revoke`]. What it notes, it notes in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoke {
    /// The stop of their box has begun.
    Begun(Stop),
    /// Out of the queue.
    Left,
    /// They had neither.
    Nothing,
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
        /// From when its longest lifetime counts: since then, or since the user said last that
        /// they stay.
        renewed: Ms,
        /// Last heartbeat.
        last_seen: Ms,
        /// What threatens it.
        warning: Option<Warning>,
    },
    /// The box is being stopped.
    Stopping,
}
