//! Tickets: what opens a box, and what does not.

use hotdesk::token::{Signer, generate};
use hotdesk_agent::Cookies;
use reqwest::header;

use crate::desk::{BOOT, HOME, TestBox, cookie_header, set_cookies, unix};

#[tokio::test]
async fn a_ticket_opens_the_box_and_leaves_the_address_bar() {
    let desk = TestBox::start().await;
    desk.start_editor();
    let response = desk.open(&desk.ticket("alice", 7)).await;
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()[header::LOCATION], "/");
    assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let cookies = set_cookies(&response);
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].starts_with("hotdesk_box="));
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax"));
    let seat = "hotdesk_seat=seat-of-alice; Path=/; HttpOnly; SameSite=Lax";
    assert_eq!(cookies[1], seat);

    let let_in = desk.ask("/auth", &cookie_header(&response)).await;
    assert_eq!(let_in.status(), 204);
    assert_eq!(let_in.headers()["hotdesk-user"], "alice");
}

#[tokio::test]
async fn https_cookies_are_held_to_it_by_their_names() {
    let desk = TestBox::with(Cookies { https: true }).await;
    let response = desk.open(&desk.ticket("alice", 7)).await;
    let cookies = set_cookies(&response);
    assert!(cookies[0].starts_with("__Host-hotdesk_box="));
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert!(cookies[1].starts_with("__Host-hotdesk_seat="));
    assert!(cookies[1].ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert_eq!(desk.status("/auth", &cookie_header(&response)).await, 204);
}

#[tokio::test]
async fn a_ticket_works_once_and_looking_at_it_does_not_use_it() {
    let desk = TestBox::start().await;
    let ticket = desk.ticket("alice", 7);
    let address = format!("http://agent/open?ticket={ticket}");
    let head = unix(&desk.folder.path().join("agent.sock")).head(address).send().await;
    assert_eq!(head.unwrap().status(), 405);
    assert_eq!(desk.open(&ticket).await.status(), 303);
    let again = desk.open(&ticket).await;
    assert_eq!(again.status(), 401);
    assert!(set_cookies(&again).is_empty());
    assert_eq!(again.headers()[header::REFERRER_POLICY], "no-referrer");
    assert!(again.text().await.unwrap().contains(&format!("{HOME}/dispatch")));
}

#[tokio::test]
async fn only_a_fresh_ticket_of_the_control_plane_for_this_box_opens_it() {
    let desk = TestBox::start().await;
    let (stranger, _) = generate().unwrap();
    let claims = desk.claims("alice", 7);
    let mut other_box = claims.clone();
    other_box.aud = "i-00000000000000000".to_owned();
    let mut over = claims.clone();
    over.session_exp = claims.iat;
    let late = desk.ticket("alice", 7);
    for (what, ticket) in [
        ("wrong key", Signer::from_jwk(&stranger).unwrap().sign(&claims).unwrap()),
        ("wrong audience", desk.signer.sign(&other_box).unwrap()),
        ("session over", desk.signer.sign(&over).unwrap()),
        ("no token", "nonsense".to_owned()),
        ("empty", String::new()),
    ] {
        assert_eq!(desk.open(&ticket).await.status(), 401, "{what}");
    }
    desk.clock.advance(63_000);
    assert_eq!(desk.open(&late).await.status(), 401, "expired");
    assert_eq!(desk.status("/open", "").await, 400, "no ticket");
    assert!(desk.probe("/activity").await.1["user"].is_null(), "none of them binds the box");
}

#[tokio::test]
async fn a_ticket_from_before_the_boot_is_refused() {
    let desk = TestBox::start().await;
    for (ms, status) in [(BOOT - 1000, 401), (BOOT, 401), (BOOT + 500, 303)] {
        desk.clock.set(ms);
        let ticket = desk.ticket("alice", 7);
        desk.clock.set(BOOT + 2000);
        assert_eq!(desk.open(&ticket).await.status(), status, "signed at {ms}");
    }
}

#[tokio::test]
async fn a_used_ticket_stays_used_when_the_agent_starts_again() {
    let mut desk = TestBox::start().await;
    let ticket = desk.ticket("alice", 7);
    assert_eq!(desk.open(&ticket).await.status(), 303);
    desk.restart().await;
    assert_eq!(desk.open(&ticket).await.status(), 401);
}
