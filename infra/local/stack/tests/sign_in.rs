//! The sign-in page of a desk.

use hotdesk::{
    clock::{Clock, SystemClock},
    token::{self, SessionClaims, Signer, Verifier},
};
use hotdesk_stack::sign_in::{self, SignIn};
use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use tokio::net::TcpListener;

/// The page at an address of its own, and who can check its sessions.
async fn page() -> (String, Verifier) {
    let (private, public) = token::generate().expect("keys");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = format!("http://{}", listener.local_addr().expect("bound"));
    let router = sign_in::router(SignIn {
        here: format!("{here}/login").parse().expect("a URL"),
        base: "http://localhost:9000".parse().expect("a URL"),
        signer: Signer::from_jwk(&private).expect("a key"),
    });
    tokio::spawn(async { axum::serve(listener, router).await });
    (here, Verifier::from_jwks(&public).expect("keys"))
}

async fn sign_in(here: &str, origin: &str, name: &str, next: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().expect("a client");
    let body: String = [("name", name), ("next", next)]
        .map(|(key, value)| format!("{key}={}", urlencode(value)))
        .join("&");
    let request = client.post(format!("{here}/login")).header(header::ORIGIN, origin).body(body);
    let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.header(form.0, form.1).send().await.expect("an answer")
}

fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn location(response: &Response) -> &str {
    response.headers()[header::LOCATION].to_str().expect("text")
}

#[tokio::test]
async fn a_name_becomes_a_session_of_that_user() {
    let (here, verifier) = page().await;

    let response = sign_in(&here, &here, " Alice ", "/dispatch?folder=/a").await;

    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "http://localhost:9000/dispatch?folder=/a");
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=28800; HttpOnly; SameSite=Lax");
    let token = pair.strip_prefix("hotdesk=").unwrap();
    let now = SystemClock.now();
    let claims: SessionClaims = verifier.verify(token, SessionClaims::AUDIENCE, now).unwrap();
    assert_eq!((claims.sub.as_str(), claims.idp_subject.as_str()), ("alice", "alice"));
    assert_eq!(claims.idp_issuer, here);
    assert_eq!(claims.exp - claims.iat, 28_800);
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let (here, _) = page().await;
    let elsewhere = [
        "",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "http://localhost:9001/login",
        "http://localhost:9000@evil.example/",
        "javascript:alert(1)",
        "http://localhost.evil.example:9000/",
        "\t//evil.example",
        "http:\\\\evil.example",
    ];
    for next in elsewhere {
        let response = sign_in(&here, &here, "alice", next).await;
        assert_eq!(location(&response), "http://localhost:9000/", "{next:?}");
    }
    let whole = sign_in(&here, &here, "alice", "http://localhost:9000/dispatch").await;
    assert_eq!(location(&whole), "http://localhost:9000/dispatch");
}

#[tokio::test]
async fn a_bad_name_is_asked_for_again_and_shown_harmlessly() {
    let (here, _) = page().await;
    for name in ["", "pool", "a b", "<script>alert(1)</script>"] {
        let response = sign_in(&here, &here, name, "/\"><script>").await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(response.headers().get(header::SET_COOKIE).is_none());
        let html = response.text().await.unwrap();
        assert!(html.contains("role=\"alert\"") && !html.contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let (here, _) = page().await;
    for origin in ["https://evil.example", "null", "http://127.1.0.1:8080"] {
        let response = sign_in(&here, origin, "alice", "/").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(response.headers().get(header::SET_COOKIE).is_none());
    }
}
