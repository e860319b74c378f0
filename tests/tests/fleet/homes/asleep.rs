//! Homes that nobody uses, and what operators ask for.

use hotdesk_sim::VolumeState;

use super::*;

fn living(world: &World) -> usize {
    volumes(world).iter().filter(|volume| volume.state != VolumeState::Deleting).count()
}

#[tokio::test(start_paused = true)]
async fn a_home_that_is_not_used_becomes_a_snapshot_and_comes_back_by_itself() {
    let mut world = with_spares(2).await;
    world.set_policy(|policy| policy.homes.archive_after = Some(DAY * 5));
    session(&world, "alice").await;
    session(&world, "alice").await;
    pass_time(&world, DAY * 4).await;
    assert_eq!(living(&world), 1);
    pass_time(&world, DAY * 2).await;
    assert_eq!(living(&world), 0, "no volume is paid for");
    world.check_at_rest().await;
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0", "1"]);
    assert_eq!(home(&world, "alice").await.files_of, None, "nothing was lost");
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    world.check_at_rest().await;
}

/// Off by default.
#[tokio::test(start_paused = true)]
async fn nobody_s_home_is_put_away_unless_the_operator_wants_it() {
    let world = with_spares(1).await;
    session(&world, "alice").await;
    pass_time(&world, DAY * 10).await;
    assert_eq!(living(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn an_operator_restores_an_earlier_day() {
    let world = with_spares(2).await;
    session(&world, "alice").await;
    pass_time(&world, DAY).await;
    let first = home(&world, "alice").await.snapshot.unwrap();
    session(&world, "alice").await;
    let form = format!("snapshot={}", first.snapshot);
    assert_eq!(world.door.operate("/homes/alice/restore", &form).await.unwrap(), 202);
    world.run(MINUTE * 6).await;
    world.expect_files("alice", vec!["0".into()]);
    world.check_at_rest().await;
    // What she wrote last was saved first: it can be had back.
    let snapshots = world.cloud.look(|sim| sim.snapshots());
    let newest = snapshots.iter().max_by_key(|s| s.started_at).unwrap();
    let disks = &world.plane.boxes.disks;
    assert_eq!(disks.of_snapshot(&newest.id).unwrap().notes, ["0", "1"]);
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
    assert_eq!(home(&world, "alice").await.files_of, Some(first.at), "she is told");
    leave(&world, &alice).await;
    let form = format!("snapshot={}", newest.id);
    assert_eq!(world.door.operate("/homes/alice/restore", &form).await.unwrap(), 202);
    world.run(MINUTE * 6).await;
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0", "1"]);
}

/// A snapshot of somebody else's home is nobody's to be given.
#[tokio::test(start_paused = true)]
async fn nobody_is_given_somebody_else_s_files() {
    let world = with_spares(2).await;
    session(&world, "alice").await;
    session(&world, "bob").await;
    world.run(MINUTE * 6).await;
    let bobs = home(&world, "bob").await.snapshot.unwrap();
    let form = format!("snapshot={}", bobs.snapshot);
    world.door.operate("/homes/alice/restore", &form).await.unwrap();
    world.run(MINUTE * 6).await;
    assert_eq!(home(&world, "alice").await.wish, None);
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn an_export_is_a_snapshot_that_no_rule_deletes() {
    let mut world = with_spares(2).await;
    world.set_policy(|policy| policy.homes.keep_deleted = DAY * 3);
    session(&world, "alice").await;
    assert_eq!(world.door.operate("/homes/alice/export", "").await.unwrap(), 202);
    world.run(MINUTE * 6).await;
    let exported = home(&world, "alice").await.exported.unwrap();
    for _ in 0..3 {
        pass_time(&world, DAY * 10).await;
        session(&world, "alice").await;
    }
    assert_eq!(world.door.operate("/homes/alice/delete", "").await.unwrap(), 202);
    pass_time(&world, DAY * 4).await;
    let left = world.cloud.look(|sim| sim.snapshots());
    let left: Vec<&str> = left.iter().map(|snapshot| snapshot.id.as_str()).collect();
    assert_eq!(left, [exported.snapshot.as_str()], "all others are deleted");
    assert_eq!(living(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_home_can_be_had_back_until_its_time_is_over() {
    let mut world = with_spares(2).await;
    world.set_policy(|policy| policy.homes.keep_deleted = DAY * 4);
    session(&world, "alice").await;
    assert_eq!(world.door.operate("/homes/alice/delete", "").await.unwrap(), 202);
    pass_time(&world, DAY * 3).await;
    assert_eq!(living(&world), 0);
    let snapshot = home(&world, "alice").await.snapshot.unwrap().snapshot;
    let form = format!("snapshot={snapshot}");
    assert_eq!(world.door.operate("/homes/alice/restore", &form).await.unwrap(), 202);
    pass_time(&world, DAY * 5).await;
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
}

/// Whoever comes back after their home was deleted begins with an empty one.
#[tokio::test(start_paused = true)]
async fn whoever_comes_back_after_a_deletion_begins_anew() {
    let world = with_spares(2).await;
    session(&world, "alice").await;
    world.door.operate("/homes/alice/delete", "").await.unwrap();
    world.run(MINUTE * 6).await;
    let alice = world.seated("alice").await;
    assert!(world.at_home(&alice).await.is_empty());
    world.expect_files("alice", Vec::new());
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_home_in_use_is_left_alone() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    for path in ["/homes/alice/delete", "/homes/alice/export"] {
        assert_eq!(world.door.operate(path, "").await.unwrap(), 409);
    }
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    world.check_at_rest().await;
}
