//! Other people's homes, for operators: who may look, what may be asked for, and what keeps it back.

use futures::future::join_all;
use hotdesk::{
    homes::{Home, Homes, Making, Taken, Taking, Wish},
    id::Epoch,
    ledger::{Farewell, Why},
};
use hotdesk_tests::desk::Desk;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::stage::{NINE, by_operator, now, operate, over, put, resting, sat};
use crate::{PAGE, check, get};

const RESTORE: &str = "snapshot=snap-000000bb";

/// What can be asked for of alice's home.
const DEEDS: [(&str, &str); 3] =
    [("/homes/alice/restore", RESTORE), ("/homes/alice/export", ""), ("/homes/alice/delete", "")];

fn body(reply: &http::Response<String>) -> Value {
    serde_json::from_str(reply.body()).unwrap()
}

fn slug(reply: &http::Response<String>) -> String {
    let kind = body(reply)["type"].as_str().unwrap_or_default().to_owned();
    kind.trim_start_matches("/problems/").to_owned()
}

#[tokio::test]
async fn only_operators_look_and_ask() {
    let desk = Desk::start().await;
    put(&desk, &resting("alice")).await;
    let before = now(&desk, "alice").await;
    let looks = [("GET", "/homes", ""), ("GET", "/homes/alice", ""), ("GET", "/homes/nobody", "")];
    let asks = DEEDS.map(|(path, form)| ("POST", path, form));
    for (method, path, form) in looks.into_iter().chain(asks) {
        // Alice too: her home is for her to use, and not for her to delete.
        for user in ["alice", "bob"] {
            let request = desk.request(user, method, path, form);
            let reply = dispatch::handle(&desk.dispatch, request).await;
            assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{user}: {method} {path}");
            assert_eq!(slug(&reply), "not-an-operator");
            assert!(!reply.body().contains("vol-"), "{path}");
        }
        let mut stranger = by_operator(&desk, method, path, form);
        stranger.headers_mut().remove(header::COOKIE);
        let reply = dispatch::handle(&desk.dispatch, stranger).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
        let mut elsewhere = by_operator(&desk, method, path, form);
        let site = "https://elsewhere.example".parse().unwrap();
        elsewhere.headers_mut().insert(header::ORIGIN, site);
        elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        let reply = dispatch::handle(&desk.dispatch, elsewhere).await;
        assert_eq!(slug(&reply), "foreign-origin", "{method} {path}");
    }
    assert_eq!(now(&desk, "alice").await, before);
}

#[tokio::test]
async fn what_is_asked_for_is_in_the_record_and_due_and_the_same_twice_is_fine() {
    let desk = Desk::start().await;
    let wishes =
        [Wish::Restore { snapshot: "snap-000000bb".parse().unwrap() }, Wish::Export, Wish::Delete];
    for ((path, form), wish) in DEEDS.into_iter().zip(wishes) {
        put(&desk, &resting("alice")).await;
        let reply = operate(&desk, "POST", path, form).await;
        assert_eq!(reply.status(), StatusCode::ACCEPTED, "{path}: {}", reply.body());
        let deed = path.rsplit('/').next().unwrap();
        assert_eq!(body(&reply)["home"]["wish"]["do"], deed);
        let home = now(&desk, "alice").await.unwrap();
        assert_eq!(home.wish, Some(wish));
        let due = desk.seats().due_homes(home.due.unwrap(), 10).await.unwrap();
        assert_eq!(due, std::slice::from_ref(&home.user), "the next pass finds it");
        let mut again = by_operator(&desk, "POST", path, form);
        again.headers_mut().insert(header::ACCEPT, PAGE.parse().unwrap());
        let reply = dispatch::handle(&desk.dispatch, again).await;
        assert_eq!(reply.status(), StatusCode::SEE_OTHER);
        assert_eq!(reply.headers()[header::LOCATION], "/homes/alice");
        assert_eq!(now(&desk, "alice").await, Some(home.clone()), "and is not begun anew");
        for (other, form) in DEEDS.into_iter().filter(|(other, _)| *other != path) {
            let reply = operate(&desk, "POST", other, form).await;
            assert_eq!((reply.status().as_u16(), slug(&reply).as_str()), (409, "home-busy"));
        }
        assert_eq!(now(&desk, "alice").await, Some(home));
    }
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_thing_is_done() {
    let desk = Desk::start().await;
    put(&desk, &resting("alice")).await;
    let asks = DEEDS.into_iter().cycle().take(24);
    let asks = asks.map(|(path, form)| operate(&desk, "POST", path, form));
    let replies = join_all(asks).await;
    let wish = serde_json::to_value(now(&desk, "alice").await.unwrap().wish).unwrap();
    let mut accepted = 0;
    for reply in replies {
        match reply.status() {
            StatusCode::ACCEPTED => {
                assert_eq!(body(&reply)["home"]["wish"], wish);
                accepted += 1;
            }
            // Somebody else was quicker, or too many were.
            StatusCode::CONFLICT => assert_eq!(slug(&reply), "home-busy"),
            status => assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.body()),
        }
    }
    assert!(accepted > 0, "{wish}");
}

