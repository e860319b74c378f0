//! Volumes come to instances and leave them.

use hotdesk_sim::{
    AttachmentStatus, Call, Effect, InstanceState, Page, Reply, Settings, VolumeState,
};

use crate::{disk_world::*, world::*};

use AttachmentStatus::{Attached, Attaching, Busy, Detaching};

/// The names and states of an instance's devices, as DescribeInstances shows them.
fn devices(world: &mut World, id: &String) -> Vec<(String, AttachmentStatus)> {
    let page = Page::default();
    let call = Call::DescribeInstances { ids: ids(&[id]), filters: vec![], page };
    let Reply::Instances(instances, _) = world.ok(call) else { unreachable!() };
    let devices = instances[0].devices.iter();
    devices.map(|device| (device.name.clone(), device.status)).collect()
}

#[test]
fn a_volume_appears_after_a_while() {
    let (mut world, id) = World::with_box();
    let volume = world.make(blank(10));
    world.sim.take_effects();
    let Reply::Attachment(which, at) = world.ok(attach(&volume, &id)) else { unreachable!() };
    assert_eq!((which, &at.instance, at.status), (volume.clone(), &id, Attaching));
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::InUse);
    let root = ("/dev/xvda".to_owned(), Attached);
    assert_eq!(devices(&mut world, &id), [root.clone(), (DEVICE.into(), Attaching)]);
    assert_eq!(world.disk_effects(), []);
    world.run(ATTACH_MS);
    assert_eq!(devices(&mut world, &id), [root, (DEVICE.into(), Attached)]);
    let there =
        Effect::VolumeAttached { id: volume.clone(), instance: id, device: DEVICE.to_owned() };
    assert_eq!(world.disk_effects(), [there]);
}

#[test]
fn a_volume_that_is_held_is_held_by_one() {
    let (mut world, ids) = World::in_service(group(2));
    let volume = world.make(blank(10));
    world.ok(attach(&volume, &ids[0]));
    let words = format!("{volume} is already attached to an instance");
    for _ in 0..2 {
        for id in &ids {
            let refusal = world.refused(attach(&volume, id));
            assert_eq!(refusal, ("VolumeInUse", words.clone()), "also to the same again");
        }
        world.run(ATTACH_MS);
    }
}

#[test]
fn a_device_name_holds_one_volume() {
    let (mut world, id, volume) = World::with_home();
    let other = world.make(blank(1));
    let (code, message) = world.refused(attach(&other, &id));
    assert_eq!(code, "InvalidParameterValue");
    assert!(message.ends_with("Attachment point /dev/sdh is already in use"), "{message}");
    world.ok(attach_as(&other, &id, "/dev/sdp"));
    world.ok(detach(&volume, &id));
    let third = world.make(blank(1));
    assert_eq!(world.refused(attach(&third, &id)).0, "InvalidParameterValue", "not yet");
    for bad in ["/dev/sda", "/dev/sdq", "/dev/xvdh", "/dev/sdh1", "sdh", ""] {
        let (code, message) = world.refused(attach_as(&third, &id, bad));
        assert_eq!(code, "InvalidParameterValue");
        assert!(message.contains("not a valid EBS device name"), "{message}");
    }
}

#[test]
fn an_instance_takes_a_volume_while_it_runs_or_is_stopped() {
    let mut world = World::new(group(1));
    let volume = world.make(blank(10));
    world.run(GROUP_MS);
    let id = world.sim.instances()[0].id.clone();
    let not_now = ("IncorrectState", format!("Instance '{id}' is not 'running'."));
    assert_eq!(world.state(&id), Some(InstanceState::Pending));
    assert_eq!(world.refused(attach(&volume, &id)), not_now);
    world.run(LONG_MS);
    world.ok(enter(&[&id], true));
    world.run(LONG_MS);
    world.ok(stop(&[&id]));
    assert_eq!(world.refused(attach(&volume, &id)), not_now);
    world.run(LONG_MS);
    world.ok(attach(&volume, &id));
    world.run(ATTACH_MS);
    assert_eq!(world.attached(&volume), Some((id.clone(), Attached)));
    world.ok(detach(&volume, &id));
    world.run(DETACH_MS);
    world.ok(terminate(&[&id]));
    assert_eq!(world.refused(attach(&volume, &id)), not_now);
    world.run(LONG_MS);
    assert_eq!(world.refused(attach(&volume, &id)), not_now);
    let nobody = "i-0123456789abcdef0";
    assert_eq!(world.refused(attach(&volume, nobody)).0, "InvalidInstanceID.NotFound");
    assert_eq!(world.refused(attach(&volume, "box")).0, "InvalidInstanceID.Malformed");
}

