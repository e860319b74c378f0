//! What follows a change in the seats table, by its stream: in order for each item, retried until
//! done.
//!
//! - A seat was opened: its box is tagged with its owner. The record may be late, so the table is
//!   asked whether the seat is still open; a tag that is missing is nothing, another user's is a
//!   lie.
//! - A seat was opened, or somebody left word that capacity is wanted: one round of capacity for
//!   the whole batch. So a storm of logins costs a handful of calls, and the function that people
//!   reach from the internet needs no right to touch the fleet.

use std::collections::BTreeMap;

use aws_lambda_events::dynamodb::Event;
use hotdesk::{
    clock::Clock,
    control::ControlPlane,
    error::Error,
    fleet::{Boxes, Fleet, FleetError},
    id::UserId,
    seats::{Seat, Seats, UserState},
    store::{Store, StoreError},
};
use hotdesk_aws::Record;
use tracing::{info, warn};

/// Handles a batch; `request_id` is the invocation's name while it holds the scaling lock.
///
/// # Errors
/// The batch is retried whole; everything in it may be done again.
pub async fn handle<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock>(
    plane: &ControlPlane<S, D, F, B, C>,
    event: Event,
    request_id: String,
) -> Result<(), Error> {
    let mut opened: BTreeMap<UserId, Seat> = BTreeMap::new();
    let mut capacity = false;
    for record in event.records {
        if record.change.new_image.is_empty() {
            continue;
        }
        match Record::from_item(record.change.new_image)? {
            Some(Record::User(item)) if item.state == UserState::Open => {
                opened.insert(item.seat.user.clone(), item.seat);
            }
            Some(Record::Capacity) => capacity = true,
            Some(Record::User(_) | Record::Box(..)) | None => {}
        }
    }
    capacity |= !opened.is_empty();
    for seat in opened.into_values() {
        tag(plane, &seat).await?;
    }
    if capacity {
        match plane.converge(&request_id).await {
            // The reaper rebuilds it and sets capacity in the same pass.
            Err(Error::Store(StoreError::Cold)) => {
                warn!("store is cold: capacity left to the reaper")
            }
            outcome => outcome?,
        }
    }
    Ok(())
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
    match plane.fleet.tag_owner(std::slice::from_ref(&seat.instance), Some(&seat.user)).await {
        Ok(()) => info!(user = %seat.user, instance_id = %seat.instance, "tagged"),
        // The box is gone: its seat is closed by whoever notices. Retrying would hold up the shard.
        Err(FleetError::Refused(code)) => warn!(instance_id = %seat.instance, code, "not tagged"),
        Err(e) => return Err(e.into()),
    }
    Ok(())
}
