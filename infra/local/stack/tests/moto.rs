//! What our protocol asks of DynamoDB, asked of moto as we serve it.

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    },
};
use futures::future::join_all;
use hotdesk_stack::{environment, moto::Moto, tables};

const TABLE: &str = environment::SEATS;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// Takes a box for a user if nobody has it, as the seats do.
async fn take(client: &Client, user: String) -> Result<(), TransactWriteItemsError> {
    let put =
        |pk: &str| Put::builder().table_name(TABLE).item("pk", text(pk)).item("user", text(&user));
    let box_item = put("instance#i-01234567")
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(OnFailure::AllOld);
    let items = [put(&format!("user#{user}")), box_item]
        .map(|put| TransactWriteItem::builder().put(put.build().expect("a whole put")).build());
    let sent = client.transact_write_items().set_transact_items(Some(items.into())).send().await;
    sent.map(|_| ()).map_err(|error| error.into_service_error())
}

#[tokio::test]
async fn of_fifty_transactions_for_one_box_one_wins_and_the_others_learn_who() {
    let moto = Moto::start().await.unwrap();
    let client = Client::new(&moto.sdk_config().await);
    tables::create(&client, &environment::tables()).await.unwrap();

    let results = join_all((0..50).map(|n| take(&client, format!("user{n}")))).await;

    let items = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    let winner = items.iter().find(|item| item["pk"] == text("instance#i-01234567")).unwrap();
    assert_eq!(items.len(), 2, "what the losers wrote first is undone");
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            panic!("{error:?}");
        };
        let [user, instance] = cancelled.cancellation_reasons() else { panic!("{cancelled:?}") };
        assert_eq!(user.code(), Some("None"));
        assert_eq!(instance.code(), Some("ConditionalCheckFailed"));
        assert_eq!(instance.item(), Some(winner));
    }
}
