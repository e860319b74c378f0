//! Snapshots: when they are taken, and which are kept.

use std::collections::BTreeSet;

use hotdesk::clock::Ms;
use hotdesk_sim::{Snapshot, SnapshotState};

use super::*;

fn snapshots(world: &World) -> Vec<Snapshot> {
    world.cloud.look(|sim| sim.snapshots())
}

#[tokio::test(start_paused = true)]
async fn a_session_is_followed_by_a_snapshot_and_no_more_than_one_a_day() {
    let world = with_spares(2).await;
    for _ in 0..3 {
        session(&world, "alice").await;
        world.run(MINUTE * 10).await;
    }
    assert_eq!(snapshots(&world).len(), 1, "of the first session");
    let disks = &world.plane.boxes.disks;
    assert_eq!(disks.of_snapshot(&snapshots(&world)[0].id).unwrap().notes, ["0"]);
    assert!(home(&world, "alice").await.is_dirty());
    // The next day has one, though nobody came: the first day's later sessions are in it.
    pass_time(&world, DAY + MINUTE * 60).await;
    let taken = snapshots(&world);
    assert_eq!(taken.len(), 2);
    let newest = taken.iter().max_by_key(|snapshot| snapshot.started_at).unwrap();
    assert_eq!(disks.of_snapshot(&newest.id).unwrap().notes, ["0", "1", "2"]);
    assert!(!home(&world, "alice").await.is_dirty());
    // And then none any more.
    pass_time(&world, DAY * 2).await;
    assert_eq!(snapshots(&world).len(), 2);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn of_six_weeks_of_work_seven_days_and_four_weeks_are_kept() {
    let world = with_spares(2).await;
    for _ in 0..42 {
        session(&world, "alice").await;
        pass_time(&world, DAY - MINUTE * 5).await;
    }
    let taken = snapshots(&world);
    assert!(taken.iter().all(|snapshot| snapshot.state == SnapshotState::Completed));
    let days: BTreeSet<u64> = taken.iter().map(|s| s.started_at / 86_400_000).collect();
    let today = world.plane.clock.now().0 / 86_400_000;
    assert!((9..=11).contains(&taken.len()), "{}", taken.len());
    assert!((1..7).all(|ago| days.contains(&(today - ago))), "{days:?}, today {today}");
    assert!(days.first().is_some_and(|first| today - first <= 31), "{days:?}");
    world.check_at_rest().await;
}

/// A session that goes on for days: what a crash would leave is kept daily, but does not pass for
/// what the session leaves.
#[tokio::test(start_paused = true)]
async fn a_session_that_goes_on_has_a_snapshot_a_day() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), DAY + MINUTE * 10).await;
    assert_eq!(snapshots(&world).len(), 1);
    world.expect_files("alice", world.at_home(&alice).await);
    leave(&world, &alice).await;
    assert!(home(&world, "alice").await.is_dirty());
    pass_time(&world, DAY + MINUTE * 10).await;
    assert!(!home(&world, "alice").await.is_dirty());
    assert_eq!(snapshots(&world).len(), 2);
    world.check_at_rest().await;
}

/// CreateSnapshot has no token: of two whose replies were lost none is left over in the end.
#[tokio::test(start_paused = true)]
async fn a_snapshot_whose_reply_is_lost_is_found_again() {
    let world = with_spares(2).await;
    session(&world, "alice").await;
    rules(
        &world,
        serde_json::json!([
            {"call": {"action": "CreateSnapshot", "fault": "lose_reply", "when": {"plan": [1]}}}
        ]),
    );
    world.run(MINUTE * 10).await;
    rules(&world, serde_json::json!([]));
    pass_time(&world, DAY).await;
    session(&world, "alice").await;
    world.run(MINUTE * 10).await;
    let days: BTreeSet<u64> = snapshots(&world).iter().map(|s| s.started_at / 86_400_000).collect();
    assert_eq!(snapshots(&world).len(), days.len(), "one a day");
    assert!(home(&world, "alice").await.snapshot.is_some_and(|taken| taken.at > Ms(0)));
    world.check_at_rest().await;
}
