//! Volumes are made, described, grow and go.

use hotdesk_sim::{Call, Effect, ModificationState, Page, Reply, VolumeRequest, VolumeState};

use crate::{disk_world::*, world::*};

const DAY_MS: u64 = 24 * 3_600_000;

#[test]
fn a_volume_is_what_was_asked_for() {
    let mut world = World::new(group(0));
    let request = VolumeRequest {
        kms_key: Some("a-key".into()),
        tags: tags(&[("Home", "alice")]),
        ..blank(20)
    };
    let Reply::Volume(made) = world.ok(Call::CreateVolume(request)) else { unreachable!() };
    assert_eq!((made.state, made.size, made.zone.as_str()), (VolumeState::Creating, 20, ZONE));
    assert_eq!((made.encrypted, made.kms_key.as_deref()), (true, Some("a-key")));
    assert_eq!((made.created_at, made.snapshot.as_ref()), (START, None));
    assert_eq!(made.tags, tags(&[("Home", "alice")]));
    assert!(made.id.starts_with("vol-0") && made.id.len() == 21, "{}", made.id);
    for call in [attach(&made.id, "i-00000000000000000"), snapshot(&made.id), delete(&made.id)] {
        assert_ne!(world.refused(call).0, "InvalidVolume.NotFound", "it is known");
    }
    world.run(CREATE_MS - 1);
    assert_eq!(world.disk_effects(), [], "not there yet");
    world.run(1);
    let there = Effect::VolumeCreated { id: made.id.clone(), size: 20, from: None };
    assert_eq!(world.disk_effects(), [there]);
    assert_eq!(world.volume(&made.id).unwrap().state, VolumeState::Available);
}

#[test]
fn what_cannot_be_made_is_refused() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    let snapshot = world.keep(&volume);
    let elsewhere = VolumeRequest { zone: "us-east-1z".into(), ..blank(1) };
    let no_size = VolumeRequest { size: None, ..blank(1) };
    let key = VolumeRequest { kms_key: Some("a-key".into()), encrypted: false, ..blank(1) };
    let unknown = from("snap-0123456789abcdef0");
    let small = VolumeRequest { size: Some(9), ..from(&snapshot) };
    let long = VolumeRequest { token: Some("x".repeat(65)), ..blank(1) };
    let foreign = VolumeRequest { token: Some("ä".into()), ..blank(1) };
    let tagged = VolumeRequest { tags: tags(&[("aws:x", "")]), ..blank(1) };
    let cases = [
        (elsewhere, "InvalidZone.NotFound", "The zone 'us-east-1z' does not exist."),
        (no_size, "MissingParameter", "size/snapshot"),
        (key, "InvalidParameterDependency", "KmsKeyId"),
        (unknown, "InvalidSnapshot.NotFound", "Snapshot does not exist"),
        (from("home"), "InvalidParameterValue", "Expected: 'snap-...'"),
        (small, "InvalidParameterValue", "Volume of size 9GB is smaller than snapshot"),
        (blank(0), "InvalidParameterValue", "0 GiB is out of range"),
        (blank(16_385), "InvalidParameterValue", "16385 GiB is out of range"),
        (long, "InvalidParameterValue", "64 characters"),
        (foreign, "InvalidParameterValue", "64 characters"),
        (tagged, "InvalidParameterValue", "reserved"),
    ];
    for (request, code, words) in cases {
        let refusal = world.refused(Call::CreateVolume(request.clone()));
        assert!(refusal.0 == code && refusal.1.contains(words), "{request:?}: {refusal:?}");
    }
    assert_eq!(world.sim.volumes().len(), 1);
}

