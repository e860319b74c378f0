//! Traces about capacity.

use hotdesk::fleet::Fleet;
use hotdesk::store::{BoxPhase, Store};
use hotdesk::{control::Policy, spares::Spares};
use hotdesk_sim::{Call, Settings};
use hotdesk_tests::world::gate::{Gate, invoke};
use hotdesk_tests::world::people::Seen;
use hotdesk_tests::world::{Beginning, GROUP, World, policy};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::fleet::stage::*;

/// Somebody lowers desired under the members, and scale-in finds them protected.
#[tokio::test(start_paused = true)]
async fn desired_lowered_under_members_takes_nobodys_box_and_leaves_no_spare_over() {
    let world = with_spares(1).await;
    // Two boxes are parked; alice's coming wakes one of them.
    for sent in [world.seated("bob").await, world.seated("carol").await] {
        world.door.leave(&sent).await.unwrap();
    }
    world.passes(5).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(180)).await;
    assert_eq!(standby(&world).await, 1);
    let before = world.gate.counts().get("StartInstances").copied().unwrap_or_default();
    world.cloud.call(Call::SetDesiredCapacity { group: GROUP.into(), desired: 0 }).unwrap();
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(300)).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.check_at_rest().await;
    let started = world.gate.counts().get("StartInstances").copied().unwrap_or_default();
    assert_eq!(started, before, "nothing was missing, so nothing was woken");
    // And raised above what is needed: the surplus goes.
    world.cloud.call(Call::SetDesiredCapacity { group: GROUP.into(), desired: 6 }).unwrap();
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(900)).await;
    world.check_at_rest().await;
}

/// A standby box that cannot be started: whoever waits gets a new one in the same round.
#[tokio::test(start_paused = true)]
async fn an_unstartable_standby_box_holds_nobody_up() {
    // In a storm AWS starts two a second.
    for (code, status) in [("InsufficientInstanceCapacity", 500), ("RequestLimitExceeded", 503)] {
        let world = with_spares(1).await;
        let standby = parked(&world).await;
        let error = json!({ "code": code, "message": "no", "status": status });
        let refused = json!({ "action": "StartInstances", "fault": { "error": error } });
        rules(&world, json!([{ "call": refused }]));
        world.seated("alice").await;
        let bob = world.door.wait_for_box("bob", Duration::from_secs(120)).await;
        let bob = bob.unwrap_or_else(|| panic!("{code}: no new box"));
        assert_ne!(bob.instance, standby);
        assert!(world.cloud.faults()[0].hits > 0);
        let counts = phase(&world, &standby).await == BoxPhase::Waking;
        assert!(!counts, "{code}: a box that does not come counts as capacity");
        rules(&world, json!([]));
        world.run_typing(&[bob], Duration::from_secs(600)).await;
        world.check_at_rest().await;
    }
}

/// The holder of the lock is paused past its lease; others raise desired; it goes on with the counts
/// that it read before.
#[tokio::test(start_paused = true)]
async fn a_lock_holder_paused_past_its_lease_lowers_nothing() {
    let world = with_policy(Policy { spares: Spares::Fixed(3), ..policy() }).await;
    world.door.open("first").await;
    // It has counted what is missing, and is frozen before it could raise desired by one.
    world.gate.pause_after("wake", Duration::from_secs(45));
    outlast_the_lease(&world).await;
}

/// It has read desired as well, just before it would set it.
#[tokio::test(start_paused = true)]
async fn a_lock_holder_paused_with_desired_in_hand_lowers_nothing() {
    let world = with_policy(Policy { spares: Spares::Fixed(3), ..policy() }).await;
    // Nobody else hears that somebody came.
    world.lambdas.lose_records(true);
    world.door.open("first").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.lambdas.lose_records(false);
    // The second time that it reads desired comes after this.
    world.gate.pause_after("wake", Duration::from_millis(500));
    let (gate, wakes) = (world.gate.clone(), |gate: &Gate| gate.counts().get("wake").copied());
    let before = wakes(&gate);
    tokio::spawn(async move {
        while wakes(&gate) == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        gate.pause_after("DescribeAutoScalingGroups", Duration::from_secs(45));
    });
    outlast_the_lease(&world).await;
}

