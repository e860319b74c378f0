//! What is to happen now and then, so that exploring is known to have been there.

use std::sync::atomic::{AtomicUsize, Ordering};

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Something interesting that happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Outcome {
            $($(#[$doc])* $name,)*
        }

        impl Outcome {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

outcomes! {
    /// A user was sent to their box.
    Sent,
    /// A user queued.
    Queued,
    /// A box that was admitted went to somebody who waited.
    QueueServed,
    /// A user came back between the reaper's list and its act.
    Revived,
    /// A box had seen a heartbeat that the control plane had not.
    Deaf,
    /// A stop was begun for idleness.
    Begun,
    /// A user gave their box back.
    Left,
    /// A seat was closed because its box was stopped.
    Closed,
    /// A box came to rest in standby.
    Parked,
    /// A stop was found to be over, or another one.
    StopOutrun,
    /// A standby box was taken to be started.
    Woken,
    /// A woken box came back into service.
    Back,
    /// A wake took too long and was given up.
    WakeGivenUp,
    /// A box that nobody used died.
    EvictedSpare,
    /// A box that somebody used died.
    EvictedAssigned,
    /// The seat of a dead box was closed.
    ClosedDead,
    /// A cold store was built from the table and the group.
    Rebuilt,
    /// Two functions met at a cold store.
    RebuiltBySomebodyElse,
    /// The store learnt from the table that it was wrong.
    Adopted,
    /// The table refused a seat that the store had given.
    Conflict,
    /// A spare that nobody needed was retired.
    Retired,
    /// A stray box was taken into the stop flow.
    Stray,
    /// A launch was given up, as its box booted too slowly.
    Abandoned,
    /// A launch hook was answered too late.
    HookTooLate,
    /// Desired was raised.
    Raised,
    /// A standby box beyond the limit was given up.
    Dropped,
    /// A box was terminated by hotdesk.
    Terminated,
    /// A heartbeat of a seat that is over.
    Stale,
    /// A function died in the middle.
    Crashed,
    /// Two functions wanted to change capacity at once.
    ScalingBusy,
    /// A box was drained.
    Drained,
}

/// How often each happened, over all transitions.
#[derive(Debug)]
pub struct Outcomes(Vec<AtomicUsize>);

impl Default for Outcomes {
    fn default() -> Self {
        Self(Outcome::ALL.iter().map(|_| AtomicUsize::default()).collect())
    }
}

impl Outcomes {
    /// It happened.
    pub fn note(&self, outcome: Outcome) {
        self.0[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often it happened.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.0[outcome as usize].load(Ordering::Relaxed)
    }
}
