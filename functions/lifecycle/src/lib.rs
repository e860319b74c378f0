//! Hooks and state changes of boxes, by EventBridge.
//!
//! At least once, out of order, sometimes lost: an event only says where to look (see
//! [`hotdesk::control::lifecycle`]); the reaper's pass finds what no event told. Events that look
//! like ours and are not are ignored: those of other groups, of instances that the store does not
//! know, of moves into a warm pool, of a replaced root volume.

mod event;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use event::Event;
pub use event::EventError;
use hotdesk::{
    clock::Clock,
    control::{ControlPlane, lifecycle::Patience},
    fleet::{Boxes, Fleet, FleetError, Hook, Verdict},
    seats::Seats,
    store::Store,
};
use serde_json::Value;
use tracing::{info, warn};

/// What the function needs.
#[derive(Debug)]
pub struct App<S, D, F, B, C> {
    /// The ports.
    pub plane: ControlPlane<S, D, F, B, C>,
    /// The Auto Scaling group that is ours.
    pub group: String,
}

/// Why an event was not handled: Lambda retries it, and it ends in the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flow failed.
    #[error(transparent)]
    Flow(#[from] hotdesk::error::Error),
    /// The event is of a kind that we know, and malformed.
    #[error(transparent)]
    Event(#[from] EventError),
}

/// Handles an event; `request_id` is the invocation's name while it holds the scaling lock.
///
/// # Errors
/// [`Error`]; doing it again is harmless.
pub async fn handle<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    app: &App<S, D, F, B, C>,
    event: EventBridgeEvent<Value>,
    request_id: String,
) -> Result<(), Error> {
    let plane = &app.plane;
    match event::read(&event, &app.group)? {
        Event::Launching(hook) => {
            plane.launching(&hook, Patience::Wait).await?;
        }
        Event::Terminating(hook) => {
            plane.dead(&hook.instance).await?;
            release(plane, &hook).await?;
            plane.converge(&request_id).await?;
        }
        Event::Dead(instance) if plane.knows(&instance).await? => {
            plane.dead(&instance).await?;
            plane.converge(&request_id).await?;
        }
        Event::Stopped(instance) => {
            plane.stopped(&instance).await?;
        }
        Event::Dead(_) | Event::NotOurs => info!(kind = event.detail_type, outcome = "ignored"),
    }
    Ok(())
}

/// Lets a terminating instance go on to its end; refused if it already did.
async fn release<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    hook: &Hook,
) -> Result<(), Error> {
    match plane.fleet.answer_hook(hook, Verdict::Continue).await {
        Ok(()) => Ok(()),
        Err(FleetError::Refused(code)) => {
            warn!(instance_id = %hook.instance, code, "terminate hook refused");
            Ok(())
        }
        Err(e) => Err(hotdesk::error::Error::from(e).into()),
    }
}
