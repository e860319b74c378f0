//! More items than one call takes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::Seats,
};

use super::{
    ops::{identity, instance, seat, user},
    pair::{Pair, memory_pages, now, sorted},
};

const SEATS: usize = 130;

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Each number up to the count three times, in no order.
fn thrice(count: usize) -> Vec<usize> {
    (0..3 * count).map(|n| n * 7 % count).collect()
}

#[test]
fn over_a_hundred_ids_and_some_twice_give_each_item_once() {
    let pair = Pair::new();
    for n in 0..SEATS {
        let seat = seat(user(n), instance(n), Epoch(n as u64), Ms(1_800_000_000_000));
        pair.wait(pair.real.open(&seat, &identity(n, false), seat.since, seat.since));
        now(pair.memory.open(&seat, &identity(n, false), seat.since, seat.since));
    }
    // A kind of item that this version does not know.
    pair.put([("pk", text("quota#user1")), ("boxes", text("2"))].into());
    let users: Vec<UserId> = thrice(2 * SEATS).into_iter().map(user).collect();
    let boxes: Vec<InstanceId> = thrice(2 * SEATS).into_iter().map(instance).collect();
    let all = sorted(now(pair.memory.scan()));
    assert_eq!((all.users.len(), all.boxes.len()), (SEATS, SEATS));

    let mut of_users = pair.wait(pair.real.users(&users));
    of_users.sort_by(|a, b| a.seat.user.cmp(&b.seat.user));
    assert_eq!(of_users, all.users);
    let mut of_boxes = pair.wait(pair.real.instances(&boxes));
    of_boxes.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(of_boxes, all.boxes);
    assert_eq!(now(pair.memory.users(&users)).len(), SEATS);
    assert_eq!(now(pair.memory.instances(&boxes)).len(), SEATS);
    assert!(pair.wait(pair.real.users(&[])).is_empty());

    assert_eq!(sorted(pair.wait(pair.real.scan())), all);
    for limit in [1, 7, SEATS, 2 * SEATS, 2 * SEATS + 1, usize::MAX] {
        assert_eq!(sorted(pair.real_pages(limit)), all, "{limit}");
        assert_eq!(sorted(memory_pages(&pair.memory, limit)), all, "{limit}");
    }
}

/// DynamoDB gives at most 16 MB for a batch of keys and 1 MB for a page; the rest is asked for
/// again.
#[test]
fn items_too_large_for_one_answer_come_all() {
    const ITEMS: usize = 50;
    let pair = Pair::new();
    let ballast = "x".repeat(380_000);
    for n in 0..ITEMS {
        let item = BTreeMap::from([
            ("pk", text(&format!("user#{}", user(n)))),
            ("state", text("open")),
            ("instance", text(instance(n).as_str())),
            ("epoch", AttributeValue::N("1".into())),
            ("since", AttributeValue::N("1".into())),
            ("issuer", text("https://id.example")),
            ("subject", text("1")),
            ("ballast", text(&ballast)),
        ]);
        pair.put(item);
    }
    let users: Vec<UserId> = (0..ITEMS).map(user).collect();

    let mut found: Vec<UserId> =
        pair.wait(pair.real.users(&users)).into_iter().map(|item| item.seat.user).collect();

    found.sort();
    let mut expected = users;
    expected.sort();
    assert_eq!(found, expected);
    let page = pair.wait(pair.real.page(None, ITEMS));
    assert!(page.items.users.len() < ITEMS && page.next.is_some(), "a page is 1 MB at most");
    for items in [pair.real_pages(ITEMS), pair.wait(pair.real.scan())] {
        let found: Vec<UserId> =
            sorted(items).users.into_iter().map(|item| item.seat.user).collect();
        assert_eq!(found, expected);
    }
}
