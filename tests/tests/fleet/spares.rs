//! Spares that are not always as many.

use std::time::Duration;

use futures::future::join_all;
use hotdesk::{control::Policy, spares::Kind, store::Store};
use hotdesk_tests::world::{Beginning, World, policy};

use super::stage::*;

/// A world whose operator says so.
async fn with(spares: &str) -> World {
    let kind: Kind = spares.parse().unwrap();
    let spares = kind.with("0.01".parse().unwrap(), &"UTC".parse().unwrap());
    let policy = Policy { spares, min_boxes: 0, ..policy() };
    World::begin(Beginning { policy, ..Beginning::default() }).await
}

async fn until(world: &World, spares: usize) {
    world
        .pass_until("spares, and rest", async |world| {
            pool(world).await.len() == spares && world.unrest().await.is_empty()
        })
        .await;
}

/// Nothing is known at first: three. Eight who come at once are the most that ever came within a boot, so
/// twice as many are spare from the next quarter of an hour on. After a flush nothing is known again.
#[tokio::test(start_paused = true)]
async fn a_new_fleet_has_three_spares_and_then_twice_the_most_that_came_at_once() {
    let world = with("auto").await;
    until(&world, 3).await;
    let names: Vec<String> = (0..8).map(|n| format!("user{n}")).collect();
    join_all(names.iter().map(|name| world.door.open(name))).await;
    world
        .pass_until("all seated", async |world| {
            join_all(names.iter().map(|name| world.door.open(name))).await;
            world.plane.store.demand(world.now()).await.is_ok_and(|demand| demand.waiting == 0)
        })
        .await;
    world.run(Duration::from_secs(15 * 60)).await;
    until(&world, 16).await;
    world.flush();
    until(&world, 3).await;
}

/// The world begins at eight: a window that begins ten minutes later has its spares soon after, and none are
/// left when it has ended.
#[tokio::test(start_paused = true)]
async fn spares_go_by_the_clock_of_a_schedule() {
    let world = with("0; mon-sun 08:10-08:40=4").await;
    world.run(Duration::from_secs(5 * 60)).await;
    assert_eq!(pool(&world).await.len(), 0);
    world.run(Duration::from_secs(6 * 60)).await;
    until(&world, 4).await;
    world.run(Duration::from_secs(30 * 60)).await;
    until(&world, 0).await;
}
