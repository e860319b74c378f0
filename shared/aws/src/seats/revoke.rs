//! Revoking a user's sessions: the revocation and the end of their open seat, in one transaction.

use aws_sdk_dynamodb::types::{
    ConditionCheck, TransactWriteItem,
    builders::{ConditionCheckBuilder, UpdateBuilder},
};
use hotdesk::{
    clock::Ms,
    id::UserId,
    seats::{Answer, KEPT_REVOKED, Seat, SeatsError, UserState},
};

use super::{
    DynamoSeats, Transaction,
    condition::{check_item, number, text, update, update_item},
    record::{Record, revoked_key, user_key},
};

/// How often it is tried against a seat that moves.
const ROUNDS: usize = 5;

impl DynamoSeats {
    /// See [`hotdesk::seats::Seats::revoke`]. What the user's item says is read, and still has to be
    /// so when the revocation is written: a seat that opens in between is seen the next time.
    pub(super) async fn revoke_sessions(&self, user: &UserId, now: Ms) -> Answer<Option<Seat>> {
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
                Some(seat) => update_item(self.ending(seat))?,
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
        let revoked = update(&self.table, revoked_key(user), set)
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", number(at.0))
            .expression_attribute_values(":expires", number(at.plus(KEPT_REVOKED).seconds()));
        update_item(revoked)
    }

    fn ending(&self, seat: &Seat) -> UpdateBuilder {
        update(&self.table, user_key(&seat.user), "SET #state = :ending")
            .condition_expression("instance = :instance AND epoch = :epoch AND #state = :open")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0))
    }

    fn not_open(&self, user: &UserId) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(&user_key(user)))
            .condition_expression("attribute_not_exists(pk) OR #state <> :open")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":open", text("open"))
    }
}
