//! Closing the seat of a box that is dead.

use crate::{
    clock::Clock,
    id::{Epoch, InstanceId, UserId},
    ledger::{End, Ending, Why},
    seats::{Seats, SeatsError, Write},
};

/// Closes that seat, if it is still the user's. Where its end was decided before its box died, that
/// reason is the one in the ledger.
///
/// # Errors
/// The table did not answer.
pub(crate) async fn close_dead<D: Seats>(
    seats: &D,
    user: &UserId,
    instance: &InstanceId,
    epoch: Epoch,
    clock: &impl Clock,
) -> Result<Write, SeatsError> {
    let Some(item) = seats.user(user).await? else { return Ok(Write::Refused) };
    if item.seat.instance != *instance || item.seat.epoch != epoch {
        return Ok(Write::Refused);
    }
    let at = clock.now();
    let lost = || Ending { why: Why::Lost, at, last_seen: None, by: None };
    let ending = item.ending.unwrap_or_else(lost);
    seats.close_dead(&End { seat: item.seat, ending, farewell: item.farewell, at }).await
}
