//! Redis flushed, or set back to an old copy, between any two requests: nobody gets a second box,
//! nobody another's, and a revoked session none.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{collections::BTreeMap, time::Duration};

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    ledger::{End, Ending, Why},
    seats::{Seats, Truth, UserState},
    store::{Store, StoreError},
    token::SessionClaims,
};
use hotdesk_tests::desk::{BASE_URL, Desk, Sent, open_boxes};
use http::{StatusCode, header};
use lambda_http::Body;

/// What people do, in order.
#[derive(Clone, Copy, Debug)]
enum Request {
    Open(&'static str),
    Beat(&'static str),
    Leave(&'static str),
    /// An operator ends their sessions.
    Revoke(&'static str),
    /// Their box has stopped.
    Stopped(&'static str),
    /// They sign in again; their other browser does not.
    SignIn(&'static str),
    /// They open it in the browser that has the session of the beginning.
    OpenOld(&'static str),
}

use Request::{Beat, Leave, Open, OpenOld, Revoke, SignIn, Stopped};

const STORY: [Request; 10] = [
    Open("alice"),
    Open("bob"),
    Beat("alice"),
    Open("alice"),
    Leave("bob"),
    Open("carol"),
    Open("bob"),
    Beat("carol"),
    Open("dave"),
    Open("alice"),
];

const REVOCATIONS: [Request; 12] = [
    Open("alice"),
    Open("bob"),
    Revoke("alice"),
    OpenOld("alice"),
    Beat("alice"),
    Stopped("alice"),
    OpenOld("alice"),
    SignIn("alice"),
    Open("alice"),
    OpenOld("alice"),
    Revoke("bob"),
    OpenOld("bob"),
];

/// What happens to Redis before a request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Flushed,
    /// Back to what it held before that request.
    BackTo(usize),
}

type Copy = Vec<(String, Vec<u8>)>;

fn copy(redis: &mut redis::Connection) -> Copy {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(redis).unwrap();
    let dump = |key: String| {
        let value = redis::cmd("DUMP").arg(&key).query(redis).unwrap();
        (key, value)
    };
    keys.into_iter().map(dump).collect()
}

fn restore(redis: &mut redis::Connection, copy: &Copy) {
    flush(redis);
    for (key, value) in copy {
        redis::cmd("RESTORE").arg(key).arg(0).arg(value.as_slice()).exec(redis).unwrap();
    }
}

fn flush(redis: &mut redis::Connection) {
    redis::cmd("FLUSHDB").exec(redis).unwrap();
}

/// Where a desk's people are.
struct People {
    last: Vec<(&'static str, Sent)>,
    /// When everybody's first session began.
    began: Ms,
    /// When a later one did.
    again: BTreeMap<&'static str, Ms>,
    revoked: BTreeMap<&'static str, Ms>,
}

impl People {
    fn new() -> Self {
        let began = SystemClock.now().minus(Duration::from_secs(60));
        Self { last: Vec::new(), began, again: BTreeMap::new(), revoked: BTreeMap::new() }
    }

    /// `GET /dispatch` of a session that began then.
    async fn open(&self, desk: &Desk, user: &str, began: Ms) -> Option<Sent> {
        let (account, hour) = (("local".into(), user.into()), Duration::from_secs(3600));
        let claims = SessionClaims::new(user.parse().unwrap(), account, false, began, (hour, hour));
        let cookie = format!("hotdesk={}", desk.signer().sign(&claims).unwrap());
        let request = http::Request::get(format!("{BASE_URL}/dispatch"));
        let request = request.header(header::COOKIE, cookie).body(Body::Empty).unwrap();
        let reply = dispatch::handle(&desk.dispatch, request).await;
        let revoked = self.revoked.get(user).is_some_and(|at| *at >= began);
        assert_eq!(reply.status() == StatusCode::UNAUTHORIZED, revoked, "{user}: {}", reply.body());
        match reply.status() {
            StatusCode::FOUND => Some(desk.sent(&reply)),
            _ => None,
        }
    }
}

/// The stop of a user's box, as the reaper brings it to its end.
async fn stop(desk: &Desk, user: &str) {
    // They may have waited for a box in vain.
    let item = desk.seats().user(&user.parse().unwrap()).await.unwrap();
    let Some(seat) = item.map(|item| item.seat) else { return };
    let at = SystemClock.now();
    let ending = Ending { why: Why::Idle, at, last_seen: None, by: None };
    let end = End { seat: seat.clone(), ending, farewell: None, at };
    desk.seats().close_and_park(&end).await.unwrap();
    let truths = [Truth::Parked(seat.instance.clone()), Truth::User(seat, UserState::Closed)];
    match desk.store().adopt(&truths, SystemClock.now()).await {
        Ok(_) | Err(StoreError::Cold) => {}
        Err(e) => panic!("{e}"),
    }
}

/// One request; what it may not do is checked against the durable seats before and after it.
async fn act(desk: &Desk, request: Request, people: &mut People) {
    let before = desk.seats().scan().await.unwrap();
    let seat = |user: &str| {
        let item = before.users.iter().find(|item| item.seat.user.as_str() == user)?;
        (item.state != UserState::Closed).then(|| item.seat.clone())
    };
    match request {
        Open(user) | OpenOld(user) => {
            let again = people.again.get(user).filter(|_| matches!(request, Open(_)));
            let began = again.copied().unwrap_or(people.began);
            let Some(sent) = people.open(desk, user, began).await else {
                let after = desk.seats().scan().await.unwrap();
                let open = open_boxes(&after);
                let lost =
                    open_boxes(&before).into_iter().find(|instance| !open.contains(instance));
                assert_eq!(lost, None, "who is not let in takes nobody's box");
                return;
            };
            if let Some(seat) = seat(user) {
                assert_eq!(sent.instance, seat.instance, "{user} got a second box");
            }
            let taken = before.boxes.iter().find(|(instance, _)| *instance == sent.instance);
            if let Some((_, item)) = taken {
                let own = seat(user).is_some_and(|seat| seat.instance == sent.instance);
                assert!(own, "{user} was sent to a box that is {item:?}");
            }
            let after = desk.seats().scan().await.unwrap();
            assert!(open_boxes(&after).contains(&sent.instance), "sent before the seat was open");
            people.last.retain(|(name, _)| *name != user);
            people.last.push((user, sent));
        }
        Beat(user) => {
            if let Some((_, sent)) = people.last.iter().find(|(name, _)| *name == user) {
                desk.beat(sent).await;
            }
        }
        Leave(user) => {
            desk.leave(user).await;
        }
        Revoke(user) => {
            let mut revoke = desk.request("root", "POST", "/revoke", &format!("user={user}"));
            let cookie = desk.operators_cookie("root").parse().unwrap();
            revoke.headers_mut().insert(header::COOKIE, cookie);
            let reply = dispatch::handle(&desk.dispatch, revoke).await;
            assert_eq!(reply.status(), StatusCode::ACCEPTED, "{}", reply.body());
            people.revoked.insert(user, SystemClock.now());
        }
        Stopped(user) => stop(desk, user).await,
        SignIn(user) => {
            let later = SystemClock.now().plus(Duration::from_secs(2));
            people.again.insert(user, later);
        }
    }
}

async fn clear(desk: &Desk) {
    let items = desk.seats().scan().await.unwrap();
    let dynamodb = aws_sdk_dynamodb::Client::new(&desk.moto.sdk_config().await);
    let users = items.users.iter().map(|item| format!("user#{}", item.seat.user));
    let boxes = items.boxes.iter().map(|(instance, _)| format!("instance#{instance}"));
    let revoked = items.revoked.iter().map(|(user, _)| format!("revoked#{user}"));
    for key in users.chain(boxes).chain(revoked).chain(["fleet#capacity".to_owned()]) {
        let key = aws_sdk_dynamodb::types::AttributeValue::S(key);
        dynamodb.delete_item().table_name("seats").key("pk", key).send().await.unwrap();
    }
}

async fn tell(desk: &Desk, story: &[Request], at: usize, fault: Fault) {
    let mut redis = desk.redis();
    flush(&mut redis);
    clear(desk).await;
    desk.store().rebuild(&[], &[], SystemClock.now()).await.unwrap();
    desk.stock(4).await;
    let (mut copies, mut people) = (Vec::new(), People::new());
    for (n, request) in story.iter().enumerate() {
        copies.push(copy(&mut redis));
        if n == at {
            match fault {
                Fault::Flushed => flush(&mut redis),
                Fault::BackTo(earlier) => restore(&mut redis, &copies[earlier]),
            }
        }
        act(desk, *request, &mut people).await;
    }
    let items = desk.seats().scan().await.unwrap();
    let _ = open_boxes(&items);
}

async fn flushed(story: &[Request]) {
    let desk = Desk::start().await;
    for at in 0..story.len() {
        println!("flushed before request {at}");
        tell(&desk, story, at, Fault::Flushed).await;
    }
}

async fn set_back(story: &[Request]) {
    let desk = Desk::start().await;
    for at in 1..story.len() {
        for earlier in 0..at {
            println!("set back before request {at} to what was before {earlier}");
            tell(&desk, story, at, Fault::BackTo(earlier)).await;
        }
    }
}

#[tokio::test]
async fn flushed_between_any_two_requests() {
    flushed(&STORY).await;
}

#[tokio::test]
async fn set_back_to_any_older_copy_between_any_two_requests() {
    set_back(&STORY).await;
}

#[tokio::test]
async fn a_revoked_session_gets_no_box_though_the_store_is_flushed() {
    flushed(&REVOCATIONS).await;
}

#[tokio::test]
async fn a_revoked_session_gets_no_box_though_the_store_is_set_back() {
    set_back(&REVOCATIONS).await;
}
