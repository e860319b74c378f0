//! A pass over a hundred thousand people, of whom a thousand are idle.

use std::{collections::BTreeMap, time::Duration};

use hotdesk::{
    clock::Clock,
    control::{Pass, Policy},
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Identity, Open, Seat, Seats, Truth, UserState},
    store::Store,
};
use hotdesk_sim::{GroupSpec, Lifecycle};
use hotdesk_tests::world::{Beginning, World, group, policy};

const IDLE: usize = 1000;

/// What one pass did, and what it asked of whom.
struct Measured {
    pass: Pass,
    aws: BTreeMap<String, usize>,
    store: usize,
    /// Until the last seat was ended, and until the last StopInstances was sent.
    stopped_after: Duration,
    throttled: u64,
}

/// A world in which all are seated, and the first thousand have not been seen for ten minutes.
async fn seated(people: usize) -> World {
    let group = GroupSpec {
        // No hooks: these boxes were received long ago.
        hooks: Vec::new(),
        desired: u32::try_from(people + 1).unwrap(),
        max: 200_000,
        ..group()
    };
    let policy = Policy { max_standby: 1000, ..policy() };
    let world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.deliveries.set(|_| Vec::new());
    tokio::time::sleep(Duration::from_secs(600)).await;
    let now = world.plane.clock.now();
    world.plane.store.rebuild(&[], &[], now).await.unwrap();
    let (instances, members) = world.cloud.look(|sim| (sim.instances(), sim.group().members));
    assert!(members.iter().all(|member| member.lifecycle == Lifecycle::InService));
    assert_eq!(members.len(), people + 1);
    let came = now.minus(Duration::from_secs(600));
    let mut truths = Vec::new();
    for (n, instance) in instances.iter().enumerate() {
        let id: InstanceId = instance.id.parse().unwrap();
        let at = Addresses {
            public_ip: instance.public_ip.unwrap().to_string(),
            private_ip: instance.private_ip.unwrap().to_string(),
        };
        if n == people {
            world.plane.store.admit(&id, &at, now).await.unwrap();
            break;
        }
        let user: UserId = format!("user{n}").parse().unwrap();
        let identity = Identity { issuer: "local".into(), subject: user.to_string() };
        let seat = Seat { user, instance: id, epoch: Epoch(came.0), since: came, addresses: at };
        let opened =
            world.plane.seats.table.open(&seat, &identity, seat.since, seat.since).await.unwrap();
        assert_eq!(opened, Open::Opened);
        truths.push(Truth::User(seat, UserState::Open));
    }
    world.plane.store.adopt(&truths, now).await.unwrap();
    let mut redis = world.redis();
    let mut old = redis::pipe();
    for n in 0..IDLE {
        old.zadd("ws:pings", format!("user{n}"), came.0).ignore();
        old.hset(format!("ws:user{n}"), "lastSeen", came.0).ignore();
    }
    old.exec(&mut redis).unwrap();
    // Their changes in the table are not what is measured.
    let _ = world.plane.seats.table.take_changes();
    world
}

async fn measured(people: usize) -> Measured {
    let world = seated(people).await;
    world.gate.set_latency(Duration::from_millis(50));
    world.gate.arm(None);
    let (before, calls_before) = (world.gate.counts(), world.cloud.calls());
    let began = tokio::time::Instant::now();
    let pass = world.lambdas.pass().await.expect("a pass within its time");
    let last = |call: &str| world.gate.last(call).expect("called").duration_since(began);
    let (ended, sent) = (last("end"), last("StopInstances"));
    println!(
        "{people} people: the last seat ended after {ended:?}, the last StopInstances was sent after {sent:?}"
    );
    let mut counts = world.gate.counts();
    for (call, count) in before {
        *counts.entry(call).or_default() -= count;
    }
    counts.retain(|_, count| *count > 0);
    println!("{counts:?}");
    println!("{pass:?}");
    let aws_names = ["instances", "users", "page", "end", "park", "close_and_park", "instance"];
    let is_aws = |call: &str| {
        call.starts_with(|c: char| c.is_ascii_uppercase()) || aws_names.contains(&call)
    };
    let (aws, store): (BTreeMap<String, usize>, BTreeMap<String, usize>) =
        counts.into_iter().partition(|(call, _)| is_aws(call));
    let throttled = |calls: BTreeMap<String, hotdesk_sim::http::Calls>| {
        calls.values().map(|calls| calls.throttled).sum::<u64>()
    };
    Measured {
        pass,
        aws,
        store: store.values().sum(),
        stopped_after: ended.max(sent),
        throttled: throttled(world.cloud.calls()) - throttled(calls_before),
    }
}

#[tokio::test(start_paused = true)]
async fn a_pass_over_a_hundred_thousand_people_costs_what_its_thousand_idle_ones_cost() {
    let few = measured(10_000).await;
    let many = measured(101_000).await;
    for measured in [&few, &many] {
        assert_eq!(measured.pass.begun, IDLE);
        assert_eq!(measured.throttled, 0, "within the buckets");
        assert!(measured.stopped_after <= Duration::from_secs(10), "in simulated time");
        // Batched: 20 into standby, 100 to be stopped.
        assert_eq!(measured.aws["EnterStandby"], IDLE / 20);
        assert_eq!(measured.aws["StopInstances"], IDLE / 100);
    }
    println!("calls to the store: {} with 10,000 people, {} with 101,000", few.store, many.store);
    let aws = |measured: &Measured| measured.aws.values().sum::<usize>();
    println!("calls to AWS: {} with 10,000 people, {} with 101,000", aws(&few), aws(&many));
    assert!(many.store <= few.store + few.store / 20, "{} against {}", many.store, few.store);
}
