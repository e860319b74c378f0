//! Who signs in well, and what they get.

use base64::{Engine, engine::general_purpose::STANDARD};
use hotdesk::token::{Claims, SessionClaims};
use http::header;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{
    browser::{Browser, location, refused},
    desk::{Desk, HTTP, HTTPS, desk},
    provider::{CLIENT, CODE, SECRET, Says},
};

fn set_cookies(reply: &hotdesk::web::Reply) -> Vec<&str> {
    reply.headers().get_all(header::SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect()
}

/// What the provider's token endpoint was asked: header and form.
fn exchange(desk: &Desk) -> (Option<String>, Vec<(String, String)>) {
    let seen = desk.provider.set(|stage| stage.seen.clone());
    let (_, headers, body) = seen.into_iter().rfind(|(path, ..)| *path == "token").unwrap();
    let basic = headers.get(header::AUTHORIZATION).map(|it| it.to_str().unwrap().to_owned());
    (basic, form_urlencoded::parse(body.as_bytes()).into_owned().collect())
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_session_begins_and_leads_to_the_page_that_was_wanted() {
    let desk = desk(HTTPS, &[("OPERATOR_GROUP", "operators")]).await;
    let mut alice = Browser::default();
    let groups = json!({ "groups": ["dev", "operators"] });
    let reply = alice.sign_in(&desk, groups).await;
    assert_eq!((reply.status().as_u16(), location(&reply)), (303, "https://desk.example/dispatch"));
    let session = desk.session(&alice).unwrap();
    let expected = SessionClaims::new(
        "alice".parse().unwrap(),
        (desk.provider.issuer.clone(), "subject-of-alice".to_owned()),
        true,
        hotdesk::clock::Ms(desk.now() * 1000),
        (std::time::Duration::from_secs(3600), std::time::Duration::from_secs(43_200)),
    );
    assert_eq!(session, expected);
    assert_eq!(session.expires(), desk.now() + 3600);
    assert_eq!(alice.attempts(), [], "the attempt is over");
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_where_it_is_reached_by_tls() {
    for (site, name, rest) in [
        (HTTPS, "__Host-hotdesk", "; Path=/; HttpOnly; SameSite=Lax; Secure"),
        (HTTP, "hotdesk", "; Path=/; HttpOnly; SameSite=Lax"),
    ] {
        let desk = desk(site, &[]).await;
        let mut alice = Browser::default();
        let reply = alice.get(&desk, "/login").await;
        let [attempt] = set_cookies(&reply)[..] else { panic!("one cookie") };
        assert!(attempt.starts_with(&format!("{name}-login-")), "{attempt}");
        assert!(attempt.ends_with(&format!("; Max-Age=600{rest}")), "{attempt}");
        let reply = alice.sign_in(&desk, json!({})).await;
        let [session, dropped] = set_cookies(&reply)[..] else { panic!("two cookies") };
        assert!(session.starts_with(&format!("{name}=ey")), "{session}");
        assert!(session.ends_with(&format!("; Max-Age=3600{rest}")), "{session}");
        assert!(dropped.starts_with(&format!("{name}-login-")), "{dropped}");
        assert!(dropped.ends_with(&format!("=; Max-Age=0{rest}")), "{dropped}");
    }
}

#[tokio::test]
async fn the_provider_is_asked_as_the_standard_says() {
    let desk = desk(HTTPS, &[("OIDC_SCOPES", "openid  email groups")]).await;
    let mut alice = Browser::default();
    let asked = alice.begin(&desk, "/").await;
    assert!(asked.0.as_str().starts_with(&format!("{}/authorize?", desk.provider.issuer)));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "https://desk.example/callback"),
        ("scope", "openid email groups"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked.get(name), value);
    }
    let token = desk.provider.sign(&desk.alice(&asked.get("nonce")));
    desk.provider.set(|stage| stage.id_token = Some(token));
    assert_eq!(alice.back(&desk, &asked.get("state")).await.status(), 303);
    let (basic, form) = exchange(&desk);
    // RFC 6749, section 2.3.1: both parts encoded as in a form.
    let secret: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    assert_eq!(basic.unwrap(), format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}"))));
    assert_eq!(field(&form, "grant_type"), Some("authorization_code"));
    assert_eq!(field(&form, "code"), Some(CODE));
    assert_eq!(field(&form, "redirect_uri"), Some("https://desk.example/callback"));
    let verifier = PkceCodeVerifier::new(field(&form, "code_verifier").unwrap().to_owned());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    assert_eq!(challenge.as_str(), asked.get("code_challenge"));
}

#[tokio::test]
async fn every_attempt_has_secrets_of_its_own() {
    let desk = desk(HTTPS, &[]).await;
    let (one, two) =
        (Browser::default().begin(&desk, "/").await, Browser::default().begin(&desk, "/").await);
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.get(name), two.get(name), "{name}");
        assert!(one.get(name).len() >= 22, "{name}: 128 bits");
    }
}

