//! How long a session lasts, who can end it, and what another site's page can do with it.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::time::Duration;

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    store::Store,
    token::{SessionClaims, Verifier},
    web::Reply,
};
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::{StatusCode, header};
use lambda_http::{Body, Request};
use serde_json::Value;

const MINUTE: Duration = Duration::from_secs(60);

async fn asked(desk: &Desk, request: Request) -> Reply {
    dispatch::handle(&desk.dispatch, request).await
}

/// A request with that session, if there is one.
fn get(path: &str, cookie: &str) -> Request {
    let request = http::Request::get(format!("{BASE_URL}{path}"));
    request.header(header::COOKIE, cookie).body(Body::Empty).unwrap()
}

/// A session of alice that began then, for a day, with tokens of an hour.
fn began(at: Ms) -> SessionClaims {
    let account = ("local".into(), "alice".into());
    let (hour, day) = (MINUTE * 60, MINUTE * 60 * 24);
    SessionClaims::new("alice".parse().unwrap(), account, false, at, (hour, day))
}

fn cookie(desk: &Desk, claims: &SessionClaims) -> String {
    format!("hotdesk={}", desk.signer().sign(claims).unwrap())
}

/// The session in an answer's cookie.
fn renewed(reply: &Reply, verifier: &Verifier) -> Option<SessionClaims> {
    let cookie = reply.headers().get(header::SET_COOKIE)?.to_str().unwrap();
    let (value, attributes) = cookie.strip_prefix("hotdesk=").unwrap().split_once("; ").unwrap();
    assert!(attributes.ends_with("Path=/; HttpOnly; SameSite=Lax"), "{attributes}");
    Some(verifier.verify(value, SessionClaims::AUDIENCE, SystemClock.now()).unwrap())
}

#[tokio::test]
async fn a_session_in_use_is_renewed_quietly_and_ends_when_it_was_to_end() {
    let desk = Desk::start().await;
    let now = SystemClock.now();
    let verifier = &desk.dispatch.verifier;
    let fresh = asked(&desk, get("/", &cookie(&desk, &began(now.minus(MINUTE * 20))))).await;
    assert!(renewed(&fresh, verifier).is_none(), "not before half of its life");
    let half = began(now.minus(MINUTE * 40));
    for path in ["/", "/status", "/dispatch"] {
        let next = renewed(&asked(&desk, get(path, &cookie(&desk, &half))).await, verifier);
        let next = next.unwrap_or_else(|| panic!("{path} renews nothing"));
        assert!(next.exp > half.exp && next.iat > half.iat);
        let lasting = |of: &SessionClaims| (of.began, of.ends, of.sub.clone(), of.operator);
        assert_eq!(lasting(&next), lasting(&half));
    }
    let mut old = began(now.minus(MINUTE * (60 * 24 - 10)));
    (old.iat, old.exp) = (now.minus(MINUTE * 40).seconds(), now.plus(MINUTE * 5).seconds());
    let last = renewed(&asked(&desk, get("/", &cookie(&desk, &old))).await, verifier).unwrap();
    assert_eq!(last.exp, old.ends, "a token never outlives its session");
    let mut over = began(now.minus(MINUTE * 61));
    over.exp = now.minus(MINUTE).seconds();
    let reply = asked(&desk, get("/", &cookie(&desk, &over))).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    assert!(renewed(&reply, verifier).is_none(), "what is over is not renewed");
}

