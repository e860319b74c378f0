//! The calls that the cloud takes and what it replies.

use std::collections::BTreeMap;

use super::{
    parameters::{Filter, HookTarget, Page, Process, VolumeRequest},
    settings::HookResult,
};

/// A call to EC2 or Auto Scaling, with the parameters that are simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are AWS's parameters of the same meaning.
pub enum Call {
    /// EC2 DescribeInstances; no ids means all.
    DescribeInstances { ids: Vec<String>, filters: Vec<Filter>, page: Page },
    /// EC2 StartInstances.
    StartInstances { ids: Vec<String> },
    /// EC2 StopInstances.
    StopInstances { ids: Vec<String> },
    /// EC2 TerminateInstances.
    TerminateInstances { ids: Vec<String> },
    /// EC2 CreateTags, on instances, volumes and snapshots.
    CreateTags { ids: Vec<String>, tags: BTreeMap<String, String> },
    /// EC2 CreateVolume.
    CreateVolume(VolumeRequest),
    /// EC2 DescribeVolumes; no ids means all.
    DescribeVolumes { ids: Vec<String>, filters: Vec<Filter>, page: Page },
    /// EC2 AttachVolume.
    AttachVolume { volume: String, instance: String, device: String },
    /// EC2 DetachVolume.
    DetachVolume { volume: String, instance: String },
    /// EC2 ModifyVolume; the size in GiB.
    ModifyVolume { volume: String, size: u32 },
    /// EC2 DeleteVolume.
    DeleteVolume { volume: String },
    /// EC2 CreateSnapshot.
    CreateSnapshot { volume: String, tags: BTreeMap<String, String> },
    /// EC2 DescribeSnapshots of the account's own; no ids means all.
    DescribeSnapshots { ids: Vec<String>, filters: Vec<Filter>, page: Page },
    /// EC2 DeleteSnapshot.
    DeleteSnapshot { snapshot: String },
    /// DescribeAutoScalingGroups; no names means all. `instances` is IncludeInstances.
    DescribeAutoScalingGroups { names: Vec<String>, instances: bool, page: Page },
    /// DescribeAutoScalingInstances; no ids means all.
    DescribeAutoScalingInstances { ids: Vec<String>, page: Page },
    /// DescribeScalingActivities; no group means all.
    DescribeScalingActivities { group: Option<String>, page: Page },
    /// DescribeLifecycleHooks; no names means all.
    DescribeLifecycleHooks { group: String, names: Vec<String> },
    /// SetDesiredCapacity.
    SetDesiredCapacity { group: String, desired: i64 },
    /// EnterStandby.
    EnterStandby { group: String, ids: Vec<String>, decrement: bool },
    /// ExitStandby.
    ExitStandby { group: String, ids: Vec<String> },
    /// TerminateInstanceInAutoScalingGroup.
    TerminateInstanceInAutoScalingGroup { id: String, decrement: bool },
    /// SetInstanceProtection.
    SetInstanceProtection { group: String, ids: Vec<String>, protected: bool },
    /// SuspendProcesses; none named means all.
    SuspendProcesses { group: String, processes: Vec<Process> },
    /// ResumeProcesses; none named means all.
    ResumeProcesses { group: String, processes: Vec<Process> },
    /// CompleteLifecycleAction.
    CompleteLifecycleAction { group: String, hook: String, target: HookTarget, result: HookResult },
    /// RecordLifecycleActionHeartbeat.
    RecordLifecycleActionHeartbeat { group: String, hook: String, target: HookTarget },
}

impl Call {
    /// The names of all actions that are simulated.
    pub const ACTIONS: [&str; 27] = [
        "DescribeInstances",
        "StartInstances",
        "StopInstances",
        "TerminateInstances",
        "CreateTags",
        "CreateVolume",
        "DescribeVolumes",
        "AttachVolume",
        "DetachVolume",
        "ModifyVolume",
        "DeleteVolume",
        "CreateSnapshot",
        "DescribeSnapshots",
        "DeleteSnapshot",
        "DescribeAutoScalingGroups",
        "DescribeAutoScalingInstances",
        "DescribeScalingActivities",
        "DescribeLifecycleHooks",
        "SetDesiredCapacity",
        "EnterStandby",
        "ExitStandby",
        "TerminateInstanceInAutoScalingGroup",
        "SetInstanceProtection",
        "SuspendProcesses",
        "ResumeProcesses",
        "CompleteLifecycleAction",
        "RecordLifecycleActionHeartbeat",
    ];

    /// The name of its action, one of [`Call::ACTIONS`].
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::DescribeInstances { .. } => "DescribeInstances",
            Self::StartInstances { .. } => "StartInstances",
            Self::StopInstances { .. } => "StopInstances",
            Self::TerminateInstances { .. } => "TerminateInstances",
            Self::CreateTags { .. } => "CreateTags",
            Self::CreateVolume(_) => "CreateVolume",
            Self::DescribeVolumes { .. } => "DescribeVolumes",
            Self::AttachVolume { .. } => "AttachVolume",
            Self::DetachVolume { .. } => "DetachVolume",
            Self::ModifyVolume { .. } => "ModifyVolume",
            Self::DeleteVolume { .. } => "DeleteVolume",
            Self::CreateSnapshot { .. } => "CreateSnapshot",
            Self::DescribeSnapshots { .. } => "DescribeSnapshots",
            Self::DeleteSnapshot { .. } => "DeleteSnapshot",
            Self::DescribeAutoScalingGroups { .. } => "DescribeAutoScalingGroups",
            Self::DescribeAutoScalingInstances { .. } => "DescribeAutoScalingInstances",
            Self::DescribeScalingActivities { .. } => "DescribeScalingActivities",
            Self::DescribeLifecycleHooks { .. } => "DescribeLifecycleHooks",
            Self::SetDesiredCapacity { .. } => "SetDesiredCapacity",
            Self::EnterStandby { .. } => "EnterStandby",
            Self::ExitStandby { .. } => "ExitStandby",
            Self::TerminateInstanceInAutoScalingGroup { .. } => {
                "TerminateInstanceInAutoScalingGroup"
            }
            Self::SetInstanceProtection { .. } => "SetInstanceProtection",
            Self::SuspendProcesses { .. } => "SuspendProcesses",
            Self::ResumeProcesses { .. } => "ResumeProcesses",
            Self::CompleteLifecycleAction { .. } => "CompleteLifecycleAction",
            Self::RecordLifecycleActionHeartbeat { .. } => "RecordLifecycleActionHeartbeat",
        }
    }
}
