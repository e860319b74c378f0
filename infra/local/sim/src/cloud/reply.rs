//! What calls answer.

use super::{
    activity::Activity,
    disk_view::{Modification, Snapshot, Volume, VolumeAttachment},
    settings::HookSpec,
    view::{Group, Instance, Member, StateChange},
};

/// What a call answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing but that it was done.
    Done,
    /// DescribeInstances: instances and the next page's token.
    Instances(Vec<Instance>, Option<String>),
    /// StartInstances, StopInstances, TerminateInstances.
    StateChanges(Vec<StateChange>),
    /// CreateVolume.
    Volume(Volume),
    /// DescribeVolumes: volumes and the next page's token.
    Volumes(Vec<Volume>, Option<String>),
    /// AttachVolume, DetachVolume: the volume and its attachment.
    Attachment(String, VolumeAttachment),
    /// ModifyVolume: the volume and its change.
    Modification(String, Modification),
    /// CreateSnapshot.
    Snapshot(Snapshot),
    /// DescribeSnapshots: snapshots and the next page's token.
    Snapshots(Vec<Snapshot>, Option<String>),
    /// DescribeAutoScalingGroups: groups and the next page's token.
    Groups(Vec<Group>, Option<String>),
    /// DescribeAutoScalingInstances: members and the next page's token.
    Members(Vec<Member>, Option<String>),
    /// DescribeLifecycleHooks.
    Hooks(Vec<HookSpec>),
    /// EnterStandby, ExitStandby, TerminateInstanceInAutoScalingGroup (exactly one).
    Activities(Vec<Activity>),
    /// DescribeScalingActivities: activities and the next page's token.
    ActivityLog(Vec<Activity>, Option<String>),
}