#[tokio::test]
async fn a_revoked_session_gets_nothing_any_more_and_a_new_one_does() {
    let desk = Desk::start().await;
    desk.stock(2).await;
    desk.open("alice").await.unwrap();
    let old = cookie(&desk, &began(SystemClock.now().minus(MINUTE * 40)));
    let mut revoke = desk.request("olivia", "POST", "/revoke", "user=alice");
    revoke.headers_mut().insert(header::COOKIE, desk.operators_cookie("olivia").parse().unwrap());
    let reply = asked(&desk, revoke).await;
    assert_eq!(reply.status(), StatusCode::ACCEPTED, "{}", reply.body());
    assert_eq!(reply.body(), r#"{"state":"stopping","user":"alice"}"#);
    for path in ["/", "/status", "/dispatch"] {
        let reply = asked(&desk, get(path, &old)).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert!(!reply.headers().contains_key(header::SET_COOKIE), "{path} renews it");
    }
    let mut stop = desk.request("alice", "POST", "/stop", "");
    stop.headers_mut().insert(header::COOKIE, old.parse().unwrap());
    assert_eq!(asked(&desk, stop).await.status(), StatusCode::UNAUTHORIZED);
    // Tokens count seconds, so one of the revocation's own second is refused as well.
    let new = cookie(&desk, &began(SystemClock.now().plus(Duration::from_secs(1))));
    assert_eq!(asked(&desk, get("/", &new)).await.status(), StatusCode::OK);
    assert_eq!(asked(&desk, get("/dispatch", &new)).await.status(), StatusCode::ACCEPTED);
}

/// `SESSION_MAX_SECONDS` is 30 days at most (template.yaml).
#[tokio::test]
async fn a_revocation_is_remembered_for_longer_than_any_session_lasts() {
    let desk = Desk::start().await;
    let (alice, bob) = ("alice".parse().unwrap(), "bob".parse().unwrap());
    let now = SystemClock.now();
    let store = desk.store();
    store.revoke(&alice, now).await.unwrap();
    store.revoke(&bob, now.plus(MINUTE * 60 * 24 * 30)).await.unwrap();
    assert_eq!(store.revoked(&alice).await.unwrap(), Some(now));
    store.revoke(&bob, now.plus(MINUTE * 60 * 24 * 32)).await.unwrap();
    assert_eq!(store.revoked(&alice).await.unwrap(), None, "and not for ever");
}

#[tokio::test]
async fn only_operators_end_other_peoples_sessions_and_only_from_our_own_pages() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.unwrap();
    let before = (desk.snapshot(), desk.seats_as_they_are().await);
    let refused = async |request: Request, slug: &str| {
        let reply = asked(&desk, request).await;
        assert_eq!(reply.status(), StatusCode::FORBIDDEN);
        let problem: Value = serde_json::from_str(reply.body()).unwrap();
        assert_eq!(problem["type"], format!("/problems/{slug}"));
    };
    refused(desk.request("bob", "POST", "/revoke", "user=alice"), "not-an-operator").await;
    for origin in ["null", "http://127.1.0.1:8080", "http://localhost:9001", ""] {
        let mut foreign = desk.request("olivia", "POST", "/revoke", "user=alice");
        let operator = desk.operators_cookie("olivia").parse().unwrap();
        foreign.headers_mut().insert(header::COOKIE, operator);
        foreign.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        refused(foreign, "foreign-origin").await;
    }
    assert_eq!((desk.snapshot(), desk.seats_as_they_are().await), before);
}

#[tokio::test]
async fn another_sites_page_claims_no_box_in_passing_and_a_link_does() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let with = |headers: &[(&'static str, &str)]| {
        let mut request = desk.request("alice", "GET", "/dispatch", "");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request
    };
    let before = desk.snapshot();
    for site in ["same-site", "cross-site"] {
        for (mode, dest) in [
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("no-cors", "empty"),
            ("cors", "empty"),
            ("navigate", "iframe"),
            ("navigate", "frame"),
            ("navigate", "embed"),
            ("navigate", "object"),
            ("websocket", "websocket"),
        ] {
            let says =
                [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
            let reply = asked(&desk, with(&says)).await;
            assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{says:?}");
        }
    }
    let prefetch = [("sec-fetch-site", "none"), ("sec-purpose", "prefetch;prerender")];
    assert_eq!(asked(&desk, with(&prefetch)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(desk.snapshot(), before);
    let link = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    assert_eq!(asked(&desk, with(&link)).await.status(), StatusCode::FOUND);
}
