//! What dispatch and ping answer: good requests, bad ones, and a store that is not there.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::time::Duration;

use hotdesk::{
    clock::{Clock, SystemClock},
    store::{Expire, Store, Workspace},
};
use hotdesk_tests::desk::{BASE_URL, Desk, Sent};
use http::{StatusCode, header};
use lambda_http::{Body, Request};

fn beat(sent: &Sent, body: impl Into<Body>) -> Request {
    let token = format!("Bearer {}", sent.ticket.seat_token);
    let request =
        http::Request::post(format!("{BASE_URL}/ping")).header(header::AUTHORIZATION, token);
    request.body(body.into()).unwrap()
}

fn with_stay(sent: &Sent, stay: &str) -> String {
    format!(r#"{{"user":"{}","instanceId":"{}","stay":{stay}}}"#, sent.ticket.sub, sent.instance)
}

fn threat(reply: &http::Response<String>) -> Option<&str> {
    reply.headers().get("box-threat").map(|value| value.to_str().unwrap())
}

fn pings(desk: &Desk) -> Vec<String> {
    let mut zrange = redis::cmd("ZRANGE");
    zrange.arg("ws:pings").arg(0).arg(-1).arg("WITHSCORES").query(&mut desk.redis()).unwrap()
}

#[tokio::test]
async fn the_way_to_the_box_is_kept_by_nobody() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let reply =
        dispatch::handle(&desk.dispatch, desk.request("alice", "GET", "/dispatch", "")).await;
    assert_eq!(reply.status(), StatusCode::FOUND);
    assert_eq!(reply.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(reply.headers()[header::REFERRER_POLICY], "no-referrer");
}

#[tokio::test]
async fn a_prefetch_claims_nothing() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let mut request = desk.request("alice", "GET", "/dispatch", "");
    request.headers_mut().insert("sec-purpose", "prefetch;prerender".parse().unwrap());
    let reply = dispatch::handle(&desk.dispatch, request).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    assert_eq!(desk.store().demand(SystemClock.now()).await.unwrap().pool, 1);
}

#[tokio::test]
async fn a_program_that_waits_is_told_its_place_and_when_to_ask() {
    let desk = Desk::start().await;
    let mut request = desk.request("carol", "GET", "/dispatch", "");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let reply = dispatch::handle(&desk.dispatch, request).await;
    assert_eq!(reply.status(), StatusCode::ACCEPTED);
    assert!(reply.headers().contains_key(header::RETRY_AFTER));
    let body: serde_json::Value = serde_json::from_str(reply.body()).unwrap();
    let since = body["since"].clone();
    let expected = serde_json::json!({ "state": "waiting", "stage": "queued", "position": 1,
        "since": since, "expected": null, "limit": null });
    assert!(since.is_string());
    assert_eq!(body, expected);
}

#[tokio::test]
async fn another_person_of_the_same_name_is_refused_and_the_first_keeps_the_box() {
    let desk = Desk::start().await;
    desk.stock(2).await;
    let sent = desk.open("alice").await.expect("a box");
    let alice = "alice".parse().unwrap();
    let identity = hotdesk::seats::Identity { issuer: "elsewhere".into(), subject: "alice".into() };
    let dispatch = &desk.dispatch;
    let other = hotdesk::allocate::allocate(
        &dispatch.store,
        &dispatch.seats,
        &SystemClock,
        &alice,
        &identity,
        SystemClock.now(),
    );
    assert_eq!(other.await.unwrap(), hotdesk::allocate::Allocation::OtherPerson);
    assert_eq!(desk.open("alice").await.expect("still hers").instance, sent.instance);
}

#[tokio::test]
async fn only_the_current_seat_may_ping() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
    assert_eq!(desk.leave("alice").await, StatusCode::ACCEPTED);
    assert_eq!(desk.beat(&sent).await, StatusCode::CONFLICT);
    let workspace = desk.store().workspace(&"alice".parse().unwrap()).await.unwrap();
    assert_eq!(workspace, Workspace::Stopping);
}