#[test]
fn a_volume_stays_in_its_zone() {
    let zones = vec!["us-east-1a".into(), "us-east-1b".into()];
    let mut world = World::with(Settings { zones, ..settings() }, group(2));
    world.run(LONG_MS);
    let volume = world.make(blank(10));
    let instances = world.sim.instances();
    let in_zone = |zone| instances.iter().find(|i| i.zone == zone).unwrap().id.clone();
    let far = in_zone("us-east-1b");
    let words =
        format!("The volume '{volume}' is not in the same availability zone as instance '{far}'");
    assert_eq!(world.refused(attach(&volume, &far)), ("InvalidVolume.ZoneMismatch", words));
    world.ok(attach(&volume, &in_zone("us-east-1a")));
}

#[test]
fn a_volume_that_is_changing_is_not_attached() {
    let (mut world, id) = World::with_box();
    let volume = world.make(blank(10));
    world.ok(grow(&volume, 20));
    let (code, message) = world.refused(attach(&volume, &id));
    assert_eq!(code, "OperationNotPermitted");
    assert!(message.ends_with("modification state: MODIFYING"), "{message}");
    world.run(MODIFY_MS);
    world.ok(attach(&volume, &id));
    world.run(ATTACH_MS);
    world.ok(detach(&volume, &id));
}

#[test]
fn a_running_instance_does_not_let_go() {
    let (mut world, id, volume) = World::with_home();
    let Reply::Attachment(_, at) = world.ok(detach(&volume, &id)) else { unreachable!() };
    assert_eq!(at.status, Detaching);
    world.run(DETACH_MS);
    assert_eq!(world.attached(&volume), Some((id.clone(), Busy)));
    let (code, message) = world.refused(detach(&volume, &id));
    let words = format!("Volume '{volume}' is in the 'busy' state.");
    assert_eq!((code, message), ("IncorrectState", words));
    world.ok(enter(&[&id], true));
    world.run(LONG_MS);
    world.ok(stop(&[&id]));
    world.run(STOP_MS - 1);
    assert_eq!(world.attached(&volume), Some((id.clone(), Busy)), "not while it stops");
    assert_eq!(world.disk_effects(), []);
    world.run(1);
    assert_eq!(world.attached(&volume), Some((id.clone(), Detaching)));
    world.run(DETACH_MS);
    assert_eq!(world.attached(&volume), None);
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::Available);
    let gone = Effect::VolumeDetached { id: volume.clone(), instance: id.clone() };
    assert_eq!(world.disk_effects(), [gone]);
    let words = format!("Volume '{volume}' is in the 'available' state.");
    assert_eq!(world.refused(detach(&volume, &id)), ("IncorrectState", words));
}

#[test]
fn a_start_catches_what_was_on_its_way_out() {
    let (mut world, id, volume) = World::with_home();
    world.park(&id);
    world.ok(detach(&volume, &id));
    world.ok(start(&[&id]));
    world.run(LONG_MS);
    assert_eq!(world.attached(&volume), Some((id, Busy)));
}

#[test]
fn a_volume_is_detached_from_the_instance_that_is_named() {
    let (mut world, ids) = World::in_service(group(2));
    let volume = world.make(blank(10));
    world.ok(attach(&volume, &ids[0]));
    let early = world.refused(detach(&volume, &ids[0]));
    assert_eq!(early.1, format!("Volume '{volume}' is in the 'attaching' state."));
    world.run(ATTACH_MS);
    assert_eq!(world.refused(detach(&volume, &ids[1])).0, "InvalidAttachment.NotFound");
    let nobody = "i-0123456789abcdef0";
    assert_eq!(world.refused(detach(&volume, nobody)).0, "InvalidInstanceID.NotFound");
    assert_eq!(world.attached(&volume), Some((ids[0].clone(), Attached)));
}

#[test]
fn a_termination_lets_go_of_everything_and_loses_nothing() {
    let (mut world, id, volume) = World::with_home();
    let late = world.make(blank(1));
    world.sim.take_effects();
    world.ok(terminate(&[&id]));
    world.run(TERMINATE_MS - 1);
    assert_eq!(world.attached(&volume), Some((id.clone(), Attached)));
    world.run(1);
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::Available);
    assert!(world.instance(&id).unwrap().devices.is_empty(), "the root is gone too");
    let gone = Effect::VolumeDetached { id: volume.clone(), instance: id };
    assert_eq!(world.disk_effects(), [gone]);
    assert!(world.volume(&late).is_some());
}

#[test]
fn a_device_that_never_appeared_does_not_go() {
    let slow = Settings { attach_ms: LONG_MS, ..settings() };
    let mut world = World::with(slow, group(1));
    world.run(LONG_MS);
    let id = world.sim.instances()[0].id.clone();
    let volume = world.make(blank(10));
    world.sim.take_effects();
    world.ok(attach(&volume, &id));
    world.ok(terminate(&[&id]));
    world.run(2 * LONG_MS);
    assert_eq!(world.volume(&volume).unwrap().state, VolumeState::Available);
    assert_eq!(world.disk_effects(), []);
}
