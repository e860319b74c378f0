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
    control::{ControlPlane, WORK},
    fleet::{Boxes, Fleet},
    seats::Seats,
    store::{BoxPhase, Store},
};
use serde_json::Value;
use tracing::info;

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
    // The flows are boxed: their futures nest too deep to be laid out in one.
    let plane = &app.plane;
    let now = plane.clock.now();
    let until = now.plus(WORK);
    match event::read(&event, &app.group, now)? {
        Event::Launching(hook) => {
            plane.store.arriving(&[hook.instance], now).await.map_err(flow)?;
            Box::pin(plane.receive(&request_id, until)).await?;
        }
        Event::Running(instance) if plane.known(&instance).await?.phase == BoxPhase::Waking => {
            Box::pin(plane.receive(&request_id, until)).await?;
        }
        Event::Terminating(hook) => {
            Box::pin(plane.terminating(&hook)).await?;
            Box::pin(plane.converge(&request_id)).await?;
        }
        Event::Dead(instance) if plane.known(&instance).await?.phase != BoxPhase::Unknown => {
            Box::pin(plane.dead(&instance)).await?;
            Box::pin(plane.converge(&request_id)).await?;
            // A home that it had is free once it is terminated, and somebody may wait for it.
            Box::pin(plane.tend_due_homes()).await?;
        }
        Event::Stopped(instance) => {
            Box::pin(plane.stopped(&instance)).await?;
        }
        Event::Threatened(instance, warning) => {
            if Box::pin(plane.threatened(&instance, warning)).await? {
                Box::pin(plane.converge(&request_id)).await?;
            }
        }
        Event::Running(_) | Event::Dead(_) | Event::NotOurs => {
            info!(kind = event.detail_type, outcome = "ignored");
        }
    }
    Ok(())
}

fn flow(error: impl Into<hotdesk::error::Error>) -> Error {
    Error::Flow(error.into())
}
