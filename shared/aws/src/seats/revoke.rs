//! Revoking a user's sessions: the revocation and the end of their open seat, in one transaction.

use aws_sdk_dynamodb::types::{
    ConditionCheck, TransactWriteItem,
    builders::{ConditionCheckBuilder, UpdateBuilder},
};
use hotdesk::{
    clock::Ms,
    id::UserId,
    ledger::{Ending, Why},
    seats::{Answer, KEPT_REVOKED, Seat, SeatsError, UserState},
};

use super::{
    DynamoSeats, Transaction,
    condition::{check_item, number, text, update, update_item},
    ending::value,
    record::{Record, revoked_key, user_key},
};

/// How often it is tried against a seat that moves.
const ROUNDS: usize = 5;

impl DynamoSeats {
    /// See [`hotdesk::seats::Seats::revoke`]. What the user's item says is read, and still has to be
    /// so when the revocation is written: a seat that opens in between is seen the next time.
    pub(super) async fn revoke_sessions(
        &self,
        user: &UserId,
        by: &UserId,
        now: Ms,
    ) -> Answer<Option<Seat>> {
        let ending = Ending { why: Why::Revoked, at: now, last_seen: None, by: Some(by.clone()) };
        for _ in 0..ROUNDS {
            let keys = [user_key(user), revoked_key(user)];
            let (mut at, mut open) = (now, None);
            for record in self.get_all(keys.into_iter()).await? {
                match record {
                    Record::Revoked(_, before) => at = at.max(before),
                    Record::User(item) if item.state == UserState::Open => open = Some(item.seat),
                    Record::User(_) | Record::Box(..) | Record::Capacity => {}
                }
            }
            let seat = match &open {
                Some(seat) => update_item(self.ending(seat, &ending)?)?,
                None => check_item(self.not_open(user))?,
            };
            if let Transaction::Done = self.transact(vec![self.revoked(user, at)?, seat]).await? {
                return Ok(open);
            }
        }
        Err(SeatsError::Busy("the seat keeps moving".into()))
    }

    /// Never back to an earlier time.
    fn revoked(&self, user: &UserId, at: Ms) -> Answer<TransactWriteItem> {
        let set = "SET #at = :at, expires = :expires";
        let revoked = update(&self.tables.seats, revoked_key(user), set)
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", number(at.0))
            .expression_attribute_values(":expires", number(at.plus(KEPT_REVOKED).seconds()));
        update_item(revoked)
    }

    fn ending(&self, seat: &Seat, ending: &Ending) -> Answer<UpdateBuilder> {
        let set = "SET #state = :ending, ending = :why";
        Ok(update(&self.tables.seats, user_key(&seat.user), set)
            .condition_expression("instance = :instance AND epoch = :epoch AND #state = :open")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":why", value(ending)?)
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0)))
    }

    fn not_open(&self, user: &UserId) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&self.tables.seats)
            .key("pk", text(&user_key(user)))
            .condition_expression("attribute_not_exists(pk) OR #state <> :open")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":open", text("open"))
    }
}
