//! Traces about stops, seats and boxes.

use hotdesk::clock::Clock;
use hotdesk::fleet::{Fleet, Lifecycle, Power};
use hotdesk::seats::{Addresses, BoxItem, Seats, UserState};
use hotdesk::store::{Admit, BeginStop, BoxPhase, Claim, FinishStop, REST, Stop, Store, Touch};
use hotdesk_tests::world::gate::invoke;
use hotdesk_tests::world::people::{BEAT, Seen};
use hotdesk_tests::world::{Beginning, World, group};
use serde_json::json;
use std::time::Duration;

use crate::fleet::stage::*;

/// The reaper decided to stop alice's box and was paused; meanwhile the box was stopped by another
/// pass, woken, and given to bob. The paused one goes on with what it knew.
#[tokio::test(start_paused = true)]
async fn a_reaper_paused_while_its_box_gets_a_new_life_does_not_stop_it() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    let stamp = world.plane.store.view().await.unwrap().stopping[&alice.instance];
    let paused = Stop { instance: alice.instance.clone(), stamp };
    let id = alice.instance.clone();
    world.pass_until("parked", async |w| phase(w, &id).await == BoxPhase::Standby).await;
    world.run(Duration::from_secs(120)).await;
    // The spare goes to bob, and the old box is woken for one of those who come after him.
    let mut new_life = None;
    for user in ["bob", "carol", "dave"] {
        new_life = Some(world.seated(user).await).filter(|sent| sent.instance == id).or(new_life);
    }
    let Some(new_life) = new_life else { panic!("not woken\n{}", world.picture().await) };
    let at = world.plane.clock.now();
    let finished = world.plane.store.finish_stop(&paused.instance, paused.stamp, at).await;
    assert_eq!(finished.unwrap(), FinishStop::AlreadyGone);
    assert_eq!(world.plane.stopped(&id).await.unwrap(), 0);
    world.run_typing(std::slice::from_ref(&new_life), Duration::from_secs(120)).await;
    assert_eq!(power(&world, &id).await, Some(Power::Running));
    assert_eq!(phase(&world, &id).await, BoxPhase::Running);
    world.check().await;
}

/// Between EnterStandby and StopInstances the function dies; and another one does the rest.
#[tokio::test(start_paused = true)]
async fn a_stop_between_standby_and_stop_goes_on() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    // Enters standby, and dies at StopInstances, three times.
    rules(
        &world,
        json!([{ "call": { "action": "StopInstances", "fault": "lose_request", "times": 15 } }]),
    );
    world.passes(1).await;
    assert_eq!(lifecycle(&world, &alice.instance).await, Some(Lifecycle::Standby));
    assert_eq!(power(&world, &alice.instance).await, Some(Power::Running));
    world.passes(5).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

/// Capacity takes a spare out of the pool while a late launch event admits it again.
#[tokio::test(start_paused = true)]
async fn retire_wins_against_a_late_admit() {
    let world = with_spares(2).await;
    let spare = pool(&world).await.remove(0);
    let machines = world.plane.fleet.machines(one(&spare)).await.unwrap();
    let at: Addresses = machines[&spare].addresses.clone();
    forget(&world, &spare);
    world.plane.store.admit(&spare, &at, now(&world).await).await.unwrap();
    let retired = world.plane.store.retire(2, now(&world).await).await.unwrap();
    assert_eq!(retired.len(), 2);
    let admitted = world.plane.store.admit(&spare, &at, now(&world).await).await.unwrap();
    assert_eq!(admitted, Admit::Known);
    // Nobody is given a box that is being stopped, and both sides come to rest.
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    world.passes(10).await;
    world.check_at_rest().await;
}

/// A list of instances that is minutes old does not name a box: nobody concludes that it is dead.
#[tokio::test(start_paused = true)]
async fn nobody_is_evicted_on_a_stale_list() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    lag(&world, 60_000);
    for _ in 0..5 {
        world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(60)).await;
        assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    }
    let bob = world.seated("bob").await;
    world.run_typing(&[alice.clone(), bob.clone()], Duration::from_secs(300)).await;
    for sent in [&alice, &bob] {
        assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Running);
    }
    lag(&world, 0);
    world.run_typing(&[alice, bob], Duration::from_secs(300)).await;
    world.check_at_rest().await;
}

/// The answer to CONTINUE is lost, once after and once before AWS took it.
#[tokio::test(start_paused = true)]
async fn a_lost_continue_is_sent_again_and_the_box_admitted_once() {
    for lost in ["lose_reply", "lose_request"] {
        let world = World::begin(Default::default()).await;
        rules(
            &world,
            json!([{ "call": { "action": "CompleteLifecycleAction", "fault": lost, "times": 1 } }]),
        );
        // Whoever sent it finds out what became of it, in the same invocation.
        world.lambdas.pass().await.expect("a pass");
        tokio::time::sleep(Duration::from_secs(50)).await;
        assert_eq!(pool(&world).await.len(), 1, "{lost}");
        assert_eq!(world.cloud.faults()[0].hits, 1, "{lost}");
        world.passes(3).await;
        world.check_at_rest().await;
    }
}

/// Redis is flushed while a box is on its way to standby; its user has come back meanwhile.
#[tokio::test(start_paused = true)]
async fn a_flush_in_mid_stop_neither_loses_the_stop_nor_the_next_seat() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    rules(
        &world,
        json!([{ "call": { "action": "StopInstances", "fault": "lose_request", "times": 5 } }]),
    );
    world.passes(1).await;
    assert_eq!(lifecycle(&world, &alice.instance).await, Some(Lifecycle::Standby));
    world.flush();
    // She waits until her old box is stopped, then gets one.
    let again = world.seated("alice").await;
    assert_ne!(again.instance, alice.instance);
    world.run_typing(std::slice::from_ref(&again), Duration::from_secs(300)).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

