//! What the operator, the group and AWS allow, and what people are told of it.

use std::time::Duration;

use hotdesk::{
    control::Policy,
    spares::Spares,
    store::{BoxPhase, REST, Store},
};
use hotdesk_sim::{GroupSpec, InstanceState, Settings, faults::Rule};
use hotdesk_tests::world::{Beginning, World, group, people::Seen, policy};
use serde_json::json;

use super::stage::*;

#[tokio::test(start_paused = true)]
async fn standby_boxes_beyond_the_limit_are_terminated_oldest_first() {
    let world = with_policy(Policy { max_standby: 2, ..policy() }).await;
    let mut sent = Vec::new();
    for user in ["a", "b", "c", "d"] {
        sent.push(world.seated(user).await);
    }
    world.run_typing(&sent, Duration::from_secs(120)).await;
    for sent in &sent {
        world.door.leave(sent).await.unwrap();
        world.passes(2).await;
    }
    world.passes(6).await;
    let standby = world.plane.store.view().await.unwrap().standby;
    let kept: Vec<_> = sent[2..].iter().map(|sent| sent.instance.clone()).collect();
    assert!(kept.iter().all(|id| standby.contains_key(id)), "{standby:?}");
    assert_eq!(standby.len(), 2);
    world.check_at_rest().await;
}

/// One spare, and all the others of so many in standby.
async fn with_standby(boxes: usize) -> World {
    let policy = Policy { spares: Spares::Fixed(boxes), max_standby: boxes, ..policy() };
    let group = GroupSpec { max: 300, ..group() };
    let mut world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == boxes).await;
    world.set_policy(|policy| policy.spares = Spares::Fixed(1));
    world.pass_until("standby boxes", async |world| standby(world).await == boxes - 1).await;
    world
}

/// When most of a large organisation goes to lunch, thousands of boxes too many are parked, and each costs
/// its disk: a pass terminates as many as AWS lets it, and the next one goes on.
#[tokio::test(start_paused = true)]
async fn hundreds_of_standby_boxes_too_many_are_gone_within_two_passes() {
    let mut world = with_standby(250).await;
    world.set_policy(|policy| policy.max_standby = 4);
    let first = world.lambdas.pass().await.expect("a pass");
    assert_eq!((first.dropped, first.errors), (200, 0));
    let second = world.lambdas.pass().await.expect("a pass");
    assert_eq!((second.dropped, standby(&world).await), (45, 4));
    world.passes(3).await;
    world.check_at_rest().await;
}

