//! Snapshots are taken, used and deleted.

use hotdesk_sim::{Call, Effect, Page, Reply, SnapshotState, VolumeRequest, VolumeState};

use crate::{disk_world::*, world::*};

#[test]
fn a_snapshot_is_of_its_moment_and_takes_its_time() {
    let (mut world, _, volume) = World::with_home();
    let called_at = world.now;
    let call = Call::CreateSnapshot { volume: volume.clone(), tags: tags(&[("Home", "alice")]) };
    let Reply::Snapshot(taken) = world.ok(call) else { unreachable!() };
    let at_once = Effect::SnapshotTaken { id: taken.id.clone(), volume: volume.clone() };
    assert_eq!(world.disk_effects(), [at_once]);
    assert_eq!((taken.state, taken.size), (SnapshotState::Pending, 10));
    assert_eq!((taken.started_at, taken.encrypted), (called_at, true));
    assert_eq!((taken.volume, taken.tags), (volume, tags(&[("Home", "alice")])));
    assert_eq!(taken.owner, "123456789012");
    let (code, message) = world.refused(Call::CreateVolume(from(&taken.id)));
    let words = format!("Snapshot '{}' is not 'completed'.", taken.id);
    assert_eq!((code, message), ("IncorrectState", words));
    assert_eq!(world.refused(forget(&taken.id)).0, "IncorrectState");
    world.run(SNAPSHOT_MS);
    assert_eq!(world.snapshot(&taken.id).unwrap().state, SnapshotState::Completed);
}

#[test]
fn what_a_snapshot_holds_outlives_its_volume() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    let Reply::Snapshot(taken) = world.ok(snapshot(&volume)) else { unreachable!() };
    world.ok(delete(&volume));
    world.run(LONG_MS);
    assert_eq!(world.snapshot(&taken.id).unwrap().state, SnapshotState::Completed);
    world.sim.take_effects();
    let again = world.make(from(&taken.id));
    let made = Effect::VolumeCreated { id: again.clone(), size: 10, from: Some(taken.id.clone()) };
    assert_eq!(world.disk_effects(), [made]);
    let again = world.volume(&again).unwrap();
    assert_eq!((again.snapshot, again.encrypted), (Some(taken.id.clone()), true));
    let larger = world.make(VolumeRequest { size: Some(30), ..from(&taken.id) });
    assert_eq!(world.volume(&larger).unwrap().size, 30);
}

#[test]
fn what_a_volume_is_made_from_is_there_until_it_is_made() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    let kept = world.keep(&volume);
    world.sim.take_effects();
    let Reply::Volume(made) = world.ok(Call::CreateVolume(from(&kept))) else { unreachable!() };
    world.ok(forget(&kept));
    assert_eq!(world.snapshot(&kept), None);
    assert_eq!(world.disk_effects(), []);
    world.run(LONG_MS);
    assert_eq!(world.volume(&made.id).unwrap().state, VolumeState::Available);
    let [first, second] = &world.disk_effects()[..] else { panic!("two") };
    assert!(matches!(first, Effect::VolumeCreated { from: Some(from), .. } if *from == kept));
    assert_eq!(*second, Effect::SnapshotDeleted { id: kept });
}

#[test]
fn snapshots_of_a_volume_are_taken_one_by_one() {
    let mut world = World::new(group(0));
    let (volume, other) = (world.make(blank(10)), world.make(blank(10)));
    world.ok(snapshot(&volume));
    world.ok(snapshot(&other));
    let (code, message) = world.refused(snapshot(&volume));
    assert_eq!(code, "SnapshotCreationPerVolumeRateExceeded");
    assert!(message.contains("maximum per volume CreateSnapshot request rate"), "{message}");
    world.run(PAUSE_MS - 1);
    assert_eq!(world.refused(snapshot(&volume)).0, "SnapshotCreationPerVolumeRateExceeded");
    world.run(1);
    world.ok(snapshot(&volume));
}

#[test]
fn five_snapshots_of_a_volume_are_pending_at_most() {
    let slow = hotdesk_sim::Settings { snapshot_ms: 10 * PAUSE_MS, ..settings() };
    let mut world = World::with(slow, group(0));
    let volume = world.make(blank(10));
    for _ in 0..5 {
        world.ok(snapshot(&volume));
        world.run(PAUSE_MS);
    }
    assert_eq!(world.refused(snapshot(&volume)).0, "ConcurrentSnapshotLimitExceeded");
    world.run(5 * PAUSE_MS);
    world.ok(snapshot(&volume));
    assert_eq!(world.sim.snapshots().len(), 6);
}

