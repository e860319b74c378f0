//! The explorations that there are: small ones for every change, and what takes hours.

use std::num::NonZeroUsize;

use crate::{
    exploration::Exploration,
    explorer::{Size, Slow},
    flow::{Kind, Wishes},
    outcome::Outcome::{self, *},
};

const WISHES: Wishes = Wishes { spares: 0, max_standby: 1, reuse: true };

/// Two users, three boxes, one function at a time, nothing goes wrong but that functions die.
const BASE: Size = Size {
    users: 2,
    boxes: 3,
    max: 2,
    actors: 1,
    slow: None,
    faults: 0,
    copies: false,
    settle: true,
    symmetric: true,
    eager: false,
    wishes: WISHES,
};

/// Functions die between any two of their calls.
pub const CRASHES: Exploration = Exploration {
    name: "crashes",
    size: BASE,
    depth: to(22),
    expected: &[
        Sent,
        Queued,
        QueueServed,
        Revived,
        Begun,
        Left,
        Closed,
        Parked,
        Woken,
        Back,
        Retired,
        Raised,
        Stale,
        Crashed,
        Drained,
    ],
};

/// Two functions run at a time.
pub const RACES: Exploration = Exploration {
    name: "races",
    size: Size { actors: 2, settle: false, ..BASE },
    depth: to(12),
    expected: &[Sent, Queued, Begun, Revived, Left, Woken, Conflict, ScalingBusy],
};

/// The store is flushed or falls back, a box is lost, a list lacks a box, a hook runs out.
pub const FAULTS: Exploration = Exploration {
    name: "faults",
    size: Size { faults: 1, copies: true, ..BASE },
    depth: to(11),
    expected: &[Rebuilt, Adopted, EvictedAssigned, EvictedSpare, ClosedDead, Deaf, Conflict],
};

/// Functions begin that find nothing to do, and what takes long happens while they run.
pub const EAGER: Exploration = Exploration {
    name: "eager",
    size: Size { eager: true, faults: 1, settle: false, ..BASE },
    depth: to(8),
    expected: &[Rebuilt, EvictedAssigned, EvictedSpare, Revived],
};

/// A request is slow.
pub const REQUESTS: Exploration = slow(
    "slow requests",
    Slow { kinds: &[Kind::Request], before: 2, beside: 2 },
    &[Sent, Left, Rebuilt, RebuiltBySomebodyElse, Adopted, Conflict, EvictedAssigned, Stale],
);

/// A pass is slow.
pub const PASSES: Exploration = slow(
    "slow passes",
    Slow { kinds: &[Kind::Pass], before: 1, beside: 2 },
    &[Begun, Revived, Closed, Parked, StopOutrun, Rebuilt, Adopted, Stray, Dropped],
);

/// An event's function is slow.
pub const EVENTS: Exploration = slow(
    "slow events",
    Slow { kinds: &[Kind::Event, Kind::Stopped], before: 2, beside: 2 },
    &[Closed, Parked, StopOutrun, EvictedSpare, EvictedAssigned, ClosedDead, Drained],
);

/// An event's function is slow, and much happens beside it.
pub const LATE_EVENTS: Exploration = Exploration {
    name: "late events",
    size: Size {
        slow: Some(Slow { kinds: &[Kind::Event, Kind::Stopped], before: 1, beside: 5 }),
        ..BASE
    },
    depth: None,
    expected: &[Closed, Parked, Woken, Back, QueueServed, Drained],
};

/// Who looks after a box that has stopped is slow, and very much happens beside it: somebody else may
/// have the box by then.
pub const LATE_STOPS: Exploration = Exploration {
    name: "late stops",
    size: Size { slow: Some(Slow { kinds: &[Kind::Stopped], before: 0, beside: 9 }), ..BASE },
    depth: None,
    expected: &[StopOutrun, Woken, Back, QueueServed],
};

/// Who receives boxes is slow.
pub const ARRIVALS: Exploration = slow(
    "slow arrivals",
    Slow { kinds: &[Kind::Arrivals], before: 1, beside: 3 },
    &[Back, QueueServed, WakeGivenUp, EvictedSpare, HookTooLate],
);

/// Capacity is slow.
pub const CAPACITY: Exploration = slow(
    "slow capacity",
    Slow { kinds: &[Kind::Capacity], before: 2, beside: 2 },
    &[Raised, Retired, Woken, ScalingBusy, WakeGivenUp],
);

const fn slow(name: &'static str, slow: Slow, expected: &'static [Outcome]) -> Exploration {
    let size = Size { slow: Some(slow), faults: 1, copies: true, ..BASE };
    Exploration { name, size, depth: None, expected }
}

const fn to(depth: usize) -> Option<NonZeroUsize> {
    NonZeroUsize::new(depth)
}

/// For every change.
pub const SMALL: &[Exploration] = &[
    CRASHES,
    RACES,
    FAULTS,
    EAGER,
    REQUESTS,
    PASSES,
    EVENTS,
    LATE_EVENTS,
    LATE_STOPS,
    ARRIVALS,
    CAPACITY,
];

/// What takes hours.
pub const LARGE: &[Exploration] = &[
    Exploration { name: "crashes, farther", depth: to(30), ..CRASHES },
    Exploration {
        name: "races, farther",
        size: Size { settle: true, ..RACES.size },
        depth: to(17),
        expected: &[Revived, StopOutrun, ScalingBusy],
    },
    Exploration { name: "faults, farther", depth: to(16), ..FAULTS },
    Exploration {
        name: "faults and races",
        size: Size { actors: 2, settle: false, ..FAULTS.size },
        depth: to(11),
        expected: &[Rebuilt, RebuiltBySomebodyElse, Adopted, Conflict],
    },
    Exploration {
        name: "two faults",
        size: Size { faults: 2, ..FAULTS.size },
        depth: to(12),
        expected: &[Rebuilt, Adopted, Conflict],
    },
    Exploration {
        name: "spares and boxes that are never used again",
        size: Size {
            wishes: Wishes { spares: 1, max_standby: 0, reuse: false },
            faults: 1,
            ..BASE
        },
        depth: to(20),
        expected: &[Terminated],
    },
    Exploration { name: "slow requests, farther", size: farther(REQUESTS.size, 3, 3), ..REQUESTS },
    Exploration { name: "slow passes, farther", size: farther(PASSES.size, 2, 3), ..PASSES },
    Exploration { name: "slow events, farther", size: farther(EVENTS.size, 3, 3), ..EVENTS },
    Exploration { name: "slow arrivals, farther", size: farther(ARRIVALS.size, 2, 4), ..ARRIVALS },
    Exploration { name: "slow capacity, farther", size: farther(CAPACITY.size, 3, 3), ..CAPACITY },
];

const fn farther(size: Size, before: usize, beside: u8) -> Size {
    match size.slow {
        Some(Slow { kinds, .. }) => Size { slow: Some(Slow { kinds, before, beside }), ..size },
        None => size,
    }
}