/// A hundred are started at a time, and then the others that are missing: no more, and none is launched.
#[tokio::test(start_paused = true)]
async fn more_boxes_than_are_started_at_a_time_are_woken_in_one_pass() {
    let mut world = with_standby(160).await;
    tokio::time::sleep(REST).await;
    world.set_policy(|policy| policy.spares = Spares::Fixed(131));
    world.lambdas.pass().await.expect("a pass");
    assert_eq!(standby(&world).await, 29);
    world.pass_until("spares", async |world| pool(world).await.len() == 131).await;
    assert_eq!(world.cloud.look(|sim| sim.instances()).len(), 160, "none is launched");
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn standby_boxes_beyond_their_age_are_terminated() {
    let (hour, day) = (Duration::from_secs(3600), Duration::from_secs(86_400));
    let world = with_policy(Policy { max_standby_age: Some(day), ..policy() }).await;
    let standby = parked(&world).await;
    tokio::time::sleep(day - hour).await;
    assert_eq!(world.lambdas.pass().await.expect("a pass").dropped, 0);
    assert_eq!(phase(&world, &standby).await, BoxPhase::Standby);
    tokio::time::sleep(hour).await;
    assert_eq!(world.lambdas.pass().await.expect("a pass").dropped, 1);
    world.passes(3).await;
    assert_eq!(phase(&world, &standby).await, BoxPhase::Gone);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_group_at_max_size_says_so_to_who_waits_and_only_then() {
    let group = GroupSpec { max: 2, ..group() };
    let world = World::begin(Beginning { group, ..Beginning::default() }).await;
    world.pass_until("a spare", async |world| pool(world).await.len() == 1).await;
    let (alice, bob) = (world.seated("alice").await, world.seated("bob").await);
    let Seen::Waiting(first) = world.door.open("carol").await else { panic!("a third box") };
    assert_eq!(first["position"], 1);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let told = world.door.status("carol").await.unwrap();
    assert_eq!((&told["state"], &told["limit"]), (&json!("waiting"), &json!("max-size")));
    let Seen::Waiting(page) = world.door.open("carol").await else { panic!("a third box") };
    assert_eq!(page["limit"], "max-size");
    let group = world.cloud.look(|sim| sim.group());
    assert_eq!((group.desired, group.members.len()), (2, 2), "MaxSize is never passed");
    // Somebody gives a box back: the next in the queue gets one, and nobody is told any more.
    world.door.leave(&alice).await.unwrap();
    let waiting = async { world.seated("carol").await };
    let typing = world.run_typing(std::slice::from_ref(&bob), Duration::from_secs(600));
    let (carol, ()) = tokio::join!(waiting, typing);
    assert!(carol.instance != bob.instance);
}

#[tokio::test(start_paused = true)]
async fn no_capacity_at_aws_delays_people_and_breaks_nothing() {
    let world = with_spares(1).await;
    world.cloud.act(|sim| sim.set_capacity(Some(2)));
    let mut sent = vec![world.seated("alice").await, world.seated("bob").await];
    assert!(matches!(world.door.open("carol").await, Seen::Waiting(_)));
    world.run_typing(&sent, Duration::from_secs(300)).await;
    assert!(matches!(world.door.open("carol").await, Seen::Waiting(_)));
    world.cloud.act(|sim| sim.set_capacity(None));
    sent.push(world.seated("carol").await);
    world.run_typing(&sent, Duration::from_secs(600)).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_boot_that_is_slow_is_waited_for_over_several_invocations() {
    let settings = Settings { boot_ms: 400_000, ..Settings::default() };
    let mut group = group();
    group.hooks[0].heartbeat_seconds = 300;
    let world = World::begin(Beginning { settings, group, ..Beginning::default() }).await;
    world.passes(8).await;
    assert_eq!(pool(&world).await.len(), 1, "longer than the hook's own timeout");
    let extended = world.gate.counts().get("RecordLifecycleActionHeartbeat").copied();
    assert!(extended.is_some_and(|n| n >= 3), "{extended:?}");
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_boot_that_is_too_late_is_abandoned_and_another_one_made() {
    let world = World::begin(Default::default()).await;
    world.plane.boxes.break_all(true);
    world.passes(11).await;
    let first = world.cloud.look(|sim| sim.instances());
    assert!(first.iter().any(|i| i.state != InstanceState::Running), "abandoned: {first:?}");
    world.plane.boxes.break_all(false);
    world.passes(6).await;
    assert_eq!(pool(&world).await.len(), 1);
    world.check_at_rest().await;
}

/// A group of one, and the box that alice waits for dies while it boots: the next one comes well before
/// the hook that held it would have timed out.
#[tokio::test(start_paused = true)]
async fn a_box_that_dies_while_it_boots_makes_room_for_another_at_once() {
    let group = GroupSpec { max: 1, ..group() };
    let timeout = group.hooks.iter().map(|hook| hook.heartbeat_seconds).max().unwrap();
    let world = World::begin(Beginning { group, ..Beginning::default() }).await;
    world.plane.boxes.break_all(true);
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    world.passes(1).await;
    let first = world.cloud.look(|sim| sim.instances()).remove(0).id.parse().unwrap();
    world.lose(&first);
    world.plane.boxes.break_all(false);
    let patience = Duration::from_secs(timeout.into()) - Duration::from_secs(60);
    let sent = world.door.wait_for_box("alice", patience);
    let passes = async {
        loop {
            world.passes(1).await;
        }
    };
    let sent = tokio::select! {
        sent = sent => sent,
        () = passes => None,
    };
    let Some(sent) = sent else { panic!("still waits\n{}", world.picture().await) };
    assert_ne!(sent.instance, first);
}

/// Every call is throttled now and then, fails now and then, and loses its reply now and then.
#[tokio::test(start_paused = true)]
async fn a_bad_day_at_aws_ends_as_it_should() {
    let world = World::begin(Default::default()).await;
    let error = json!({ "code": "InternalFailure", "message": "no", "status": 500 });
    let rules: Vec<Rule> = serde_json::from_value(json!([
        { "call": { "action": "*", "fault": "throttle", "when": { "rate": 0.15 } } },
        { "call": { "action": "*", "fault": { "error": error }, "when": { "rate": 0.1 } } },
        { "call": { "action": "*", "fault": "lose_reply", "when": { "rate": 0.1 } } },
        { "call": { "action": "*", "fault": "lose_request", "when": { "rate": 0.1 } } },
        { "call": { "action": "*", "fault": { "delay": { "ms": 900 } }, "when": { "rate": 0.2 } } },
        { "event": { "detail_type": "*", "fault": "lose", "when": { "rate": 0.2 } } },
    ]))
    .unwrap();
    world.cloud.set_faults(rules).unwrap();
    world.cloud.act(|sim| sim.set_lag_ms(5_000));
    let mut sent = Vec::new();
    for n in 0..6 {
        sent.push(world.seated(&format!("user{n}")).await);
        world.run_typing(&sent, Duration::from_secs(120)).await;
    }
    for sent in sent.drain(..3) {
        world.door.leave(&sent).await;
    }
    world.run_typing(&sent, Duration::from_secs(900)).await;
    for sent in &sent {
        assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Running, "{sent:?}");
    }
    let hits: Vec<u64> = world.cloud.faults().iter().map(|active| active.hits).collect();
    assert!(hits.iter().all(|hits| *hits > 0), "{hits:?}");
    world.cloud.set_faults(Vec::new()).unwrap();
    world.cloud.act(|sim| sim.set_lag_ms(0));
    world.run_typing(&sent, Duration::from_secs(300)).await;
    world.check_at_rest().await;
}
