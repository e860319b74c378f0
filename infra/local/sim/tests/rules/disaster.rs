//! A zone is lost.

use hotdesk_sim::{
    Call, Effect, GroupSpec, InstanceState, Lifecycle, Reply, Settings, SnapshotState, VolumeState,
};

use crate::{disk_world::*, world::*};

const OTHER: &str = "us-east-1b";

/// Two zones with a member in each, and a volume that is attached in the first one; the instances,
/// and the volume.
fn two_zones() -> (World, [String; 2], String) {
    let zones = vec![ZONE.into(), OTHER.into()];
    let mut world = World::with(Settings { zones, ..settings() }, group(2));
    world.run(LONG_MS);
    let in_zone = |zone| world.sim.instances().into_iter().find(|i| i.zone == zone).unwrap().id;
    let ids = [in_zone(ZONE), in_zone(OTHER)];
    let volume = world.make(blank(10));
    world.ok(attach(&volume, &ids[0]));
    world.run(ATTACH_MS);
    (world, ids, volume)
}

fn lose(world: &mut World, zone: &str) {
    world.sim.set_lost_zone(Some(zone.into())).unwrap();
}

#[test]
fn its_instances_end_at_once_and_others_take_their_place_elsewhere() {
    let (mut world, [lost, other], volume) = two_zones();
    world.sim.take_effects();
    lose(&mut world, ZONE);
    let down = Effect::BoxStopped { id: lost.clone() };
    assert!(world.sim.take_effects().contains(&down), "not after a while");
    world.run(LONG_MS);
    assert_eq!(world.state(&lost), Some(InstanceState::Terminated));
    assert_eq!(world.lifecycle(&other), Some(Lifecycle::InService));
    assert_eq!(world.in_zones(), [0, 2]);
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::Available, "still described");
}

#[test]
fn it_takes_stopped_instances_too() {
    let (mut world, [lost, _], _) = two_zones();
    world.park(&lost);
    lose(&mut world, ZONE);
    world.run(TERMINATE_MS);
    assert_eq!(world.state(&lost), Some(InstanceState::Terminated));
}

#[test]
fn nothing_is_launched_where_nothing_is() {
    let mut world = World::new(GroupSpec { spot: false, ..group(0) });
    lose(&mut world, ZONE);
    world.ok(desire(1));
    world.run(LONG_MS);
    assert!(world.sim.instances().is_empty());
    assert!(world.sim.activities()[0].message.as_ref().unwrap().contains("capacity"));
    world.sim.set_lost_zone(None).unwrap();
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 1);
}

#[test]
fn nothing_is_done_with_its_volumes() {
    let (mut world, _, volume) = two_zones();
    let spare = world.make(blank(10));
    lose(&mut world, ZONE);
    world.run(LONG_MS);
    let home = world.sim.instances().into_iter().find(|i| i.zone == OTHER).unwrap().id;
    let calls = [attach(&volume, &home), snapshot(&volume), grow(&volume, 11), delete(&spare)];
    for call in calls {
        let error = world.sim.call(world.now, call.clone()).unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), ("InternalError", 500));
        world.refused(call);
    }
    assert_eq!(world.refused(Call::CreateVolume(blank(1))).0, "InsufficientVolumeCapacity");
    let Reply::Volumes(seen, _) = world.ok(volumes(&[], &[])) else { unreachable!() };
    assert_eq!(seen.len(), 2);
    world.sim.set_lost_zone(None).unwrap();
    world.ok(snapshot(&volume));
    world.ok(delete(&spare));
}

#[test]
fn snapshots_stay_but_for_those_that_were_under_way() {
    let (mut world, _, volume) = two_zones();
    let kept = world.keep(&volume);
    let elsewhere = hotdesk_sim::VolumeRequest { zone: OTHER.into(), ..blank(10) };
    let elsewhere = world.make(elsewhere);
    world.run(PAUSE_MS);
    let Reply::Snapshot(cut) = world.ok(snapshot(&volume)) else { unreachable!() };
    let Reply::Snapshot(whole) = world.ok(snapshot(&elsewhere)) else { unreachable!() };
    lose(&mut world, ZONE);
    world.run(LONG_MS);
    let state = |world: &World, id: &str| world.snapshot(id).unwrap().state;
    assert_eq!(state(&world, &kept), SnapshotState::Completed);
    assert_eq!(state(&world, &whole.id), SnapshotState::Completed);
    assert_eq!(state(&world, &cut.id), SnapshotState::Error);
    let there = |id: &str| {
        Call::CreateVolume(hotdesk_sim::VolumeRequest { zone: OTHER.into(), ..from(id) })
    };
    assert_eq!(world.refused(there(&cut.id)).0, "IncorrectState");
    world.ok(there(&kept));
    world.ok(forget(&cut.id));
}

#[test]
fn a_zone_that_is_none_cannot_be_lost() {
    let (mut world, _, _) = two_zones();
    let before = world.sim.clone();
    let error = world.sim.set_lost_zone(Some("us-east-1z".into())).unwrap_err();
    assert_eq!(error.code, "InvalidZone.NotFound");
    assert_eq!(world.sim, before);
}
