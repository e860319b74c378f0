//! From AWS's descriptions to hotdesk's words.

use aws_sdk_autoscaling::types::{AutoScalingGroup, Instance as AsgInstance, LifecycleState};
use aws_sdk_ec2::types::{Instance, InstanceStateName};
use hotdesk::{
    fleet::{Group, Lifecycle, Machine, Member, Power},
    seats::Addresses,
};

/// The group and its members.
pub(super) fn group(group: &AutoScalingGroup) -> Group {
    let count = |n: Option<i32>| usize::try_from(n.unwrap_or(0)).unwrap_or(0);
    Group {
        desired: count(group.desired_capacity()),
        max: count(group.max_size()),
        members: group.instances().iter().filter_map(member).collect(),
    }
}

fn member(instance: &AsgInstance) -> Option<Member> {
    Some(Member {
        instance: instance.instance_id()?.parse().ok()?,
        lifecycle: instance.lifecycle_state().map_or(Lifecycle::Other, lifecycle),
        healthy: instance.health_status() == Some("Healthy"),
    })
}

fn lifecycle(state: &LifecycleState) -> Lifecycle {
    match state {
        LifecycleState::Pending | LifecycleState::PendingProceed => Lifecycle::Pending,
        LifecycleState::PendingWait => Lifecycle::PendingWait,
        LifecycleState::InService => Lifecycle::InService,
        LifecycleState::EnteringStandby => Lifecycle::EnteringStandby,
        LifecycleState::Standby => Lifecycle::Standby,
        LifecycleState::Terminating
        | LifecycleState::TerminatingWait
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
    Some(Machine {
        instance: instance.instance_id()?.parse().ok()?,
        power,
        addresses: Addresses {
            public_ip: instance.public_ip_address().unwrap_or_default().to_owned(),
            private_ip: instance.private_ip_address().unwrap_or_default().to_owned(),
        },
    })
}
