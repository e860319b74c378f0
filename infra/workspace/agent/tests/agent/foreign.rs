//! Pages of other origins, of other boxes of the same site above all.

use reqwest::{Client, Method, Response, header};

use crate::{raw, refusals::is_a_page, stand::TestFront};

/// A request that carries the owner's cookie and what a browser says of who asks.
async fn ask(front: &TestFront, method: Method, path: &str, says: &[(&str, &str)]) -> Response {
    let ticket = front.desk.ticket("alice", 7);
    let opened = front.get(&format!("/_hotdesk/open?ticket={ticket}"), "").await;
    let cookie = crate::desk::cookie_header(&opened);
    let mut request = Client::new().request(method, format!("{}{path}", front.address));
    request = request.header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
    for (name, value) in says {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

const SIBLING: &str = "http://i-00000000000000000.box.example";

#[tokio::test]
async fn a_page_of_another_box_gets_nothing_of_the_editor() {
    let front = TestFront::start().await;
    for (what, method, mode, dest) in [
        ("a frame", Method::GET, "navigate", "iframe"),
        ("an image", Method::GET, "no-cors", "image"),
        ("a script", Method::GET, "no-cors", "script"),
        ("a fetch", Method::GET, "cors", "empty"),
        ("a worker", Method::GET, "same-origin", "serviceworker"),
        ("a form", Method::POST, "navigate", "document"),
        ("a fetch that changes something", Method::POST, "no-cors", "empty"),
        ("another", Method::PUT, "cors", "empty"),
    ] {
        for site in ["same-site", "cross-site"] {
            for path in ["/", "/static/a.js", "/mint-key", "/_hotdesk/opening"] {
                let says = [
                    ("sec-fetch-site", site),
                    ("sec-fetch-mode", mode),
                    ("sec-fetch-dest", dest),
                    ("origin", SIBLING),
                ];
                let refused = ask(&front, method.clone(), path, &says).await;
                assert_eq!(refused.status(), 403, "{what} of {path} from {site}");
            }
        }
    }
    // A browser that does not say who asks.
    for origin in [SIBLING, "null"] {
        let refused = ask(&front, Method::POST, "/mint-key", &[("origin", origin)]).await;
        let page = is_a_page(refused, 403).await;
        assert!(page.contains("<h1>Another page asked for this</h1>"), "{page}");
    }
    assert!(front.seen.lock().unwrap().is_empty(), "none of them reached the editor");
}

#[tokio::test]
async fn it_may_lead_to_the_box_and_the_owner_may_do_anything() {
    let front = TestFront::start().await;
    let leads = |site| {
        [("sec-fetch-site", site), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
    };
    for site in ["cross-site", "same-site", "same-origin", "none"] {
        assert_eq!(ask(&front, Method::GET, "/", &leads(site)).await.status(), 200, "{site}");
    }
    let own = [("sec-fetch-site", "same-origin"), ("origin", &*front.address)];
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(ask(&front, method.clone(), "/x", &own).await.status(), 200, "{method}");
        let old = [("origin", &*front.address)];
        assert_eq!(ask(&front, method.clone(), "/x", &old).await.status(), 200, "{method}");
        assert_eq!(ask(&front, method.clone(), "/x", &[]).await.status(), 200, "{method}");
    }
}

#[tokio::test]
async fn a_frame_does_not_use_up_a_ticket() {
    let front = TestFront::start().await;
    let ticket = front.desk.ticket("alice", 7);
    let path = format!("/_hotdesk/open?ticket={ticket}");
    let says = |dest| {
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", dest)]
    };
    let framed = ask(&front, Method::GET, &path, &says("iframe")).await;
    assert!(is_a_page(framed, 403).await.contains("<h1>Another page asked for this</h1>"));
    let none = reqwest::redirect::Policy::none();
    let client = Client::builder().redirect(none).build().unwrap();
    let mut request = client.get(format!("{}{path}", front.address));
    for (name, value) in says("document") {
        request = request.header(name, value);
    }
    assert_eq!(request.send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn heartbeats_come_from_its_own_pages() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let request = format!(
        "POST /_hotdesk/ping HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\nOrigin: http://box\r\n\
         Sec-Fetch-Site: same-site\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let answer = raw::exchange(&front.address, request.as_bytes()).await;
    assert!(answer.contains("Heartbeat: stale\r\n"), "{answer}");
    assert!(front.desk.probe("/activity").await.1["lastHeartbeat"].is_null());
    let own = request.replace("same-site", "same-origin");
    let answer = raw::exchange(&front.address, own.as_bytes()).await;
    assert!(answer.contains("Heartbeat: noted\r\n"), "{answer}");
}
