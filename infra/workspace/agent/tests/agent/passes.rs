//! Passes: who goes on to the editor, whose heartbeats count, and what the probes say.

use serde_json::{Value, json};

use crate::desk::{INSTANCE, TestBox};

#[tokio::test]
async fn without_the_cookie_of_this_box_nobody_passes() {
    let desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    let other = TestBox::start().await;
    let foreign = other.sit_down("alice", 7).await;
    let pass = cookie.split(';').next().unwrap();
    // The last character of a signature has bits that mean nothing; the one before has none.
    let at = pass.len() - 2;
    let swapped = if pass.as_bytes()[at] == b'A' { "B" } else { "A" };
    let tampered = format!("{}{swapped}{}", &pass[..at], &pass[at + 1..]);
    let ticket = format!("hotdesk_box={}", desk.ticket("alice", 7));
    for (what, cookie) in [
        ("none", ""),
        ("another", "hotdesk_seat=seat-of-alice"),
        ("empty", "hotdesk_box="),
        ("tampered", &tampered),
        ("another box's", &foreign),
        ("a ticket", &ticket),
    ] {
        assert_eq!(desk.status("/auth", cookie).await, 401, "{what}");
        assert_eq!(desk.status("/beat", cookie).await, 401, "{what}");
    }
    assert_eq!(desk.status("/auth", &cookie).await, 204);
}

#[tokio::test]
async fn a_pass_ends_with_the_session() {
    let desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    desk.clock.advance(3_599_000);
    assert_eq!(desk.status("/auth", &cookie).await, 204);
    desk.clock.advance(1000);
    assert_eq!(desk.status("/auth", &cookie).await, 401);
    assert_eq!(desk.status("/beat", &cookie).await, 401);
}

#[tokio::test]
async fn the_time_of_a_heartbeat_is_noted_by_the_box() {
    let desk = TestBox::start().await;
    let nobody = json!({
        "instanceId": INSTANCE, "user": null, "epoch": null, "lastHeartbeat": null
    });
    assert_eq!(desk.probe("/activity").await, (200, nobody));

    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.probe("/activity").await.1["lastHeartbeat"], Value::Null);
    desk.clock.advance(5000);
    let noted = hotdesk::clock::Clock::now(&*desk.clock).0;
    assert_eq!(desk.status("/beat", &cookie).await, 204);
    desk.clock.advance(5000);
    assert_eq!(desk.status("/beat", "").await, 401);
    desk.clock.set(noted - 1000);
    assert_eq!(desk.status("/beat", &cookie).await, 204);
    let alice = json!({
        "instanceId": INSTANCE, "user": "alice", "epoch": 7, "lastHeartbeat": noted
    });
    assert_eq!(desk.probe("/activity").await, (200, alice), "not by a refused one, nor backwards");
}

#[tokio::test]
async fn a_box_is_ready_when_its_editor_and_its_nginx_serve() {
    let desk = TestBox::start().await;
    let waiting =
        |parts: &[&str]| json!({ "instanceId": INSTANCE, "ready": false, "waitingFor": parts });
    assert_eq!(desk.probe("/ready").await, (503, waiting(&["editor", "nginx"])));
    for (socket, left) in [("nginx.sock", Some(waiting(&["editor"]))), ("editor.sock", None)] {
        let listener = tokio::net::UnixListener::bind(desk.folder.path().join(socket)).unwrap();
        let parts = axum::Router::new().fallback(|| async { "here" });
        tokio::spawn(async move { axum::serve(listener, parts).await.unwrap() });
        let expected = left.map_or_else(
            || (200, json!({ "instanceId": INSTANCE, "ready": true })),
            |body| (503, body),
        );
        assert_eq!(desk.probe("/ready").await, expected);
    }
}
