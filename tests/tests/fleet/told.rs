//! What people who wait are told of what keeps boxes from coming: soon, as long as it is so, and no
//! longer; and nobody loses their place over it.

use std::time::Duration;

use hotdesk::{control::Policy, spares::Spares, store::Store};
use hotdesk_sim::Sim;
use hotdesk_tests::world::{World, people::Seen, policy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::stage::*;

/// A group that is told that there is no machine says so some seconds later; the SDK repeats a call
/// that failed for ten.
const SOON: Duration = Duration::from_secs(20);

/// A world without any box.
async fn empty() -> World {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    world.passes(1).await;
    world.check_at_rest().await;
    world
}

/// How often AWS was asked why launches fail.
fn asked(world: &World) -> usize {
    world.gate.counts().get("DescribeScalingActivities").copied().unwrap_or_default()
}

async fn queue(world: &World, users: &[&str]) {
    for (n, user) in users.iter().enumerate() {
        let Seen::Waiting(body) = world.door.open(user).await else { panic!("{user} has a box") };
        assert_eq!(body["position"], n + 1);
    }
}

/// What a user sees while they wait; they have that place.
async fn limit(world: &World, user: &str, place: usize) -> Value {
    let seen = world.door.status(user).await.expect("an answer");
    assert_eq!((&seen["state"], &seen["position"]), (&json!("waiting"), &json!(place)), "{user}");
    seen["limit"].clone()
}

/// The users wait at their pages, which ask as pages do; no pass comes along. Soon all of them are
/// told so.
async fn told_soon(world: &World, users: &[&str], told: &str) {
    let began = Instant::now();
    for (n, user) in users.iter().enumerate() {
        while limit(world, user, n + 1).await != told {
            assert!(began.elapsed() < SOON, "{user} is not told {told}\n{}", world.picture().await);
            sleep(Duration::from_secs(1)).await;
        }
    }
}

/// The users go on waiting for so long, with the passes of that time: they are told so all the time.
async fn told_on(world: &World, users: &[&str], told: &str, time: Duration) {
    let waiting = async {
        loop {
            for (n, user) in users.iter().enumerate() {
                assert_eq!(limit(world, user, n + 1).await, told, "{user}");
            }
            sleep(Duration::from_secs(5)).await;
        }
    };
    tokio::select! {
        () = world.run(time) => {}
        () = waiting => {}
    }
}

/// The users get their boxes, in their order, and the next one who waits is told nothing.
async fn served(world: &World, users: &[&str]) {
    let mut sent = Vec::new();
    for user in users {
        sent.push(world.seated(user).await);
    }
    world.run_typing(&sent, Duration::from_secs(120)).await;
    world.check_at_rest().await;
    // Until nobody finds a spare.
    for n in 0..3 {
        if let Seen::Waiting(body) = world.door.open(&format!("late{n}")).await {
            assert_eq!(body["limit"], Value::Null);
            return;
        }
    }
    panic!("so many spares");
}

/// People wait under a condition, are told of it, and served once it is over.
async fn under(condition: impl Fn(&World, bool), told: &str) {
    let world = empty().await;
    condition(&world, true);
    let users = ["alice", "bob"];
    queue(&world, &users).await;
    told_soon(&world, &users, told).await;
    told_on(&world, &users, told, Duration::from_secs(240)).await;
    condition(&world, false);
    served(&world, &users).await;
}

fn in_cloud(change: impl Fn(&mut Sim, bool)) -> impl Fn(&World, bool) {
    move |world, on| world.cloud.act(|sim| change(sim, on))
}

/// Calls of this action meet this fault.
fn at(action: &str, fault: Value) -> impl Fn(&World, bool) {
    let rule = json!([{ "call": { "action": action, "fault": fault } }]);
    move |world, on| rules(world, if on { rule.clone() } else { json!([]) })
}

fn error(code: &str, status: u16) -> Value {
    json!({ "error": { "code": code, "message": "no", "status": status } })
}

#[tokio::test(start_paused = true)]
async fn no_capacity_at_aws() {
    under(in_cloud(|sim, on| sim.set_capacity(on.then_some(0))), "no-capacity").await;
}

#[tokio::test(start_paused = true)]
async fn launches_that_somebody_must_mend() {
    let reason = "You have requested more vCPU capacity than your current vCPU limit of 32 allows.";
    let condition = |sim: &mut Sim, on: bool| sim.set_launch_error(on.then(|| reason.to_owned()));
    under(in_cloud(condition), "launch-failed").await;
}

#[tokio::test(start_paused = true)]
async fn a_max_size_that_somebody_lowered_and_raises_again() {
    let world = empty().await;
    let max = |max| world.cloud.act(|sim| sim.set_max_size(max)).unwrap();
    max(1);
    let alice = world.seated("alice").await;
    queue(&world, &["bob"]).await;
    told_soon(&world, &["bob"], "max-size").await;
    max(20);
    let waiting = world.seated("bob");
    let typing = world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(120));
    tokio::join!(waiting, typing);
    let Seen::Waiting(body) = world.door.open("carol").await else { panic!("a spare") };
    assert_eq!(body["limit"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn every_call_throttled() {
    under(at("*", json!("throttle")), "throttled").await;
}

#[tokio::test(start_paused = true)]
async fn the_call_that_would_raise_desired_throttled() {
    under(at("SetDesiredCapacity", json!("throttle")), "throttled").await;
}

#[tokio::test(start_paused = true)]
async fn aws_in_trouble() {
    under(at("*", error("ServiceUnavailable", 503)), "aws-away").await;
}

#[tokio::test(start_paused = true)]
async fn aws_without_an_answer() {
    under(at("*", json!("lose_request")), "aws-away").await;
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_missing() {
    under(at("SetDesiredCapacity", error("AccessDenied", 403)), "launch-failed").await;
}

/// There is room for one of two, and the second is told so while the first one's box boots.
#[tokio::test(start_paused = true)]
async fn capacity_for_some() {
    let world = empty().await;
    world.cloud.act(|sim| sim.set_capacity(Some(1)));
    queue(&world, &["alice", "bob"]).await;
    let began = Instant::now();
    while limit(&world, "bob", 2).await != "no-capacity" {
        assert!(began.elapsed() < SOON, "{}", world.picture().await);
        sleep(Duration::from_secs(1)).await;
    }
    let alice = world.seated("alice").await;
    told_soon(&world, &["bob"], "no-capacity").await;
    world.cloud.act(|sim| sim.set_capacity(None));
    let typing = world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(300));
    let (bob, ()) = tokio::join!(world.seated("bob"), typing);
    assert_ne!(bob.instance, alice.instance);
}

/// The standby box cannot be started for want of a machine, nor can another be launched.
#[tokio::test(start_paused = true)]
async fn a_standby_box_that_finds_no_machine() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    parked(&world).await;
    world.cloud.act(|sim| sim.set_capacity(Some(0)));
    queue(&world, &["alice"]).await;
    told_soon(&world, &["alice"], "no-capacity").await;
    world.cloud.act(|sim| sim.set_capacity(None));
    world.seated("alice").await;
    world.check().await;
}

/// Only the box in standby finds no machine, and a launch is on its way; nobody says so where it is held
/// up by something else.
#[tokio::test(start_paused = true)]
async fn a_standby_box_alone_that_finds_no_machine() {
    for (code, told) in [
        ("InsufficientInstanceCapacity", json!("no-capacity")),
        ("IncorrectInstanceState", Value::Null),
    ] {
        let world =
            with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
        parked(&world).await;
        deaf(&world);
        let refused = json!({ "action": "StartInstances", "fault": error(code, 500) });
        rules(&world, json!([{ "call": refused }]));
        queue(&world, &["alice"]).await;
        sleep(Duration::from_secs(1)).await;
        assert_eq!(limit(&world, "alice", 1).await, told, "{code}");
    }
}

/// What failed for those who left is not held against who comes later, once boxes come again.
#[tokio::test(start_paused = true)]
async fn a_failure_of_long_ago_is_not_told() {
    let world = empty().await;
    world.cloud.act(|sim| sim.set_capacity(Some(0)));
    queue(&world, &["alice"]).await;
    told_soon(&world, &["alice"], "no-capacity").await;
    // She closes the page, and somebody lowers what nobody waits for any more.
    sleep(Duration::from_secs(200)).await;
    call(&world, hotdesk_sim::Call::SetDesiredCapacity { group: "hotdesk".into(), desired: 0 });
    world.cloud.act(|sim| sim.set_capacity(None));
    world.run(Duration::from_secs(3600)).await;
    queue(&world, &["bob"]).await;
    for _ in 0..15 {
        let seen = world.door.status("bob").await.unwrap();
        assert_eq!(seen["limit"], Value::Null, "{seen}");
        sleep(Duration::from_secs(1)).await;
    }
    world.seated("bob").await;
}

/// AWS is asked only where somebody wants to know, and seldom where boxes come.
#[tokio::test(start_paused = true)]
async fn nobody_waits_and_nobody_asks() {
    let world = with_policy(Policy { spares: Spares::Fixed(2), ..policy() }).await;
    world.cloud.act(|sim| sim.set_capacity(Some(2)));
    // Two find a spare each, and the next spares do not come.
    let sent = [world.seated("alice").await, world.seated("bob").await];
    world.run_typing(&sent, Duration::from_secs(900)).await;
    assert!(world.cloud.look(|sim| sim.activities()).iter().any(|a| a.message.is_some()));
    assert_eq!(asked(&world), 0);
    world.cloud.act(|sim| sim.set_capacity(None));
    world.run_typing(&sent, Duration::from_secs(300)).await;
    assert_eq!((pool(&world).await.len(), asked(&world)), (2, 0));
    for user in ["carol", "dave", "erin", "frank"] {
        world.seated(user).await;
    }
    // Two of them waited, for a boot each: until its hook was heard of.
    assert!(asked(&world) <= 8, "{}", asked(&world));
}

/// That AWS does not say why is no reason to wait.
#[tokio::test(start_paused = true)]
async fn boxes_come_whether_aws_says_why_or_not() {
    for fault in [json!("throttle"), error("AccessDenied", 403), json!("lose_request")] {
        let world = empty().await;
        at("DescribeScalingActivities", fault)(&world, true);
        queue(&world, &["alice"]).await;
        let began = Instant::now();
        world.seated("alice").await;
        assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
        assert!(asked(&world) > 0, "or it would be about nothing");
        let outcomes = world.lambdas.outcomes();
        assert!(outcomes.keys().all(|outcome| outcome.ends_with(" ok")), "{outcomes:?}");
    }
}

/// Nobody who waits is told of something that only the store remembers.
#[tokio::test(start_paused = true)]
async fn what_is_not_repeated_is_forgotten() {
    let world = empty().await;
    let hour = now(&world).await.plus(Duration::from_secs(3600));
    let limit = Some(hotdesk::store::Limit::NoCapacity);
    world.plane.store.constrain(limit, hour).await.unwrap();
    world.seated("alice").await;
    let Seen::Waiting(body) = world.door.open("bob").await else { panic!("a spare") };
    assert_eq!(body["limit"], Value::Null);
}
