//! Signing out, here and at the provider.

use hotdesk::web::Reply;
use http::{Method, header};
use serde_json::json;
use url::Url;

use crate::{
    browser::{Browser, location},
    desk::{Desk, HTTPS, desk},
    provider::{CLIENT, Says},
};

async fn out(desk: &Desk, browser: &mut Browser, accept: &str) -> Reply {
    let headers = [("origin", HTTPS), ("accept", accept)];
    browser.send(desk, Method::POST, "/logout", &headers).await
}

#[tokio::test]
async fn a_browser_is_led_on_to_where_the_provider_ends_its_session() {
    let desk = desk(HTTPS, &[]).await;
    let end = format!("{}/end?a='\"<b>&c", desk.provider.issuer);
    desk.provider.set(|stage| stage.metadata = json!({ "end_session_endpoint": end }));
    let mut alice = Browser::default();
    alice.sign_in(&desk, json!({})).await;
    assert!(desk.session(&alice).is_some());
    let reply = out(&desk, &mut alice, "text/html").await;
    assert_eq!(reply.status(), 200);
    assert_eq!(desk.session(&alice), None);
    let ended = reply.headers()[header::SET_COOKIE].to_str().unwrap();
    assert_eq!(ended, "__Host-hotdesk=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure");
    let expected = format!(
        "{}/end?a=%27%22%3Cb%3E&#38;c&#38;client_id={CLIENT}\
         &#38;post_logout_redirect_uri=https%3A%2F%2Fdesk.example%2F",
        desk.provider.issuer
    );
    let refresh = format!(r#"<meta http-equiv="refresh" content="0; url={expected}">"#);
    assert!(reply.body().contains(&refresh), "{}", reply.body());
    // A program is redirected, and so is a browser that is not signed in any more.
    let reply = out(&desk, &mut alice, "application/json").await;
    assert_eq!(reply.status(), 303);
    let to = Url::parse(location(&reply)).unwrap();
    assert!(to.query_pairs().any(|pair| pair == ("client_id".into(), CLIENT.into())));
}

#[tokio::test]
async fn where_the_provider_has_no_such_place_one_is_signed_out_all_the_same() {
    let desk = desk(HTTPS, &[]).await;
    for (what, metadata, says) in [
        ("left out", json!({}), Says::Truth),
        ("a script", json!({ "end_session_endpoint": "javascript:alert(1)" }), Says::Truth),
        ("away", json!({}), Says::json(500, &json!({}))),
    ] {
        let mut alice = Browser::default();
        alice.sign_in(&desk, json!({})).await;
        // What was known of the provider is to be asked anew.
        desk.turn(3600);
        desk.provider.set(|stage| (stage.metadata, stage.discovery) = (metadata, says));
        let reply = out(&desk, &mut alice, "text/html").await;
        assert_eq!(reply.status(), 200, "{what}");
        assert!(reply.body().contains("You are signed out"), "{what}");
        assert!(!reply.body().contains("refresh"), "{what}: nobody is signed in again unasked");
        assert_eq!(alice.cookie("__Host-hotdesk"), None, "{what}");
        let reply = out(&desk, &mut alice, "application/json").await;
        let to = (reply.status().as_u16(), location(&reply));
        assert_eq!(to, (303, "https://desk.example/"), "{what}");
        desk.provider.set(|stage| (stage.metadata, stage.discovery) = (json!({}), Says::Truth));
        desk.turn(3600);
    }
}

#[tokio::test]
async fn an_address_of_the_operators_own_comes_first() {
    let url = "https://id.example/logout?client_id={clientId}&logout_uri={returnTo}";
    let desk = desk(HTTPS, &[("OIDC_LOGOUT_URL", url)]).await;
    let reply = out(&desk, &mut Browser::default(), "*/*").await;
    let expected = format!(
        "https://id.example/logout?client_id={CLIENT}&logout_uri=https%3A%2F%2Fdesk.example%2F"
    );
    assert_eq!((reply.status().as_u16(), location(&reply)), (303, expected.as_str()));
    assert_eq!(desk.provider.asked("discovery"), 0);
}

#[tokio::test]
async fn another_site_signs_nobody_out() {
    let desk = desk(HTTPS, &[]).await;
    let mut alice = Browser::default();
    alice.sign_in(&desk, json!({})).await;
    for origin in
        ["https://evil.example", "null", "http://desk.example", "https://desk.example:444", ""]
    {
        let reply = alice.send(&desk, Method::POST, "/logout", &[("origin", origin)]).await;
        assert_eq!(reply.status(), 403, "{origin}");
        assert!(desk.session(&alice).is_some(), "{origin}");
    }
    assert_eq!(alice.send(&desk, Method::POST, "/logout", &[]).await.status(), 403);
    assert!(desk.session(&alice).is_some());
}