#[test]
fn a_token_makes_one_volume_and_never_another() {
    let mut world = World::new(group(0));
    let request = VolumeRequest { token: Some("alice-1".into()), ..blank(10) };
    let again = Call::CreateVolume(request.clone());
    let Reply::Volume(made) = world.ok(again.clone()) else { unreachable!() };
    world.run(LONG_MS);
    let Reply::Volume(same) = world.ok(again.clone()) else { unreachable!() };
    assert_eq!((same.id.as_str(), same.state), (made.id.as_str(), VolumeState::Available));
    for other in [
        VolumeRequest { size: Some(11), ..request.clone() },
        VolumeRequest { tags: tags(&[("a", "b")]), ..request.clone() },
    ] {
        let (code, message) = world.refused(Call::CreateVolume(other));
        assert_eq!(code, "IdempotentParameterMismatch");
        assert!(message.contains("inconsistent"), "{message}");
    }
    world.ok(delete(&made.id));
    for _ in 0..2 {
        let (code, message) = world.refused(again.clone());
        assert_eq!(code, "IdempotentParameterMismatch");
        assert!(message.contains("already deleted"), "{message}");
        world.run(LONG_MS);
    }
    assert_ne!(world.make(blank(10)), world.make(blank(10)), "without a token, two");
}

#[test]
fn there_is_an_end_of_room_and_of_what_one_may_have() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    world.sim.set_volume_capacity(Some(15));
    let error = world.sim.call(world.now, Call::CreateVolume(blank(6))).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("InsufficientVolumeCapacity", 500));
    assert_eq!(world.refused(grow(&volume, 16)).0, "InsufficientVolumeCapacity");
    world.make(blank(5));
    world.sim.set_volume_capacity(None);
    world.sim.set_volume_limit(Some(20));
    assert_eq!(world.refused(Call::CreateVolume(blank(6))).0, "VolumeLimitExceeded");
    assert_eq!(world.refused(grow(&volume, 16)).0, "VolumeLimitExceeded");
    world.ok(grow(&volume, 15));
    world.run(LONG_MS);
    assert_eq!(world.refused(Call::CreateVolume(blank(1))).0, "VolumeLimitExceeded");
    world.ok(delete(&volume));
    world.run(LONG_MS);
    world.make(blank(15));
}

#[test]
fn a_deleted_volume_is_gone_for_good() {
    let (mut world, id, volume) = World::with_home();
    let (code, message) = world.refused(delete(&volume));
    let words = format!("Volume {volume} is currently attached to {id}");
    assert_eq!((code, message), ("VolumeInUse", words));
    world.park(&id);
    world.ok(detach(&volume, &id));
    assert_eq!(world.refused(delete(&volume)).0, "VolumeInUse", "it is still on its way");
    world.run(DETACH_MS);
    world.sim.take_effects();
    world.ok(delete(&volume));
    assert_eq!(world.disk_effects(), [Effect::VolumeDeleted { id: volume.clone() }]);
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::Deleting);
    for call in [delete(&volume), grow(&volume, 99), snapshot(&volume), attach(&volume, &id)] {
        world.refused(call);
    }
    world.run(DELETE_MS);
    assert_eq!(world.volume(&volume), None);
    let missing = format!("The volume '{volume}' does not exist.");
    let calls = [
        delete(&volume),
        grow(&volume, 99),
        snapshot(&volume),
        attach(&volume, &id),
        detach(&volume, &id),
        volumes(&[&volume], &[]),
    ];
    for call in calls {
        assert_eq!(world.refused(call), ("InvalidVolume.NotFound", missing.clone()));
    }
    for bad in ["home", "vol-1", "vol-0123456789ABCDEF0"] {
        assert_eq!(world.refused(delete(bad)).0, "InvalidParameterValue", "{bad}");
    }
}

