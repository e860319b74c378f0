//! A DynamoDB whose items move between a look and a write.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use hotdesk::{
    clock::Ms,
    seats::{Seats, SeatsError},
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{environment, moto::sdk_config};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::ops::{instance, user};

const NOW: Ms = Ms(1_800_000_000_000);

/// What it is like, and what it was asked to write.
struct Moving {
    /// How many writes meet an item that is not what it was.
    misses: usize,
    writes: AtomicUsize,
    written: Mutex<Vec<Value>>,
}

/// The user's seat: none at the first look, open from then on.
fn look(writes: usize) -> Value {
    let user = json!({
        "pk": { "S": format!("user#{}", user(1)) }, "state": { "S": "open" },
        "instance": { "S": instance(1).as_str() }, "epoch": { "N": "7" }, "since": { "N": "5" },
        "issuer": { "S": "https://id.example" }, "subject": { "S": "1" },
    });
    let items = if writes == 0 { vec![] } else { vec![user] };
    json!({ "Responses": { "seats": items }, "UnprocessedKeys": {} })
}

async fn answer(
    State(moving): State<Arc<Moving>>,
    headers: HeaderMap,
    request: String,
) -> impl IntoResponse {
    let writes = moving.writes.load(Ordering::SeqCst);
    let target = headers["x-amz-target"].to_str().unwrap();
    let (status, reply) = if target.ends_with("BatchGetItem") {
        (StatusCode::OK, look(writes))
    } else {
        assert!(target.ends_with("TransactWriteItems"), "{target}");
        moving.writes.fetch_add(1, Ordering::SeqCst);
        moving.written.lock().unwrap().push(serde_json::from_str(&request).unwrap());
        if writes < moving.misses {
            let reasons = json!([{ "Code": "None" }, { "Code": "ConditionalCheckFailed" }]);
            let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
            (StatusCode::BAD_REQUEST, json!({ "__type": kind, "CancellationReasons": reasons }))
        } else {
            (StatusCode::OK, json!({}))
        }
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], reply.to_string())
}

async fn start(misses: usize) -> (DynamoSeats, Arc<Moving>) {
    let moving = Moving { misses, writes: AtomicUsize::new(0), written: Mutex::default() };
    let moving = Arc::new(moving);
    let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&moving));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    let client = aws_sdk_dynamodb::Client::new(&sdk_config(&endpoint).await);
    (DynamoSeats::new(client, environment::tables(), 0), moving)
}

/// A seat that opens between the look and the write would outlive the revocation.
#[tokio::test]
async fn a_seat_that_opens_as_its_user_is_revoked_is_ended_too() {
    let (seats, moving) = start(1).await;

    let ended = seats.revoke(&user(1), &user(2), NOW).await.unwrap();

    assert_eq!(ended.map(|seat| (seat.instance, seat.epoch.0)), Some((instance(1), 7)));
    let written = moving.written.lock().unwrap().clone();
    let [first, second] = &written[..] else { panic!("{written:?}") };
    for write in [first, second] {
        let revoked = &write["TransactItems"][0]["Update"];
        assert_eq!(revoked["Key"]["pk"]["S"], format!("revoked#{}", user(1)));
        assert_eq!(revoked["ExpressionAttributeValues"][":at"]["N"], NOW.to_string());
    }
    let key = json!({ "pk": { "S": format!("user#{}", user(1)) } });
    assert_eq!(first["TransactItems"][1]["ConditionCheck"]["Key"], key, "still no seat");
    assert_eq!(second["TransactItems"][1]["Update"]["Key"], key, "ending");
}

#[tokio::test]
async fn a_revocation_that_never_meets_what_it_saw_is_given_up_as_busy() {
    let (seats, moving) = start(usize::MAX).await;

    let answer = seats.revoke(&user(1), &user(2), NOW).await;

    assert!(matches!(answer, Err(SeatsError::Busy(_))), "{answer:?}");
    assert_eq!(moving.writes.load(Ordering::SeqCst), 5);
}
