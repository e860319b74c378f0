//! What is said of a seat whose stop was decided: why, and how its box let go of the user's files.

use aws_sdk_dynamodb::types::AttributeValue;
use hotdesk::{
    ledger::{Ending, Farewell},
    seats::{Answer, Seat, SeatsError, Write},
};
use serde::Serialize;

use super::{
    DynamoSeats,
    condition::{number, refused, text},
    record::user_key,
};

impl DynamoSeats {
    /// See [`hotdesk::seats::Seats::end`]. The reason and its evidence are one attribute, a map, so
    /// that a second reason does not add its evidence to the first one's.
    pub(super) async fn end_seat(&self, seat: &Seat, ending: &Ending) -> Answer<Write> {
        let set = "SET #state = :ending, ending = if_not_exists(ending, :why)";
        let request = self
            .change(user_key(&seat.user), set)
            .condition_expression(
                "instance = :instance AND epoch = :epoch AND #state IN (:open, :ending)",
            )
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":why", value(ending)?)
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0));
        refused(request.send().await)
    }

    /// See [`hotdesk::seats::Seats::part`].
    pub(super) async fn note_farewell(&self, seat: &Seat, farewell: Farewell) -> Answer<Write> {
        let set = "SET farewell = if_not_exists(farewell, :farewell)";
        let request = self
            .change(user_key(&seat.user), set)
            .condition_expression("instance = :instance AND epoch = :epoch AND #state = :ending")
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":farewell", value(farewell)?)
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0));
        refused(request.send().await)
    }
}

/// As an attribute.
pub(super) fn value(of: impl Serialize) -> Answer<AttributeValue> {
    serde_dynamo::to_attribute_value(of).map_err(|e| SeatsError::Corrupt(e.to_string()))
}
