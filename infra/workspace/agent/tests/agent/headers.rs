//! What every answer tells browsers.

use reqwest::{Response, header};

use crate::stand::{TestFront, rendered};

/// Holds an answer to them: each is there once.
fn is_guarded(path: &str, answer: &Response) {
    let headers = answer.headers();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let all: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(all, [value], "{name} of {path}");
    }
    assert_eq!(headers.get_all(header::REFERRER_POLICY).iter().count(), 1, "{path}");
    let allowed = headers["permissions-policy"].to_str().unwrap();
    assert!(allowed.contains("camera=()") && !allowed.contains("clipboard"), "{path}: {allowed}");
    assert!(!headers.contains_key(header::SERVER) || headers[header::SERVER] == "nginx");
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    for path in ["/", "/static/webview.html", "/_hotdesk/opening", "/proxy/1", "/_hotdesk/open"] {
        is_guarded(path, &front.get(path, &cookie).await);
        is_guarded(path, &front.get(path, "").await);
        is_guarded(path, &front.get_json(path, "").await);
    }
    is_guarded("/_hotdesk/heartbeat.js", &front.get("/_hotdesk/heartbeat.js", "").await);
    for (status, word) in [(204, "noted"), (409, "stale"), (503, "away")] {
        front.answers(status, &[]);
        let answer = front.ping(&cookie).await;
        assert_eq!(answer.headers()["heartbeat"], word);
        is_guarded("/_hotdesk/ping", &answer);
    }
    let ticket = front.desk.ticket("alice", 8);
    let path = format!("/_hotdesk/open?ticket={ticket}");
    is_guarded(&path, &front.get(&path, "").await);
}

#[tokio::test]
async fn nothing_of_the_editor_stands_in_anothers_frame() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    for path in ["/", "/?folder=/x", "/static/webview.html"] {
        let answer = front.get(path, &cookie).await;
        let policies: Vec<_> = answer.headers().get_all("content-security-policy").iter().collect();
        assert_eq!(policies, ["frame-ancestors 'self'"], "{path}");
    }
}

#[test]
fn only_a_box_with_tls_holds_browsers_to_it() {
    let plain = rendered("/run/box", "127.0.0.1:80", "http://127.0.0.1:1", &[]);
    assert!(!plain.contains("Strict-Transport-Security"));
    let tls = ["--tls-certificate", "/c.pem", "--tls-key", "/k.pem"];
    let https = rendered("/run/box", "127.0.0.1:443", "http://127.0.0.1:1", &tls);
    assert!(https.contains("add_header Strict-Transport-Security"));
    assert!(https.contains(
        "__Host-hotdesk_seat=$upstream_http_seat_token; Path=/; HttpOnly; SameSite=Lax; Secure"
    ));
}
