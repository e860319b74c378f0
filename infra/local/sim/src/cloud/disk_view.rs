//! What describe calls show of volumes and snapshots.

use std::collections::BTreeMap;

use serde::Serialize;

/// The state of a volume, of AWS's those that a simulated one goes through. [docs: ebs-describing-
/// volumes, volume state]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeState {
    /// Being made.
    Creating,
    /// Attached to nothing.
    Available,
    /// Attached, on its way to be, or on its way to be no more.
    InUse,
    /// On its way to be gone for good.
    Deleting,
}

impl VolumeState {
    /// The name on the wire, e.g. `in-use`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::InUse => "in-use",
            Self::Deleting => "deleting",
        }
    }
}

/// How a volume is attached. [docs: API_VolumeAttachment]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentStatus {
    /// The device is about to appear.
    Attaching,
    /// The device is there.
    Attached,
    /// The device is about to go.
    Detaching,
    /// It should go, and its instance does not let it.
    Busy,
}

impl AttachmentStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Attaching => "attaching",
            Self::Attached => "attached",
            Self::Detaching => "detaching",
            Self::Busy => "busy",
        }
    }
}

/// A volume's attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VolumeAttachment {
    /// The instance.
    pub instance: String,
    /// The name of the device, e.g. `/dev/sdh`.
    pub device: String,
    /// How far it is.
    pub status: AttachmentStatus,
    /// When AttachVolume was called, ms since 1970.
    pub attached_at: u64,
}

/// How far a change of a volume is. [docs: monitoring-volume-modifications]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ModificationState {
    /// Not in effect yet.
    Modifying,
    /// In effect, and not over.
    Optimizing,
    /// Over.
    Completed,
}

impl ModificationState {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Modifying => "modifying",
            Self::Optimizing => "optimizing",
            Self::Completed => "completed",
        }
    }
}

/// A change of a volume's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Modification {
    /// How far it is.
    pub state: ModificationState,
    /// The size before, in GiB.
    pub from: u32,
    /// The size after, in GiB.
    pub to: u32,
    /// When it began, ms since 1970.
    pub started_at: u64,
}

/// A volume as DescribeVolumes shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// `vol-` and 17 hexadecimal digits.
    pub id: String,
    /// Its state.
    pub state: VolumeState,
    /// Its zone.
    pub zone: String,
    /// In GiB.
    pub size: u32,
    /// The snapshot that it was made from.
    pub snapshot: Option<String>,
    /// When CreateVolume was called, ms since 1970.
    pub created_at: u64,
    /// It is encrypted.
    pub encrypted: bool,
    /// The key that it was told to be encrypted with; `None` is the account's own.
    pub kms_key: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What it is attached to.
    pub attachment: Option<VolumeAttachment>,
    /// The last change of its size (DescribeVolumes does not show it).
    pub modification: Option<Modification>,
}

/// The state of a snapshot. [docs: API_Snapshot]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotState {
    /// Being copied.
    Pending,
    /// There.
    Completed,
    /// It came to nothing.
    Error,
}

impl SnapshotState {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Error => "error",
        }
    }
}

/// A snapshot as DescribeSnapshots shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// `snap-` and 17 hexadecimal digits.
    pub id: String,
    /// The volume that it is of, which may be gone.
    pub volume: String,
    /// The account.
    pub owner: String,
    /// Its state.
    pub state: SnapshotState,
    /// That of the volume, in GiB.
    pub size: u32,
    /// When it was taken, ms since 1970: what it holds is of that moment.
    pub started_at: u64,
    /// It is encrypted, as its volume was.
    pub encrypted: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A device of an instance as DescribeInstances shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its name, e.g. `/dev/sdh`.
    pub name: String,
    /// The volume behind it.
    pub volume: String,
    /// How far it is.
    pub status: AttachmentStatus,
    /// When it was attached, ms since 1970.
    pub attached_at: u64,
    /// Whether the volume goes with the instance.
    pub delete_on_termination: bool,
}
