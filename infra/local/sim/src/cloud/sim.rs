//! The state machine: its state, its clock, and who answers which call.

use std::collections::BTreeSet;

use super::{
    activities::Activities,
    address::AddressPool,
    buckets::Buckets,
    calls::Call,
    effect::Effect,
    error::AwsError,
    machines::Machines,
    parameters::Process,
    random::Random,
    reply::Reply,
    settings::{GroupSpec, Settings},
    storage::Storage,
};

/// A simulated cloud: one Auto Scaling group and its instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Sim {
    pub(super) settings: Settings,
    pub(super) now: u64,
    pub(super) random: Random,
    pub(super) machines: Machines,
    pub(super) group: GroupState,
    pub(super) public: AddressPool,
    pub(super) private: AddressPool,
    pub(super) buckets: Buckets,
    /// The most instances that can be pending or running at once in each zone.
    pub(super) capacity: Option<u32>,
    /// What EC2 says to every launch of the group.
    pub(super) launch_error: Option<String>,
    /// The zone that is lost.
    pub(super) lost_zone: Option<String>,
    pub(super) storage: Storage,
    pub(super) activities: Activities,
    pub(super) effects: Vec<Effect>,
}

/// The group without its members, which are in the machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupState {
    pub(super) spec: GroupSpec,
    pub(super) created_at: u64,
    pub(super) desired: u32,
    pub(super) suspended: BTreeSet<Process>,
    /// When the group next compares what it has with what it should have.
    pub(super) review: Option<u64>,
    /// A launch failed: none is tried before this time.
    pub(super) no_launch_before: u64,
    /// The zones that it has subnets in; `None` is all.
    pub(super) zones: Option<BTreeSet<String>>,
    /// The member that was launched to even the zones out, until it is in service.
    pub(super) rebalancing: Option<String>,
}

impl Sim {
    /// A cloud whose clock stands at `now_ms` (ms since 1970) and whose group is still empty; the
    /// group's first instances are launched when time moves on.
    #[must_use]
    pub fn new(settings: Settings, group: GroupSpec, now_ms: u64) -> Self {
        let mut sim = Self {
            now: now_ms,
            random: Random::new(settings.seed),
            machines: Machines::new(settings.zones.len()),
            group: GroupState {
                created_at: now_ms,
                desired: group.desired.clamp(group.min, group.max.max(group.min)),
                suspended: BTreeSet::new(),
                review: None,
                no_launch_before: 0,
                zones: None,
                rebalancing: None,
                spec: group,
            },
            public: AddressPool::new(settings.public_net),
            private: AddressPool::new(settings.private_net),
            buckets: Buckets::default(),
            capacity: None,
            launch_error: None,
            lost_zone: None,
            storage: Storage::default(),
            activities: Activities::new(settings.seed),
            effects: Vec::new(),
            settings,
        };
        sim.review_soon();
        sim
    }

