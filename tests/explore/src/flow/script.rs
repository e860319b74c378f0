//! Which calls of a part of a pass are explored, and how the calls of its other parts fail.

use hotdesk::store::Lock;

use super::Part;
use crate::{
    call::{Call, Reply, StoreCall},
    names::LONG_AGO,
};

/// Answers the calls of the other parts at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    part: Option<Part>,
    /// How often the pass looked at the store: each of its parts begins so.
    views: usize,
    /// It has come to capacity, which the last stops come before.
    past_stops: bool,
}

/// Which looks belong to whom (see [`hotdesk::control::ControlPlane::pass`]): stops, reconcile, stops,
/// standby. One that fails is its part's only one.
const RECONCILE: usize = 2;
const STOPS: usize = 3;
const DROP: usize = 4;

impl Script {
    pub(super) fn of(part: Part) -> Self {
        Self { part: Some(part), ..Self::default() }
    }

    pub(crate) fn answer(&mut self, call: &Call) -> Option<Reply> {
        let part = self.part?;
        match call {
            // The pass asks so whether the store is cold, and then who is idle.
            Call::Store(StoreCall::Idle(cutoff)) => {
                let of = if *cutoff < LONG_AGO { Part::WarmUp } else { Part::Reap };
                (of != part).then(|| Reply::Idle(Vec::new()))
            }
            Call::Store(StoreCall::View) => {
                self.views += 1;
                let explored = match part {
                    Part::WarmUp | Part::Reap => false,
                    Part::Reconcile => self.views == RECONCILE,
                    // Stops look again before each call.
                    Part::Stops => self.views >= STOPS && !self.past_stops,
                    Part::DropStandby => self.views == DROP,
                };
                (!explored).then_some(Reply::Away)
            }
            Call::Store(StoreCall::Lock(_)) => {
                self.past_stops = true;
                Some(Reply::Lock(Lock::Busy))
            }
            _ => None,
        }
    }
}
