//! What the reaper, lifecycle and provision share: the ports, the policy, and the flows over them.
//!
//! | flow | file |
//! | --- | --- |
//! | the reaper's pass | [`reap`](crate::control::Pass) |
//! | the stop flow, the only way that a box is stopped | `stop` |
//! | capacity | [`scaling`] |
//! | the reconcile table | `reconcile` |
//! | hooks and state changes | [`lifecycle`] |

pub mod lifecycle;
mod reap;
mod reconcile;
pub mod scaling;
mod stop;

use std::time::Duration;

pub use reap::Pass;

use crate::{
    clock::Clock,
    fleet::{Boxes, Fleet},
    seats::Seats,
    store::Store,
};

/// What the operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A user whose last heartbeat is older loses the box.
    pub idle_timeout: Duration,
    /// How many boxes run unassigned, ready for the next user.
    pub spares: usize,
    /// The least number of boxes that run.
    pub min_boxes: usize,
}

/// The ports and the policy. Functions build one before they serve; tests build it from fakes.
#[derive(Clone, Debug)]
pub struct ControlPlane<S, D, F, B, C> {
    /// The fast store.
    pub store: S,
    /// The durable seats.
    pub seats: D,
    /// EC2 and Auto Scaling.
    pub fleet: F,
    /// The agents.
    pub boxes: B,
    /// The time.
    pub clock: C,
    /// What the operator decided.
    pub policy: Policy,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Waits for the group or EC2 to get on, a little: most moves take seconds. Whoever calls asks
    /// again afterwards and leaves what is not done to the next pass.
    async fn pause(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
