//! What must hold of volumes and snapshots after every step, and when the cloud has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_sim::{
    AttachmentStatus, Effect, InstanceState, Sim, Snapshot, SnapshotState, VolumeState,
};

use crate::world::*;

/// The disks as somebody keeps them who only hears of effects: what is on each is a number, which
/// changes when something is written to it.
#[derive(Default)]
pub(crate) struct Keeper {
    volumes: BTreeMap<String, u64>,
    sizes: BTreeMap<String, u32>,
    snapshots: BTreeMap<String, u64>,
    attached: BTreeMap<String, (String, String)>,
    writes: u64,
    /// What earlier steps showed.
    known: BTreeSet<String>,
    copies: BTreeMap<String, SnapshotState>,
}

impl Keeper {
    pub(crate) fn write(&mut self, volume: &str) {
        self.writes += 1;
        let contents = self.volumes.get_mut(volume).expect("an attached volume is there");
        *contents = self.writes;
    }

    pub(crate) fn follow(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Event(_) | Effect::BoxStarted { .. } | Effect::BoxStopped { .. } => {}
                Effect::VolumeCreated { id, size, from } => {
                    let contents = from.as_ref().map(|from| {
                        *self.snapshots.get(from).expect("what it is made from is there")
                    });
                    let new = self.volumes.insert(id.clone(), contents.unwrap_or_default());
                    assert_eq!(new, None, "{id} is made once");
                    self.sizes.insert(id.clone(), *size);
                }
                Effect::VolumeGrown { id, size } => {
                    let before = self.sizes.insert(id.clone(), *size);
                    assert!(before.is_some_and(|before| before < *size), "{id} grows");
                }
                Effect::VolumeAttached { id, instance, device } => {
                    let place = (instance.clone(), device.clone());
                    assert!(self.volumes.contains_key(id));
                    assert!(self.attached.values().all(|taken| *taken != place), "{place:?} twice");
                    assert_eq!(self.attached.insert(id.clone(), place), None, "{id} twice");
                }
                Effect::VolumeDetached { id, instance } => {
                    let (from, _) = self.attached.remove(id).expect("it was attached");
                    assert_eq!(from, *instance);
                }
                Effect::VolumeDeleted { id } => {
                    assert!(!self.attached.contains_key(id), "{id} is in use");
                    assert!(self.volumes.remove(id).is_some());
                    self.known.remove(id);
                }
                Effect::SnapshotTaken { id, volume } => {
                    let contents = self.volumes[volume];
                    assert_eq!(self.snapshots.insert(id.clone(), contents), None);
                }
                Effect::SnapshotDeleted { id } => assert!(self.snapshots.remove(id).is_some()),
            }
        }
    }

    pub(crate) fn check(&mut self, sim: &Sim) {
        self.check_volumes(sim);
        self.check_places(sim);
        self.check_copies(sim);
        check_lost(sim);
    }

    /// Volumes do not vanish, and are what was told of them.
    fn check_volumes(&mut self, sim: &Sim) {
        let volumes = sim.volumes();
        let there: BTreeSet<String> = volumes.iter().map(|volume| volume.id.clone()).collect();
        assert_eq!(there.len(), volumes.len());
        assert!(self.known.is_subset(&there), "a volume has vanished");
        for volume in &volumes {
            let told = self.sizes.get(&volume.id);
            assert!(told.is_none_or(|size| *size == volume.size), "{volume:?}");
            let kept = self.volumes.contains_key(&volume.id);
            let usable = matches!(volume.state, VolumeState::Available | VolumeState::InUse);
            assert_eq!(kept, usable, "{volume:?}");
            assert_eq!(volume.attachment.is_some(), volume.state == VolumeState::InUse);
            if volume.state != VolumeState::Deleting {
                self.known.insert(volume.id.clone());
            }
        }
    }

    /// Both sides of an attachment say the same, and the same as was told.
    fn check_places(&self, sim: &Sim) {
        let mut on_instances = BTreeMap::new();
        let mut zones = BTreeMap::new();
        for instance in sim.instances() {
            zones.insert(instance.id.clone(), instance.zone.clone());
            let over = instance.state == InstanceState::Terminated;
            assert_eq!(instance.devices.is_empty(), over, "{instance:?}");
            let names: BTreeSet<&String> = instance.devices.iter().map(|it| &it.name).collect();
            assert_eq!(names.len(), instance.devices.len(), "a name is there once");
            for device in instance.devices.iter().skip(1) {
                let place = (instance.id.clone(), device.name.clone(), device.status);
                let other = on_instances.insert(device.volume.clone(), place);
                assert_eq!(other, None, "{} is attached once", device.volume);
                let held = matches!(instance.state, InstanceState::Stopped);
                assert!(!held || device.status != AttachmentStatus::Busy, "a stopped one lets go");
            }
        }
        let mut on_volumes = BTreeMap::new();
        let mut there = BTreeMap::new();
        for volume in sim.volumes() {
            let Some(at) = volume.attachment else { continue };
            if at.status != AttachmentStatus::Attaching {
                there.insert(volume.id.clone(), (at.instance.clone(), at.device.clone()));
            }
            assert_eq!(zones.get(&at.instance), Some(&volume.zone), "both are in one zone");
            on_volumes.insert(volume.id, (at.instance, at.device, at.status));
        }
        assert_eq!(on_volumes, on_instances);
        assert_eq!(there, self.attached);
    }

    /// Snapshots do not vanish, and do not change once they are there.
    fn check_copies(&mut self, sim: &Sim) {
        let copies: BTreeMap<String, Snapshot> =
            sim.snapshots().into_iter().map(|it| (it.id.clone(), it)).collect();
        assert!(copies.keys().all(|id| self.snapshots.contains_key(id)), "their contents are kept");
        for (id, before) in &self.copies {
            let Some(now) = copies.get(id) else { continue };
            let allowed = *before == SnapshotState::Pending || now.state == *before;
            assert!(allowed, "{before:?} to {now:?}");
        }
        self.copies = copies.into_iter().map(|(id, it)| (id, it.state)).collect();
    }
}

/// Nothing is up where nothing is.
fn check_lost(sim: &Sim) {
    let Some(lost) = sim.conditions().lost_zone else { return };
    let over = [InstanceState::ShuttingDown, InstanceState::Terminated];
    let there = sim.instances().into_iter().filter(|i| i.zone == lost);
    assert!(there.map(|i| i.state).all(|state| over.contains(&state)));
}

/// Left alone with all zones there, nothing is on its way; what should go is busy only where an
/// instance is up.
pub(crate) fn check_disks_at_rest(sim: &mut Sim) {
    sim.set_lost_zone(None).expect("none");
    sim.advance(sim.now() + LONG_MS);
    for volume in sim.volumes() {
        assert!(!matches!(volume.state, VolumeState::Creating | VolumeState::Deleting));
        let status = volume.attachment.map(|at| at.status);
        let rest = [None, Some(AttachmentStatus::Attached), Some(AttachmentStatus::Busy)];
        assert!(rest.contains(&status), "{status:?}");
    }
    assert!(sim.snapshots().iter().all(|it| it.state != SnapshotState::Pending));
}
