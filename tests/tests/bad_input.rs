//! What nobody should send, and what becomes of it: a clear answer, and nothing is changed.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hotdesk::{
    clock::{Clock, SystemClock},
    token::{Claims, Signer, generate},
    web::Reply,
};
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::{Method, StatusCode, header};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Claims that no function of ours would sign.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Anything(Value);

impl Claims for Anything {
    fn audience(&self) -> &str {
        self.0["aud"].as_str().unwrap_or_default()
    }

    fn expires(&self) -> u64 {
        self.0["exp"].as_u64().unwrap_or_default()
    }
}

fn session(sub: &str) -> Value {
    let now = SystemClock.now().seconds();
    let [issuer, subject] = ["local", "someone"];
    json!({ "aud": "session", "sub": sub, "idp_issuer": issuer, "idp_subject": subject,
            "began": now, "ends": now + 3600, "iat": now, "exp": now + 3600 })
}

fn request(method: &str, path: &str, token: &str) -> Request {
    let request = http::Request::builder().method(method).uri(format!("{BASE_URL}{path}"));
    let request = request.header(header::ORIGIN, BASE_URL);
    let request = request.header(header::COOKIE, format!("hotdesk={token}"));
    request.body(Body::Empty).unwrap()
}

async fn asked(desk: &Desk, request: Request) -> Reply {
    dispatch::handle(&desk.dispatch, request).await
}

/// The slug of the problem that the answer names.
fn problem(reply: &Reply) -> String {
    assert_eq!(reply.headers()[header::CONTENT_TYPE], "application/problem+json");
    let document: Value = serde_json::from_str(reply.body()).unwrap();
    assert_eq!(document["status"], reply.status().as_u16());
    document["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
}

/// Tokens made of a good one that none of our checks may take.
fn spoilt(good: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let text = |part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (head, body) = (text(parts[0]), text(parts[1]));
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let none = encode(head.replace("EdDSA", "none"));
    let hmac = encode(head.replace("EdDSA", "HS256"));
    let longer = encode(body.replace("\"exp\":1", "\"exp\":9"));
    assert_ne!(longer, parts[1]);
    vec![
        ("tampered", format!("{}.{longer}.{}", parts[0], parts[2])),
        ("unsigned", format!("{none}.{}.", parts[1])),
        ("alg none with the signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("another algorithm", format!("{hmac}.{}.{}", parts[1], parts[2])),
        ("half", good[..good.len() / 2].to_owned()),
        ("no token", "not.a.token".into()),
        ("empty", String::new()),
        ("long", "x".repeat(100_000)),
    ]
}

#[tokio::test]
async fn sessions_that_are_none_let_nobody_in() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let good = desk.signer().sign(&Anything(session("alice"))).unwrap();
    let stranger = Signer::from_jwk(&generate().unwrap().0).unwrap();
    let mut over = session("alice");
    over["exp"] = json!(SystemClock.now().seconds() - 10);
    let mut seat = session("alice");
    seat["aud"] = json!("ping");
    let mut bad = spoilt(&good);
    bad.push(("expired", desk.signer().sign(&Anything(over)).unwrap()));
    bad.push(("for something else", desk.signer().sign(&Anything(seat)).unwrap()));
    bad.push(("of another key", stranger.sign(&Anything(session("alice"))).unwrap()));
    let before = desk.snapshot();
    for (what, token) in bad {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/status"),
            ("GET", "/dispatch"),
            ("POST", "/stop"),
            ("GET", "/homes"),
            ("GET", "/homes/alice"),
            ("POST", "/homes/alice/delete"),
        ] {
            let reply = asked(&desk, request(method, path, &token)).await;
            assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{what}: {method} {path}");
            assert_eq!(problem(&reply), "sign-in-needed");
        }
        let mut page = request("GET", "/dispatch", &token);
        page.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
        let reply = asked(&desk, page).await;
        assert_eq!(reply.status(), StatusCode::FOUND, "{what}");
        assert_eq!(
            reply.headers()[header::LOCATION],
            "http://localhost:9000/login?next=%2Fdispatch"
        );
    }
    assert_eq!(desk.snapshot(), before);
    assert_eq!(asked(&desk, request("GET", "/dispatch", &good)).await.status(), StatusCode::FOUND);
}

/// Names that a provider might send. Signed by us, they are refused all the same.
const NAMES: [&str; 14] = [
    "",
    "pool",
    "pings",
    "Alice",
    "../alice",
    "alice/..",
    "a b",
    "alice\r\nx",
    "alice\0",
    "\u{430}lice",
    "alice\u{200b}",
    "ａlice",
    "-alice",
    "{alice}",
];

#[tokio::test]
async fn reserved_and_malformed_user_names_are_nobody() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let before = desk.snapshot();
    let long = "a".repeat(300);
    for name in NAMES.into_iter().chain([long.as_str()]) {
        let token = desk.signer().sign(&Anything(session(name))).unwrap();
        let reply = asked(&desk, request("GET", "/dispatch", &token)).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{name:?}");
    }
    assert_eq!(desk.snapshot(), before);
}

