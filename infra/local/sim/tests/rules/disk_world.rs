//! Short ways to ask about volumes.

use std::collections::BTreeMap;

use hotdesk_sim::{
    AttachmentStatus, Call, Effect, Filter, InstanceState, Page, Reply, Snapshot, SnapshotState,
    Volume, VolumeRequest, VolumeState,
};

use crate::world::*;

pub(crate) const ZONE: &str = "us-east-1a";
pub(crate) const DEVICE: &str = "/dev/sdh";

/// Between two snapshots of one volume.
pub(crate) const PAUSE_MS: u64 = 15_000;

impl World {
    /// A world with one box in service, and its id.
    pub(crate) fn with_box() -> (Self, String) {
        let (world, mut ids) = Self::in_service(group(1));
        (world, ids.remove(0))
    }

    /// A volume that can be attached.
    pub(crate) fn make(&mut self, request: VolumeRequest) -> String {
        let Reply::Volume(made) = self.ok(Call::CreateVolume(request)) else { unreachable!() };
        self.run(CREATE_MS);
        assert_eq!(self.volume(&made.id).unwrap().state, VolumeState::Available);
        made.id
    }

    /// A snapshot that is completed.
    pub(crate) fn keep(&mut self, volume: &str) -> String {
        let Reply::Snapshot(taken) = self.ok(snapshot(volume)) else { unreachable!() };
        self.run(SNAPSHOT_MS);
        assert_eq!(self.snapshot(&taken.id).unwrap().state, SnapshotState::Completed);
        taken.id
    }

    /// A world with a box and a volume that is attached to it.
    pub(crate) fn with_home() -> (Self, String, String) {
        let (mut world, id) = Self::with_box();
        let volume = world.make(blank(10));
        world.ok(attach(&volume, &id));
        world.run(ATTACH_MS);
        assert_eq!(world.attached(&volume), Some((id.clone(), AttachmentStatus::Attached)));
        world.sim.take_effects();
        (world, id, volume)
    }

    pub(crate) fn volume(&self, id: &str) -> Option<Volume> {
        self.sim.volumes().into_iter().find(|volume| volume.id == id)
    }

    pub(crate) fn snapshot(&self, id: &str) -> Option<Snapshot> {
        self.sim.snapshots().into_iter().find(|snapshot| snapshot.id == id)
    }

    /// To what a volume is attached, and how.
    pub(crate) fn attached(&self, volume: &str) -> Option<(String, AttachmentStatus)> {
        let at = self.volume(volume)?.attachment?;
        Some((at.instance, at.status))
    }

    /// What happened to disks so far, and away with it.
    pub(crate) fn disk_effects(&mut self) -> Vec<Effect> {
        let effects = self.sim.take_effects().into_iter();
        let others = |effect: &Effect| {
            matches!(
                effect,
                Effect::Event(_) | Effect::BoxStarted { .. } | Effect::BoxStopped { .. }
            )
        };
        effects.filter(|effect| !others(effect)).collect()
    }

    /// Takes a box of the group's through standby to `stopped`.
    pub(crate) fn park(&mut self, id: &String) {
        self.ok(enter(&[id], true));
        self.run(LONG_MS);
        self.ok(stop(&[id]));
        self.run(LONG_MS);
        assert_eq!(self.state(id), Some(InstanceState::Stopped));
    }
}

/// An encrypted volume with nothing on it.
pub(crate) fn blank(size: u32) -> VolumeRequest {
    VolumeRequest {
        zone: ZONE.into(),
        size: Some(size),
        encrypted: true,
        ..VolumeRequest::default()
    }
}

/// A volume with what a snapshot holds.
pub(crate) fn from(snapshot: &str) -> VolumeRequest {
    VolumeRequest { zone: ZONE.into(), snapshot: Some(snapshot.into()), ..Default::default() }
}

pub(crate) fn attach(volume: &str, instance: &str) -> Call {
    attach_as(volume, instance, DEVICE)
}

pub(crate) fn attach_as(volume: &str, instance: &str, device: &str) -> Call {
    let (volume, instance, device) = (volume.into(), instance.into(), device.into());
    Call::AttachVolume { volume, instance, device }
}

pub(crate) fn detach(volume: &str, instance: &str) -> Call {
    Call::DetachVolume { volume: volume.into(), instance: instance.into() }
}

pub(crate) fn grow(volume: &str, size: u32) -> Call {
    Call::ModifyVolume { volume: volume.into(), size }
}

pub(crate) fn delete(volume: &str) -> Call {
    Call::DeleteVolume { volume: volume.into() }
}

pub(crate) fn snapshot(volume: &str) -> Call {
    Call::CreateSnapshot { volume: volume.into(), tags: BTreeMap::new() }
}

pub(crate) fn forget(snapshot: &str) -> Call {
    Call::DeleteSnapshot { snapshot: snapshot.into() }
}

pub(crate) fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn filter(name: &str, value: &str) -> Filter {
    Filter { name: name.into(), values: vec![value.into()] }
}

pub(crate) fn volumes(ids: &[&String], filters: &[Filter]) -> Call {
    let page = Page::default();
    Call::DescribeVolumes { ids: crate::world::ids(ids), filters: filters.to_vec(), page }
}

pub(crate) fn snapshots(ids: &[&String], filters: &[Filter]) -> Call {
    let page = Page::default();
    Call::DescribeSnapshots { ids: crate::world::ids(ids), filters: filters.to_vec(), page }
}