#[test]
fn a_deleted_snapshot_is_gone_for_good() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    let kept = world.keep(&volume);
    world.sim.take_effects();
    world.ok(forget(&kept));
    assert_eq!(world.disk_effects(), [Effect::SnapshotDeleted { id: kept.clone() }]);
    assert_eq!(world.snapshot(&kept), None);
    let missing = ("InvalidSnapshot.NotFound", format!("The snapshot '{kept}' does not exist."));
    assert_eq!(world.refused(forget(&kept)), missing);
    assert_eq!(world.refused(snapshots(&[&kept], &[])), missing);
    assert_eq!(world.refused(Call::CreateVolume(from(&kept))).0, "InvalidSnapshot.NotFound");
    assert_eq!(world.refused(forget("snap-1")).0, "InvalidParameterValue");
}

#[test]
fn snapshots_are_found_by_id_state_tag_and_volume() {
    let mut world = World::new(group(0));
    let (volume, other) = (world.make(blank(10)), world.make(blank(10)));
    let (a, b) = (world.keep(&volume), world.keep(&other));
    world.ok(Call::CreateTags { ids: vec![a.clone()], tags: tags(&[("Keep", "yes")]) });
    let Reply::Snapshot(pending) = ({
        world.run(PAUSE_MS);
        world.ok(snapshot(&volume))
    }) else {
        unreachable!()
    };
    let mut found = |call| {
        let Reply::Snapshots(snapshots, None) = world.ok(call) else { unreachable!() };
        snapshots.into_iter().map(|snapshot| snapshot.id).collect::<Vec<_>>()
    };
    let mut of_volume = vec![a.clone(), pending.id.clone()];
    of_volume.sort();
    assert_eq!(found(snapshots(&[], &[])).len(), 3);
    assert_eq!(found(snapshots(&[&b], &[])), [b.as_str()]);
    assert_eq!(found(snapshots(&[], &[filter("volume-id", &volume)])), of_volume);
    assert_eq!(found(snapshots(&[], &[filter("status", "pending")])), [pending.id]);
    assert_eq!(found(snapshots(&[], &[filter("tag:Keep", "yes")])), [a.as_str()]);
    let mut kept = vec![a, b];
    kept.sort();
    assert_eq!(found(snapshots(&[], &[filter("status", "completed")])), kept);
    assert_eq!(
        world.refused(snapshots(&[], &[filter("owner-alias", "self")])).0,
        "InvalidParameterValue"
    );
    let page = Page { size: Some(5), token: None };
    let call = Call::DescribeSnapshots { ids: kept, filters: vec![], page };
    assert_eq!(world.refused(call).0, "InvalidParameterCombination");
}

#[test]
fn tags_go_to_everything_that_is_named_or_to_nothing() {
    let (mut world, id, volume) = World::with_home();
    let kept = world.keep(&volume);
    let tag = |ids: &[&str]| Call::CreateTags {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        tags: tags(&[("Owner", "alice")]),
    };
    let stranger = "vol-0123456789abcdef0";
    let cases = [
        (stranger, "InvalidVolume.NotFound"),
        ("snap-0123456789abcdef0", "InvalidSnapshot.NotFound"),
        ("i-0123456789abcdef0", "InvalidInstanceID.NotFound"),
        ("vol-1", "InvalidID"),
        ("eni-0123456789abcdef0", "InvalidID"),
    ];
    for (bad, code) in cases {
        assert_eq!(world.refused(tag(&[&id, &volume, &kept, bad])).0, code, "{bad}");
    }
    world.ok(tag(&[&id, &volume, &kept]));
    let owner = tags(&[("Owner", "alice")]);
    assert_eq!(world.volume(&volume).unwrap().tags, owner);
    assert_eq!(world.snapshot(&kept).unwrap().tags, owner);
    assert_eq!(world.instance(&id).unwrap().tags.get("Owner").map(String::as_str), Some("alice"));
    let many: Vec<(String, &str)> = (0..50).map(|n| (n.to_string(), "")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    let call = Call::CreateTags { ids: vec![volume], tags: tags(&many) };
    assert_eq!(world.refused(call).0, "TagLimitExceeded");
}