#[tokio::test]
async fn nothing_is_done_with_a_home_until_its_seat_is_closed() {
    let desk = Desk::start().await;
    sat(&desk, 1, "alice", Why::Left, Some(Farewell::Saved)).await;
    put(&desk, &Home { ended: now(&desk, "alice").await.unwrap().epoch, ..resting("alice") }).await;
    desk.stock(2).await;
    let in_use = async |when: &str| {
        let before = now(&desk, "alice").await;
        for (path, form) in DEEDS {
            let reply = operate(&desk, "POST", path, form).await;
            assert_eq!(slug(&reply), "home-in-use", "{when}: {path}");
        }
        assert_eq!(now(&desk, "alice").await, before, "{when}");
    };
    desk.open("alice").await.expect("a box");
    in_use("open").await;
    assert_eq!(desk.leave("alice").await, StatusCode::ACCEPTED);
    in_use("ending").await;
    over(&desk, "alice", Why::Left, None).await;
    let reply = operate(&desk, "POST", "/homes/alice/export", "").await;
    assert_eq!(reply.status(), StatusCode::ACCEPTED, "{}", reply.body());
}

#[tokio::test]
async fn what_is_malformed_or_means_nobody_changes_nothing() {
    let desk = Desk::start().await;
    put(&desk, &resting("alice")).await;
    let before = now(&desk, "alice").await;
    let long = "x".repeat(4097);
    for (path, form, status, problem) in [
        ("/homes/alice/restore", "", 400, "bad-request"),
        ("/homes/alice/restore", "snapshot=", 400, "bad-request"),
        ("/homes/alice/restore", "snapshot=vol-000000bb", 400, "bad-request"),
        ("/homes/alice/restore", "snapshot=snap-000000BB", 400, "bad-request"),
        ("/homes/alice/restore", "snapshot=snap-000000bb%0A", 400, "bad-request"),
        (
            "/homes/alice/restore",
            "snapshot=snap-000000bb&snapshot=snap-000000bb",
            400,
            "bad-request",
        ),
        ("/homes/alice/restore", "snapshot=snap-000000bb&user=bob", 400, "bad-request"),
        ("/homes/alice/restore", long.as_str(), 413, "too-large"),
        ("/homes/alice/export", "user=bob", 400, "bad-request"),
        ("/homes/alice/delete", "now", 400, "bad-request"),
        ("/homes/bob/delete", "", 404, "no-home"),
        ("/homes/Alice/delete", "", 404, "no-home"),
        ("/homes/al%69ce/delete", "", 404, "no-home"),
        ("/homes/../alice/delete", "", 404, "no-home"),
        ("/homes/pool/export", "", 404, "no-home"),
        ("/homes//export", "", 404, "no-home"),
        ("/homes/bob/restore", RESTORE, 404, "no-home"),
    ] {
        let reply = operate(&desk, "POST", path, form).await;
        let answer = (reply.status().as_u16(), slug(&reply));
        assert_eq!(answer, (status, problem.to_owned()), "{path} {form:.60}");
    }
    for path in ["/homes/bob", "/homes/", "/homes/Alice", "/homes/alice/", "/homes/%3Cb%3E"] {
        let reply = operate(&desk, "GET", path, "").await;
        assert_eq!((reply.status().as_u16(), slug(&reply).as_str()), (404, "no-home"), "{path}");
    }
    for query in
        ["", "?user=", "?user=Bob", "?user=bob&user=bob", "?who=bob", "?user=//evil.example"]
    {
        let reply = operate(&desk, "GET", &format!("/homes{query}"), "").await;
        assert_eq!(slug(&reply), "bad-request", "{query}");
    }
    let reply = operate(&desk, "GET", "/homes?user=bob", "").await;
    assert_eq!(reply.headers()[header::LOCATION], "/homes/bob");
    let mut json = by_operator(&desk, "POST", "/homes/alice/delete", "{}");
    json.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    let reply = dispatch::handle(&desk.dispatch, json).await;
    assert_eq!(slug(&reply), "unsupported-media-type");
    assert_eq!(now(&desk, "alice").await, before);
    assert_eq!(now(&desk, "bob").await, None, "nobody gets a home by being asked for");
}

