//! The tables of the seats, the homes and the ledger, as the template makes them in AWS.

use aws_sdk_dynamodb::{
    Client, Error,
    error::BuildError,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    },
};
use hotdesk_aws::Tables;

/// Creates them, billed on demand. Only the seats have a stream, with old and new images; the homes
/// have an index by when there is something to do.
///
/// # Errors
/// DynamoDB refuses, for example because there is one of that name.
pub async fn create(client: &Client, tables: &Tables) -> Result<(), Error> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()?;
    let seats = table(client, &tables.seats, &[text("pk")?]);
    seats.key_schema(hash("pk")?).stream_specification(stream).send().await?;
    let due = GlobalSecondaryIndex::builder()
        .index_name("due")
        .key_schema(hash("queue")?)
        .key_schema(range("due")?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()?;
    let homes = table(client, &tables.homes, &[text("user")?, text("queue")?, number("due")?]);
    homes.key_schema(hash("user")?).global_secondary_indexes(due).send().await?;
    let sessions = table(client, &tables.sessions, &[text("user")?, number("epoch")?]);
    sessions.key_schema(hash("user")?).key_schema(range("epoch")?).send().await?;
    Ok(())
}

fn table(
    client: &Client,
    name: &str,
    attributes: &[AttributeDefinition],
) -> CreateTableFluentBuilder {
    let request = client.create_table().table_name(name);
    let request = request.billing_mode(BillingMode::PayPerRequest);
    request.set_attribute_definitions(Some(attributes.to_vec()))
}

fn text(name: &str) -> Result<AttributeDefinition, BuildError> {
    attribute(name, ScalarAttributeType::S)
}

fn number(name: &str) -> Result<AttributeDefinition, BuildError> {
    attribute(name, ScalarAttributeType::N)
}

fn attribute(name: &str, of: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(of).build()
}

fn hash(name: &str) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build()
}

fn range(name: &str) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Range).build()
}
