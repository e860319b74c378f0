//! The idle-reaper: once a minute, one at a time.
//!
//! Takes boxes back whose users are idle, brings the store, the table and AWS together, and sets
//! capacity. Every pass looks at everything, so a pass that was lost costs a minute.

use hotdesk::{
    clock::Clock,
    control::{ControlPlane, Pass},
    error::Error,
    fleet::{Boxes, Fleet},
    seats::Seats,
    store::Store,
};

/// One pass; `request_id` is its name while it holds a lock. What it answers are the pass's counts.
///
/// # Errors
/// The first part that failed, after all parts were tried: the invocation has failed.
pub async fn handle<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    request_id: String,
) -> Result<Pass, Error> {
    // Boxed: its futures nest too deep to be laid out in one.
    Box::pin(plane.pass(&request_id)).await.map_err(|(_, e)| e)
}
