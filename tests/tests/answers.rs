//! What answers carry: pages and JSON, what may be kept, when to ask again, and what is said while a
//! part does not answer.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod answers {
    mod calls;
    mod operators;
    mod own;
    mod stage;
}

use std::time::Duration;

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    problem::Problem,
    seats::UserState,
    store::{Limit, Store},
    web::Reply,
};
use hotdesk_tests::desk::{Desk, spare};
use http::{StatusCode, header};
use lambda_http::Request;
use serde_json::Value;

const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn get(desk: &Desk, user: &str, path: &str, accept: &str) -> Request {
    let mut request = desk.request(user, "GET", path, "");
    request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
    request
}

async fn page(desk: &Desk, user: &str, path: &str) -> Reply {
    dispatch::handle(&desk.dispatch, get(desk, user, path, PAGE)).await
}

async fn json(desk: &Desk, user: &str, path: &str) -> (Reply, Value) {
    let reply = dispatch::handle(&desk.dispatch, get(desk, user, path, "application/json")).await;
    let body = serde_json::from_str(reply.body()).unwrap();
    (reply, body)
}

/// What holds of every page.
fn check(what: &str, page: &Reply) {
    let body = page.body();
    assert!(body.len() < 30_000, "{what}: {} bytes", body.len());
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{what}: {policy}"
    );
    assert_eq!(page.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(page.headers()[header::VARY], "accept");
    for never in ["style=", " onclick", "src=\"http", "href=\"http", "@import", "url("] {
        assert!(!body.contains(never), "{what} has {never}");
    }
    assert_eq!(body.matches("<h1>").count(), 1, "{what}");
}

#[tokio::test]
async fn every_page_is_small_and_takes_nothing_from_elsewhere() {
    let desk = Desk::start().await;
    check("stopped", &page(&desk, "alice", "/").await);
    check("queued", &page(&desk, "alice", "/dispatch").await);
    check("home of one who waits", &page(&desk, "alice", "/").await);
    for limit in Limit::ALL {
        let until = SystemClock.now().plus(Duration::from_secs(60));
        desk.store().constrain(Some(limit), until).await.unwrap();
        let waiting = page(&desk, "alice", "/status").await;
        assert!(waiting.body().contains(&format!("data-limit=\"{}\"", limit.name())), "{limit:?}");
        check(limit.name(), &waiting);
    }
    desk.stock(1).await;
    check("running", &page(&desk, "alice", "/").await);
    check("ready", &page(&desk, "alice", "/status").await);
    assert_eq!(desk.open("alice").await.unwrap().instance, spare(0));
    desk.leave("alice").await;
    check("stopping", &page(&desk, "alice", "/").await);
    check("waiting for a stop", &page(&desk, "alice", "/dispatch").await);
    check("not in the queue", &page(&desk, "bob", "/status").await);
    check("nothing there", &page(&desk, "alice", "/nothing").await);
    for problem in Problem::ALL {
        check(
            problem.slug(),
            &page(&desk, "alice", &format!("/problems/{}", problem.slug())).await,
        );
    }
}

#[tokio::test]
async fn a_box_is_given_back_by_the_button_that_the_page_shows() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.unwrap();
    let home = page(&desk, "alice", "/").await;
    let epoch = home.body().split("name=\"epoch\" value=\"").nth(1).unwrap();
    let form = format!("epoch={}", epoch.split('"').next().unwrap());
    let mut stop = desk.request("alice", "POST", "/stop", &form);
    stop.headers_mut().insert(header::ACCEPT, PAGE.parse().unwrap());
    let reply = dispatch::handle(&desk.dispatch, stop).await;
    assert_eq!(
        (reply.status(), &reply.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/".parse().unwrap())
    );
    assert_eq!(json(&desk, "alice", "/").await.1["state"], "stopping");
}

