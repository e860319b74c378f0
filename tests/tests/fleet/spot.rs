//! Spot instances: taken back by AWS with a notice, and never stopped.

use std::time::Duration;

use hotdesk::store::BoxPhase;
use hotdesk_sim::GroupSpec;
use hotdesk_tests::world::{Beginning, World, group};

use super::stage::*;

async fn spot_world() -> World {
    let group = GroupSpec { spot: true, ..group() };
    let world = World::begin(Beginning { group, ..Beginning::default() }).await;
    world.pass_until("a spare", async |world| pool(world).await.len() == 1).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_spare_that_aws_takes_back_is_retired_and_replaced() {
    let world = spot_world().await;
    let spare = pool(&world).await.remove(0);
    world.cloud.act(|sim| sim.interrupt(spare.as_str())).unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(!pool(&world).await.contains(&spare), "nobody is given it any more");
    world.passes(5).await;
    assert_eq!(phase(&world, &spare).await, BoxPhase::Gone);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_user_whose_box_aws_takes_back_is_told_until_it_is_gone() {
    let world = spot_world().await;
    let alice = world.seated("alice").await;
    let header = |reply: &Option<http::Response<String>>| {
        let threat = reply.as_ref()?.headers().get("box-threat")?;
        Some(threat.to_str().unwrap().to_owned())
    };
    assert_eq!(header(&world.door.beat(&alice).await), None);
    world.cloud.act(|sim| sim.recommend_rebalance(alice.instance.as_str())).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let told = header(&world.door.beat(&alice).await).expect("told");
    assert!(told.starts_with("rebalance,"), "{told}");
    let at = now(&world).await;
    world.forgive(&alice.instance);
    world.cloud.act(|sim| sim.interrupt(alice.instance.as_str())).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let told = header(&world.door.beat(&alice).await).expect("told");
    let gone_at: u64 =
        told.strip_prefix("interruption,").expect("an interruption").parse().unwrap();
    assert!((115_000..=125_000).contains(&(gone_at - at.0)), "two minutes: {}", gone_at - at.0);
    tokio::time::sleep(Duration::from_secs(180)).await;
    let again = world.seated("alice").await;
    assert_ne!(again.instance, alice.instance);
    assert_eq!(header(&world.door.beat(&again).await), None, "a new box, no threat");
    world.run_typing(&[again], Duration::from_secs(300)).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_can_never_be_stopped_is_terminated() {
    let world = spot_world().await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    world.passes(6).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Gone);
    assert_eq!(standby(&world).await, 0);
    world.check_at_rest().await;
}
