//! The seats in DynamoDB (as moto understands it) and the seats in memory are the same: random
//! calls on both, equal outcomes, equal tables, equal streams. So are the homes and the ledger.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod seats {
    pub(crate) mod homes;
    pub(crate) mod many;
    pub(crate) mod moving;
    pub(crate) mod ops;
    pub(crate) mod pair;
    pub(crate) mod refusing;
}

use std::{
    cell::RefCell,
    sync::atomic::{AtomicUsize, Ordering},
};

use hotdesk::{
    clock::Ms,
    seats::{Seats, Write},
};
use hotdesk_tests::seats::{MemorySeats, stream_event};
use proptest::test_runner::{Config, TestRunner};
use seats::{
    ops::{World, end, identity, instance, ops, seat, user},
    pair::{Pair, now},
};

const CASES: u32 = 36;
const CALLS: usize = 140;

/// How many calls go by between two looks at the whole tables.
const LOOK: usize = 8;

/// What must have come about, so that equal outcomes say something.
const OUTCOMES: [&str; 26] = [
    "Open Opened",
    "Open Conflict",
    "Open OtherPerson",
    "Open Revoked",
    "Revoke Some",
    "Revoke None",
    "End Done",
    "End Refused",
    "Part Done",
    "Part Refused",
    "Park Done",
    "Park Refused",
    "CloseAndPark Done",
    "CloseAndPark Refused",
    "CloseDead Done",
    "CloseDead Refused",
    "Bury Done",
    "Bury Refused",
    "Waking Done",
    "Waking Refused",
    "GiveUpWake Done",
    "GiveUpWake Refused",
    "Clear Done",
    "Clear Refused",
    "SaveHome Done",
    "SaveHome Refused",
];

#[test]
fn the_seats_in_memory_do_what_dynamodb_does() {
    let pair = RefCell::new(Pair::new());
    let calls = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        max_shrink_iters: 500,
        source_file: Some(file!()),
        ..Config::default()
    });
    let outcome = runner.run(&ops(CALLS), |ops| {
        let mut pair = pair.borrow_mut();
        pair.renew();
        let mut world = World::default();
        for (n, op) in ops.iter().enumerate() {
            pair.call(op, &mut world)?;
            calls.fetch_add(1, Ordering::Relaxed);
            if n % LOOK == 0 {
                pair.compare_tables()?;
            }
        }
        pair.compare_tables()?;
        pair.compare_rest()?;
        pair.compare_streams()
    });
    println!("{} calls compared", calls.load(Ordering::Relaxed));
    if let Err(e) = outcome {
        panic!("{e}");
    }
    assert!(calls.load(Ordering::Relaxed) >= 3_000);
    let outcomes = &pair.borrow().outcomes;
    for outcome in OUTCOMES {
        assert!(outcomes.borrow().contains_key(outcome), "never seen: {outcome}");
    }
}

/// What [`Pair`] cannot compare: moto removes nothing by age.
#[test]
fn the_item_of_a_dead_box_goes_after_two_days_and_no_other_does() {
    const TWO_DAYS: u64 = 48 * 3600;
    let seats = MemorySeats::default();
    let died = Ms(1_800_000_000_000);
    let at = |seconds: u64| Ms(died.0 + 1000 * seconds);
    for n in 0..3 {
        let seat = seat(user(n), instance(n), hotdesk::id::Epoch(7), died);
        now(seats.open(&seat, &identity(n, false), died, died));
    }
    now(seats.park(&instance(3)));
    let ended = end(seat(user(1), instance(1), hotdesk::id::Epoch(7), died), 0, died);
    let dead = now(seats.close_dead(&ended));
    assert_eq!(dead, Write::Done);
    // A stop that was under way when the box died does not keep the item for ever.
    let late = now(seats.close_and_park(&ended));
    assert_eq!(late, Write::Done);
    let _ = seats.take_changes();

    assert_eq!(seats.expire(at(TWO_DAYS)), 0);
    assert!(seats.take_changes().is_empty());
    assert_eq!(seats.expire(at(TWO_DAYS + 1)), 1);

    let left = now(seats.scan());
    assert_eq!((left.users.len(), left.boxes.len()), (3, 3));
    assert_eq!(now(seats.instance(&instance(1))), None);
    let event = stream_event(&seats.take_changes());
    let [record] = &event.records[..] else { panic!("{event:?}") };
    assert_eq!(record.event_name, "REMOVE");
    assert!(record.change.new_image.is_empty() && !record.change.old_image.is_empty());
    let remover = record.user_identity.as_ref().unwrap();
    assert_eq!(remover.principal_id, "dynamodb.amazonaws.com");
}

#[test]
fn a_revocation_is_kept_for_31_days() {
    const KEPT: u64 = 31 * 86_400;
    let seats = MemorySeats::default();
    let at = |seconds: u64| Ms(1_800_000_000_000 + 1000 * seconds);
    assert_eq!(now(seats.revoke(&user(0), &user(2), at(0))), None);
    assert_eq!(now(seats.revoke(&user(1), &user(2), at(0))), None);
    assert_eq!(now(seats.revoke(&user(1), &user(2), at(1))), None);
    assert_eq!(seats.expire(at(KEPT)), 0);
    assert_eq!(seats.expire(at(KEPT + 1)), 1);
    assert_eq!(now(seats.scan()).revoked, [(user(1), at(1))], "revoked again later");
}