#[tokio::test]
async fn a_stop_that_is_none_stops_nothing() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.unwrap();
    let before = desk.snapshot();
    let epoch = sent.ticket.epoch.0;
    let form = "application/x-www-form-urlencoded";
    for (kind, body, status, slug) in [
        (form, "epoch=now".to_owned(), 400, "bad-request"),
        (form, "epoch=-1".to_owned(), 400, "bad-request"),
        (form, "epoch=1.5".to_owned(), 400, "bad-request"),
        (form, format!("epoch={epoch}&epoch={epoch}"), 400, "bad-request"),
        (form, format!("epoch={epoch}&user=bob"), 400, "bad-request"),
        (form, "closing=maybe".to_owned(), 400, "bad-request"),
        (form, "\u{0}\u{1}".to_owned(), 400, "bad-request"),
        (form, format!("epoch={epoch}{}", " ".repeat(4096)), 413, "too-large"),
        (form, format!("epoch={}", epoch - 1), 409, "stale"),
        ("application/json", format!("{{\"epoch\":{epoch}}}"), 415, "unsupported-media-type"),
        ("", format!("epoch={epoch}"), 415, "unsupported-media-type"),
    ] {
        let mut request = desk.request("alice", "POST", "/stop", &body);
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let reply = asked(&desk, request).await;
        assert_eq!(
            (reply.status().as_u16(), problem(&reply).as_str()),
            (status, slug),
            "{body:.40}"
        );
    }
    for origin in [
        None,
        Some("null"),
        Some("http://127.1.0.1:8080"),
        Some("http://localhost:9000.evil.example"),
    ] {
        let mut request = desk.request("alice", "POST", "/stop", &format!("epoch={epoch}"));
        request.headers_mut().remove(header::ORIGIN);
        if let Some(origin) = origin {
            request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        }
        assert_eq!(problem(&asked(&desk, request).await), "foreign-origin", "{origin:?}");
    }
    assert_eq!(desk.snapshot(), before);
    assert_eq!(desk.leave("alice").await, StatusCode::ACCEPTED, "she may");
}

#[tokio::test]
async fn unknown_routes_and_methods_are_told_so() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let before = desk.snapshot();
    for path in [
        "/nothing",
        "//",
        "/dispatch/",
        "/DISPATCH",
        "/status/x",
        "//evil.example/",
        "/problems/",
        "/problems/../stop",
        "/homesick",
        "/Homes",
    ] {
        let reply = asked(&desk, desk.request("alice", "GET", path, "")).await;
        assert_eq!(
            (reply.status().as_u16(), problem(&reply).as_str()),
            (404, "not-found"),
            "{path}"
        );
    }
    for (path, allow) in [
        ("/", "GET"),
        ("/dispatch", "GET"),
        ("/status", "GET"),
        ("/health", "GET"),
        ("/problems/stale", "GET"),
        ("/stop", "POST"),
        ("/homes", "GET"),
        ("/homes/alice", "GET"),
        ("/homes/alice/restore", "POST"),
        ("/homes/alice/export", "POST"),
        ("/homes/alice/delete", "POST"),
    ] {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::HEAD,
            Method::OPTIONS,
        ] {
            if method.as_str() == allow {
                continue;
            }
            let reply = asked(&desk, desk.request("alice", method.as_str(), path, "")).await;
            assert_eq!(reply.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(reply.headers()[header::ALLOW], allow);
            assert_eq!(problem(&reply), "method-not-allowed");
        }
    }
    let get = http::Request::get(format!("{BASE_URL}/ping")).body(Body::Empty).unwrap();
    let reply = ping::handle(&desk.ping, get).await;
    assert_eq!(
        (problem(&reply).as_str(), &reply.headers()[header::ALLOW]),
        ("method-not-allowed", &"POST".parse().unwrap())
    );
    assert_eq!(desk.snapshot(), before);
}

#[tokio::test]
async fn heartbeats_of_tokens_that_are_none_are_not_noted() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.unwrap();
    let before = desk.snapshot();
    let stranger = Signer::from_jwk(&generate().unwrap().0).unwrap();
    let now = SystemClock.now().seconds();
    let seat = |user: &str, audience: &str, exp: u64| {
        Anything(json!({ "aud": audience, "sub": user, "instance": sent.instance,
            "epoch": sent.ticket.epoch, "iat": now, "exp": exp }))
    };
    let mut bad = spoilt(&sent.ticket.seat_token);
    for (what, claims) in [
        ("expired", seat("alice", "ping", now - 10)),
        ("for something else", seat("alice", "session", now + 60)),
        ("a reserved name", seat("pool", "ping", now + 60)),
    ] {
        bad.push((what, desk.signer().sign(&claims).unwrap()));
    }
    bad.push(("of another key", stranger.sign(&seat("alice", "ping", now + 60)).unwrap()));
    let body = format!(r#"{{"user":"alice","instanceId":"{}"}}"#, sent.instance);
    for (what, token) in bad {
        let request = http::Request::post(format!("{BASE_URL}/ping"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let reply = ping::handle(&desk.ping, request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(problem(&reply), "seat-token-invalid");
    }
    assert_eq!(desk.snapshot(), before);
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
}
