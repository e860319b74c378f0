//! What describe calls show.

use std::{collections::BTreeMap, net::Ipv4Addr};

use serde::Serialize;

use super::{disk_view::Device, parameters::Process};

/// The state of an EC2 instance. [docs: EC2 instance lifecycle]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// Getting ready to run.
    Pending,
    /// Running; its services may still be booting.
    Running,
    /// On its way to terminated.
    ShuttingDown,
    /// Gone for good.
    Terminated,
    /// On its way to stopped.
    Stopping,
    /// Stopped; can be started again.
    Stopped,
}

impl InstanceState {
    /// The name on the wire, e.g. `shutting-down`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    /// The number on the wire. [docs: API_InstanceState]
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }
}

/// The state of an instance in its group. [docs: Auto Scaling instance lifecycle]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Lifecycle {
    /// Launched, or leaving standby.
    Pending,
    /// Held by launch hooks.
    #[serde(rename = "Pending:Wait")]
    PendingWait,
    /// Let go by launch hooks.
    #[serde(rename = "Pending:Proceed")]
    PendingProceed,
    /// Counted, and checked for health.
    InService,
    /// On its way to standby.
    EnteringStandby,
    /// A member that does not count and is not checked.
    Standby,
    /// Chosen to go.
    Terminating,
    /// Held by terminate hooks.
    #[serde(rename = "Terminating:Wait")]
    TerminatingWait,
    /// Let go by terminate hooks; EC2 terminates it.
    #[serde(rename = "Terminating:Proceed")]
    TerminatingProceed,
    /// Terminated; leaves the group next.
    Terminated,
}

impl Lifecycle {
    /// The name on the wire, e.g. `Pending:Wait`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::PendingWait => "Pending:Wait",
            Self::PendingProceed => "Pending:Proceed",
            Self::InService => "InService",
            Self::EnteringStandby => "EnteringStandby",
            Self::Standby => "Standby",
            Self::Terminating => "Terminating",
            Self::TerminatingWait => "Terminating:Wait",
            Self::TerminatingProceed => "Terminating:Proceed",
            Self::Terminated => "Terminated",
        }
    }
}

/// An EC2 instance as DescribeInstances shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// `i-` and 17 hexadecimal digits.
    pub id: String,
    /// The reservation that launched it, `r-` and 17 hexadecimal digits.
    pub reservation: String,
    /// Its state.
    pub state: InstanceState,
    /// Kept for life; absent once it is terminated.
    pub private_ip: Option<Ipv4Addr>,
    /// There while it is running or stopping.
    pub public_ip: Option<Ipv4Addr>,
    /// When it was launched or last started, ms since 1970.
    pub launched_at: u64,
    /// Its zone.
    pub zone: String,
    /// It is a Spot instance.
    pub spot: bool,
    /// Its block devices, the root first.
    pub devices: Vec<Device>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// An instance as its Auto Scaling group shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The instance.
    pub id: String,
    /// The group.
    pub group: String,
    /// Its zone.
    pub zone: String,
    /// Where it is in its life in the group.
    pub lifecycle: Lifecycle,
    /// False once a health check marked it; it does not recover.
    pub healthy: bool,
    /// ProtectedFromScaleIn.
    pub protected: bool,
    /// The lifecycle actions that hold it (no call of AWS shows them).
    pub holds: Vec<Hold>,
}

/// The group as DescribeAutoScalingGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// MinSize.
    pub min: u32,
    /// MaxSize.
    pub max: u32,
    /// DesiredCapacity.
    pub desired: u32,
    /// NewInstancesProtectedFromScaleIn.
    pub protect_new: bool,
    /// When it was made, ms since 1970.
    pub created_at: u64,
    /// Its zones.
    pub zones: Vec<String>,
    /// Its members.
    pub members: Vec<Member>,
    /// Suspended processes.
    pub suspended: Vec<Process>,
}

/// What StartInstances, StopInstances and TerminateInstances answer for an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// The instance.
    pub id: String,
    /// Its state before the call.
    pub previous: InstanceState,
    /// Its state after the call.
    pub current: InstanceState,
}

/// A lifecycle action that holds an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The hook.
    pub hook: String,
    /// LifecycleActionToken.
    pub token: String,
    /// When it times out, ms since 1970.
    pub until: u64,
    /// The latest time that heartbeats can put it off to, ms since 1970.
    pub limit: u64,
}
