//! A DynamoDB that has no time for keys.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::post};
use hotdesk::seats::{Seats, SeatsError};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{environment, moto::sdk_config};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{Duration, timeout},
};

use super::ops::user;

/// What it is like, and what it has seen.
struct Busy {
    /// Answers wait until that many requests wait with them.
    together: usize,
    waiting: AtomicUsize,
    most: AtomicUsize,
    calls: AtomicUsize,
    gate: Semaphore,
    /// Whether it leaves out all keys.
    leaves_out: bool,
}

async fn batch_get_item(State(busy): State<Arc<Busy>>, request: String) -> impl IntoResponse {
    let request: Value = serde_json::from_str(&request).unwrap();
    busy.calls.fetch_add(1, Ordering::SeqCst);
    let waiting = busy.waiting.fetch_add(1, Ordering::SeqCst) + 1;
    busy.most.fetch_max(waiting, Ordering::SeqCst);
    if waiting == busy.together {
        busy.gate.add_permits(busy.together);
    }
    busy.gate.acquire().await.unwrap().forget();
    busy.waiting.fetch_sub(1, Ordering::SeqCst);
    let left = if busy.leaves_out { request["RequestItems"].clone() } else { json!({}) };
    let reply = json!({ "Responses": {}, "UnprocessedKeys": left });
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.0")], reply.to_string())
}

async fn start(together: usize, leaves_out: bool) -> (DynamoSeats, Arc<Busy>) {
    let busy = Arc::new(Busy {
        together,
        waiting: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
        calls: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        leaves_out,
    });
    let router = Router::new().route("/", post(batch_get_item)).with_state(busy.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(&endpoint).await);
    (DynamoSeats::new(client, environment::tables(), 0), busy)
}

#[tokio::test]
async fn keys_that_stay_unprocessed_are_given_up_as_busy() {
    let (seats, busy) = start(1, true).await;

    let answer = seats.users(&[user(1), user(2)]).await;

    assert!(matches!(answer, Err(SeatsError::Busy(_))), "{answer:?}");
    assert_eq!(busy.calls.load(Ordering::SeqCst), 6, "once and five times more");
}

#[tokio::test]
async fn four_batches_are_under_way_at_once_and_no_more() {
    let (seats, busy) = start(4, false).await;
    let users: Vec<_> = (0..1200).map(user).collect();

    let answer = timeout(Duration::from_secs(60), seats.users(&users)).await;

    assert!(answer.expect("four of them do not wait for a fifth").unwrap().is_empty());
    assert_eq!(busy.calls.load(Ordering::SeqCst), 12);
    assert_eq!(busy.most.load(Ordering::SeqCst), 4);
}
