//! Volumes and their snapshots: the port to EBS.
//!
//! What EBS lists is late, as all of EC2 is: absence from a list proves nothing.

use std::{collections::BTreeMap, future::Future};

use crate::{
    clock::Ms,
    fleet::{Answer, Refusal},
    id::{InstanceId, SnapshotId, UserId, VolumeId},
};

/// Where a home is attached. One name for all, so that a box cannot get a second one: AttachVolume
/// refuses a name that is taken. No image or launch template may use it (EC2 User Guide, "Device
/// names for volumes": `/dev/sd[f-p]` are for data volumes).
pub const HOME_DEVICE: &str = "/dev/sdh";

/// What a new volume is to be: gp3, encrypted, tagged with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeSpec {
    /// EBS makes one volume for all calls with this text (EC2 API reference, "Ensuring
    /// idempotency"): at most 64 characters of ASCII.
    pub token: String,
    /// Whose home it is.
    pub user: UserId,
    /// GiB.
    pub size: u32,
    /// The availability zone.
    pub zone: String,
    /// What is on it; nothing if `None`.
    pub from: Option<SnapshotId>,
}

/// The state of a volume (EC2 API reference, "VolumeState").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VolumeState {
    /// Not to be used yet.
    Creating,
    /// Attached to nothing.
    Available,
    /// Attached, or about to be, or about to be no more.
    InUse,
    /// Being deleted, or deleted.
    Deleted,
    /// EBS could not make it, or has lost it.
    Error,
}

/// What a volume has to do with an instance (EC2 API reference, "VolumeAttachment").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Which.
    pub instance: InstanceId,
    /// Whether it is being detached, or should be and is `busy`: its system has not let go of it.
    pub leaving: bool,
}

/// A volume as EBS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Which.
    pub volume: VolumeId,
    /// Its state.
    pub state: VolumeState,
    /// Its availability zone.
    pub zone: String,
    /// GiB.
    pub size: u32,
    /// What it is attached to.
    pub attachment: Option<Attachment>,
}

/// Volumes by id.
pub type Volumes = BTreeMap<VolumeId, Volume>;

/// How far a snapshot is (EC2 API reference, "Snapshot"). What it holds was decided when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Being copied: nothing can be made from it yet.
    Pending,
    /// There.
    Completed,
    /// It came to nothing.
    Error,
}

/// A snapshot of a home as EBS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Which.
    pub snapshot: SnapshotId,
    /// Of which volume.
    pub volume: Option<VolumeId>,
    /// Whose home, by its tag.
    pub user: Option<UserId>,
    /// When it was decided to take it, by its tag; else when it began.
    pub taken: Ms,
    /// How far it is.
    pub progress: Progress,
    /// Whether its tag says that it is never deleted by the rule: it was exported.
    pub kept: bool,
}

/// What a snapshot is tagged with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSpec {
    /// Of which volume.
    pub volume: VolumeId,
    /// Whose home it is.
    pub user: UserId,
    /// When it was decided to take it: one is taken for each volume and such time. CreateSnapshot
    /// has no token, so this is how one is found again whose reply was lost.
    pub taken: Ms,
    /// Whether it is to be kept until somebody deletes it.
    pub kept: bool,
}

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to EBS. A call that EBS refuses for the volume, snapshot or instance that it names
        /// gives back why; any other failure is an error.
        pub trait Ebs: Send + Sync {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

calls! {
    /// A volume so; the same one for the same token. [`Refusal::NoCapacity`]: none there now.
    /// [`Refusal::NotNow`]: its snapshot is not completed. [`Refusal::Unlisted`]: no such snapshot.
    /// [`Refusal::Never`]: the token stands for another volume.
    fn create_volume(&self, spec: &VolumeSpec) -> Result<VolumeId, Refusal>;
    /// These volumes, as far as EBS lists them.
    fn volumes(&self, volumes: &[VolumeId]) -> Volumes;
    /// Attaches the volume at [`HOME_DEVICE`]. [`Refusal::NotNow`]: one of the two is not in the
    /// state for it. [`Refusal::Never`]: they are in different zones.
    fn attach(&self, volume: &VolumeId, instance: &InstanceId) -> Option<Refusal>;
    /// Detaches the volume from that instance and no other. Only from one that is stopped or gone.
    fn detach(&self, volume: &VolumeId, instance: &InstanceId) -> Option<Refusal>;
    /// Makes the volume that large, GiB. [`Refusal::NotNow`]: it was changed too lately.
    fn grow(&self, volume: &VolumeId, size: u32) -> Option<Refusal>;
    /// Deletes a volume that is attached to nothing. One that is not there is no refusal.
    fn delete_volume(&self, volume: &VolumeId) -> Option<Refusal>;
    /// Begins a snapshot, or finds the one that was begun for the same volume and time; rarely, as
    /// lists are late, there are two then. [`Refusal::NotNow`]: too soon after another.
    fn take_snapshot(&self, spec: &SnapshotSpec) -> Result<SnapshotId, Refusal>;
    /// These snapshots, as far as EBS lists them.
    fn snapshots(&self, snapshots: &[SnapshotId]) -> Vec<Snapshot>;
    /// All snapshots of a user's home, in no order.
    fn snapshots_of(&self, user: &UserId) -> Vec<Snapshot>;
    /// Tags a snapshot as kept: the rule never deletes it.
    fn keep_snapshot(&self, snapshot: &SnapshotId) -> Option<Refusal>;
    /// Deletes a snapshot. One that is not there is no refusal.
    fn delete_snapshot(&self, snapshot: &SnapshotId) -> Option<Refusal>;
}
