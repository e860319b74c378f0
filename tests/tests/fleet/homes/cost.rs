//! What homes cost: the calls of each flow, and the bytes of what is stored. docs/COST.md has them.
//!
//! `cargo test -p hotdesk-aws -p hotdesk-tests --test fleet what_homes_cost -- --nocapture`

use std::collections::BTreeMap;

use super::*;

/// Of EC2 and EBS, what changes something; each has a token bucket of its own.
const VOLUMES: [&str; 6] = [
    "CreateVolume",
    "AttachVolume",
    "DetachVolume",
    "DeleteVolume",
    "CreateSnapshot",
    "DeleteSnapshot",
];

struct Flow {
    name: &'static str,
    before: BTreeMap<String, usize>,
}

impl Flow {
    fn begin(world: &World, name: &'static str) -> Self {
        Self { name, before: world.gate.counts() }
    }

    /// The calls since it began, but for those to Redis.
    fn end(self, world: &World) -> BTreeMap<String, usize> {
        let calls = world.gate.counts().into_iter().map(|(call, count)| {
            let before = self.before.get(&call).copied().unwrap_or(0);
            (call, count - before)
        });
        let calls: BTreeMap<String, usize> = calls.filter(|(_, count)| *count > 0).collect();
        println!("{}: {calls:?}", self.name);
        calls
    }
}

fn volume_calls(calls: &BTreeMap<String, usize>) -> BTreeMap<&'static str, usize> {
    VOLUMES.into_iter().filter_map(|call| Some((call, *calls.get(call)?))).collect()
}

/// From the click until the home is open and the table says so.
async fn click(world: &World, name: &'static str) -> (Sent, BTreeMap<String, usize>) {
    let flow = Flow::begin(world, name);
    let sent = world.seated("alice").await;
    world.at_home(&sent).await;
    world.write(&sent);
    let noted = async |world: &World| home(world, "alice").await.is_open();
    world.pass_until("noted", noted).await;
    (sent, flow.end(world))
}

#[tokio::test(start_paused = true)]
async fn what_homes_cost() {
    let world = with_spares(2).await;
    let (alice, calls) = click(&world, "a first session").await;
    assert_eq!(volume_calls(&calls), [("AttachVolume", 1), ("CreateVolume", 1)].into());

    let flow = Flow::begin(&world, "heartbeats");
    for _ in 0..10 {
        world.door.beat(&alice).await;
    }
    let calls = flow.end(&world);
    assert_eq!(calls, [("touch".to_owned(), 10)].into(), "no call but one to Redis each");

    let flow = Flow::begin(&world, "the end of a session, and its snapshot");
    leave(&world, &alice).await;
    world.passes(4).await;
    let calls = flow.end(&world);
    assert_eq!(volume_calls(&calls), [("CreateSnapshot", 1), ("DetachVolume", 1)].into());

    let (alice, calls) = click(&world, "a later session").await;
    assert_eq!(volume_calls(&calls), [("AttachVolume", 1)].into());
    let flow = Flow::begin(&world, "the end of a later session of the same day");
    leave(&world, &alice).await;
    world.passes(4).await;
    assert_eq!(volume_calls(&flow.end(&world)), [("DetachVolume", 1)].into());

    let flow = Flow::begin(&world, "a pass at rest");
    world.passes(1).await;
    assert!(volume_calls(&flow.end(&world)).is_empty());

    let record = serde_json::to_vec(&home(&world, "alice").await).unwrap().len();
    let session = serde_json::to_vec(&sessions(&world, "alice").await[0]).unwrap().len();
    println!(
        "a record of a home: {record} bytes, a session in the ledger: {session} bytes, as JSON"
    );
    assert!(record < 1024 && session < 1024, "a write unit each");
}
