//! What is not as it should be when all is at rest.

use std::{slice::from_ref as one, time::Duration};

use hotdesk::fleet::Fleet;
use hotdesk_tests::world::World;

use super::stage::{eval, park, pool, with_alice, with_spares};

/// That it is noticed at rest after something was done to a world in which alice has a box.
async fn noticed(words: &str, breaks: impl AsyncFnOnce(&World)) {
    let (world, _) = with_alice(1).await;
    breaks(&world).await;
    let wrong = world.unrest().await.join(", ");
    assert!(wrong.contains(words), "{words}: {wrong}");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_though_there_may_be_more_boxes_is_noticed() {
    noticed("1 wait, though there may be more boxes", async |world| {
        let now = world.now();
        eval(
            world,
            &format!(
                "redis.call('HSET', 'ws:bob', 'state', 'STARTING', 'since', {now})
                redis.call('ZADD', 'fleet:waiting', {now}, 'bob')
                redis.call('ZADD', 'fleet:asking', {now}, 'bob')"
            ),
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_desired_is_noticed() {
    noticed("desired is 3, not 2", async |world| {
        world.plane.fleet.set_desired(3).await.unwrap();
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_users_tag_a_forgotten_item_and_lost_files_are_noticed() {
    noticed("is tagged \"bob\", not UNASSIGNED", async |world| {
        let spare = pool(world).await.remove(0);
        let bob = "bob".parse().unwrap();
        world.plane.fleet.tag_owner(one(&spare), Some(&bob)).await.unwrap();
    })
    .await;
    noticed("parked items", async |world| {
        park(world, &"i-0000000000000dead".parse().unwrap()).await;
    })
    .await;
    noticed("alice wrote", async |world| {
        world.expect_files("alice", vec!["what she wrote".into()]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_leaked_box_is_noticed() {
    let world = with_spares(2).await;
    assert_eq!(world.leaks().await, [""; 0]);
    let leaked = pool(&world).await.remove(0);
    eval(
        &world,
        &format!(
            "redis.call('SREM', 'ws:pool', '{leaked}')
            redis.call('DEL', 'fleet:instance:{leaked}')"
        ),
    );
    let leaks = world.leaks().await.join(", ");
    assert!(leaks.contains(&format!("{leaked} is Running, and nobody's")), "{leaks}");
    let unrest = world.unrest().await.join(", ");
    assert!(unrest.contains("in service: "), "{unrest}");
}

#[tokio::test(start_paused = true)]
async fn a_ghost_and_a_stop_that_is_stuck_are_noticed() {
    let world = with_spares(1).await;
    let stop = |id: &str, ago: u64| {
        let since = world.now().minus(Duration::from_secs(ago));
        eval(&world, &format!("redis.call('ZADD', 'fleet:stopping', {since}, '{id}')"));
    };
    stop("i-0000000000000dead", 200);
    assert_eq!(world.leaks().await, [""; 0], "it may be found dead yet");
    assert!(world.unrest().await.join(", ").contains("fleet:stopping"));
    stop("i-0000000000000dead", 250);
    assert!(world.leaks().await.join(", ").contains("is a ghost"));
    stop("i-0000000000000dead", 301);
    assert!(world.leaks().await.join(", ").contains("is stopping for"));
}
