//! What browsers reach: the configuration of nginx, run by nginx.

use std::os::unix::net::UnixDatagram;

use reqwest::{Client, header};
use tokio::net::TcpListener;

use crate::{
    desk::{HOME, INSTANCE, unix},
    stand::{TestFront, nginx, rendered},
    until,
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
    // The second is the worker of the first.
    for path in ["/_hotdesk/heartbeat.js", "/_hotdesk/beat.js"] {
        let script = front.get(path, "").await;
        let kind = script.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("text/javascript"), "{path}: {kind}");
    }
}

#[tokio::test]
async fn the_editor_gives_nginx_no_orders() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    // Its answers ask for /_hotdesk/auth instead, which is no address for browsers.
    let answer = front.get("/page", &cookie).await;
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("hotdesk-user"));
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

#[tokio::test]
async fn the_systems_log_has_the_access_log_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("log");
    let log = UnixDatagram::bind(&socket).unwrap();
    log.set_nonblocking(true).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let run = folder.path().to_str().unwrap();
    let more = ["--syslog", socket.to_str().unwrap()];
    let config = rendered(run, &free.to_string(), "http://127.0.0.1:1", &more);
    let _nginx = nginx(folder.path(), &config);

    let address = format!("http://{free}/_hotdesk/open?ticket=secret");
    until("nginx serves", async || Client::new().get(&address).send().await.is_ok()).await;
    let mut line = [0; 1024];
    let read = async || log.recv(&mut line).is_ok();
    until("a line", read).await;
    let line = String::from_utf8_lossy(&line);
    assert!(line.contains("\"GET /_hotdesk/open\" 50"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    assert!(!folder.path().join("access.log").exists());
}