/// A heartbeat of a seat that is over keeps nobody's box.
#[tokio::test(start_paused = true)]
async fn an_old_tab_keeps_no_box() {
    let world = with_spares(1).await;
    let old = world.seated("alice").await;
    world.door.leave(&old).await.unwrap();
    world.passes(3).await;
    let new = world.seated("alice").await;
    let seat = &old.ticket;
    let touched = world.plane.store.touch(&seat.sub, &old.instance, seat.epoch, now(&world).await);
    assert_eq!(touched.await.unwrap(), Touch::Stale);
    assert_ne!(new.ticket.epoch, old.ticket.epoch);
}

/// Assigned from the queue, the tab gone before the seat was opened: the box is parked all the same.
#[tokio::test(start_paused = true)]
async fn a_seat_that_was_never_opened_is_taken_back() {
    let world = with_spares(1).await;
    let claim = world
        .plane
        .store
        .claim(&"ghost".parse().unwrap(), now(&world).await, now(&world).await)
        .await
        .unwrap();
    let Claim::Assigned(seat) = claim else { panic!("{claim:?}") };
    world.run(Duration::from_secs(600)).await;
    assert_eq!(phase(&world, &seat.instance).await, BoxPhase::Standby);
    assert_eq!(item(&world, &seat.instance).await, Some(BoxItem::Parked));
    world.check_at_rest().await;
}

/// The end of a stop is written in the table, and the function dies before the store.
#[tokio::test(start_paused = true)]
async fn a_death_between_the_table_and_the_store_leaves_no_box_stopping() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    deaf(&world);
    world.passes(1).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let user = alice.ticket.sub.clone();
    let epoch = alice.ticket.epoch;
    let died = invoke(async {
        let item = world.plane.seats.table.user(&user).await.unwrap().unwrap();
        assert_eq!(item.seat.epoch, epoch);
        world.plane.seats.close_and_park(&ended(&item.seat)).await.unwrap();
    });
    died.await.unwrap();
    world.passes(3).await;
    let closed = world.plane.seats.table.user(&user).await.unwrap().unwrap();
    assert_eq!(closed.state, UserState::Closed);
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

/// Whoever types is never idle, whatever the reaper hears; whoever stops typing is, once.
#[tokio::test(start_paused = true)]
async fn who_types_keeps_the_box_and_who_stops_loses_it_once() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(1800)).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.run(Duration::from_secs(300) - BEAT).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.run(Duration::from_secs(240)).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

/// The launch hook times out, and the box is on its way out, but runs and says that it is ready; then
/// the event of its launch comes.
#[tokio::test(start_paused = true)]
async fn a_box_whose_hook_timed_out_is_given_to_nobody() {
    let mut group = group();
    group.hooks.iter_mut().for_each(|hook| hook.heartbeat_seconds = 30);
    let world = World::begin(Beginning { group, ..Beginning::default() }).await;
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    let late = Duration::from_secs(40);
    world.deliveries.set(move |event| {
        let launch = event["detail-type"].as_str().is_some_and(|kind| kind.contains("launch"));
        if launch { vec![late] } else { Vec::new() }
    });
    let _ = world.lambdas.pass().await;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let seen = world.door.open("alice").await;
        assert!(matches!(seen, Seen::Waiting(_)), "sent to a box that dies: {seen:?}");
    }
    world.deliveries.set(|_| vec![Duration::from_secs(1)]);
    let alice = world.seated("alice").await;
    world.run_typing(&[alice], Duration::from_secs(600)).await;
    world.check_at_rest().await;
}

/// The decision to stop is in the store, and the function dies before the table knows: the table wins,
/// and the box is its user's again.
#[tokio::test(start_paused = true)]
async fn a_stop_that_the_table_knows_nothing_of_stops_nobody() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    let (seat, at) = (&alice.ticket, now(&world).await);
    let begun = world.plane.store.begin_stop(&seat.sub, seat.epoch, at.plus(BEAT), at).await;
    assert!(matches!(begun.unwrap(), BeginStop::Begun(_)));
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(180)).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    assert_eq!(lifecycle(&world, &alice.instance).await, Some(Lifecycle::InService));
    world.check_at_rest().await;
}

/// Whoever leaves as soon as they came: AWS may still list the box as in standby, where it rested before.
/// It is stopped as one in service is, which the group would replace.
#[tokio::test(start_paused = true)]
async fn a_list_of_its_last_life_stops_no_box_in_service() {
    let world = with_spares(1).await;
    parked(&world).await;
    // From now on what is shown is as old as that, or newer.
    lag(&world, 40_000);
    let mut woken = 0;
    for n in 0..6 {
        let resting = world.plane.store.view().await.unwrap().standby;
        // Takes the spare, so that the next one's box is woken.
        let first = world.seated(&format!("first{n}")).await;
        let next = world.seated(&format!("next{n}")).await;
        woken += usize::from(resting.contains_key(&next.instance));
        for sent in [next, first] {
            assert_eq!(world.door.leave(&sent).await.unwrap(), 202);
        }
        world.run(REST + Duration::from_secs(240)).await;
        world.check().await;
    }
    assert!(woken > 2, "{woken}");
    lag(&world, 0);
    world.passes(5).await;
    world.check_at_rest().await;
}