#[tokio::test]
async fn programs_learn_of_a_workspace_all_that_the_page_shows() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let (_, stopped) = json(&desk, "alice", "/").await;
    let nothing = serde_json::json!({ "user": "alice", "state": "stopped", "epoch": null,
        "instanceId": null, "since": null, "lastSeen": null, "stop": null, "sessions": [],
        "home": { "state": "none", "trouble": null, "size": null, "snapshotAt": null,
                  "filesOf": null } });
    assert_eq!(stopped, nothing);
    let sent = desk.open("alice").await.unwrap();
    let (_, running) = json(&desk, "alice", "/").await;
    assert_eq!(running["state"], "running");
    assert_eq!(running["epoch"], sent.ticket.epoch.0);
    assert_eq!(running["instanceId"], sent.instance.as_str());
    assert_eq!(running["stop"]["reason"], "idle");
    assert!(running["since"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again_and_asking_still_keeps_the_place() {
    let desk = Desk::start().await;
    assert!(desk.open("alice").await.is_none());
    for accept in ["application/json", PAGE] {
        let first = dispatch::handle(&desk.dispatch, get(&desk, "alice", "/status", accept)).await;
        assert_eq!(first.headers()[header::CACHE_CONTROL], "private, no-cache");
        let etag = first.headers()[header::ETAG].clone();
        let asked = asked(&desk);
        let mut again = get(&desk, "alice", "/status", accept);
        again.headers_mut().insert(header::IF_NONE_MATCH, etag.clone());
        let reply = dispatch::handle(&desk.dispatch, again).await;
        assert_eq!(reply.status(), StatusCode::NOT_MODIFIED);
        assert_eq!((reply.body().as_str(), &reply.headers()[header::ETAG]), ("", &etag));
        assert!(reply.headers().contains_key(header::RETRY_AFTER));
        assert!(self::asked(&desk) >= asked, "the place is kept");
        // Another user's, another representation's, or what was before: sent whole.
        assert!(desk.open("bob").await.is_none());
        for (user, accept) in
            [("bob", accept), ("alice", if accept == PAGE { "application/json" } else { PAGE })]
        {
            let mut other = get(&desk, user, "/status", accept);
            other.headers_mut().insert(header::IF_NONE_MATCH, etag.clone());
            assert_eq!(
                dispatch::handle(&desk.dispatch, other).await.status(),
                StatusCode::OK,
                "{user}"
            );
        }
    }
    let (before, _) = json(&desk, "alice", "/status").await;
    desk.stock(1).await;
    let mut again = get(&desk, "alice", "/status", "application/json");
    again.headers_mut().insert(header::IF_NONE_MATCH, before.headers()[header::ETAG].clone());
    let reply = dispatch::handle(&desk.dispatch, again).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let body: Value = serde_json::from_str(reply.body()).unwrap();
    assert_eq!(
        (body["state"].as_str(), body["stage"].as_str()),
        (Some("running"), Some("opening"))
    );
}

/// When alice asked last.
fn asked(desk: &Desk) -> Ms {
    let mut zscore = redis::cmd("ZSCORE");
    Ms(zscore.arg("fleet:asking").arg("alice").query(&mut desk.redis()).unwrap())
}

#[tokio::test]
async fn who_waits_is_told_when_to_expect_a_box_and_why_none_comes() {
    let desk = Desk::start().await;
    let (_, unknown) = json(&desk, "alice", "/dispatch").await;
    assert_eq!(unknown["expected"], Value::Null, "no boot was measured");
    desk.store().booted(Duration::from_secs(40)).await.unwrap();
    let (_, queued) = json(&desk, "alice", "/status").await;
    assert_eq!((queued["stage"].as_str(), queued["position"].as_u64()), (Some("queued"), Some(1)));
    assert!(queued["expected"].is_string());
    let until = SystemClock.now().plus(Duration::from_secs(60));
    desk.store().constrain(Some(Limit::NoCapacity), until).await.unwrap();
    let (reply, limited) = json(&desk, "alice", "/status").await;
    assert_eq!(limited["limit"], "no-capacity");
    assert_eq!(limited["expected"], Value::Null, "nobody knows");
    assert_eq!(reply.headers()[header::RETRY_AFTER], "5");
    // A box that boots already comes all the same.
    desk.store().arriving(&[spare(0)], SystemClock.now()).await.unwrap();
    let (reply, booting) = json(&desk, "alice", "/status").await;
    assert_eq!((booting["stage"].as_str(), &booting["limit"]), (Some("booting"), &Value::Null));
    assert!(booting["expected"].is_string());
    assert_eq!(reply.headers()[header::RETRY_AFTER], "5", "it takes 40 seconds");
}

#[tokio::test]
async fn closing_the_page_frees_the_place_and_a_reload_keeps_it() {
    let desk = Desk::start().await;
    for user in ["alice", "bob"] {
        assert!(desk.open(user).await.is_none());
    }
    let close = || desk.request("alice", "POST", "/stop", "closing=true");
    let reply = dispatch::handle(&desk.dispatch, close()).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    assert!(desk.open("alice").await.is_none(), "reloaded");
    assert_eq!(json(&desk, "alice", "/status").await.1["position"], 1);
    dispatch::handle(&desk.dispatch, close()).await;
    let later = SystemClock.now().plus(hotdesk::store::CLOSING + Duration::from_secs(1));
    assert_eq!(desk.store().demand(later).await.unwrap().waiting, 1, "bob");
    let box_for = desk.store().admit(&spare(0), &hotdesk_tests::desk::address(0), later).await;
    let hotdesk::store::Admit::AssignedTo { seat, .. } = box_for.unwrap() else {
        panic!("nobody's")
    };
    assert_eq!(seat.user.as_str(), "bob");
}

#[tokio::test]
async fn without_redis_everybody_is_told_to_wait_and_nobody_loses_a_seat() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.unwrap();
    desk.redis.stop().unwrap();
    for path in ["/", "/dispatch", "/status"] {
        let (reply, problem) = json(&desk, "alice", path).await;
        assert_eq!(
            (reply.status().as_u16(), problem["type"].as_str()),
            (503, Some("/problems/unavailable"))
        );
        assert!(reply.headers().contains_key(header::RETRY_AFTER), "{path}");
        let shown = page(&desk, "alice", path).await;
        assert_eq!(shown.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            shown.headers().contains_key(header::RETRY_AFTER)
                && shown.body().contains("tries again")
        );
        check(path, &shown);
    }
    assert_eq!(desk.beat(&sent).await, StatusCode::SERVICE_UNAVAILABLE);
    desk.redis.start_again().await.unwrap();
    assert_eq!(desk.open("alice").await.unwrap().instance, sent.instance);
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn without_dynamodb_everybody_is_told_to_wait_and_keeps_what_they_have() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.unwrap();
    assert!(desk.open("bob").await.is_none());
    desk.moto.process().terminate().await.unwrap();
    for user in ["alice", "bob"] {
        let (reply, problem) = json(&desk, user, "/dispatch").await;
        assert_eq!(
            (reply.status().as_u16(), problem["type"].as_str()),
            (503, Some("/problems/unavailable"))
        );
        assert!(reply.headers().contains_key(header::RETRY_AFTER));
    }
    // What Redis alone can say goes on: heartbeats, and the place in the queue.
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
    assert_eq!(json(&desk, "alice", "/").await.1["state"], "running");
    let (reply, bob) = json(&desk, "bob", "/status").await;
    assert_eq!((reply.status(), bob["position"].as_u64()), (StatusCode::OK, Some(1)));
}

#[tokio::test]
async fn a_seat_that_is_open_stays_so_while_redis_is_away() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.unwrap();
    desk.redis.stop().unwrap();
    assert_eq!(desk.leave("alice").await, StatusCode::SERVICE_UNAVAILABLE);
    let item = hotdesk::seats::Seats::user(desk.seats(), &"alice".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((item.state, item.seat.instance), (UserState::Open, sent.instance));
}