#[test]
fn a_volume_grows_in_its_time_and_not_too_often() {
    let mut world = World::new(group(0));
    let volume = world.make(blank(10));
    world.sim.take_effects();
    assert_eq!(world.refused(grow(&volume, 9)).1, "New size cannot be smaller than existing size");
    assert_eq!(world.refused(grow(&volume, 10)).0, "InvalidParameterValue");
    let Reply::Modification(id, change) = world.ok(grow(&volume, 12)) else { unreachable!() };
    assert_eq!((id, change.from, change.to), (volume.clone(), 10, 12));
    let shown = |world: &World| {
        let volume = world.volume(&volume).unwrap();
        (volume.size, volume.modification.unwrap().state)
    };
    assert_eq!(shown(&world), (10, ModificationState::Modifying));
    assert_eq!(world.refused(grow(&volume, 13)).0, "IncorrectModificationState");
    world.run(MODIFY_MS);
    assert_eq!(shown(&world), (12, ModificationState::Optimizing));
    assert_eq!(world.disk_effects(), [Effect::VolumeGrown { id: volume.clone(), size: 12 }]);
    assert_eq!(world.refused(grow(&volume, 13)).0, "IncorrectModificationState");
    world.run(OPTIMIZE_MS);
    assert_eq!(shown(&world), (12, ModificationState::Completed));
    for size in [13, 14, 15] {
        world.ok(grow(&volume, size));
        world.run(LONG_MS);
    }
    let (code, message) = world.refused(grow(&volume, 16));
    assert_eq!(code, "VolumeModificationRateExceeded");
    assert!(message.contains("maximum modification rate"), "{message}");
    world.run(DAY_MS);
    world.ok(grow(&volume, 16));
}

#[test]
fn volumes_are_found_by_id_state_tag_and_instance() {
    let (mut world, id, home) = World::with_home();
    let spare = world.make(VolumeRequest { tags: tags(&[("Home", "bob")]), ..blank(1) });
    world.ok(Call::CreateTags { ids: vec![home.clone()], tags: tags(&[("Home", "alice")]) });
    let mut found = |call| {
        let Reply::Volumes(volumes, None) = world.ok(call) else { unreachable!() };
        volumes.into_iter().map(|volume| volume.id).collect::<Vec<_>>()
    };
    let mut all = vec![home.clone(), spare.clone()];
    all.sort();
    assert_eq!(found(volumes(&[], &[])), all);
    assert_eq!(found(volumes(&[&spare, &home, &spare], &[])), all);
    assert_eq!(found(volumes(&[], &[filter("status", "in-use")])), [home.as_str()]);
    assert_eq!(found(volumes(&[], &[filter("tag:Home", "bob")])), [spare.as_str()]);
    assert_eq!(found(volumes(&[], &[filter("attachment.instance-id", &id)])), [home.as_str()]);
    assert_eq!(found(volumes(&[&spare], &[filter("status", "in-use")])), Vec::<String>::new());
    for bad in [filter("size", "1"), filter("tag:Home", "a*")] {
        assert_eq!(world.refused(volumes(&[], &[bad])).0, "InvalidParameterValue");
    }
    let stranger = "vol-0123456789abcdef0".to_owned();
    assert_eq!(world.refused(volumes(&[&home, &stranger], &[])).0, "InvalidVolume.NotFound");
}

#[test]
fn pages_of_volumes_hold_everything_once() {
    let mut world = World::new(group(0));
    let mut made: Vec<String> = (0..12).map(|_| world.make(blank(1))).collect();
    made.sort();
    let (mut token, mut seen, mut sizes) = (None, Vec::new(), Vec::new());
    loop {
        let page = Page { size: Some(5), token };
        let call = Call::DescribeVolumes { ids: vec![], filters: vec![], page };
        let Reply::Volumes(volumes, next) = world.ok(call) else { unreachable!() };
        sizes.push(volumes.len());
        seen.extend(volumes.into_iter().map(|volume| volume.id));
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((seen, sizes), (made.clone(), vec![5, 5, 2]));
    let page = |size, token: Option<&str>| Page { size, token: token.map(str::to_owned) };
    let cases = [
        (made, page(Some(5), None), "InvalidParameterCombination"),
        (vec![], page(Some(4), None), "InvalidParameterValue"),
        (vec![], page(None, Some("no")), "InvalidPaginationToken"),
    ];
    for (ids, page, code) in cases {
        let call = Call::DescribeVolumes { ids, filters: vec![], page };
        assert_eq!(world.refused(call).0, code);
    }
}
