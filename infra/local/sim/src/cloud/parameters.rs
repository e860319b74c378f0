//! What calls are told beyond names and numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// What CreateVolume asks for, always of the type gp3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeRequest {
    /// AvailabilityZone.
    pub zone: String,
    /// Size in GiB; the snapshot's if it is left out.
    pub size: Option<u32>,
    /// SnapshotId.
    pub snapshot: Option<String>,
    /// Encrypted.
    pub encrypted: bool,
    /// KmsKeyId.
    pub kms_key: Option<String>,
    /// ClientToken.
    pub token: Option<String>,
    /// The tags of TagSpecification.
    pub tags: BTreeMap<String, String>,
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// MaxResults or MaxRecords.
    pub size: Option<u32>,
    /// NextToken of the page before.
    pub token: Option<String>,
}

/// A filter of a describe call of EC2: one of the values must match.
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
