//! What browsers reach: the configuration of nginx, run by nginx.

use reqwest::{Client, header};

use crate::{
    desk::{HOME, INSTANCE, set_cookies, unix},
    stand::{SEAT_TOKEN, TestFront},
};

#[tokio::test]
async fn the_heartbeat_is_in_the_workbench_and_nowhere_else() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let workbench = front.get("/?folder=/home", &cookie).await;
    assert_eq!(workbench.headers()[header::CACHE_CONTROL], "no-store");
    assert!(!workbench.headers().contains_key(header::ETAG));
    let html = workbench.text().await.unwrap();
    let script = format!(
        r#"<head><script defer src="/_hotdesk/heartbeat.js" data-user="alice" data-instance="{INSTANCE}" data-interval="30" data-home="{HOME}"></script></head>"#
    );
    assert!(html.contains(&script), "{html}");
    let host = front.address.strip_prefix("http://").unwrap();
    assert!(html.contains(&format!("<body>{host}</body>")), "the editor sees the browser's Host");

    let webview = front.get("/static/webview.html", &cookie).await.text().await.unwrap();
    assert!(!webview.contains("heartbeat"));
    let script = front.get("/_hotdesk/heartbeat.js", "").await;
    assert!(
        script.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/javascript")
    );
}

#[tokio::test]
async fn a_heartbeat_is_noted_and_goes_on_with_the_seat_token_alone() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let renewed = front.ping(&cookie).await;
    assert_eq!(renewed.status(), 204);
    let seat = "hotdesk_seat=renewed.seat; Path=/_hotdesk/ping; HttpOnly; SameSite=Lax";
    assert_eq!(set_cookies(&renewed), [seat]);
    assert!(!renewed.headers().contains_key(SEAT_TOKEN));
    assert!(front.desk.probe("/activity").await.1["lastHeartbeat"].is_u64());

    let stale = front.ping(&cookie).await;
    assert_eq!((stale.status().as_u16(), set_cookies(&stale).len()), (409, 0));
    assert_eq!(set_cookies(&front.ping(&cookie).await).len(), 0, "a token is only a token");
    {
        let pings = front.pings.lock().unwrap();
        let (headers, body) = &pings[0];
        assert_eq!(headers[header::AUTHORIZATION], "Bearer seat-of-alice");
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        assert!(!headers.contains_key(header::COOKIE));
        assert_eq!(body, r#"{"user":"alice"}"#);
    }
    assert_eq!(front.get("/_hotdesk/ping", &cookie).await.status(), 405);
    assert_eq!(front.ping("").await.status(), 401);
    assert_eq!(front.pings.lock().unwrap().len(), 3, "who has no pass reaches nobody");
}

#[tokio::test]
async fn who_has_no_pass_gets_a_page_and_no_socket() {
    let front = TestFront::start().await;
    front.sit_down("alice").await;
    let refused = front.get("/", "").await;
    assert_eq!(refused.status(), 401);
    assert!(refused.text().await.unwrap().contains(&format!("{HOME}/dispatch")));
    let socket = Client::new().get(format!("{}/stable", front.address));
    let socket = socket
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, "YWJjZGVmZ2hpamtsbW5vcA==");
    assert_eq!(socket.send().await.unwrap().status(), 401);
    let ticket = front.desk.ticket("bob", 8);
    let bob = front.get(&format!("/_hotdesk/open?ticket={ticket}"), "").await;
    assert_eq!(bob.status(), 403);
}

#[tokio::test]
async fn some_paths_are_closed_to_the_owner_too() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    for path in [
        "/proxy/3000/",
        "/PROXY/3000",
        "/%70roxy/3000",
        "//absproxy/3000",
        "/vscode",
        "/vscode/",
        "/_hotdesk/auth",
        "/_hotdesk/beat",
        "/_hotdesk/refused/401",
        "/_hotdesk/",
    ] {
        assert_eq!(front.get(path, &cookie).await.status(), 404, "{path}");
    }
    assert_eq!(front.get("/vscode-remote-resource", &cookie).await.status(), 200);
}

#[tokio::test]
async fn tickets_are_in_no_log() {
    let front = TestFront::start().await;
    front.sit_down("alice").await;
    let ticket = front.desk.ticket("alice", 8);
    front.get(&format!("/?ticket={ticket}"), "").await;
    // nginx logs a request before it turns to the next one.
    let probe = unix(&front.desk.folder.path().join("nginx.sock"));
    assert_eq!(probe.get("http://nginx/").send().await.unwrap().status(), 204);
    let log = std::fs::read_to_string(front.desk.folder.path().join("access.log")).unwrap();
    assert!(log.contains("\"GET /_hotdesk/open\" 303"), "{log}");
    assert!(log.contains("\"GET /\" 401"), "{log}");
    assert!(!log.contains("ticket"), "{log}");
}