    /// Advances to `now_ms`, then answers a call.
    ///
    /// # Errors
    /// What AWS would answer; the call has changed nothing then, but it spent its tokens, unless it
    /// was throttled, and what a reader with a lag looks at is drawn anew in each call.
    pub fn call(&mut self, now_ms: u64, call: Call) -> Result<Reply, AwsError> {
        self.advance(now_ms);
        self.take_tokens(&call)?;
        match call {
            Call::DescribeInstances { ids, filters, page } => {
                self.describe_instances(&ids, &filters, &page)
            }
            Call::StartInstances { ids } => self.start_instances(&ids),
            Call::StopInstances { ids } => self.stop_instances(&ids),
            Call::TerminateInstances { ids } => self.terminate_instances(&ids),
            Call::CreateTags { ids, tags } => self.create_tags(&ids, tags),
            Call::CreateVolume(request) => self.create_volume(request),
            Call::DescribeVolumes { ids, filters, page } => {
                self.describe_volumes(&ids, &filters, &page)
            }
            Call::AttachVolume { volume, instance, device } => {
                self.attach_volume(&volume, &instance, &device)
            }
            Call::DetachVolume { volume, instance } => self.detach_volume(&volume, &instance),
            Call::ModifyVolume { volume, size } => self.modify_volume(&volume, size),
            Call::DeleteVolume { volume } => self.delete_volume(&volume),
            Call::CreateSnapshot { volume, tags } => self.create_snapshot(&volume, tags),
            Call::DescribeSnapshots { ids, filters, page } => {
                self.describe_snapshots(&ids, &filters, &page)
            }
            Call::DeleteSnapshot { snapshot } => self.delete_snapshot(&snapshot),
            Call::DescribeAutoScalingGroups { names, instances, page } => {
                self.describe_groups(&names, instances, &page)
            }
            Call::DescribeAutoScalingInstances { ids, page } => self.describe_members(&ids, &page),
            Call::DescribeScalingActivities { group, page } => {
                self.describe_activities(group.as_deref(), &page)
            }
            Call::DescribeLifecycleHooks { group, names } => self.describe_hooks(&group, &names),
            Call::SetDesiredCapacity { group, desired } => {
                self.set_desired_capacity(&group, desired)
            }
            Call::EnterStandby { group, ids, decrement } => {
                self.enter_standby(&group, &ids, decrement)
            }
            Call::ExitStandby { group, ids } => self.exit_standby(&group, &ids),
            Call::TerminateInstanceInAutoScalingGroup { id, decrement } => {
                self.terminate_in_group(&id, decrement)
            }
            Call::SetInstanceProtection { group, ids, protected } => {
                self.set_protection(&group, &ids, protected)
            }
            Call::SuspendProcesses { group, processes } => self.suspend(&group, &processes),
            Call::ResumeProcesses { group, processes } => self.resume(&group, &processes),
            Call::CompleteLifecycleAction { group, hook, target, result } => {
                self.complete_action(&group, &hook, &target, result)
            }
            Call::RecordLifecycleActionHeartbeat { group, hook, target } => {
                self.record_heartbeat(&group, &hook, &target)
            }
        }
    }

    /// Runs everything that is due by `now_ms`, in the order of its time. A time before the
    /// clock's changes nothing.
    pub fn advance(&mut self, now_ms: u64) {
        while let Some(due) = self.next_due().filter(|due| *due <= now_ms) {
            self.now = self.now.max(due);
            self.run_due();
        }
        self.now = self.now.max(now_ms);
    }

    /// When something is due next, ms since 1970; `None` while the cloud is at rest.
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        let own = self.machines.next_due().into_iter().chain(self.storage.next_due());
        own.chain(self.group.review).min()
    }

    /// Takes what happened since the last time, oldest first.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The clock, ms since 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    pub(crate) fn seed(&self) -> u64 {
        self.settings.seed
    }

    /// What is due at one moment: first what EC2 does, with instances before their volumes, then
    /// hooks that time out, then what the group does, so that the group sees the instances as they
    /// are.
    fn run_due(&mut self) {
        let ids = self.machines.due(self.now);
        for id in &ids {
            self.run_machine(id);
        }
        for id in self.storage.volumes.due(self.now) {
            self.run_volume(&id);
        }
        for id in self.storage.snapshots.due(self.now) {
            self.run_snapshot(&id);
        }
        for id in &ids {
            self.run_member(id);
        }
        if self.group.review.is_some_and(|due| due <= self.now) {
            self.group.review = None;
            self.review();
        }
    }

    /// Has the group compare soon, unless it is about to.
    pub(super) fn review_soon(&mut self) {
        self.review_at(self.now + self.settings.group_ms);
    }

    /// Has the group compare at `due`, unless it does so before.
    pub(super) fn review_at(&mut self, due: u64) {
        self.group.review = Some(self.group.review.map_or(due, |review| review.min(due)));
    }
}