#[tokio::test]
async fn the_page_shows_all_and_runs_nothing_of_it() {
    let desk = Desk::start().await;
    sat(&desk, 1, "alice", Why::Revoked, Some(Farewell::Saved)).await;
    let ended = now(&desk, "alice").await.unwrap().epoch;
    let taken = Taken { snapshot: "snap-000000aa".parse().unwrap(), at: NINE, epoch: Epoch(5) };
    let hostile = "<script>alert(1)</script>\"'&";
    let whole = Home {
        ended,
        epoch: ended,
        zone: Some(hostile.into()),
        making: Some(Making { n: 1, zone: hostile.into(), size: 8, from: Some(taken.clone()) }),
        taking: Some(Taking { at: NINE, epoch: ended, kept: true, snapshot: None }),
        exported: Some(taken.clone()),
        snapshot: Some(taken),
        files_of: Some(NINE),
        deleted_at: Some(NINE),
        attached_at: NINE,
        old: vec!["vol-000000bb".parse().unwrap()],
        left: vec!["vol-000000cc".parse().unwrap()],
        due: Some(NINE),
        ..resting("alice")
    };
    put(&desk, &whole).await;
    let reply = operate(&desk, "GET", "/homes/alice", "").await;
    assert_eq!(body(&reply)["home"]["zone"], hostile);
    assert_eq!(body(&reply)["home"]["making"]["from"]["at"], "2026-11-20T09:00:00Z");
    assert_eq!(body(&reply)["sessions"][0]["why"], json!("revoked"));
    let page = async || {
        let mut request = get(&desk, "olivia", "/homes/alice", PAGE);
        let cookie = desk.operators_cookie("olivia").parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookie);
        dispatch::handle(&desk.dispatch, request).await
    };
    let shown = page().await;
    check("a home for operators", &shown);
    assert!(shown.body().contains("&#60;script&#62;") && !shown.body().contains("<script"));
    for words in ["snap-000000aa of 20 Nov 2026", "vol-000000bb", "vol-000000cc", "being done"] {
        assert!(shown.body().contains(words), "{words}");
    }
    assert!(!shown.body().contains("action="), "nothing can be asked for now");
    put(&desk, &resting("alice")).await;
    let shown = page().await;
    for (path, _) in DEEDS {
        assert!(shown.body().contains(&format!("action=\"{path}\"")), "{path}");
    }
}
