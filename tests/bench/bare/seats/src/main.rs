//! The least that has dispatch's connections: two writes to Redis and a transaction in DynamoDB.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use lambda_http::{Body, Error, Request, Response, run, service_fn};
use redis::{TlsCertificates, aio::MultiplexedConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let seats = Client::new(&hotdesk_aws::sdk_config().await);
    let (url, ca) = (std::env::var("REDIS_URL")?, std::env::var("REDIS_CA").unwrap_or_default());
    let client = if ca.is_empty() {
        redis::Client::open(url)?
    } else {
        let tls = TlsCertificates { client_tls: None, root_cert: Some(ca.into_bytes()) };
        redis::Client::build_with_tls(url, tls)?
    };
    let redis = client.get_multiplexed_async_connection().await?;
    let table = std::env::var("SEATS_TABLE")?;
    let (redis, seats, table) = (&redis, &seats, &table);
    run(service_fn(move |_: Request| open(redis.clone(), seats, table))).await
}

async fn open(
    mut redis: MultiplexedConnection,
    seats: &Client,
    table: &str,
) -> Result<Response<Body>, Error> {
    redis::pipe()
        .hset("ws:somebody", "lastSeen", 1)
        .zadd("ws:pings", "somebody", 1)
        .exec_async(&mut redis)
        .await?;
    let item = Put::builder()
        .table_name(table)
        .item("pk", AttributeValue::S("user#somebody".into()))
        .build()?;
    let write = TransactWriteItem::builder().put(item).build();
    seats.transact_write_items().transact_items(write).send().await?;
    let to = Response::builder().status(302).header("location", "http://elsewhere.invalid/");
    Ok(to.body(Body::Empty)?)
}
