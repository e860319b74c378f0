//! What a simulation starts from: its timings, its addresses and its group.

use std::collections::BTreeMap;

/// How the simulated cloud behaves. Every duration is in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where ids, tokens and choices at random come from; equal seeds and calls give equal runs.
    pub seed: u64,
    /// The region in ARNs and events.
    pub region: String,
    /// The zones of the group; with none of them nothing can be launched.
    pub zones: Vec<String>,
    /// The account in ARNs and events, twelve digits.
    pub account: String,
    /// From `pending` to `running`, at a launch as at a start.
    pub boot_ms: u64,
    /// From `stopping` to `stopped`. The operating system is down after half of it.
    pub stop_ms: u64,
    /// From `shutting-down` to `terminated`. The operating system is down after half of it.
    pub terminate_ms: u64,
    /// How long the group takes for a step of its own: to notice that it has too few or too many
    /// members, to move one on in its lifecycle, to forget a terminated one.
    pub group_ms: u64,
    /// From an InService instance leaving `running` until the group marks it unhealthy.
    pub health_ms: u64,
    /// How long a terminated instance can still be described.
    pub forget_ms: u64,
    /// From a launch that failed until the group tries again.
    pub launch_retry_ms: u64,
    /// From CreateVolume to `available`.
    pub volume_create_ms: u64,
    /// From DeleteVolume until the volume is gone.
    pub volume_delete_ms: u64,
    /// From AttachVolume until the device appears.
    pub attach_ms: u64,
    /// From DetachVolume until the device is gone, where nothing holds it; also from an instance's
    /// stop until it has let go of what it held.
    pub detach_ms: u64,
    /// From ModifyVolume to `optimizing`, when a volume has its new size.
    pub modify_ms: u64,
    /// From `optimizing` to `completed`.
    pub optimize_ms: u64,
    /// From CreateSnapshot to `completed`.
    pub snapshot_ms: u64,
    /// How old what a Describe call shows may be.
    pub lag_ms: u64,
    /// Whether calls are throttled.
    pub throttle: bool,
    /// The first two bytes of public addresses. After 65,024 of them the second byte goes on in
    /// steps of two, so this and `private_net` keep apart if one is odd and the other even.
    pub public_net: [u8; 2],
    /// The first two bytes of private addresses.
    pub private_net: [u8; 2],
}

impl Settings {
    /// The name of a zone by its place.
    pub(super) fn zone(&self, place: usize) -> String {
        self.zones.get(place).cloned().unwrap_or_default()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            region: "us-east-1".into(),
            zones: vec!["us-east-1a".into()],
            account: "123456789012".into(),
            // Published measurements: about 16.5 s, whatever the instance type (brevdev).
            boot_ms: 16_500,
            stop_ms: 20_000,
            terminate_ms: 20_000,
            group_ms: 2_000,
            health_ms: 10_000,
            // docs: terminate an instance: "remains visible in the console for a short while",
            // "usually less than one hour" elsewhere; an hour is the longest that is named.
            forget_ms: 3_600_000,
            // Unverified.
            launch_retry_ms: 60_000,
            // Unverified, as all times of EBS.
            volume_create_ms: 2_000,
            volume_delete_ms: 1_000,
            attach_ms: 2_000,
            detach_ms: 3_000,
            modify_ms: 10_000,
            optimize_ms: 60_000,
            snapshot_ms: 60_000,
            lag_ms: 0,
            throttle: true,
            public_net: [127, 1],
            private_net: [127, 2],
        }
    }
}

/// The Auto Scaling group that the simulation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSpec {
    /// Its name.
    pub name: String,
    /// MinSize.
    pub min: u32,
    /// MaxSize.
    pub max: u32,
    /// DesiredCapacity at the start.
    pub desired: u32,
    /// NewInstancesProtectedFromScaleIn.
    pub protect_new: bool,
    /// Its instances are Spot instances, each from a one-time request of its own.
    pub spot: bool,
    /// Tags that instances have from birth, as from the launch template.
    pub tags: BTreeMap<String, String>,
    /// Lifecycle hooks.
    pub hooks: Vec<HookSpec>,
}

impl GroupSpec {
    /// An empty group: no instances, at most 20, On-Demand, no hooks, new instances protected.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            min: 0,
            max: 20,
            desired: 0,
            protect_new: true,
            spot: false,
            tags: BTreeMap::new(),
            hooks: Vec::new(),
        }
    }
}

/// A lifecycle hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSpec {
    /// LifecycleHookName.
    pub name: String,
    /// LifecycleTransition.
    pub transition: Transition,
    /// HeartbeatTimeout in seconds; AWS allows 30 to 7200, a simulation may be quicker.
    pub heartbeat_seconds: u32,
    /// DefaultResult: what a timeout counts as.
    pub default_result: HookResult,
    /// NotificationMetadata, passed on in the event.
    pub metadata: Option<String>,
}

impl HookSpec {
    /// The longest that heartbeats can put an action's end off, in seconds: 48 hours or 100
    /// heartbeat timeouts, whichever is sooner. [docs: lifecycle-hooks]
    #[must_use]
    pub fn global_timeout_seconds(&self) -> u32 {
        self.heartbeat_seconds.saturating_mul(100).min(48 * 3600)
    }
}

/// Which way an instance goes when a hook holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transition {
    /// Between Pending and InService.
    Launching,
    /// Between Terminating and Terminated.
    Terminating,
}

impl Transition {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Launching => "autoscaling:EC2_INSTANCE_LAUNCHING",
            Self::Terminating => "autoscaling:EC2_INSTANCE_TERMINATING",
        }
    }
}

/// How a lifecycle action ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookResult {
    /// The instance goes on.
    Continue,
    /// It does not: a launch is given up, a termination waits for nothing more.
    Abandon,
}

impl HookResult {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Continue => "CONTINUE",
            Self::Abandon => "ABANDON",
        }
    }
}
