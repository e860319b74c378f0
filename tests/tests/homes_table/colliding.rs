//! A DynamoDB in which another transaction has one of the items.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use hotdesk::seats::{Open, Seats, SeatsError, UserState};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{environment, moto::sdk_config};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stage::{NOW, identity, seat, user};

/// How often the user's item collides, and how often it was written to.
struct Colliding {
    times: usize,
    writes: AtomicUsize,
}

/// The home is the seat's already; the user's item is found ending once it does not collide.
fn reasons(collides: bool) -> Value {
    let home = json!({
        "user": { "S": "user001" }, "epoch": { "N": "7" }, "instance": { "S": "i-00000001" },
    });
    let item = json!({
        "pk": { "S": "user#user001" }, "state": { "S": "ending" }, "epoch": { "N": "7" },
        "instance": { "S": "i-00000001" }, "since": { "N": "5" },
        "issuer": { "S": identity().issuer }, "subject": { "S": identity().subject },
    });
    let none = json!({ "Code": "None" });
    let user = match collides {
        true => json!({ "Code": "TransactionConflict" }),
        false => json!({ "Code": "ConditionalCheckFailed", "Item": item }),
    };
    json!([user, none, none, { "Code": "ConditionalCheckFailed", "Item": home }])
}

async fn answer(State(colliding): State<Arc<Colliding>>) -> impl IntoResponse {
    let collides = colliding.writes.fetch_add(1, Ordering::SeqCst) < colliding.times;
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reply = json!({ "__type": kind, "CancellationReasons": reasons(collides) });
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (StatusCode::BAD_REQUEST, kind, reply.to_string())
}

async fn open(times: usize) -> (Result<Open, SeatsError>, usize) {
    let colliding = Arc::new(Colliding { times, writes: AtomicUsize::new(0) });
    let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&colliding));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(&endpoint).await);
    let seats = DynamoSeats::new(client, environment::tables(), 0);
    let opened = seats.open(&seat(&user(1), 7, 1), &identity(), NOW, NOW).await;
    (opened, colliding.writes.load(Ordering::SeqCst))
}

/// The home alone does not say that its seat is open still: the item that collides may be ending.
#[tokio::test]
async fn a_seat_whose_item_collides_is_not_taken_for_open() {
    let (opened, writes) = open(2).await;
    let Ok(Open::Conflict { user: Some(item), .. }) = opened else { panic!("{opened:?}") };
    assert_eq!((item.state, writes), (UserState::Ending, 3));
}

#[tokio::test]
async fn a_seat_whose_item_always_collides_is_given_up_as_busy() {
    let (opened, writes) = open(usize::MAX).await;
    assert!(matches!(opened, Err(SeatsError::Busy(_))), "{opened:?}");
    assert_eq!(writes, 6, "once and five times more");
}
