//! Boxes, volumes and zones that are lost.

use hotdesk::{control::Policy, homes::Trouble, ledger::Why, spares::Spares};
use hotdesk_sim::{InstanceState, Settings};
use hotdesk_tests::world::{Beginning, policy};

use super::*;

const ZONES: [&str; 2] = ["us-east-1a", "us-east-1b"];

/// A world with two zones, of which the group is in the first.
async fn in_zone_a(spares: usize) -> World {
    let settings = Settings { zones: ZONES.map(ToOwned::to_owned).into(), ..Settings::default() };
    let policy = Policy { spares: Spares::Fixed(spares), ..policy() };
    let world = World::begin(Beginning { policy, settings, ..Beginning::default() }).await;
    world.cloud.act(|sim| sim.set_group_zones(&ZONES[..1])).unwrap();
    world.pass_until("spares", async |world| pool(world).await.len() == spares).await;
    world
}

/// The operator gives the group subnets in the second zone only, and has the boxes of the first go.
async fn move_to_zone_b(world: &World) {
    world.cloud.act(|sim| sim.set_group_zones(&ZONES[1..])).unwrap();
    let instances = world.cloud.look(|sim| sim.instances());
    for instance in instances.iter().filter(|instance| instance.zone == ZONES[0]) {
        if instance.state != InstanceState::Terminated {
            world.lose(&instance.id.parse().unwrap());
        }
    }
    world.passes(4).await;
}

fn lose_zone_a(world: &World) {
    for instance in world.cloud.look(|sim| sim.instances()) {
        world.forgive(&instance.id.parse().unwrap());
    }
    world.cloud.act(|sim| sim.set_lost_zone(Some(ZONES[0].into()))).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_box_dies_and_the_home_is_on_the_next_one() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    world.lose(&alice.instance);
    tokio::time::sleep(MINUTE / 6).await;
    let again = world.seated("alice").await;
    assert_ne!(again.instance, alice.instance);
    assert_eq!(world.at_home(&again).await, ["0"]);
    assert_eq!(sessions(&world, "alice").await[0].ending.why, Why::Lost);
    world.run_typing(std::slice::from_ref(&again), MINUTE * 4).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_dies_and_nobody_is_told() {
    let world = with_spares(2).await;
    deaf(&world);
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    world.lose(&alice.instance);
    world.passes(3).await;
    let again = world.seated("alice").await;
    assert_eq!(world.at_home(&again).await, ["0"]);
    world.run_typing(std::slice::from_ref(&again), MINUTE * 5).await;
    world.check_at_rest().await;
}

/// Somebody deletes the volume by hand: nothing is made in its place, an operator restores it.
#[tokio::test(start_paused = true)]
async fn a_volume_that_is_gone_is_for_an_operator() {
    let world = with_spares(2).await;
    session(&world, "alice").await;
    world.run(MINUTE * 4).await;
    let home_before = home(&world, "alice").await;
    let snapshot = home_before.snapshot.clone().expect("one after the session").snapshot;
    let volume = home_before.volume.unwrap().to_string();
    call(&world, Call::DeleteVolume { volume });
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 20).await;
    assert_eq!(home(&world, "alice").await.trouble, Some(Trouble::Gone));
    assert!(volumes(&world).iter().all(|v| v.state == hotdesk_sim::VolumeState::Deleting));
    let form = format!("snapshot={snapshot}");
    let path = "/homes/alice/restore";
    assert_eq!(world.door.operate(path, &form).await.unwrap(), 409, "she has a box");
    leave(&world, &alice).await;
    assert_eq!(world.door.operate(path, &form).await.unwrap(), 202);
    world.passes(3).await;
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
    assert_eq!(home(&world, "alice").await.trouble, None);
}

/// Its CreateVolume got no answer, and somebody deletes what nobody seems to need: the token stands for
/// that volume for ever.
#[tokio::test(start_paused = true)]
async fn a_volume_that_is_deleted_before_it_is_in_the_record_is_made_anew() {
    let world = with_spares(1).await;
    rules(
        &world,
        serde_json::json!([{ "call": { "action": "CreateVolume", "fault": "lose_reply" } }]),
    );
    let alice = world.seated("alice").await;
    let made = async |world: &World| !volumes(world).is_empty();
    world.pass_until("a volume that nobody knows", made).await;
    let volume = volumes(&world).remove(0).id;
    assert_eq!(home(&world, "alice").await.volume, None);
    call(&world, Call::DeleteVolume { volume });
    rules(&world, serde_json::json!([]));
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    world.at_home(&alice).await;
    assert_eq!(home(&world, "alice").await.made, 2);
    world.check_at_rest().await;
}

/// The operator moves the fleet to another zone: homes follow, and nothing is lost.
#[tokio::test(start_paused = true)]
async fn homes_follow_the_fleet_to_another_zone() {
    let world = in_zone_a(2).await;
    session(&world, "alice").await;
    let second = session(&world, "alice").await;
    move_to_zone_b(&world).await;
    let alice = world.seated("alice").await;
    assert_ne!(alice.instance, second.instance);
    assert_eq!(world.at_home(&alice).await, ["0", "1"]);
    assert_eq!(home(&world, "alice").await.files_of, None, "nothing was lost, nobody is told");
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 5).await;
    assert_eq!(volumes(&world).iter().filter(|v| v.zone == "us-east-1a").count(), 0);
    world.check_at_rest().await;
}

/// The zone is lost with all that is in it: homes come back from their latest snapshots, their users
/// are told how old the files are, and the volumes are left for the day when the zone is back.
#[tokio::test(start_paused = true)]
async fn a_zone_is_lost_and_homes_come_back_from_their_snapshots() {
    for declared in [true, false] {
        let mut world = in_zone_a(2).await;
        session(&world, "alice").await;
        world.run(MINUTE * 4).await;
        let saved = home(&world, "alice").await.snapshot.expect("one after the session");
        session(&world, "alice").await;
        lose_zone_a(&world);
        if declared {
            world.set_policy(|policy| policy.homes.lost_zones = vec!["us-east-1a".into()]);
        }
        move_to_zone_b(&world).await;
        world.expect_files("alice", vec!["0".into()]);
        let alice = world.seated("alice").await;
        let typing = world.run_typing(std::slice::from_ref(&alice), MINUTE * 14);
        typing.await;
        let files = world.at_home(&alice).await;
        assert_eq!(files[0], "0", "{declared}");
        assert!(!files.contains(&"1".into()), "what the second session wrote is in the lost zone");
        let home = home(&world, "alice").await;
        assert_eq!(home.files_of, Some(saved.at), "told of what time the files are");
        assert_eq!(home.left.len(), 1, "the volume is left where it is");
        assert!(volumes(&world).iter().any(|v| v.id == home.left[0].as_str()));
    }
}
