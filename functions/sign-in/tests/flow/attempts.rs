//! Answers that belong to no attempt of this browser, and visits that are none.

use hotdesk::{clock::Clock, token::SessionClaims};
use http::{Method, header};
use serde_json::json;

use crate::{
    browser::{Browser, refused},
    desk::{Desk, HTTP, HTTPS, desk},
    provider::{Any, CODE, Says},
};

/// Has the provider ready to let alice in for that nonce.
fn ready(desk: &Desk, nonce: &str) {
    let token = desk.provider.sign(&desk.alice(nonce));
    desk.provider.set(|stage| stage.id_token = Some(token));
}

/// That the browser is refused with that state, and that the provider was not even asked.
async fn not_taken(desk: &Desk, browser: &mut Browser, state: &str) {
    let asked = desk.provider.asked("token");
    let reply = browser.back(desk, state).await;
    refused(desk, browser, &reply, 400, "sign-in-failed");
    assert_eq!(desk.provider.asked("token"), asked, "the code was not sent");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_its_own_browser() {
    let desk = desk(HTTPS, &[]).await;
    let (mut alice, mut mallory) = (Browser::default(), Browser::default());
    let asked = alice.begin(&desk, "/").await;
    let of_mallory = mallory.begin(&desk, "/").await;
    ready(&desk, &asked.get("nonce"));
    let state = asked.get("state");
    // Her own answer in another browser, his in hers, and one that nobody began.
    not_taken(&desk, &mut mallory, &state).await;
    not_taken(&desk, &mut Browser::default(), &state).await;
    not_taken(&desk, &mut alice, &of_mallory.get("state")).await;
    not_taken(&desk, &mut alice, "").await;
    not_taken(&desk, &mut alice, "short").await;
    not_taken(&desk, &mut alice, "%00%0d%0aSet-Cookie:%20a=b").await;
    // The right name of a cookie, and another state behind it.
    not_taken(&desk, &mut alice, &format!("{}AAAAAAAAAAAAAAAAAAAAAAAA", &state[..8])).await;
    not_taken(&desk, &mut alice, &state[..8]).await;
    assert_eq!(alice.back(&desk, &state).await.status(), 303);
    let mut later = alice.clone();
    let session = desk.session(&alice).unwrap();
    let asked = desk.provider.asked("token");
    let reply = later.back(&desk, &state).await;
    assert_eq!(reply.status(), 400, "the cookie is gone");
    assert_eq!(desk.session(&later), Some(session), "and the session is untouched");
    assert_eq!(desk.provider.asked("token"), asked);
}

#[tokio::test]
async fn an_attempt_is_over_after_ten_minutes() {
    let desk = desk(HTTPS, &[]).await;
    for (seconds, taken) in [(599, true), (603, false)] {
        let mut alice = Browser::default();
        let asked = alice.begin(&desk, "/").await;
        desk.turn(seconds);
        ready(&desk, &asked.get("nonce"));
        let reply = alice.back(&desk, &asked.get("state")).await;
        assert_eq!(reply.status() == 303, taken, "{seconds} s");
    }
}

#[tokio::test]
async fn an_attempt_is_what_we_signed_and_nothing_else() {
    let desk = desk(HTTPS, &[]).await;
    let mut alice = Browser::default();
    alice.sign_in(&desk, json!({})).await;
    let session = alice.cookie("__Host-hotdesk").unwrap();
    let asked = alice.begin(&desk, "/").await;
    ready(&desk, &asked.get("nonce"));
    let (name, good) = alice.attempts().remove(0);
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let claims = json!({
        "aud": "login", "state": asked.get("state"), "nonce": "n", "verifier": "v", "next": "/",
        "exp": desk.now() + 60,
    });
    let foreign = desk.provider.sign(&claims);
    let mut other_kind = claims.clone();
    other_kind["aud"] = "session".into();
    let other_kind = desk.app.signer.sign(&Any(other_kind)).unwrap();
    for bad in ["", "a", &unsigned, &foreign, &other_kind, &session, &good[..good.len() - 2]] {
        let mut browser = Browser::default();
        browser.set_cookie(&name, bad);
        not_taken(&desk, &mut browser, &asked.get("state")).await;
    }
    // Nor does an attempt pass for a session.
    let now = desk.app.clock.now();
    let passes = desk.app.verifier.verify::<SessionClaims>(&good, SessionClaims::AUDIENCE, now);
    assert!(passes.is_err());
    assert_eq!(alice.back(&desk, &asked.get("state")).await.status(), 303, "the good one is taken");
}

#[tokio::test]
async fn what_the_provider_refuses_is_over() {
    let desk = desk(HTTP, &[]).await;
    let issuer = "https%3A%2F%2Fid.example";
    for answer in [
        "error=access_denied".to_owned(),
        "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        format!("error=server_error&code={CODE}"),
        String::new(),
        format!("code={CODE}&iss={issuer}"),
    ] {
        let mut alice = Browser::default();
        let state = alice.begin(&desk, "/").await.get("state");
        let reply = alice.get(&desk, &format!("/callback?state={state}&{answer}")).await;
        refused(&desk, &alice, &reply, 400, "sign-in-failed");
        assert!(!reply.body().contains("alert"), "{answer}");
        assert_eq!(alice.attempts(), [], "{answer}");
    }
    for twice in ["code=a&code=b", "code=a&state=b", "error=a&error=b"] {
        let mut alice = Browser::default();
        let state = alice.begin(&desk, "/").await.get("state");
        let reply = alice.get(&desk, &format!("/callback?state={state}&{twice}")).await;
        refused(&desk, &alice, &reply, 400, "sign-in-failed");
    }
    assert_eq!(desk.provider.asked("token"), 0);
}

#[tokio::test]
async fn attempts_do_not_pile_up() {
    let desk = desk(HTTPS, &[]).await;
    let mut alice = Browser::default();
    alice.sign_in(&desk, json!({ "sub": "s".repeat(255) })).await;
    let next = format!("/{}", "n".repeat(470));
    let mut begun = Vec::new();
    for _ in 0..20 {
        desk.turn(1);
        begun.push(alice.begin(&desk, &next).await);
        let states: Vec<_> = begun.iter().rev().take(4).map(|asked| asked.get("state")).collect();
        let kept = alice.attempts();
        assert_eq!(kept.len(), states.len(), "the newest are kept");
        for state in states {
            assert!(
                kept.iter().any(|(name, _)| name.ends_with(&state[..8])),
                "the newest are kept"
            );
        }
        assert!(alice.weight() < 8_000, "{} of 10,240 bytes", alice.weight());
    }
    for asked in begun.iter().rev().take(4) {
        ready(&desk, &asked.get("nonce"));
        assert_eq!(alice.back(&desk, &asked.get("state")).await.status(), 303);
    }
    // What is over, or never was one, goes first.
    let mut bob = Browser::default();
    bob.set_cookie("__Host-hotdesk-login-AAAAAAAA", "nonsense");
    for other in
        ["__Host-hotdesk-login-BBBBBBBBB", "__Host-hotdesk-login-CCCC CCC", "login-DDDDDDDD"]
    {
        bob.set_cookie(other, "another's");
    }
    let reply = bob.get(&desk, "/login").await;
    let set = reply.headers().get_all(header::SET_COOKIE).iter().count();
    assert_eq!(set, 2, "one of ours is dropped, one is set, others are left alone");
    assert_eq!(bob.cookie("__Host-hotdesk-login-AAAAAAAA"), None);
    let first = bob.begin(&desk, "/").await;
    desk.turn(603);
    bob.begin(&desk, "/").await;
    let state = first.get("state");
    assert_eq!(bob.cookie(&format!("__Host-hotdesk-login-{}", &state[..8])), None);
}

#[tokio::test]
async fn a_flood_of_cookies_does_not_become_a_flood_of_headers() {
    let desk = desk(HTTPS, &[]).await;
    let mut alice = Browser::default();
    for n in 0..300 {
        alice.set_cookie(&format!("__Host-hotdesk-login-{n:08}"), "");
    }
    let reply = alice.get(&desk, "/login").await;
    let cookies = reply.headers().get_all(header::SET_COOKIE).iter();
    assert!(cookies.map(http::HeaderValue::len).sum::<usize>() < 6_000);
}

#[tokio::test]
async fn a_visit_that_nobody_made_begins_nothing() {
    let desk = desk(HTTP, &[]).await;
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
    ] {
        for path in ["/login", "/callback?state=a&code=b"] {
            let mut alice = Browser::default();
            let reply = alice.send(&desk, Method::GET, path, &[(name, value)]).await;
            assert_eq!((reply.status().as_u16(), alice.attempts()), (204, vec![]), "{path}");
        }
    }
    for site in ["cross-site", "same-site"] {
        for (mode, dest) in [("no-cors", "image"), ("navigate", "iframe"), ("cors", "empty")] {
            let headers =
                [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
            for path in ["/login", "/callback?state=a&code=b"] {
                let mut alice = Browser::default();
                let reply = alice.send(&desk, Method::GET, path, &headers).await;
                refused(&desk, &alice, &reply, 403, "foreign-origin");
                assert_eq!(alice.attempts(), []);
            }
        }
        let link = [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let reply = Browser::default().send(&desk, Method::GET, "/login", &link).await;
        assert_eq!(reply.status(), 302, "a link does");
    }
    assert_eq!(desk.provider.asked("token"), 0);
}

#[tokio::test]
async fn addresses_take_their_own_methods() {
    let desk = desk(HTTP, &[]).await;
    // Nothing of it is asked of the provider.
    desk.provider.set(|stage| stage.discovery = Says::json(500, &json!({})));
    for (path, allow) in [("/login", "GET"), ("/callback", "GET"), ("/logout", "POST")] {
        for method in [Method::HEAD, Method::GET, Method::POST, Method::PUT, Method::OPTIONS] {
            if method != allow {
                let reply = Browser::default().send(&desk, method, path, &[]).await;
                assert_eq!(
                    (reply.status().as_u16(), &reply.headers()[header::ALLOW]),
                    (405, &http::HeaderValue::from_static(allow))
                );
            }
        }
    }
    for path in ["/", "/login/", "/callback/a", "/logout2"] {
        assert_eq!(Browser::default().get(&desk, path).await.status(), 404, "{path}");
    }
    assert_eq!(desk.provider.asked("discovery"), 0);
}
