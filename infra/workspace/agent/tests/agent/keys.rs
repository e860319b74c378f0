//! The control plane's public keys: fetched, kept, rotated.

use std::time::Duration;

use hotdesk::{
    clock::SystemClock,
    token::{Signer, generate},
};
use hotdesk_agent::{Cookies, Keys, KeysError, Runtime};
use serde_json::{Value, json};

use crate::{
    desk::{TestBox, TestClock},
    publisher::Publisher,
    refusals::is_a_page,
    until,
};

/// A JWK set with the keys of all of these.
fn both(sets: &[&str]) -> String {
    let keys = sets.iter().flat_map(|set| {
        let set: Value = serde_json::from_str(set).unwrap();
        set["keys"].as_array().unwrap().clone()
    });
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

/// A box that does not know the keys which its control plane has: it was told nothing so far.
async fn deaf() -> (TestBox, String) {
    let (private, jwks) = generate().unwrap();
    let publisher = Publisher::start("").await;
    publisher.says(503, "");
    let desk = TestBox::with_publisher(Cookies { https: false }, &private, publisher).await;
    until("it has asked", async || desk.publisher.asked() > 0).await;
    (desk, jwks)
}

async fn waits_for_keys(desk: &TestBox) -> bool {
    let waits = desk.probe("/ready").await.1["waitingFor"].clone();
    waits.as_array().unwrap().iter().any(|part| part == "keys")
}

#[tokio::test]
async fn a_box_without_keys_lets_nobody_in_and_is_not_ready() {
    let (desk, jwks) = deaf().await;
    assert!(waits_for_keys(&desk).await);
    let refused = is_a_page(desk.open(&desk.ticket("alice", 7)).await, 503).await;
    assert!(refused.contains("cannot open right now"), "{refused}");
    assert_eq!(desk.order(desk.drain_order()).await, 503, "the order has to come again");
    desk.publisher.says(200, jwks);
    until("it asks again by itself", async || !waits_for_keys(&desk).await).await;
    desk.sit_down("alice", 7).await;
}

#[tokio::test]
async fn what_is_no_set_of_keys_changes_nothing() {
    let desk = TestBox::start().await;
    let (leaked, _) = generate().unwrap();
    let leaked: Value = serde_json::from_str(&leaked).unwrap();
    let other = Publisher::start(&generate().unwrap().1).await;
    let mut asked = desk.publisher.asked();
    for (what, status, body) in [
        ("an error", 500, String::new()),
        ("an error with keys", 500, generate().unwrap().1),
        ("a page", 200, "<html>".to_owned()),
        ("an empty set", 200, json!({ "keys": [] }).to_string()),
        ("another kind of key", 200, json!({ "keys": [{ "kty": "oct", "k": "AA" }] }).to_string()),
        ("a private key", 200, json!({ "keys": [leaked] }).to_string()),
        ("no end", 200, format!("{}{}", " ".repeat(70_000), generate().unwrap().1)),
    ] {
        desk.publisher.says(status, body);
        looks_again(&desk, &mut asked).await;
        desk.sit_down("alice", 7).await;
        assert!(!waits_for_keys(&desk).await, "{what}");
    }
    desk.publisher.leads_to(&other);
    looks_again(&desk, &mut asked).await;
    assert_eq!(other.asked(), 0, "it goes nowhere else");
    desk.sit_down("alice", 7).await;
}

/// Makes the box ask for keys, by a token of an unknown one.
async fn looks_again(desk: &TestBox, asked: &mut usize) {
    desk.clock.advance(10_000);
    assert_eq!(desk.open(&by_a_stranger(desk)).await.status(), 401);
    assert_eq!(desk.publisher.asked(), *asked + 1);
    *asked += 1;
}

fn by_a_stranger(desk: &TestBox) -> String {
    let (stranger, _) = generate().unwrap();
    Signer::from_jwk(&stranger).unwrap().sign(&desk.claims("alice", 7)).unwrap()
}

#[tokio::test]
async fn keys_rotate_and_nobody_notices() {
    let mut desk = TestBox::start().await;
    let (old, old_set) = (desk.signer.clone(), desk.publisher.body());
    let (private, new_set) = generate().unwrap();
    let new = Signer::from_jwk(&private).unwrap();
    let opens = async |desk: &TestBox, signer: &Signer| {
        desk.open(&signer.sign(&desk.claims("alice", 7)).unwrap()).await.status()
    };
    // The control plane publishes both before it signs with the new one: the box learns of it by
    // the first token that it does not know.
    desk.publisher.says(200, both(&[&old_set, &new_set]));
    assert_eq!(opens(&desk, &old).await, 303);
    desk.clock.advance(10_000);
    assert_eq!(opens(&desk, &new).await, 303);
    assert_eq!(opens(&desk, &old).await, 303, "tickets of the old one are still on their way");
    // The old one is taken away: refused from the next look on.
    desk.publisher.says(200, &new_set);
    let mut asked = desk.publisher.asked();
    looks_again(&desk, &mut asked).await;
    assert_eq!(opens(&desk, &old).await, 401);
    assert_eq!(opens(&desk, &new).await, 303);

    // An agent that starts again meanwhile knows what the last one knew, and no more.
    desk.publisher.says(503, "");
    desk.restart().await;
    desk.clock.advance(1000);
    assert_eq!(opens(&desk, &new).await, 303);
    assert_eq!(opens(&desk, &old).await, 401);
}

#[tokio::test]
async fn a_control_plane_that_signs_before_the_box_can_know_is_understood_later() {
    let desk = TestBox::start().await;
    let old_set = desk.publisher.body();
    let (private, new_set) = generate().unwrap();
    let new = Signer::from_jwk(&private).unwrap();
    let ticket = || new.sign(&desk.claims("alice", 7)).unwrap();
    desk.clock.advance(10_000);
    assert_eq!(desk.open(&ticket()).await.status(), 401);
    desk.publisher.says(200, both(&[&old_set, &new_set]));
    assert_eq!(desk.open(&ticket()).await.status(), 401, "not before the pause is over");
    desk.clock.advance(10_000);
    assert_eq!(desk.open(&ticket()).await.status(), 303);
}

#[tokio::test]
async fn tokens_of_unknown_keys_make_it_ask_once_in_ten_seconds() {
    let desk = TestBox::start().await;
    desk.clock.advance(10_000);
    let before = desk.publisher.asked();
    let tickets: Vec<_> = (0..20).map(|_| by_a_stranger(&desk)).collect();
    let mut opened = tokio::task::JoinSet::new();
    for ticket in &tickets {
        let socket = desk.folder.path().join("agent.sock");
        let address = format!("http://agent/open?ticket={ticket}");
        opened.spawn(crate::desk::unix(&socket).get(address).send());
    }
    for answer in opened.join_all().await {
        assert_eq!(answer.unwrap().status(), 401);
    }
    assert_eq!(desk.publisher.asked(), before + 1);
    desk.clock.advance(9_999);
    desk.open(&tickets[0]).await;
    for nonsense in ["x", "a.b.c", ""] {
        desk.open(nonsense).await;
    }
    assert_eq!(desk.publisher.asked(), before + 1);
    desk.clock.advance(1);
    desk.open(&tickets[0]).await;
    assert_eq!(desk.publisher.asked(), before + 2);
    // A clock that is set back keeps nobody out.
    desk.clock.set(hotdesk::clock::Clock::now(&*desk.clock).0 - 3_600_000);
    desk.open(&tickets[0]).await;
    assert_eq!(desk.publisher.asked(), before + 3);
}

#[tokio::test]
async fn it_asks_again_from_time_to_time() {
    let publisher = Publisher::start(&generate().unwrap().1).await;
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::open(folder.path()).unwrap();
    let clock = std::sync::Arc::new(TestClock::default());
    let keys = Keys::load(&publisher.url.parse().unwrap(), &runtime, clock).unwrap();
    let keeps = keys.keep_fresh(Duration::from_millis(10));
    tokio::select! {
        () = keeps => unreachable!("it goes on"),
        () = until("five times", async || publisher.asked() >= 5) => {}
    }
    assert!(keys.are_known());
}

#[test]
fn keys_come_by_https_or_from_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::open(folder.path()).unwrap();
    for (url, good) in [
        ("https://desk.example/keys", true),
        ("http://localhost:9000", true),
        ("http://127.0.0.1:9000", true),
        ("http://127.9.9.9:9000", true),
        ("http://[::1]:9000", true),
        ("http://desk.example/keys", false),
        ("http://localhost.desk.example", false),
        ("http://10.0.0.1", false),
        ("http://[fe80::1]", false),
    ] {
        let keys = Keys::load(&url.parse().unwrap(), &runtime, std::sync::Arc::new(SystemClock));
        assert_eq!(keys.is_ok(), good, "{url}");
        assert!(good || matches!(keys, Err(KeysError::Plain)));
    }
}
