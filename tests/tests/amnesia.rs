//! Redis flushed, or set back to an old copy, between any two requests: nobody gets a second box,
//! nobody another's.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use hotdesk::seats::{Seats, UserState};
use hotdesk_tests::desk::{Desk, Sent, open_boxes};

/// What people do, in order.
#[derive(Clone, Copy, Debug)]
enum Request {
    Open(&'static str),
    Beat(&'static str),
    Leave(&'static str),
}

use Request::{Beat, Leave, Open};

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

/// One request; what it may not do is checked against the durable seats before and after it.
async fn act(desk: &Desk, request: Request, last: &mut Vec<(&'static str, Sent)>) {
    let before = desk.seats().scan().await.unwrap();
    let seat = |user: &str| {
        let item = before.users.iter().find(|item| item.seat.user.as_str() == user)?;
        (item.state != UserState::Closed).then(|| item.seat.clone())
    };
    match request {
        Open(user) => {
            let Some(sent) = desk.open(user).await else { return };
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
            last.retain(|(name, _)| *name != user);
            last.push((user, sent));
        }
        Beat(user) => {
            if let Some((_, sent)) = last.iter().find(|(name, _)| *name == user) {
                desk.beat(sent).await;
            }
        }
        Leave(user) => {
            desk.leave(user).await;
        }
    }
}

async fn clear(desk: &Desk) {
    let items = desk.seats().scan().await.unwrap();
    let dynamodb = aws_sdk_dynamodb::Client::new(&desk.moto.sdk_config().await);
    let users = items.users.iter().map(|item| format!("user#{}", item.seat.user));
    let boxes = items.boxes.iter().map(|(instance, _)| format!("instance#{instance}"));
    for key in users.chain(boxes).chain(["fleet#capacity".to_owned()]) {
        let key = aws_sdk_dynamodb::types::AttributeValue::S(key);
        dynamodb.delete_item().table_name("seats").key("pk", key).send().await.unwrap();
    }
}

async fn tell(desk: &Desk, at: usize, fault: Fault) {
    let mut redis = desk.redis();
    flush(&mut redis);
    clear(desk).await;
    use hotdesk::{
        clock::{Clock, SystemClock},
        store::Store,
    };
    desk.store().rebuild(&[], &[], SystemClock.now()).await.unwrap();
    desk.stock(4).await;
    let (mut copies, mut last) = (Vec::new(), Vec::new());
    for (n, request) in STORY.into_iter().enumerate() {
        copies.push(copy(&mut redis));
        if n == at {
            match fault {
                Fault::Flushed => flush(&mut redis),
                Fault::BackTo(earlier) => restore(&mut redis, &copies[earlier]),
            }
        }
        act(desk, request, &mut last).await;
    }
    let items = desk.seats().scan().await.unwrap();
    let _ = open_boxes(&items);
}

#[tokio::test]
async fn flushed_between_any_two_requests() {
    let desk = Desk::start().await;
    for at in 0..STORY.len() {
        println!("flushed before request {at}");
        tell(&desk, at, Fault::Flushed).await;
    }
}

#[tokio::test]
async fn set_back_to_any_older_copy_between_any_two_requests() {
    let desk = Desk::start().await;
    for at in 1..STORY.len() {
        for earlier in 0..at {
            println!("set back before request {at} to what was before {earlier}");
            tell(&desk, at, Fault::BackTo(earlier)).await;
        }
    }
}