#[tokio::test]
async fn bad_heartbeats_get_a_clear_answer_and_change_nothing() {
    let desk = Desk::start().await;
    desk.stock(2).await;
    let (alice, bob) = (desk.open("alice").await.unwrap(), desk.open("bob").await.unwrap());
    let before = pings(&desk);
    let other = format!(r#"{{"user":"bob","instanceId":"{}"}}"#, bob.instance);
    let mixed = format!(r#"{{"user":"alice","instanceId":"{}"}}"#, bob.instance);
    for (body, status) in [
        ("ping".to_owned(), 400),
        ("[]".to_owned(), 400),
        (r#"{"user":1,"instanceId":2}"#.to_owned(), 400),
        (r#"{"user":"pool","instanceId":"i-00000000"}"#.to_owned(), 400),
        (with_stay(&alice, r#""yes""#), 400),
        (with_stay(&alice, "null"), 400),
        (with_stay(&alice, "1"), 400),
        (other, 400),
        (mixed, 400),
        (" ".repeat(4097), 413),
    ] {
        let reply = ping::handle(&desk.ping, beat(&alice, body.clone())).await;
        assert_eq!(reply.status().as_u16(), status, "{body:.60}");
        assert_eq!(reply.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
    assert_eq!(before, pings(&desk));
}

#[tokio::test]
async fn whoever_stays_is_told_of_no_end_any_more() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    let (alice, epoch) = (&sent.ticket.sub, sent.ticket.epoch);
    let minute = Duration::from_secs(60);
    let now = SystemClock.now();
    let expired = desk.store().expire(alice, epoch, minute, minute, now).await.unwrap();
    let Expire::Warned(ends) = expired else { panic!("{expired:?}") };
    let told = format!("lifetime,{ends}");
    for _ in 0..2 {
        let reply = ping::handle(&desk.ping, beat(&sent, with_stay(&sent, "false"))).await;
        assert_eq!((reply.status(), threat(&reply)), (StatusCode::NO_CONTENT, Some(told.as_str())));
    }
    let reply = ping::handle(&desk.ping, beat(&sent, with_stay(&sent, "true"))).await;
    assert_eq!((reply.status(), threat(&reply)), (StatusCode::NO_CONTENT, None));
    let workspace = desk.store().workspace(alice).await.unwrap();
    let Workspace::Running { renewed, warning, .. } = workspace else { panic!("{workspace:?}") };
    assert!(renewed >= now && warning.is_none(), "{workspace:?}");
    assert_eq!(desk.leave("alice").await, StatusCode::ACCEPTED);
    let reply = ping::handle(&desk.ping, beat(&sent, with_stay(&sent, "true"))).await;
    assert_eq!(reply.status(), StatusCode::CONFLICT, "too late");
}

#[tokio::test]
async fn a_flushed_store_makes_ping_say_503_and_dispatch_rebuild() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    redis::cmd("FLUSHDB").exec(&mut desk.redis()).unwrap();
    let reply = ping::handle(&desk.ping, beat(&sent, "{}")).await;
    assert_eq!(reply.status(), StatusCode::BAD_REQUEST, "a bad body is told first");
    assert_eq!(desk.beat(&sent).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(desk.open("alice").await.expect("still hers").instance, sent.instance);
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_dead_redis_makes_both_say_503_with_retry_after() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    desk.redis.process().terminate().await.unwrap();
    assert_eq!(desk.beat(&sent).await, StatusCode::SERVICE_UNAVAILABLE);
    let reply =
        dispatch::handle(&desk.dispatch, desk.request("alice", "GET", "/dispatch", "")).await;
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_box_known_to_be_dead_does_not_hold_its_user_up() {
    let desk = Desk::start().await;
    desk.stock(2).await;
    let first = desk.open("alice").await.expect("a box");
    // The terminate event came, and whoever handled it died before the seat was closed.
    desk.store().evict(&first.instance, SystemClock.now()).await.unwrap();
    let second = desk.open("alice").await.expect("another box");
    assert_ne!(first.instance, second.instance);
    assert_eq!(desk.beat(&first).await, StatusCode::CONFLICT);
}
