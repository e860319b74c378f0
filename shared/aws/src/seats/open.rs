//! Opening a seat: the items of its user and of its box and the user's home in one transaction, on
//! the condition that the session was not revoked.

use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, ReturnValuesOnConditionCheckFailure,
};
use hotdesk::{
    clock::Ms,
    seats::{Answer, Identity, Open, Seat, SeatsError},
};

use super::{
    DynamoSeats, Transaction,
    close::earlier,
    condition::{check_item, number, put, put_item, text, update_item},
    homes::{QUEUE, home_update},
    record::{Record, open_user, revoked_key, seat_box},
};

impl DynamoSeats {
    /// See [`hotdesk::seats::Seats::open`]. Of a conflict DynamoDB tells only the items whose
    /// condition did not hold.
    ///
    /// A home that this seat wants already is left as it is; as the rest of the transaction would
    /// only write what is there, there is nothing to write then.
    pub(super) async fn open_seat(
        &self,
        seat: &Seat,
        identity: &Identity,
        began: Ms,
        due: Ms,
    ) -> Answer<Open> {
        let user = put(&self.tables.seats, open_user(seat, identity)?)
            .condition_expression(
                "attribute_not_exists(pk) OR (issuer = :issuer AND subject = :subject AND \
                 ((#state = :closed AND epoch < :epoch) OR \
                  (#state = :open AND instance = :instance AND epoch = :epoch)))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":issuer", text(&identity.issuer))
            .expression_attribute_values(":subject", text(&identity.subject))
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let instance = put(&self.tables.seats, seat_box(seat)?)
            .condition_expression(
                "attribute_not_exists(pk) OR (#state = :seat AND #user = :user AND epoch = :epoch)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":seat", text("seat"))
            .expression_attribute_values(":user", text(seat.user.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let session = ConditionCheck::builder()
            .table_name(&self.tables.seats)
            .key("pk", text(&revoked_key(&seat.user)))
            .condition_expression("attribute_not_exists(pk) OR #at < :began")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":began", number(began.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let set = "SET epoch = :epoch, instance = :instance, due = :due, queue = :queue \
                   ADD rev :one";
        let home = home_update(&self.tables.homes, &seat.user, set)
            .condition_expression("attribute_not_exists(epoch) OR epoch < :epoch")
            .expression_attribute_values(":epoch", number(seat.epoch.0))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":due", number(due.0))
            .expression_attribute_values(":queue", text(QUEUE))
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let items =
            vec![put_item(user)?, put_item(instance)?, check_item(session)?, update_item(home)?];
        let reasons = match self.transact(items).await? {
            Transaction::Done => return Ok(Open::Opened),
            Transaction::Cancelled(reasons) => reasons,
        };
        match earlier(&reasons)? {
            None => refusal(&reasons, identity),
            Some(home)
                if home.epoch == seat.epoch && home.instance == Some(seat.instance.clone()) =>
            {
                Ok(Open::Opened)
            }
            Some(home) => Err(SeatsError::home_ahead(&home.user)),
        }
    }
}

/// Why, of several reasons: the person first, then the session; the store is to blame for the rest.
fn refusal(reasons: &[CancellationReason], identity: &Identity) -> Answer<Open> {
    let old = |n: usize| {
        let row = reasons.get(n).and_then(CancellationReason::item);
        row.cloned().map_or(Ok(None), Record::from_item)
    };
    let user = old(0)?.and_then(Record::into_user);
    if user.as_ref().is_some_and(|item| item.identity != *identity) {
        return Ok(Open::OtherPerson);
    }
    if let Some(Record::Revoked(_, at)) = old(2)? {
        return Ok(Open::Revoked(at));
    }
    let instance = old(1)?.and_then(Record::into_box).map(|(_, item)| item);
    Ok(Open::Conflict { user, instance })
}
