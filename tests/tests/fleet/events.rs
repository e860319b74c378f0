//! Each event lost, doubled, late, or out of order, one kind after the other and all at once, through
//! a day in which each of them happens.

use std::{sync::Mutex, time::Duration};

use hotdesk::{
    control::{Policy, Reuse},
    store::BoxPhase,
};
use hotdesk_sim::GroupSpec;
use hotdesk_tests::world::{Beginning, Server, World, group, policy, server};
use serde_json::Value;

use super::stage::*;

/// Every kind of event that the cloud sends.
const KINDS: [&str; 8] = [
    "EC2 Instance-launch Lifecycle Action",
    "EC2 Instance-terminate Lifecycle Action",
    "running",
    "stopped",
    "shutting-down",
    "terminated",
    "EC2 Spot Instance Interruption Warning",
    "EC2 Instance Rebalance Recommendation",
];

fn kind(event: &Value) -> &str {
    let state = event["detail"]["state"].as_str();
    state.unwrap_or_else(|| event["detail-type"].as_str().unwrap_or_default())
}

const HALF: Duration = Duration::from_millis(500);

/// When the n-th event is delivered.
type Fate = fn(usize) -> Vec<Duration>;

/// What happens to events of a kind.
const FATES: [(&str, Fate); 5] = [
    ("lost", |_| vec![]),
    ("doubled", |_| vec![HALF, HALF * 3]),
    ("late by 3 minutes", |_| vec![Duration::from_secs(180)]),
    ("late by 20 minutes, and doubled", |_| vec![HALF, Duration::from_secs(1200)]),
    ("out of order", |n| vec![Duration::from_secs([40, 0, 90, 10, 5][n % 5])]),
];

/// A day: boxes boot, are used and left; one is lost. Of on-demand instances, one is woken unless
/// none is used again; Spot
/// instances are taken back by AWS, spare and in use.
async fn day(world: &World, spot: bool) {
    let never = world.plane.policy.reuse == Reuse::Never;
    world.pass_until("a spare", async |world| pool(world).await.len() == 1).await;
    let alice = world.seated("alice").await;
    let bob = world.seated("bob").await;
    world.run_typing(&[alice.clone(), bob.clone()], Duration::from_secs(180)).await;
    world.door.leave(&alice).await;
    world.run_typing(std::slice::from_ref(&bob), Duration::from_secs(300)).await;
    let end = if spot || never { BoxPhase::Gone } else { BoxPhase::Standby };
    assert_eq!(phase(world, &alice.instance).await, end, "{}", world.picture().await);
    let mut typing = vec![world.seated("carol").await, world.seated("dave").await];
    typing.push(bob.clone());
    world.run_typing(&typing, Duration::from_secs(120)).await;
    typing.pop();
    world.lose(&bob.instance);
    world.run_typing(&typing, Duration::from_secs(120)).await;
    if spot {
        for spare in pool(world).await {
            world.cloud.act(|sim| sim.recommend_rebalance(spare.as_str())).unwrap();
        }
        world.run_typing(&typing, Duration::from_secs(120)).await;
        for spare in pool(world).await {
            world.cloud.act(|sim| sim.interrupt(spare.as_str())).unwrap();
            // Lost on the way, the notice leaves it in the pool, and somebody may be given it.
            world.forgive(&spare);
        }
        world.run_typing(&typing, Duration::from_secs(240)).await;
        let erin = world.seated("erin").await;
        world.forgive(&erin.instance);
        world.cloud.act(|sim| sim.interrupt(erin.instance.as_str())).unwrap();
        world.run_typing(&typing, Duration::from_secs(240)).await;
    }
    // Whoever typed has their box still; bob gets another.
    for sent in &typing {
        assert_eq!(phase(world, &sent.instance).await, BoxPhase::Running);
    }
    typing.push(world.seated("bob").await);
    assert_ne!(typing[2].instance, bob.instance);
    world.run_typing(&typing, Duration::from_secs(1500)).await;
}

async fn live(
    redis: &Server,
    spot: bool,
    fate: impl Fn(&Value) -> Vec<Duration> + Send + Sync + 'static,
) -> World {
    live_with(redis, spot, Reuse::Clean, fate).await
}

async fn live_with(
    redis: &Server,
    spot: bool,
    reuse: Reuse,
    fate: impl Fn(&Value) -> Vec<Duration> + Send + Sync + 'static,
) -> World {
    let group = GroupSpec { spot, ..group() };
    let policy = Policy { max_standby: 2, reuse, ..policy() };
    let world = World::on(redis, Beginning { policy, group, ..Beginning::default() }).await;
    world.deliveries.set(fate);
    day(&world, spot).await;
    world
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_event_may_be_lost_doubled_late_or_out_of_order() {
    let redis = server();
    for about in KINDS {
        let spot = about.contains("Spot") || about.contains("Rebalance");
        for (name, fate) in FATES {
            let count = Mutex::new(0);
            let world = live(&redis, spot, move |event| {
                if kind(event) != about {
                    return vec![HALF];
                }
                let mut count = count.lock().unwrap();
                *count += 1;
                fate(*count)
            });
            let world = world.await;
            println!("{about}: {name}: {:?}", world.lambdas.outcomes());
            world.check_at_rest().await;
            assert!(world.lambdas.dead_letters().is_empty(), "{about}: {name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn all_events_at_once_may_be_lost_doubled_late_or_out_of_order() {
    let redis = server();
    for (name, fate) in FATES {
        for (spot, reuse) in [(false, Reuse::Clean), (true, Reuse::Clean), (false, Reuse::Never)] {
            let count = Mutex::new(0);
            let world = live_with(&redis, spot, reuse, move |_| {
                let mut count = count.lock().unwrap();
                *count += 1;
                fate(*count)
            });
            let world = world.await;
            println!("all: {name}: {reuse:?}: {:?}", world.lambdas.outcomes());
            world.check_at_rest().await;
        }
    }
}

/// The day does make every kind of event.
#[tokio::test(start_paused = true)]
async fn the_day_has_every_kind_of_event() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let redis = server();
    for spot in [false, true] {
        let world = live(&redis, spot, |event| {
            SEEN.lock().unwrap().push(kind(event).to_owned());
            vec![HALF]
        });
        world.await.check_at_rest().await;
    }
    let seen = SEEN.lock().unwrap();
    for kind in KINDS {
        assert!(seen.iter().any(|seen| seen == kind), "{kind}");
    }
}

/// An event of a known kind that cannot be read is tried three times, then it is a dead letter.
#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_handled_ends_as_a_dead_letter() {
    let world = with_spares(1).await;
    let event = serde_json::json!({
        "version": "0", "id": "1", "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2", "account": "1", "time": "2026-11-20T08:00:00Z", "region": "us-east-1",
        "resources": [], "detail": { "state": "terminated" },
    });
    world.lambdas.event(event.clone()).await;
    assert_eq!(world.lambdas.dead_letters(), [event]);
    assert_eq!(world.lambdas.outcomes()["lifecycle event"], 3);
    world.check_at_rest().await;
}

/// An event that comes while Redis is away is retried by Lambda, and then handled.
#[tokio::test(start_paused = true)]
async fn an_event_in_an_outage_is_handled_after_it() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(120)).await;
    world.stop_redis().await;
    world.lose(&alice.instance);
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert!(world.lambdas.outcomes().get("lifecycle store.away").is_some_and(|n| *n > 0));
    world.start_redis();
    world.passes(5).await;
    assert!(world.lambdas.dead_letters().is_empty());
    world.check_at_rest().await;
}
