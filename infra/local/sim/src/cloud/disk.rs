//! A volume and a snapshot as they are.

use std::collections::BTreeMap;

use super::{
    disk_view::{Modification, Snapshot, SnapshotState, Volume, VolumeAttachment, VolumeState},
    settings::Settings,
    shelf::Stored,
    timeline::Born,
};

/// How far a volume is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Creating,
    Ready,
    Deleting,
    /// EBS has forgotten it.
    Gone,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) zone: String,
    pub(super) size: u32,
    pub(super) snapshot: Option<String>,
    pub(super) created_at: u64,
    pub(super) encrypted: bool,
    pub(super) kms_key: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) life: Life,
    pub(super) attachment: Option<VolumeAttachment>,
    /// When its life or its attachment moves on by itself; for one that is gone, when no reader is
    /// late enough to see it.
    pub(super) due: Option<u64>,
    pub(super) modification: Option<Modification>,
    /// When its change moves on.
    pub(super) modification_due: Option<u64>,
    /// When its changes of the last day began.
    pub(super) modified_at: Vec<u64>,
    /// When its last snapshot was taken.
    pub(super) snapshot_at: Option<u64>,
}

impl Disk {
    pub(super) fn state(&self) -> VolumeState {
        match self.life {
            Life::Creating => VolumeState::Creating,
            Life::Ready if self.attachment.is_some() => VolumeState::InUse,
            Life::Ready => VolumeState::Available,
            Life::Deleting | Life::Gone => VolumeState::Deleting,
        }
    }
}

impl Born for Disk {
    fn born_at(&self) -> u64 {
        self.created_at
    }
}

impl Stored for Disk {
    type View = Volume;

    fn next_due(&self) -> Option<u64> {
        self.due.into_iter().chain(self.modification_due).min()
    }

    fn view(&self, id: &str, _: &Settings) -> Option<Volume> {
        (self.life != Life::Gone).then(|| Volume {
            id: id.into(),
            state: self.state(),
            zone: self.zone.clone(),
            size: self.size,
            snapshot: self.snapshot.clone(),
            created_at: self.created_at,
            encrypted: self.encrypted,
            kms_key: self.kms_key.clone(),
            tags: self.tags.clone(),
            attachment: self.attachment.clone(),
            modification: self.modification.clone(),
        })
    }
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) volume: String,
    /// That of its volume.
    pub(super) zone: String,
    pub(super) size: u32,
    pub(super) started_at: u64,
    pub(super) encrypted: bool,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) state: SnapshotState,
    /// EBS has forgotten it.
    pub(super) gone: bool,
    /// When it is completed; for one that is gone, when no reader is late enough to see it.
    pub(super) due: Option<u64>,
}

impl Born for Copied {
    fn born_at(&self) -> u64 {
        self.started_at
    }
}

impl Stored for Copied {
    type View = Snapshot;

    fn next_due(&self) -> Option<u64> {
        self.due
    }

    fn view(&self, id: &str, settings: &Settings) -> Option<Snapshot> {
        (!self.gone).then(|| Snapshot {
            id: id.into(),
            volume: self.volume.clone(),
            owner: settings.account.clone(),
            state: self.state,
            size: self.size,
            started_at: self.started_at,
            encrypted: self.encrypted,
            tags: self.tags.clone(),
        })
    }
}
