//! What is written down: each sign-in, refusal and sign-out, and nothing that opens a door.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use http::Method;
use serde_json::{Value, json};

use crate::{
    browser::{ADDRESS, Browser},
    desk::{HTTPS, desk},
    provider::{CODE, SECRET, Says},
};

thread_local! {
    /// What the test of this thread wrote.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Mine;

impl Write for Mine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Notes all events of this thread from now on.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let events = tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| Mine);
        events.with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).init();
    });
    WRITTEN.take();
}

fn written() -> String {
    String::from_utf8(WRITTEN.with_borrow(Vec::clone)).unwrap()
}

/// The lines of the audit trail: what, who, result.
fn trail() -> Vec<(String, Option<String>, String)> {
    let written = written();
    let lines = written.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |line: &Value, name: &str| line[name].as_str().map(str::to_owned);
    lines
        .filter(|line| line["target"] == "audit")
        .map(|line| {
            assert_eq!(line["from"], ADDRESS);
            (text(&line, "what").unwrap(), text(&line, "who"), text(&line, "result").unwrap())
        })
        .collect()
}

fn line(what: &str, who: Option<&str>, result: &str) -> (String, Option<String>, String) {
    (what.to_owned(), who.map(str::to_owned), result.to_owned())
}

#[tokio::test]
async fn who_came_and_went_is_written_down_and_who_was_refused() {
    listen();
    let desk = desk(HTTPS, &[("ALLOWED_EMAIL_DOMAINS", "example.com")]).await;
    let mut alice = Browser::default();
    alice.sign_in(&desk, json!({})).await;
    alice.send(&desk, Method::POST, "/logout", &[("origin", "https://evil.example")]).await;
    alice.send(&desk, Method::POST, "/logout", &[("origin", HTTPS)]).await;
    alice.sign_in(&desk, json!({ "email": "alice@example.org" })).await;
    alice.sign_in(&desk, json!({ "email": "pings@example.com" })).await;
    alice.sign_in(&desk, json!({ "nonce": "another" })).await;
    alice.back(&desk, "a-state-of-nobody").await;
    let state = alice.begin(&desk, "/").await.get("state");
    alice.get(&desk, &format!("/callback?error=access_denied&state={state}")).await;
    let expected = [
        line("sign-in", Some("alice"), "done"),
        line("request", None, "refused: from another site"),
        line("sign-out", Some("alice"), "done"),
        line("sign-in", Some("alice_example.org"), "refused: e-mail domain"),
        line("sign-in", None, "refused: user name"),
        line("sign-in", None, "refused: token"),
        line("sign-in", None, "refused: state"),
        line("sign-in", None, "refused: by the provider"),
    ];
    assert_eq!(trail(), expected);
}

#[tokio::test]
async fn nothing_that_opens_a_door_is_written_down() {
    listen();
    let desk = desk(HTTPS, &[]).await;
    let endpoint = format!("{}/userinfo", desk.provider.issuer);
    desk.provider.set(|stage| stage.metadata = json!({ "userinfo_endpoint": endpoint }));
    let mut alice = Browser::default();
    let mut secrets = vec![SECRET.to_owned(), CODE.to_owned(), "the-access-token".to_owned()];
    let thin = json!({ "email_verified": null });
    let noisy = format!("line\r\n{{\"target\":\"audit\"}}{}", "x".repeat(5000));
    let nested =
        json!({ "access_token": ["the-access-token"], "token_type": "Bearer", "id_token": CODE });
    let says = [
        Says::Truth,
        Says::json(400, &json!({ "error": "invalid_grant", "error_description": noisy })),
        Says::json(400, &json!({ "error": noisy })),
        Says::json(200, &nested),
        Says::This(
            200,
            "application/json",
            format!("{{\"access_token\":\"the-access-token\" {noisy}"),
        ),
    ];
    for says in says {
        desk.provider.set(|stage| stage.token = says);
        alice.sign_in(&desk, thin.clone()).await;
        alice.sign_in(&desk, json!({ "iss": noisy })).await;
        alice.sign_in(&desk, json!({ "email_verified": SECRET })).await;
        secrets.extend(desk.provider.set(|stage| stage.id_token.clone()));
        let asked = alice.begin(&desk, "/").await;
        secrets.extend(alice.attempts().into_iter().map(|(_, token)| token));
        let form: String = url::form_urlencoded::byte_serialize(noisy.as_bytes()).collect();
        let state = asked.get("state");
        alice
            .get(&desk, &format!("/callback?error={form}&error_description={form}&state={state}"))
            .await;
        secrets.extend([state, asked.get("nonce")]);
    }
    let written = written();
    assert!(!written.is_empty());
    for secret in &secrets {
        assert!(!written.contains(secret.as_str()), "{secret}");
    }
    let ours = |line: &&str| {
        line.contains("\"target\":\"sign_in") || line.contains("\"target\":\"audit\"")
    };
    for line in written.lines().filter(ours) {
        assert!(line.len() < 2_000, "{line}");
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    assert!(
        trail().iter().all(|(what, ..)| what == "sign-in"),
        "no line of somebody else's making"
    );
}
