//! Calls that failed, and those that were answered with a no.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::header, routing::post};
use hotdesk::{
    clock::Ms,
    fleet::Fleet,
    id::{Epoch, InstanceId},
    seats::{Identity, Open, Seat, Seats},
    store::{Store, StoreError},
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{environment, moto::sdk_config};
use hotdesk_tests::{
    desk::{Desk, address, spare},
    world::{Beginning, World},
};
use http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use super::noted::Noted;

#[tokio::test(start_paused = true)]
async fn a_call_that_aws_does_not_answer_counts_once_its_retries_are_used_up() {
    let world = World::begin(Beginning::default()).await;
    world.run(Duration::from_secs(120)).await;
    let (noted, _guard) = Noted::listen();
    let rule = json!([{"call": {"action": "DescribeAutoScalingGroups",
        "fault": {"error": {"status": 503, "code": "ServiceUnavailable", "message": "gone"}}}}]);
    world.cloud.set_faults(serde_json::from_value(rule).unwrap()).unwrap();
    assert!(world.plane.fleet.sizes().await.is_err());
    assert_eq!(noted.of("CallErrors"), [1.0]);
    noted.take();
    assert!(world.lambdas.pass().await.is_none(), "the pass says so");
    assert!(!noted.of("CallErrors").is_empty());
    assert_eq!(noted.of("Passes"), [1.0], "it came to its end all the same");
    assert_eq!(noted.of("Queue"), [0.0], "the store is there");
    assert!(noted.of("Cost").is_empty(), "nobody knows how many run");
}

#[tokio::test(start_paused = true)]
async fn a_box_that_is_not_listed_is_no_error() {
    let world = World::begin(Beginning::default()).await;
    let (noted, _guard) = Noted::listen();
    let gone: InstanceId = "i-0000000000000dead".parse().unwrap();
    let machines = world.plane.fleet.machines(&[gone]).await;
    assert!(machines.unwrap().is_empty());
    assert!(noted.of("CallErrors").is_empty());
}

#[tokio::test]
async fn a_store_that_is_away_counts_and_a_cold_one_does_not() {
    let mut desk = Desk::cold().await;
    let (noted, _guard) = Noted::listen();
    let cold = desk.store().view().await;
    assert!(matches!(cold, Err(StoreError::Cold)), "{cold:?}");
    assert!(noted.take().is_empty());
    desk.redis.stop().unwrap();
    let reply = dispatch::handle(&desk.dispatch, desk.request("alice", "GET", "/status", "")).await;
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(noted.of("CallErrors"), [1.0]);
}

/// Opens a seat in a DynamoDB that answers so many transactions with this error, and takes those after
/// it; how often it was asked.
async fn open(error: &'static str, times: usize) -> (bool, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = async move || {
        let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
        let reply = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{error}"),
            "CancellationReasons": [{ "Code": "TransactionConflict" }] });
        match count.fetch_add(1, Ordering::SeqCst) < times {
            true => (StatusCode::BAD_REQUEST, json, reply.to_string()),
            false => (StatusCode::OK, json, "{}".into()),
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(answer));
    tokio::spawn(async { axum::serve(listener, router).await });
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(&endpoint).await);
    let seats = DynamoSeats::new(client, environment::tables(), 0);
    let (user, now) = ("alice".parse().unwrap(), Ms(1_800_000_000_000));
    let (epoch, addresses) = (Epoch(now.0), address(0));
    let seat = Seat { user, instance: spare(0), epoch, since: now, addresses };
    let alice = Identity { issuer: "https://id.example".into(), subject: "1".into() };
    let opened = seats.open(&seat, &alice, now, now).await;
    (matches!(opened, Ok(Open::Opened)), asked.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_transaction_that_is_tried_again_counts_once_and_only_if_it_failed_at_last() {
    for error in ["TransactionCanceledException", "ThrottlingException"] {
        let (noted, _guard) = Noted::listen();
        assert_eq!(open(error, 2).await, (true, 3));
        assert!(noted.take().is_empty(), "{error}: it was done at last");
        assert_eq!(open(error, usize::MAX).await, (false, 6));
        assert_eq!(noted.of("CallErrors"), [1.0], "{error}");
    }
}
