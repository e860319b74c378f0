//! The seats' stream to `provision`: what cannot be handled is reported, and holds up nobody.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::time::Duration;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    config::Price,
    control::{ControlPlane, Policy, Reuse},
    error::Error,
    fleet::Fleet,
    id::{Epoch, InstanceId},
    ledger::{End, Ending, Why},
    seats::{Addresses, Identity, Open, Seat, Seats, Write},
    spares::Spares,
    store::{Store, redis::RedisStore},
};
use hotdesk_aws::{AwsFleet, tags};
use hotdesk_sim::faults::{CallFault, Rule, When};
use hotdesk_stack::redis::Redis;
use hotdesk_tests::{
    boxes::ReadyBoxes,
    fleet::Cloud,
    seats::{MemorySeats, stream_event},
};
use tokio::time::{sleep, timeout};

const POLICY: Policy = Policy {
    idle_timeout: Duration::from_secs(300),
    max_lifetime: None,
    spares: Spares::Fixed(0),
    min_boxes: 0,
    max_standby: 5,
    max_standby_age: None,
    reuse: Reuse::Clean,
    box_price: Price(0),
    homes: hotdesk_tests::world::HOMES,
    names: None,
};

/// The sequence number of the malformed record.
const POISON: &str = "poison";

/// The end of a seat.
fn ended(seat: &Seat) -> End {
    let at = seat.since;
    let ending = Ending { why: Why::Left, at, last_seen: None, by: None };
    End { seat: seat.clone(), ending, farewell: None, at }
}

/// Two boxes in the simulator, and a table with a stream.
struct Stage {
    cloud: Cloud,
    plane: ControlPlane<RedisStore, MemorySeats, AwsFleet, ReadyBoxes, SystemClock>,
    boxes: Vec<InstanceId>,
    _redis: Redis,
}

