//! The explorer's table does what the tests' table does, which is compared with DynamoDB's.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use futures::executor::block_on;
use hotdesk::{
    id::Epoch,
    ledger::{End, Ending, Farewell, Why},
    seats::{BoxItem, Open, Seat, Seats, UserState, Write},
};
use hotdesk_explore::{
    mutant::Broken,
    names::{NOW, addresses, identity, instance, user},
    table::Table,
};
use hotdesk_tests::seats::MemorySeats;
use proptest::prelude::*;

/// A call on a seat, or on its box.
#[derive(Clone, Copy, Debug)]
enum Op {
    Open,
    End,
    Part,
    Park,
    CloseAndPark,
    CloseDead,
    Bury,
    Waking,
    GiveUpWake,
    Clear,
}

const OPS: [Op; 10] = [
    Op::Open,
    Op::End,
    Op::Part,
    Op::Park,
    Op::CloseAndPark,
    Op::CloseDead,
    Op::Bury,
    Op::Waking,
    Op::GiveUpWake,
    Op::Clear,
];

fn seat(of: usize, on: usize, epoch: u64) -> Seat {
    let (user, instance) = (user(of).clone(), instance(on).clone());
    Seat { user, instance, epoch: Epoch(epoch), since: NOW, addresses: addresses(on) }
}

fn ending() -> Ending {
    Ending { why: Why::Idle, at: NOW, last_seen: None, by: None }
}

/// What either answers, as text.
async fn both(op: Op, seat: &Seat, ours: &mut Table, theirs: &MemorySeats) -> (String, String) {
    let end = End { seat: seat.clone(), ending: ending(), farewell: None, at: NOW };
    let on = &seat.instance;
    let write = |ours: Write, theirs: Write| (format!("{ours:?}"), format!("{theirs:?}"));
    match op {
        Op::Open => {
            let theirs = theirs.open(seat, &identity(), NOW, NOW).await.unwrap();
            (text(ours.open(seat, Broken::NOTHING)), text(theirs))
        }
        Op::End => write(
            ours.end(seat, &ending(), Broken::NOTHING),
            theirs.end(seat, &ending()).await.unwrap(),
        ),
        Op::Part => {
            let farewell = Farewell::Saved;
            write(ours.part(seat, farewell), theirs.part(seat, farewell).await.unwrap())
        }
        Op::Park => write(ours.park(on, Broken::NOTHING), theirs.park(on).await.unwrap()),
        Op::CloseAndPark => write(
            ours.close(seat, false, Broken::NOTHING),
            theirs.close_and_park(&end).await.unwrap(),
        ),
        Op::CloseDead => {
            write(ours.close(seat, true, Broken::NOTHING), theirs.close_dead(&end).await.unwrap())
        }
        Op::Bury => write(ours.bury(on), theirs.bury(on, NOW).await.unwrap()),
        Op::Waking => {
            let turned = ours.turn(on, &BoxItem::Parked, &BoxItem::Waking);
            write(turned, theirs.waking(on).await.unwrap())
        }
        Op::GiveUpWake => {
            let turned = ours.turn(on, &BoxItem::Waking, &BoxItem::Parked);
            write(turned, theirs.give_up_wake(on).await.unwrap())
        }
        Op::Clear => write(ours.clear(on), theirs.clear(on).await.unwrap()),
    }
}

fn text(open: Open) -> String {
    format!("{open:?}")
}

proptest! {
    #[test]
    fn the_same_answers_and_the_same_items(
        ops in proptest::collection::vec((0..OPS.len(), 0..2usize, 0..2usize, 1..4u64), 1..40),
    ) {
        let (mut ours, theirs) = (Table::default(), MemorySeats::default());
        for (op, of, on, epoch) in ops {
            let seat = seat(of, on, epoch);
            // A home knows its newest seat, and the explorer has no homes: a seat never opens that is
            // older than one that was closed.
            let newer = ours.users.get(&seat.user).is_none_or(|item| {
                item.seat.epoch < seat.epoch
                    || item.seat.epoch == seat.epoch && item.state != UserState::Closed
            });
            if matches!(OPS[op], Op::Open) && !newer {
                continue;
            }
            let (mine, its) = block_on(both(OPS[op], &seat, &mut ours, &theirs));
            prop_assert_eq!(mine, its, "{:?} of {:?}", OPS[op], seat);
            let (mut mine, mut its) = (ours.items(), block_on(theirs.scan()).unwrap());
            mine.users.sort_by(|a, b| a.seat.user.cmp(&b.seat.user));
            its.users.sort_by(|a, b| a.seat.user.cmp(&b.seat.user));
            mine.boxes.sort_by(|a, b| a.0.cmp(&b.0));
            its.boxes.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(mine, its);
        }
    }
}
