//! The calls that the cloud takes and what it replies.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    activity::Activity,
    settings::{HookResult, HookSpec},
    view::{Group, Instance, Member, StateChange},
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
    /// EC2 CreateTags, on instances.
    CreateTags { ids: Vec<String>, tags: BTreeMap<String, String> },
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
    pub const ACTIONS: [&str; 18] = [
        "DescribeInstances",
        "StartInstances",
        "StopInstances",
        "TerminateInstances",
        "CreateTags",
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

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// MaxResults or MaxRecords.
    pub size: Option<u32>,
    /// NextToken of the page before.
    pub token: Option<String>,
}

/// A filter of DescribeInstances: one of the values must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// E.g. `tag:Owner`, `instance-state-name`.
    pub name: String,
    /// Exact values, or with the wildcards `*` and `?`.
    pub values: Vec<String>,
}

/// How a lifecycle action is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookTarget {
    /// By LifecycleActionToken.
    Token(String),
    /// By InstanceId.
    Instance(String),
}

/// A process of a group that can be suspended. [docs: as-suspend-resume-processes]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs)] // AWS's own names.
pub enum Process {
    AddToLoadBalancer,
    AlarmNotification,
    AZRebalance,
    HealthCheck,
    InstanceRefresh,
    Launch,
    ReplaceUnhealthy,
    ScheduledActions,
    Terminate,
}

impl Process {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AddToLoadBalancer,
        Self::AlarmNotification,
        Self::AZRebalance,
        Self::HealthCheck,
        Self::InstanceRefresh,
        Self::Launch,
        Self::ReplaceUnhealthy,
        Self::ScheduledActions,
        Self::Terminate,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AddToLoadBalancer => "AddToLoadBalancer",
            Self::AlarmNotification => "AlarmNotification",
            Self::AZRebalance => "AZRebalance",
            Self::HealthCheck => "HealthCheck",
            Self::InstanceRefresh => "InstanceRefresh",
            Self::Launch => "Launch",
            Self::ReplaceUnhealthy => "ReplaceUnhealthy",
            Self::ScheduledActions => "ScheduledActions",
            Self::Terminate => "Terminate",
        }
    }
}

/// What a call answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing but that it was done.
    Done,
    /// DescribeInstances: instances and the next page's token.
    Instances(Vec<Instance>, Option<String>),
    /// StartInstances, StopInstances, TerminateInstances.
    StateChanges(Vec<StateChange>),
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
