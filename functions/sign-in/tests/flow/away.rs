//! A provider that does not answer, or not as a provider does.

use std::time::Duration;

use http::{Method, header};
use serde_json::{Value, json};
use sign_in::Limits;

use crate::{
    browser::{Browser, refused},
    desk::{Desk, HTTP, desk, desk_within},
    provider::Says,
};

fn html(status: u16) -> Says {
    Says::This(status, "text/html", "<h1>Gateway</h1>".to_owned())
}

/// More than is taken, around what would be a good answer.
fn huge(mut good: Value) -> Says {
    good["padding"] = "a".repeat(600 * 1024).into();
    Says::json(200, &good)
}

async fn login_waits(desk: &Desk, what: &str) {
    let mut alice = Browser::default();
    let reply = alice.get(desk, "/login").await;
    assert_eq!(reply.status(), 503, "{what}");
    assert!(reply.headers().contains_key(header::RETRY_AFTER), "{what}");
    assert_eq!(alice.attempts(), [], "{what}");
}

#[tokio::test]
async fn without_a_provider_one_waits_and_then_signs_in() {
    let desk = desk(HTTP, &[]).await;
    for (what, says) in [
        ("an error", Says::json(500, &json!({}))),
        ("a page", html(200)),
        ("nonsense", Says::This(200, "application/json", "[".to_owned())),
        ("a redirect", Says::Moved),
    ] {
        desk.provider.set(|stage| stage.discovery = says.clone());
        login_waits(&desk, what).await;
        desk.provider.set(|stage| {
            stage.discovery = Says::Truth;
            stage.keys = says;
        });
        login_waits(&desk, what).await;
        desk.provider.set(|stage| stage.keys = Says::Truth);
    }
    for (what, metadata) in [
        ("another issuer", json!({ "issuer": "http://127.0.0.1:9" })),
        ("no issuer", json!({ "issuer": null })),
        ("no keys", json!({ "jwks_uri": null })),
        ("a script", json!({ "authorization_endpoint": "javascript:alert(1)" })),
        ("nowhere to sign in", json!({ "authorization_endpoint": null })),
        ("too much", json!({ "padding": "a".repeat(600 * 1024) })),
    ] {
        desk.provider.set(|stage| stage.metadata = metadata);
        login_waits(&desk, what).await;
    }
    desk.provider.set(|stage| stage.metadata = json!({}));
    assert_eq!(Browser::default().sign_in(&desk, json!({})).await.status(), 303);
}

#[tokio::test]
async fn a_provider_that_nobody_runs_is_one_that_is_away() {
    let desk = desk(HTTP, &[("OIDC_ISSUER", "http://127.0.0.1:9")]).await;
    login_waits(&desk, "nobody").await;
    let reply = Browser::default()
        .send(&desk, Method::GET, "/login", &[("accept", "application/json")])
        .await;
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.headers()[header::CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn a_code_is_kept_while_the_provider_is_away() {
    let desk = desk(HTTP, &[]).await;
    for (what, says) in [
        ("an error", html(500)),
        ("an error of its own", Says::json(500, &json!({ "error": "server_error" }))),
        ("a page", html(200)),
        ("nothing", Says::This(200, "application/json", String::new())),
        ("no tokens", Says::json(200, &json!({}))),
        ("a redirect", Says::Moved),
        ("too much", Says::Nothing),
    ] {
        let mut alice = Browser::default();
        let asked = alice.begin(&desk, "/").await;
        let token = desk.provider.sign(&desk.alice(&asked.get("nonce")));
        let large = json!({ "access_token": "a", "token_type": "Bearer", "id_token": token });
        desk.provider.set(|stage| {
            stage.id_token = Some(token);
            stage.token = if what == "too much" { huge(large) } else { says };
        });
        let reply = alice.back(&desk, &asked.get("state")).await;
        assert_eq!(reply.status(), 503, "{what}");
        refused(&desk, &alice, &reply, 503, "unavailable");
        desk.provider.set(|stage| stage.token = Says::Truth);
        assert_eq!(alice.back(&desk, &asked.get("state")).await.status(), 303, "{what}");
    }
}

#[tokio::test]
async fn a_code_that_is_not_taken_is_over() {
    let desk = desk(HTTP, &[]).await;
    for error in ["invalid_grant", "invalid_client", "unauthorized_client", "invalid_request"] {
        let description = "<script>alert(1)</script>";
        let says = Says::json(400, &json!({ "error": error, "error_description": description }));
        desk.provider.set(|stage| stage.token = says);
        let mut alice = Browser::default();
        let reply = alice.sign_in(&desk, json!({})).await;
        refused(&desk, &alice, &reply, 400, "sign-in-failed");
        assert!(!reply.body().contains("alert"), "what a provider says is not shown");
        assert_eq!(alice.attempts(), []);
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_is_not_waited_for() {
    let limits = Limits { whole: Duration::from_secs(2), ..Limits::default() };
    let desk = desk_within(HTTP, &[], limits).await;
    desk.provider.set(|stage| stage.token = Says::Nothing);
    let mut alice = Browser::default();
    let reply = alice.sign_in(&desk, json!({})).await;
    refused(&desk, &alice, &reply, 503, "unavailable");
}

#[tokio::test]
async fn what_cannot_be_asked_about_is_not_guessed() {
    let desk = desk(HTTP, &[]).await;
    let endpoint = format!("{}/userinfo", desk.provider.issuer);
    desk.provider.set(|stage| stage.metadata = json!({ "userinfo_endpoint": endpoint }));
    let thin = json!({ "email_verified": null });
    let good = json!({
        "sub": "subject-of-alice", "email": "Alice@example.com", "email_verified": true,
    });
    for says in [html(500), html(200), Says::Moved, huge(good), Says::json(401, &json!({}))] {
        desk.provider.set(|stage| stage.userinfo = says);
        let mut alice = Browser::default();
        let reply = alice.sign_in(&desk, thin.clone()).await;
        refused(&desk, &alice, &reply, 503, "unavailable");
    }
    let asked = desk.provider.asked("userinfo");
    for odd in ["a\r\nX-Evil: 1", "", "a b", "ä"] {
        desk.provider.set(|stage| stage.access_token = odd.to_owned());
        let mut alice = Browser::default();
        let reply = alice.sign_in(&desk, thin.clone()).await;
        refused(&desk, &alice, &reply, 400, "sign-in-failed");
    }
    assert_eq!(desk.provider.asked("userinfo"), asked, "no such token was sent");
}
