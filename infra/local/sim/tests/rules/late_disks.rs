//! What readers see late of volumes and snapshots.

use std::collections::BTreeSet;

use hotdesk_sim::{AttachmentStatus, Call, Page, Reply, Settings};

use crate::{disk_world::*, world::*};

const LAG_MS: u64 = 1_000;
const OFTEN: usize = 100;

/// A world in which readers are late, with a box.
fn late() -> (World, String) {
    let mut world = World::with(Settings { lag_ms: LAG_MS, ..settings() }, group(1));
    world.run(LONG_MS);
    let id = world.sim.instances()[0].id.clone();
    (world, id)
}

/// Everything that `look` shows in many calls.
fn shown<T: Ord>(world: &mut World, look: impl Fn(&mut World) -> T) -> BTreeSet<T> {
    (0..OFTEN).map(|_| look(world)).collect()
}

/// How a volume is attached, as a reader sees it; `None` for one that is not found.
fn seen(world: &mut World, volume: &String) -> Option<Option<AttachmentStatus>> {
    match world.sim.call(world.now, volumes(&[volume], &[])) {
        Ok(Reply::Volumes(found, None)) => Some(found[0].attachment.as_ref().map(|at| at.status)),
        Ok(_) => unreachable!(),
        Err(error) => {
            assert_eq!(error.code, "InvalidVolume.NotFound");
            None
        }
    }
}

#[test]
fn a_new_volume_is_seen_by_some_and_not_by_others() {
    let (mut world, id) = late();
    let Reply::Volume(made) = world.ok(Call::CreateVolume(blank(1))) else { unreachable!() };
    world.run(LAG_MS / 2);
    let both = BTreeSet::from([false, true]);
    let found = |world: &mut World| seen(world, &made.id).is_some();
    assert_eq!(shown(&mut world, found), both);
    let tagged = |world: &mut World| {
        let tag = Call::CreateTags { ids: vec![made.id.clone()], tags: tags(&[("a", "b")]) };
        world.sim.call(world.now, tag).is_ok()
    };
    assert_eq!(shown(&mut world, tagged), both);
    let known = |world: &mut World| {
        let error = world.sim.call(world.now, detach(&made.id, &id)).unwrap_err();
        error.code != "InvalidVolume.NotFound"
    };
    assert_eq!(shown(&mut world, known), both);
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, found), BTreeSet::from([true]), "the lag is over");
}

#[test]
fn an_attachment_is_seen_late_and_on_either_side_first() {
    let (mut world, id) = late();
    let volume = world.make(blank(1));
    world.run(LONG_MS);
    world.ok(attach(&volume, &id));
    world.run(LAG_MS / 2);
    let on_the_volume = |world: &mut World| seen(world, &volume).unwrap().is_some();
    let on_the_instance = |world: &mut World| {
        let page = Page::default();
        let call = Call::DescribeInstances { ids: vec![id.clone()], filters: vec![], page };
        let Reply::Instances(instances, _) = world.ok(call) else { unreachable!() };
        instances[0].devices.len() == 2
    };
    let pairs = shown(&mut world, |world| (on_the_volume(world), on_the_instance(world)));
    assert_eq!(pairs.len(), 4, "they contradict each other");
    world.run(LONG_MS);
    let pairs = shown(&mut world, |world| (on_the_volume(world), on_the_instance(world)));
    assert_eq!(pairs, BTreeSet::from([(true, true)]));
}

#[test]
fn what_is_gone_is_seen_for_a_while() {
    let (mut world, _) = late();
    let volume = world.make(blank(1));
    world.run(LONG_MS);
    let Reply::Snapshot(taken) = world.ok(snapshot(&volume)) else { unreachable!() };
    world.run(LONG_MS);
    world.ok(delete(&volume));
    world.run(DELETE_MS);
    world.ok(forget(&taken.id));
    world.run(LAG_MS / 2);
    assert!(world.sim.volumes().is_empty() && world.sim.snapshots().is_empty());
    let both = BTreeSet::from([false, true]);
    assert_eq!(shown(&mut world, |world| seen(world, &volume).is_some()), both);
    let copy = |world: &mut World| world.sim.call(world.now, snapshots(&[&taken.id], &[])).is_ok();
    assert_eq!(shown(&mut world, copy), both);
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, |world| seen(world, &volume)), BTreeSet::from([None]));
    assert_eq!(shown(&mut world, copy), BTreeSet::from([false]));
    assert_eq!(world.sim.next_due(), None, "forgotten");
}
