//! Rows of the reconcile table about boxes that boot or are in service.

use std::time::Duration;

use hotdesk::{
    control::Policy,
    fleet::Fleet,
    id::{Epoch, UserId},
    seats::{Addresses, Identity, Open, Seat, Seats},
    spares::Spares,
    store::{BoxPhase, Store},
};
use hotdesk_sim::Call;
use hotdesk_tests::world::{GROUP, World, policy};

use crate::fleet::stage::*;

#[tokio::test(start_paused = true)]
async fn a_launch_whose_event_was_lost_is_received() {
    let world = World::begin(Default::default()).await;
    deaf(&world);
    world.passes(3).await;
    assert_eq!(pool(&world).await.len(), 1);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_in_service_that_nobody_knows_is_admitted() {
    let world = with_spares(1).await;
    let spare = pool(&world).await.remove(0);
    forget(&world, &spare);
    world.passes(1).await;
    assert_eq!(pool(&world).await, [spare]);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_in_service_that_is_not_ready_is_not_admitted() {
    let world = with_spares(1).await;
    let spare = pool(&world).await.remove(0);
    forget(&world, &spare);
    world.plane.boxes.break_box(&spare);
    world.passes(1).await;
    assert!(!pool(&world).await.contains(&spare));
}

#[tokio::test(start_paused = true)]
async fn a_spare_that_somebody_stopped_is_taken_out_before_it_is_given() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    call(&world, Call::StopInstances { ids: vec![spare.to_string()] });
    world.passes(5).await;
    assert!(!pool(&world).await.contains(&spare));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn items_win_over_the_store() {
    let world = with_spares(2).await;
    let sent = world.seated("alice").await;
    world.passes(3).await;
    // The store forgets alice, and thinks her box is spare.
    let mut redis = world.redis();
    redis::cmd("DEL").arg("ws:alice").exec(&mut redis).unwrap();
    redis::cmd("ZREM").arg("ws:pings").arg("alice").exec(&mut redis).unwrap();
    redis::cmd("SADD").arg("ws:pool").arg(sent.instance.as_str()).exec(&mut redis).unwrap();
    let key = format!("fleet:instance:{}", sent.instance);
    redis::cmd("HSET").arg(&key).arg("state").arg("SPARE").exec(&mut redis).unwrap();
    redis::cmd("HDEL").arg(&key).arg("owner").arg("epoch").exec(&mut redis).unwrap();
    world.passes(1).await;
    assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Running);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn members_that_lost_their_protection_get_it_back_and_zones_stay_unbalanced() {
    let world = with_spares(1).await;
    let sent = world.seated("alice").await;
    let ids = vec![sent.instance.to_string()];
    call(&world, Call::SetInstanceProtection { group: GROUP.into(), ids, protected: false });
    world.passes(1).await;
    let group = world.plane.fleet.group().await.unwrap();
    assert!(group.members[&sent.instance].protected);
    assert!(!group.balances, "suspended by the first pass");
}

/// The same where the table is larger than what one pass compares with the store: the counts disagree,
/// so all of it is read.
#[tokio::test(start_paused = true)]
async fn items_win_over_the_store_in_a_large_table_too() {
    let world = with_policy(Policy { spares: Spares::Fixed(8), ..policy() }).await;
    let table = &world.plane.seats.table;
    for n in 0..2500 {
        let seat = Seat {
            user: format!("gone{n}").parse().unwrap(),
            instance: format!("i-{n:08x}").parse().unwrap(),
            epoch: Epoch(1),
            since: now(&world).await,
            addresses: Addresses::default(),
        };
        let identity = Identity { issuer: "local".into(), subject: seat.user.to_string() };
        assert_eq!(
            table.open(&seat, &identity, seat.since, seat.since).await.unwrap(),
            Open::Opened
        );
        table.close_dead(&ended(&seat)).await.unwrap();
    }
    let mut seated = Vec::new();
    for n in 0..8 {
        seated.push(world.seated(&format!("user{n}")).await);
    }
    world.run_typing(&seated, Duration::from_secs(240)).await;
    // Somebody whom the next page does not name.
    let at = world.plane.store.walk().await.unwrap();
    let page = table.page(at.as_deref(), 2000).await.unwrap().items.users;
    let named = |user: &UserId| page.iter().any(|item| item.seat.user == *user);
    let far = seated.iter().find(|sent| !named(&sent.ticket.sub)).expect("one of eight");
    let user = &far.ticket.sub;
    let mut redis = world.redis();
    redis::cmd("DEL").arg(format!("ws:{user}")).exec(&mut redis).unwrap();
    redis::cmd("ZREM").arg("ws:pings").arg(user.as_str()).exec(&mut redis).unwrap();
    forget(&world, &far.instance);
    world.passes(1).await;
    assert_eq!(phase(&world, &far.instance).await, BoxPhase::Running);
    world.check().await;
}
