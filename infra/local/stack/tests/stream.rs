//! The seats' stream as `provision` gets it.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use hotdesk_stack::{
    dead_letters::DeadLetters, environment, lambda::Lambda, moto::Moto, pump::stream::Stream,
    tables,
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    time::{Duration, sleep, timeout},
};

const TABLE: &str = environment::SEATS;

/// A function that fails the first time, and keeps what it was invoked with.
type Invocations = Arc<Mutex<Vec<Value>>>;

async fn function() -> (String, Invocations) {
    async fn invoked(
        State(all): State<Invocations>,
        Json(event): Json<Value>,
    ) -> (StatusCode, Json<Value>) {
        let mut all = all.lock().expect("not poisoned");
        all.push(event);
        let status =
            if all.len() == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
        (status, Json(Value::Null))
    }
    let all = Invocations::default();
    let router = Router::new()
        .route("/2015-03-31/functions/provision/invocations", post(invoked))
        .with_state(all.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async { axum::serve(listener, router).await });
    (endpoint, all)
}

fn put(pk: &str, n: u32) -> Put {
    let put = Put::builder().table_name(TABLE).item("pk", AttributeValue::S(pk.into()));
    put.item("n", AttributeValue::N(n.to_string())).build().expect("a whole put")
}

/// Two writes in one transaction; with a condition that cannot hold it is cancelled.
async fn write(client: &Client, n: u32, cancelled: bool) {
    let condition = cancelled.then(|| "attribute_exists(nothing)".to_owned());
    let delete = Delete::builder().table_name(TABLE).key("pk", AttributeValue::S("other".into()));
    let delete = delete.set_condition_expression(condition).build().expect("a whole delete");
    let items = [
        TransactWriteItem::builder().put(put("user#alice", n)).build(),
        TransactWriteItem::builder().delete(delete).build(),
    ];
    let sent = client.transact_write_items().set_transact_items(Some(items.into())).send().await;
    assert_eq!(sent.is_err(), cancelled);
}

/// The records of all invocations that did not fail, once there are that many.
async fn arrived(invocations: &Invocations, count: usize) -> Vec<Value> {
    let enough = async {
        loop {
            let taken: Vec<Value> =
                invocations.lock().expect("not poisoned").iter().skip(1).cloned().collect();
            let lists = taken.iter().filter_map(|event| event["Records"].as_array());
            let records: Vec<_> = lists.flatten().cloned().collect();
            if records.len() >= count {
                return records;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), enough).await.expect("the records within 20 s")
}

#[tokio::test]
async fn what_was_written_arrives_once_in_order_and_what_was_cancelled_never() {
    let moto = Moto::start().await.unwrap();
    let config = moto.sdk_config().await;
    let client = Client::new(&config);
    tables::create(&client, &environment::tables()).await.unwrap();
    let stream = Stream::of(aws_sdk_dynamodbstreams::Client::new(&config), TABLE).await.unwrap();
    let (endpoint, invocations) = function().await;
    let folder = tempfile::tempdir().unwrap();
    let dead = DeadLetters::new(folder.path().join("dead"));
    tokio::spawn(stream.run(Lambda::new(&endpoint), dead));

    // An iterator from before a cancelled transaction goes on after it.
    for n in 0..3 {
        write(&client, 2 * n, false).await;
        arrived(&invocations, n as usize + 1).await;
        write(&client, 2 * n + 1, true).await;
    }

    let records = arrived(&invocations, 3).await;
    let images = |name: &str| -> Vec<Value> {
        records.iter().map(|record| record["dynamodb"][name]["n"]["N"].clone()).collect()
    };
    assert_eq!(images("NewImage"), ["0", "2", "4"]);
    assert_eq!(images("OldImage"), [Value::Null, json!("0"), json!("2")]);
    assert_eq!(records[0]["eventName"], "INSERT");
    assert_eq!(records[1]["dynamodb"]["Keys"], json!({ "pk": { "S": "user#alice" } }));
    let all = invocations.lock().unwrap();
    assert_eq!(all[0], all[1], "the failed batch came again, the same");
}
