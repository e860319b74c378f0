//! The tables are those that the code is tested with.

use aws_sdk_dynamodb::{Client, types::TableDescription};
use hotdesk_stack::{environment, moto::Moto, tables};

use super::stage::Stage;

async fn described(client: &Client, table: &str) -> TableDescription {
    let reply = client.describe_table().table_name(table).send().await.unwrap();
    reply.table.unwrap()
}

/// Whatever has to be the same.
fn shape(table: &TableDescription) -> String {
    let mut attributes: Vec<_> = table
        .attribute_definitions()
        .iter()
        .map(|a| format!("{} {}", a.attribute_name(), a.attribute_type()))
        .collect();
    attributes.sort();
    let indexes: Vec<_> = table
        .global_secondary_indexes()
        .iter()
        .map(|i| format!("{:?} {:?} {:?}", i.index_name(), i.key_schema(), i.projection()))
        .collect();
    let stream = table.stream_specification().map(|s| (s.stream_enabled(), s.stream_view_type()));
    let billing = table.billing_mode_summary().and_then(|summary| summary.billing_mode());
    format!("{attributes:?} {:?} {indexes:?} {stream:?} {billing:?}", table.key_schema())
}

#[tokio::test]
async fn the_tables_are_those_that_the_code_is_tested_with() {
    let stage = Stage::set().await;
    let made = Client::new(&stage.moto.sdk_config().await);
    let moto = Moto::start().await.unwrap();
    let tested = Client::new(&moto.sdk_config().await);
    tables::create(&tested, &environment::tables()).await.unwrap();
    let (ours, theirs) = (environment::tables(), stage.template.tables());
    for (ours, theirs) in
        [(ours.seats, theirs.seats), (ours.homes, theirs.homes), (ours.sessions, theirs.sessions)]
    {
        let (tested, made) = (described(&tested, &ours).await, described(&made, &theirs).await);
        assert_eq!(shape(&tested), shape(&made), "{ours}");
        assert_eq!(made.deletion_protection_enabled(), Some(true), "{ours}");
    }
}

/// Revocations and items of dead boxes are over at `expires`.
#[tokio::test]
async fn what_is_over_goes_by_itself() {
    let stage = Stage::set().await;
    let seats = stage.template.tables().seats;
    let mut tables = stage.template.of("AWS::DynamoDB::Table");
    let seats = tables.find(|table| table.id.as_ref() == Some(&seats)).unwrap();
    // moto takes the property and does not keep it.
    let lives = &seats.properties["TimeToLiveSpecification"];
    assert_eq!(*lives, serde_json::json!({ "AttributeName": "expires", "Enabled": true }));
}