/// Whoever converges now is slow, as the gate was told; meanwhile people come, and somebody quick converges.
async fn outlast_the_lease(world: &World) {
    let spares = world.plane.fleet.sizes().await.unwrap().desired;
    let plane = world.plane.clone();
    let slow = tokio::spawn(invoke(async move { plane.converge("slow").await }));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut most = spares;
    for tick in 0.. {
        if slow.is_finished() {
            break;
        }
        match tick {
            0..40 if tick % 5 == 0 => drop(world.door.open(&format!("user{}", tick / 5)).await),
            160 => world.plane.converge("quick").await.unwrap(),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let desired = world.plane.fleet.sizes().await.unwrap().desired;
        assert!(desired >= most, "lowered from {most} to {desired}");
        most = desired;
    }
    assert!(most > spares, "the lease was over, and somebody else raised it");
    slow.await.unwrap().expect("it ended by itself").expect("well");
    assert!(world.plane.fleet.sizes().await.unwrap().desired >= most);
    for n in 0..8 {
        world.seated(&format!("user{n}")).await;
    }
    world.check().await;
}

/// Whoever sets capacity after the check, too late and too low, is corrected within a pass.
#[tokio::test(start_paused = true)]
async fn a_late_absolute_number_is_made_up_for() {
    let world = with_spares(1).await;
    let users = ["a", "b", "c", "d"];
    for user in users {
        world.door.open(user).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.cloud.call(Call::SetDesiredCapacity { group: GROUP.into(), desired: 1 }).unwrap();
    for user in users {
        world.seated(user).await;
    }
    world.check().await;
}

/// Such a number takes boxes that are on their way into service, where their protection begins: nobody
/// has one of those.
#[tokio::test(start_paused = true)]
async fn a_late_absolute_number_takes_no_box_that_is_somebodys() {
    let policy = Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() };
    // Long enough for alice to come in between.
    let settings = Settings { group_ms: 8_000, ..Settings::default() };
    let world = World::begin(Beginning { policy, settings, ..Beginning::default() }).await;
    let ended = Arc::new(Mutex::new(Vec::new()));
    let endings = Arc::clone(&ended);
    world.plane.seats.on_end(move |seat, why| {
        endings.lock().unwrap().push(format!("{}: {:?}", seat.instance, why.why));
    });
    // Her box is ready, and its hook not answered yet.
    let look = "DescribeAutoScalingInstances";
    world.gate.pause_after(look, Duration::from_secs(3));
    let late = async {
        while !world.gate.counts().contains_key(look) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // And nobody makes up for it before the group acts.
        world.lambdas.lose_records(true);
        world.cloud.call(Call::SetDesiredCapacity { group: GROUP.into(), desired: 0 }).unwrap();
        for _ in 0..16 {
            world.door.open("alice").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        world.lambdas.lose_records(false);
    };
    let (alice, ()) = tokio::join!(world.seated("alice"), late);
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(300)).await;
    assert!(world.cloud.look(|sim| sim.instances()).len() > 1, "the first one was taken");
    assert_eq!(*ended.lock().unwrap(), [""; 0]);
    world.check_at_rest().await;
}

/// Three boxes leave standby while a round has counted and not yet set: that raises desired, and the
/// number that the round sets does not take it back.
#[tokio::test(start_paused = true)]
async fn boxes_that_leave_standby_during_a_round_are_not_taken_out_of_desired() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    let early = ["x", "y", "z"].map(|user| Box::pin(world.seated(user)));
    for sent in futures::future::join_all(early).await {
        world.door.leave(&sent).await.unwrap();
    }
    world.passes(5).await;
    assert_eq!(standby(&world).await, 3);
    for user in ["a", "b", "c"] {
        assert!(matches!(world.door.open(user).await, Seen::Waiting(_)));
    }
    // They boot in 21 s.
    tokio::time::sleep(Duration::from_secs(18)).await;
    assert_eq!(world.plane.store.view().await.unwrap().waking.len(), 3);
    world.door.open("d").await;
    world.gate.pause_after("DescribeAutoScalingGroups", Duration::from_secs(4));
    let mut most = 0;
    for _ in 0..200 {
        let desired = world.cloud.look(|sim| sim.group()).desired;
        assert!(desired >= most, "{desired} after {most}");
        most = desired;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(most, 4);
    for user in ["a", "b", "c", "d"] {
        world.seated(user).await;
    }
}

/// Tabs that were closed in the queue boot no box.
#[tokio::test(start_paused = true)]
async fn a_queue_left_by_closed_tabs_boots_nothing() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    world.plane.boxes.break_all(true);
    for n in 0..5 {
        assert!(matches!(world.door.open(&format!("user{n}")).await, Seen::Waiting(_)));
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(world.plane.fleet.sizes().await.unwrap().desired > 0, "they were waited for");
    tokio::time::sleep(Duration::from_secs(200)).await;
    world.plane.boxes.break_all(false);
    world.run(Duration::from_secs(900)).await;
    let demand = world.plane.store.demand(now(&world).await).await.unwrap();
    assert_eq!((demand.waiting, demand.active, demand.pool), (0, 0, 0));
    assert_eq!(world.plane.fleet.sizes().await.unwrap().desired, 0);
}

/// Whoever finds the lock held leaves word, and the holder goes round once more with what is true then.
#[tokio::test(start_paused = true)]
async fn a_loser_of_the_lock_need_not_wait_for_the_next_pass() {
    let world = with_spares(1).await;
    // The holder has counted, and is slow.
    world.gate.pause_after("constrain", Duration::from_secs(8));
    let plane = world.plane.clone();
    let holder = tokio::spawn(invoke(async move { plane.converge("holder").await }));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for user in ["a", "b", "c"] {
        world.door.open(user).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.plane.fleet.sizes().await.unwrap().desired, 1, "the holder is at it");
    holder.await.unwrap().expect("alive").expect("well");
    assert_eq!(world.plane.fleet.sizes().await.unwrap().desired, 4, "three people and a spare");
}
