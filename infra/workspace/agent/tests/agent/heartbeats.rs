//! Heartbeats through nginx: what the control plane gets, and what the script is told.

use reqwest::{Response, header};

use crate::{desk::set_cookies, stand::TestFront};

/// What the script reads: status, word, and nothing that the box wants to keep.
fn word(answer: &Response) -> (u16, &str) {
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    assert!(!answer.headers().contains_key("seat-token"));
    let word = answer.headers().get("heartbeat").map(|word| word.to_str().unwrap());
    (answer.status().as_u16(), word.unwrap_or_default())
}

#[tokio::test]
async fn a_heartbeat_is_noted_and_goes_on_with_the_seat_token_alone() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let threat = ("box-threat", "lifetime,1800000000000");
    front.answers(204, &[("seat-token", "renewed.seat"), ("set-cookie", "planted=1"), threat]);
    let renewed = front.ping(&cookie).await;
    assert_eq!(word(&renewed), (204, "noted"));
    assert_eq!(renewed.headers()["box-threat"], "lifetime,1800000000000");
    let seat = "hotdesk_seat=renewed.seat; Path=/; HttpOnly; SameSite=Lax";
    assert_eq!(set_cookies(&renewed), [seat]);
    assert!(front.desk.probe("/activity").await.1["lastHeartbeat"].is_u64());

    front.answers(204, &[("seat-token", "a; Domain=example")]);
    assert_eq!(set_cookies(&front.ping(&cookie).await).len(), 0, "a token is only a token");
    let control = front.control.lock().unwrap();
    let (headers, body) = &control.pings[0];
    assert_eq!(headers[header::AUTHORIZATION], "Bearer seat-of-alice");
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert!(!headers.contains_key(header::COOKIE));
    assert_eq!(body, r#"{"user":"alice"}"#);
}

#[tokio::test]
async fn whatever_the_control_plane_says_the_script_gets_204_and_a_word() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    for (status, expected) in [
        (400, "stale"),
        (401, "stale"),
        (403, "stale"),
        (409, "stale"),
        (404, "away"),
        (413, "away"),
        (429, "away"),
        (500, "away"),
        (502, "away"),
        (503, "away"),
        (504, "away"),
    ] {
        front.answers(status, &[("seat-token", "another.seat"), ("set-cookie", "planted=1")]);
        let answer = front.ping(&cookie).await;
        assert_eq!(word(&answer), (204, expected), "{status}");
        assert!(set_cookies(&answer).is_empty(), "{status}");
        assert!(!answer.headers().contains_key(header::RETRY_AFTER), "{status}");
    }
    front.answers(503, &[("retry-after", "7")]);
    assert_eq!(front.ping(&cookie).await.headers()[header::RETRY_AFTER], "7");
    front.answers(200, &[]);
    assert_eq!(word(&front.ping(&cookie).await), (200, ""), "no control plane of ours says that");
    assert!(front.desk.probe("/activity").await.1["lastHeartbeat"].is_u64(), "the box noted all");
}

#[tokio::test]
async fn who_was_never_let_in_learns_nothing_and_reaches_nobody() {
    let front = TestFront::start().await;
    assert_eq!(word(&front.ping("").await), (204, "stale"));
    let cookie = front.sit_down("alice").await;
    assert_eq!(word(&front.ping("").await), (204, "stale"));
    let sibling = "http://i-00000000000000000.desk.example";
    assert_eq!(word(&front.ping_from(sibling, &cookie).await), (204, "stale"));
    assert_eq!(word(&front.ping_from("null", &cookie).await), (204, "stale"));
    assert_eq!(front.get("/_hotdesk/ping", &cookie).await.status(), 405);
    assert!(front.control.lock().unwrap().pings.is_empty());
    assert!(front.desk.probe("/activity").await.1["lastHeartbeat"].is_null());
    assert_eq!(word(&front.ping(&cookie).await), (204, "noted"));
}

#[tokio::test]
async fn a_box_whose_agent_is_away_says_so() {
    let mut front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    front.desk.stop();
    assert_eq!(word(&front.ping(&cookie).await), (204, "away"));
}
