//! What our protocol asks of DynamoDB, asked of moto as we serve it.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{fs::File, io::Write};

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    },
};
use aws_sdk_dynamodbstreams::types::Record;
use futures::future::join_all;
use hotdesk_stack::{environment, moto::Moto, pump::stream::Stream, tables};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

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

#[tokio::test]
async fn what_it_has_confirmed_is_there_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (log, journal) = (folder.path().join("log"), folder.path().join("journal"));
    let mut moto = Moto::on_port(0, &log, Some(&journal)).await.unwrap();
    let client = Client::new(&moto.sdk_config().await);
    tables::create(&client, &environment::tables()).await.unwrap();
    take(&client, "alice".into()).await.unwrap();
    take(&client, "bob".into()).await.unwrap_err();
    let delete = client.delete_item().table_name(TABLE).key("pk", text("user#alice"));
    delete.send().await.unwrap();
    let before = numbers(&moto).await;

    for _ in 0..2 {
        let id = i32::try_from(moto.process().id()).unwrap();
        kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
        // As if killed in the middle of a line.
        let mut end = File::options().append(true).open(&journal).unwrap();
        end.write_all(b"{\"headers\": {").unwrap();
        moto.start_again().await.unwrap();

        let client = Client::new(&moto.sdk_config().await);
        let items = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
        let keys: Vec<_> = items.iter().map(|item| item["pk"].clone()).collect();
        assert_eq!(keys, [text("instance#i-01234567")]);
        assert_eq!(numbers(&moto).await, before, "the stream's numbers are not those of before");
    }
}

/// The numbers of all records of the table's stream.
async fn numbers(moto: &Moto) -> Vec<String> {
    let client = aws_sdk_dynamodbstreams::Client::new(&moto.sdk_config().await);
    let records = Stream::of(client, TABLE).await.unwrap().next().await.unwrap();
    let number = |record: Record| record.dynamodb.unwrap().sequence_number.unwrap();
    records.into_iter().map(number).collect()
}
