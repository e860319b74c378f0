//! Passes: who goes on to the editor, whose heartbeats count, and what the probes say.

use hotdesk_agent::Proof;
use serde_json::{Value, json};

use crate::{
    desk::{BOOT_ID, INSTANCE, TestBox},
    raw,
    stand::TestFront,
};

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
async fn a_cookie_of_the_same_name_that_a_sibling_planted_changes_nothing() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let planted = "hotdesk_box=planted; hotdesk_seat=planted";
    for both in [format!("{planted}; {cookie}"), format!("{cookie}; {planted}")] {
        assert_eq!(front.get("/", &both).await.status(), 200);
    }
    assert_eq!(front.get("/", planted).await.status(), 401);
    let bytes = [b"name=\xff\xfe; ", cookie.as_bytes()].concat();
    let request = [b"GET / HTTP/1.0\r\nHost: box\r\nCookie: ", &bytes[..], b"\r\n\r\n"].concat();
    assert!(raw::exchange(&front.address, &request).await.contains(" 200 "));
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_box_goes_on() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let much = "x".repeat(9000);
    assert_eq!(raw::status(&front.address, "/", &much).await, 400);
    let ticket = format!("/_hotdesk/open?ticket={much}");
    assert_eq!(raw::status(&front.address, &ticket, &cookie).await, 414);
    let many = "hotdesk_box=x; ".repeat(500);
    assert_eq!(raw::status(&front.address, "/", &many).await, 401);
    assert_eq!(raw::status(&front.address, "/", &format!("{many}{cookie}")).await, 200);
    // The agent alone bears more.
    assert_eq!(front.desk.status("/auth", &"hotdesk_box=x; ".repeat(20_000)).await, 401);
    assert_eq!(front.desk.status(&format!("/open?ticket={}", "x".repeat(60_000)), "").await, 401);
    assert_eq!(raw::status(&front.address, "/_hotdesk/open?ticket=%FF%FE", &cookie).await, 401);
    assert_eq!(raw::status(&front.address, "/", &cookie).await, 200);
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
        serve(&desk, socket);
        let expected = left.map_or_else(
            || (200, json!({ "instanceId": INSTANCE, "ready": true })),
            |body| (503, body),
        );
        assert_eq!(desk.probe("/ready").await, expected);
    }
}

#[tokio::test]
async fn a_box_without_a_proof_of_its_reset_in_this_boot_is_never_ready() {
    let desk = TestBox::start().await;
    serve(&desk, "nginx.sock");
    serve(&desk, "editor.sock");
    let proof = desk.folder.path().join("reset");
    let waits = json!({ "instanceId": INSTANCE, "ready": false, "waitingFor": ["reset"] });
    for wrong in ["", "5f1b4d0e-0000-4000-8000-000000000000", "5f1b4d0e", "\u{fffd}"] {
        std::fs::write(&proof, wrong).unwrap();
        assert_eq!(desk.probe("/ready").await, (503, waits.clone()), "{wrong:?}");
    }
    std::fs::remove_file(&proof).unwrap();
    assert_eq!(desk.probe("/ready").await, (503, waits));
    std::fs::write(&proof, BOOT_ID).unwrap();
    assert_eq!(desk.probe("/ready").await.0, 200);
    assert!(Proof::new(proof, Some(" \n".to_owned())).is_err(), "no id fits every empty file");
}

fn serve(desk: &TestBox, socket: &str) {
    let listener = tokio::net::UnixListener::bind(desk.folder.path().join(socket)).unwrap();
    let part = axum::Router::new().fallback(|| async { "here" });
    tokio::spawn(async move { axum::serve(listener, part).await.unwrap() });
}
