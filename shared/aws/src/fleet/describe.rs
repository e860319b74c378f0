//! From AWS's descriptions to hotdesk's words.

use aws_sdk_autoscaling::types::{
    AutoScalingGroup, AutoScalingInstanceDetails, Instance as AsgInstance, LifecycleState,
};
use aws_sdk_ec2::types::{AttachmentStatus, Instance, InstanceStateName};
use hotdesk::{
    clock::Ms,
    fleet::{Group, Lifecycle, Machine, Member, Power, Sizes},
    id::VolumeId,
    seats::Addresses,
    volumes::HOME_DEVICE,
};

/// The process that replaces members to balance zones (Auto Scaling User Guide, "Suspend and resume
/// processes").
pub(super) const BALANCING: &str = "AZRebalance";

/// The group and its members.
pub(super) fn group(group: &AutoScalingGroup) -> Group {
    let mut suspended = group.suspended_processes().iter().filter_map(|p| p.process_name());
    let members = group.instances().iter().filter_map(member);
    Group {
        sizes: sizes(group),
        balances: !suspended.any(|process| process == BALANCING),
        members: members.map(|member| (member.instance.clone(), member)).collect(),
    }
}

/// How large the group is meant to be.
pub(super) fn sizes(group: &AutoScalingGroup) -> Sizes {
    let count = |n: Option<i32>| usize::try_from(n.unwrap_or(0)).unwrap_or(0);
    Sizes { desired: count(group.desired_capacity()), max: count(group.max_size()) }
}

/// A member as its group lists it.
fn member(instance: &AsgInstance) -> Option<Member> {
    Some(Member {
        instance: instance.instance_id()?.parse().ok()?,
        lifecycle: instance.lifecycle_state().map_or(Lifecycle::Other, lifecycle),
        healthy: instance.health_status().is_some_and(healthy),
        protected: instance.protected_from_scale_in() == Some(true),
    })
}

/// A member as it is listed by itself: its lifecycle is text there.
pub(super) fn details(instance: &AutoScalingInstanceDetails) -> Option<Member> {
    Some(Member {
        instance: instance.instance_id()?.parse().ok()?,
        lifecycle: instance.lifecycle_state().map_or(Lifecycle::Other, |s| lifecycle(&s.into())),
        healthy: instance.health_status().is_some_and(healthy),
        protected: instance.protected_from_scale_in() == Some(true),
    })
}

/// Written `Healthy` within a group and `HEALTHY` by itself (API reference, "Instance" and
/// "AutoScalingInstanceDetails").
fn healthy(status: &str) -> bool {
    status.eq_ignore_ascii_case("Healthy")
}

fn lifecycle(state: &LifecycleState) -> Lifecycle {
    match state {
        LifecycleState::Pending | LifecycleState::PendingProceed => Lifecycle::Pending,
        LifecycleState::PendingWait => Lifecycle::PendingWait,
        LifecycleState::InService => Lifecycle::InService,
        LifecycleState::EnteringStandby => Lifecycle::EnteringStandby,
        LifecycleState::Standby => Lifecycle::Standby,
        LifecycleState::TerminatingWait => Lifecycle::TerminatingWait,
        LifecycleState::Terminating
        | LifecycleState::TerminatingProceed
        | LifecycleState::Terminated => Lifecycle::Terminating,
        _ => Lifecycle::Other,
    }
}

/// The instance; `None` for an answer without id or state, or with a state that is unknown.
pub(super) fn machine(instance: &Instance) -> Option<Machine> {
    let power = match instance.state()?.name()? {
        InstanceStateName::Pending => Power::Pending,
        InstanceStateName::Running => Power::Running,
        InstanceStateName::Stopping => Power::Stopping,
        InstanceStateName::Stopped => Power::Stopped,
        InstanceStateName::ShuttingDown | InstanceStateName::Terminated => Power::Terminated,
        _ => return None,
    };
    let launched = instance.launch_time().and_then(|time| time.to_millis().ok());
    Some(Machine {
        instance: instance.instance_id()?.parse().ok()?,
        power,
        addresses: Addresses {
            public_ip: instance.public_ip_address().unwrap_or_default().to_owned(),
            private_ip: instance.private_ip_address().unwrap_or_default().to_owned(),
        },
        launched: Ms(launched.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default()),
        zone: instance
            .placement()
            .and_then(|p| p.availability_zone())
            .unwrap_or_default()
            .to_owned(),
        home: home(instance),
    })
}

/// What has the device of homes, unless it is gone from there.
fn home(instance: &Instance) -> Option<VolumeId> {
    let mut devices = instance.block_device_mappings().iter();
    let device = devices.find(|device| device.device_name() == Some(HOME_DEVICE))?;
    let volume = device.ebs().filter(|ebs| ebs.status() != Some(&AttachmentStatus::Detached))?;
    volume.volume_id()?.parse().ok()
}
