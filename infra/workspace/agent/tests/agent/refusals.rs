//! What people see who are not let in.

use reqwest::{Response, header};
use serde_json::{Value, json};

use crate::desk::{HOME, TestBox};

/// Holds an answer to what every page promises, and returns its text.
pub(crate) async fn is_a_page(answer: Response, status: u16) -> String {
    assert_eq!(answer.status(), status);
    let headers = answer.headers().clone();
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::VARY], "accept");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = answer.text().await.unwrap();
    assert!(html.len() < 30_000, "{} bytes", html.len());
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    for tag in ["<style", "<script"] {
        let allowed = html.matches(&format!("{tag} nonce=\"{nonce}\">")).count();
        assert_eq!(html.matches(tag).count(), allowed, "{tag}");
    }
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "{html}");
    for address in html.split(['"', '\'']).filter(|text| text.contains("://")) {
        assert!(address.starts_with(HOME), "nothing comes from elsewhere: {address}");
    }
    html
}

#[tokio::test]
async fn each_reason_has_a_page_that_says_what_to_do_and_not_whose_box_it_is() {
    let desk = TestBox::start().await;
    desk.sit_down("alice", 7).await;
    let used = desk.ticket("alice", 7);
    desk.open(&used).await;
    let mut over = desk.claims("alice", 7);
    over.session_exp = over.iat;
    let over = desk.signer.sign(&over).unwrap();
    for (path, status, title) in [
        ("/refused/401".to_owned(), 401, "This workspace is not open in this browser"),
        ("/refused/403".to_owned(), 403, "This is not your workspace"),
        (format!("/open?ticket={}", desk.ticket("bob", 8)), 403, "This is not your workspace"),
        ("/open".to_owned(), 400, "This link does not open a workspace any more"),
        ("/open?ticket=x&ticket=y".to_owned(), 400, "This link does not open a workspace any more"),
        ("/open?ticket=x".to_owned(), 401, "This link does not open a workspace any more"),
        (format!("/open?ticket={used}"), 401, "This link does not open a workspace any more"),
        (format!("/open?ticket={over}"), 401, "You have been signed out"),
    ] {
        let answer = desk.ask(&path, "").await;
        assert_eq!(answer.headers()[header::REFERRER_POLICY], "no-referrer", "{title}");
        let html = is_a_page(answer, status).await;
        assert!(html.contains(&format!("<h1>{title}</h1>")), "{html}");
        assert!(html.contains(&format!("href=\"{HOME}/dispatch\"")), "{html}");
        assert!(html.contains(&format!("href=\"{HOME}/\"")), "{html}");
        assert!(!html.contains("alice") && !html.contains("ticket="), "{html}");
    }
}

#[tokio::test]
async fn programs_get_a_problem() {
    let desk = TestBox::start().await;
    let answer = desk.ask_json("/refused/403").await;
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let problem = json!({
        "title": "This is not your workspace",
        "status": 403,
        "detail": "This box is somebody else's. Your own is one click away."
    });
    assert_eq!(answer.json::<Value>().await.unwrap(), problem);
    assert_eq!(desk.ask_json("/open").await.json::<Value>().await.unwrap()["status"], 400);
}