impl Stage {
    async fn set() -> Self {
        let redis = Redis::start().await.unwrap();
        let store = RedisStore::new(redis.url(), "").unwrap();
        store.rebuild(&[], &[], SystemClock.now()).await.unwrap();
        let cloud = Cloud::start().await;
        let fleet = cloud.fleet().await;
        fleet.set_desired(2).await.unwrap();
        let launched = async {
            loop {
                let instances = cloud.sim.look(|sim| sim.instances());
                if let [_, _] = instances[..] {
                    return instances.into_iter().map(|i| i.id.parse().unwrap()).collect();
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let boxes = timeout(Duration::from_secs(20), launched).await.expect("two boxes in 20 s");
        let (seats, clock, boxes_behind) =
            (MemorySeats::default(), SystemClock, ReadyBoxes::default());
        let plane =
            ControlPlane { store, seats, fleet, boxes: boxes_behind, clock, policy: POLICY };
        Self { cloud, plane, boxes, _redis: redis }
    }

    async fn open(&self, user: &str, at: usize, epoch: u64) -> Seat {
        let seat = Seat {
            user: user.parse().unwrap(),
            instance: self.boxes[at].clone(),
            epoch: Epoch(epoch),
            since: Ms(epoch),
            addresses: Addresses::default(),
        };
        let identity = Identity { issuer: "local".into(), subject: user.into() };
        assert_eq!(
            self.plane.seats.open(&seat, &identity, seat.since, seat.since).await.unwrap(),
            Open::Opened
        );
        seat
    }

    /// What has changed in the table since the last time.
    fn changes(&self) -> Event {
        stream_event(&self.plane.seats.take_changes())
    }

    /// The sequence numbers of the records that were reported.
    async fn handle(&self, event: Event) -> Result<Vec<String>, Error> {
        let reply = provision::handle(&self.plane, event, "test".into()).await?;
        let failures = reply.batch_item_failures.into_iter();
        Ok(failures.map(|failure| failure.item_identifier.unwrap()).collect())
    }

    /// Whose the boxes are, as their tags say.
    fn owners(&self) -> [String; 2] {
        let instances = self.cloud.sim.look(|sim| sim.instances());
        [0, 1].map(|n| {
            let id = self.boxes[n].as_str();
            let instance = instances.iter().find(|i| i.id == id).unwrap();
            instance.tags[tags::OWNER_TAG].clone()
        })
    }

    /// From now on the next call of that name fails.
    fn fail_once(&self, action: &str) {
        let fault = CallFault::Error {
            code: "InternalError".into(),
            message: "not today".into(),
            status: 500,
        };
        let rule = Rule::Call { action: action.into(), fault, when: When::Always, times: Some(1) };
        self.cloud.sim.set_faults(vec![rule]).unwrap();
    }
}

/// A record of a user's item that says nothing but its key.
fn poison(like: &EventRecord) -> EventRecord {
    let mut record = like.clone();
    record.change.sequence_number = Some(POISON.into());
    record.change.new_image = record.change.keys.clone();
    record
}

#[tokio::test]
async fn a_poisoned_record_between_two_good_ones_is_reported_and_the_good_ones_are_done() {
    let stage = Stage::set().await;
    stage.open("alice", 0, 1).await;
    let mut event = stage.changes();
    event.records.push(poison(&event.records[0]));
    stage.open("bob", 1, 1).await;
    event.records.extend(stage.changes().records);

    assert_eq!(stage.handle(event.clone()).await.unwrap(), [POISON]);
    assert_eq!(stage.owners(), ["alice", "bob"]);

    // Lambda goes on from there; what is good is done again, which is harmless.
    event.records.drain(..2);
    assert_eq!(stage.handle(event).await.unwrap(), [POISON]);
    assert_eq!(stage.owners(), ["alice", "bob"]);
}

#[tokio::test]
async fn a_tag_that_fails_is_tried_again_from_its_record_on() {
    let stage = Stage::set().await;
    stage.open("alice", 0, 1).await;
    stage.open("bob", 1, 1).await;
    let event = stage.changes();
    stage.fail_once("CreateTags");

    // Which of a transaction's items comes first, the stream does not say.
    let of_alice =
        |record: &&EventRecord| format!("{:?}", record.change.keys).contains("user#alice");
    let first = event.records.iter().find(of_alice).unwrap().change.sequence_number.clone();
    assert_eq!(stage.handle(event.clone()).await.unwrap(), [first.unwrap()]);
    assert_eq!(stage.owners(), [tags::UNASSIGNED; 2], "bob's record comes again too");
    assert!(stage.handle(event).await.unwrap().is_empty());
    assert_eq!(stage.owners(), ["alice", "bob"]);
}

#[tokio::test]
async fn capacity_that_fails_is_the_failure_of_the_whole_batch() {
    let stage = Stage::set().await;
    stage.open("alice", 0, 1).await;
    let event = stage.changes();
    stage.fail_once("DescribeAutoScalingGroups");

    assert!(matches!(stage.handle(event.clone()).await, Err(Error::Fleet(_))));
    assert!(stage.handle(event).await.unwrap().is_empty());
    assert_eq!(stage.owners(), ["alice", tags::UNASSIGNED]);
}

#[tokio::test]
async fn nothing_and_unknown_kinds_of_items_are_no_failure() {
    let stage = Stage::set().await;
    assert!(stage.handle(Event::default()).await.unwrap().is_empty());
    stage.open("alice", 0, 1).await;
    let mut event = stage.changes();
    for record in &mut event.records {
        let pk = record.change.new_image.get_mut("pk").unwrap();
        *pk = serde_json::from_value(serde_json::json!({ "S": "quota#alice" })).unwrap();
    }
    assert!(stage.handle(event).await.unwrap().is_empty());
    assert_eq!(stage.owners(), [tags::UNASSIGNED; 2]);
}

#[tokio::test]
async fn a_record_that_comes_late_tags_no_box() {
    let stage = Stage::set().await;
    let old = stage.open("alice", 0, 1).await;
    let late = stage.changes();
    let seats = &stage.plane.seats;
    assert_eq!(seats.end(&old, &ended(&old).ending).await.unwrap(), Write::Done);
    let closed = seats.close_and_park(&ended(&old)).await.unwrap();
    assert_eq!(closed, Write::Done);
    stage.open("alice", 1, 2).await;

    assert!(stage.handle(late).await.unwrap().is_empty());
    assert_eq!(stage.owners(), [tags::UNASSIGNED; 2]);
    assert!(stage.handle(stage.changes()).await.unwrap().is_empty());
    assert_eq!(stage.owners(), [tags::UNASSIGNED, "alice"]);
}

#[tokio::test]
async fn an_ending_seat_drains_its_box_and_no_other_record_does() {
    let stage = Stage::set().await;
    let alice = stage.open("alice", 0, 1).await;
    assert!(stage.handle(stage.changes()).await.unwrap().is_empty());
    assert_eq!(stage.plane.boxes.drained(), []);
    let user = alice.user.clone();
    assert_eq!(stage.plane.seats.revoke(&user, &user, Ms(2)).await.unwrap(), Some(alice.clone()));
    let revoked = stage.changes();
    assert_eq!(revoked.records.len(), 2, "the revocation, and the seat");

    assert!(stage.handle(revoked.clone()).await.unwrap().is_empty());
    assert_eq!(stage.plane.boxes.drained(), std::slice::from_ref(&alice.instance));

    // The record comes again when the seat is closed: the box may be somebody else's soon.
    let seats = &stage.plane.seats;
    let closed = seats.close_and_park(&ended(&alice)).await.unwrap();
    assert_eq!(closed, Write::Done);
    assert!(stage.handle(revoked).await.unwrap().is_empty());
    assert!(stage.handle(stage.changes()).await.unwrap().is_empty());
    assert_eq!(stage.plane.boxes.drained().len(), 1);
}

#[tokio::test]
async fn a_record_of_an_end_that_comes_late_drains_nobody() {
    let stage = Stage::set().await;
    let old = stage.open("alice", 0, 1).await;
    assert!(stage.handle(stage.changes()).await.unwrap().is_empty());
    let seats = &stage.plane.seats;
    assert_eq!(seats.end(&old, &ended(&old).ending).await.unwrap(), Write::Done);
    let late = stage.changes();
    assert_eq!(seats.close_and_park(&ended(&old)).await.unwrap(), Write::Done);
    stage.open("alice", 1, 2).await;

    assert!(stage.handle(late).await.unwrap().is_empty());
    assert_eq!(stage.plane.boxes.drained(), []);
}
