//! What follows a change in the seats table, by its stream: in order for each item, retried until
//! done or given up.
//!
//! - A seat was opened: its box is tagged with its owner. The record may be late, so the table is
//!   asked whether the seat is still open; a tag that is missing is nothing, another user's is a
//!   lie.
//! - A seat was opened: its user's home is made if there is none, attached, and the box ordered to open
//!   it. What is not done in some seconds is left to the reaper's pass.
//! - A seat is ending: its box is ordered to let nobody in any more, and to let go of the user's files.
//!   Not reached in some seconds, it is left to the stop of the box.
//! - A seat was opened, or somebody left word that capacity is wanted: one round of capacity for
//!   the whole batch. So a storm of logins costs a handful of calls, and the function that people
//!   reach from the internet needs no right to touch the fleet.
//!
//! One record that cannot be handled does not hold up the others: the answer names it, and Lambda
//! tries again from there (Lambda Developer Guide, "Configuring partial batch response with
//! DynamoDB and Lambda"), until it gives the record up.

mod batch;

use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use batch::{Batch, Opened};
use hotdesk::{
    clock::Clock,
    control::{ControlPlane, WORK},
    error::Error,
    fleet::{Boxes, Fleet},
    id::UserId,
    seats::{Seat, Seats, UserState},
    store::{Store, StoreError},
};
use tracing::{info, warn};

/// Handles a batch; `request_id` is the invocation's name while it holds the scaling lock. What it
/// answers are the records that have failed.
///
/// # Errors
/// Capacity, which is no record's own: the batch is retried whole. Everything in it may be done
/// again.
pub async fn handle<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    event: Event,
    request_id: String,
) -> Result<DynamoDbEventResponse, Error> {
    let until = plane.clock.now().plus(WORK);
    let Batch { opened, ending, capacity, mut failed } = batch::read(event);
    // People wait for capacity and whoever is to go is in until then; nobody waits for tags.
    let scale =
        async { if capacity { Box::pin(converge(plane, &request_id)).await } else { Ok(()) } };
    let users: Vec<UserId> = opened.iter().map(|opened| opened.seat.user.clone()).collect();
    let homes = async {
        if let Err(e) = Box::pin(plane.tend_homes(&users)).await {
            warn!(code = e.code(), error = e.chain(), "homes left to the pass");
        }
    };
    let ((), scaled, ()) = tokio::join!(plane.drain_ending(&ending), scale, homes);
    for (n, Opened { record, seat }) in opened.into_iter().enumerate() {
        // As many as the time allows, at least one; the next invocation goes on from here.
        if n > 0 && plane.clock.now() >= until {
            info!(user = %seat.user, "left to the next invocation");
        } else if let Err(e) = tag(plane, &seat).await {
            // What comes after it would meet the same, and is tried again with it.
            warn!(user = %seat.user, code = e.code(), error = e.chain(), "not tagged");
        } else {
            continue;
        }
        failed.push(record);
        break;
    }
    scaled?;
    Ok(batch::response(failed))
}

async fn converge<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    request_id: &str,
) -> Result<(), Error> {
    match plane.converge(request_id).await {
        // The reaper rebuilds it and sets capacity in the same pass.
        Err(Error::Store(StoreError::Cold)) => {
            warn!("store is cold: capacity left to the reaper");
            Ok(())
        }
        outcome => outcome,
    }
}

async fn tag<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    seat: &Seat,
) -> Result<(), Error> {
    let now = plane.seats.user(&seat.user).await?;
    let still = now.is_some_and(|item| {
        item.state == UserState::Open
            && item.seat.instance == seat.instance
            && item.seat.epoch == seat.epoch
    });
    if !still {
        return Ok(());
    }
    let boxes = std::slice::from_ref(&seat.instance);
    match plane.fleet.tag_owner(boxes, Some(&seat.user)).await?.get(&seat.instance) {
        None => info!(user = %seat.user, instance_id = %seat.instance, "tagged"),
        // The box is gone: its seat is closed by whoever notices. Trying again would hold up the
        // shard.
        Some(refusal) => warn!(instance_id = %seat.instance, ?refusal, "not tagged"),
    }
    Ok(())
}