#[tokio::test]
async fn the_secret_goes_into_the_form_where_the_provider_wants_it_there() {
    let desk = desk(HTTP, &[]).await;
    desk.provider.set(|stage| {
        stage.metadata = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] });
    });
    assert_eq!(Browser::default().sign_in(&desk, json!({})).await.status(), 303);
    let (basic, form) = exchange(&desk);
    assert_eq!((basic, field(&form, "client_secret")), (None, Some(SECRET)));
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_send() {
    let desk = desk(HTTP, &[("OIDC_CLIENT_SECRET", "")]).await;
    assert_eq!(Browser::default().sign_in(&desk, json!({})).await.status(), 303);
    let (basic, form) = exchange(&desk);
    assert_eq!((basic, field(&form, "client_id")), (None, Some(CLIENT)));
    assert_eq!(field(&form, "client_secret"), None);
}

#[tokio::test]
async fn two_tabs_sign_in_side_by_side() {
    let desk = desk(HTTPS, &[]).await;
    let mut alice = Browser::default();
    let (one, two) = (alice.begin(&desk, "/one").await, alice.begin(&desk, "/two").await);
    for (asked, page) in [(two, "https://desk.example/two"), (one, "https://desk.example/one")] {
        let token = desk.provider.sign(&desk.alice(&asked.get("nonce")));
        desk.provider.set(|stage| stage.id_token = Some(token));
        let reply = alice.back(&desk, &asked.get("state")).await;
        assert_eq!((reply.status().as_u16(), location(&reply)), (303, page));
    }
}

#[tokio::test]
async fn a_thin_token_is_filled_up_for_the_same_subject() {
    let desk = desk(HTTP, &[("ALLOWED_GROUPS", "dev")]).await;
    let endpoint = format!("{}/userinfo", desk.provider.issuer);
    let says = |info: Value| {
        desk.provider.set(|stage| {
            stage.metadata = json!({ "userinfo_endpoint": endpoint });
            stage.userinfo = Says::json(200, &info);
        });
    };
    let thin = json!({ "email": null, "email_verified": null });
    let mut alice = Browser::default();
    // As Cognito says it: a boolean that is a text.
    says(json!({
        "sub": "subject-of-alice", "email": "alice@example.com", "email_verified": "true",
        "groups": ["dev"],
    }));
    assert_eq!(alice.sign_in(&desk, thin.clone()).await.status(), 303);
    assert_eq!(desk.session(&alice).unwrap().sub.as_str(), "alice");
    let seen = desk.provider.set(|stage| stage.seen.clone());
    let (_, headers, _) = seen.iter().rfind(|(path, ..)| *path == "userinfo").unwrap();
    assert_eq!(headers[header::AUTHORIZATION], "Bearer the-access-token");
    // Whole tokens are not asked about.
    let whole = json!({ "groups": ["dev"] });
    assert_eq!(Browser::default().sign_in(&desk, whole).await.status(), 303);
    assert_eq!(desk.provider.asked("userinfo"), 1);
    // Somebody else's claims are nobody's.
    says(json!({
        "sub": "subject-of-bob", "email": "alice@example.com", "email_verified": true,
        "groups": ["dev"],
    }));
    let mut mallory = Browser::default();
    let reply = mallory.sign_in(&desk, thin).await;
    refused(&desk, &mallory, &reply, 400, "sign-in-failed");
}

#[tokio::test]
async fn who_is_not_let_in_gets_no_session_and_a_way_out() {
    let desk =
        desk(HTTP, &[("ALLOWED_EMAIL_DOMAINS", "example.com"), ("ALLOWED_GROUPS", "dev")]).await;
    for change in [
        json!({ "email": "alice@evil-example.com", "groups": ["dev"] }),
        json!({ "email": "alice@example.com.evil", "groups": ["dev"] }),
        json!({ "email_verified": false, "groups": ["dev"] }),
        json!({ "email_verified": null, "groups": ["dev"] }),
        json!({ "groups": ["sales"] }),
        json!({}),
        json!({ "email": "pool@example.com", "groups": ["dev"] }),
    ] {
        let mut alice = Browser::default();
        let reply = alice.sign_in(&desk, change).await;
        refused(&desk, &alice, &reply, 403, "account-refused");
        assert!(reply.body().contains(r#"<form method="post" action="/logout">"#));
        assert_eq!(alice.attempts(), [], "the attempt is over");
    }
    let mut alice = Browser::default();
    assert_eq!(alice.sign_in(&desk, json!({ "groups": ["dev"] })).await.status(), 303);
}

#[tokio::test]
async fn a_page_of_another_site_is_never_the_next_one() {
    let desk = desk(HTTPS, &[]).await;
    for next in ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example"] {
        let mut alice = Browser::default();
        let asked = alice.begin(&desk, next).await;
        let token = desk.provider.sign(&desk.alice(&asked.get("nonce")));
        desk.provider.set(|stage| stage.id_token = Some(token));
        let reply = alice.back(&desk, &asked.get("state")).await;
        assert_eq!(location(&reply), "https://desk.example/", "{next:?}");
    }
}
