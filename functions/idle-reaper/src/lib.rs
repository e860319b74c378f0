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
use serde::Serialize;

/// What the invocation answers: counts.
#[derive(Debug, Serialize)]
pub struct Summary {
    found: usize,
    begun: usize,
    revived: usize,
    already_gone: usize,
    stopped: usize,
}

/// One pass; `request_id` is its name while it holds the scaling lock.
///
/// # Errors
/// The first part that failed, after all parts were tried: the invocation has failed.
pub async fn handle<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    request_id: String,
) -> Result<Summary, Error> {
    let pass = plane.pass(&request_id).await.map_err(|(_, e)| e)?;
    let Pass { found, begun, revived, already_gone, stopped, errors: _ } = pass;
    Ok(Summary { found, begun, revived, already_gone, stopped })
}
