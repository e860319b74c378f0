//! Auto Scaling.

use super::{Ask, Tags, arn, form::Form};

/// What a request asks for; `None` for an operation that is not known here. `group`: the name of the
/// only group, for requests that name an instance; `tags`: those of a group.
pub(super) fn asks(
    operation: &str,
    form: &Form,
    group: &str,
    tags: &dyn Fn(&str) -> Option<Tags>,
) -> Option<Vec<Ask>> {
    let action = format!("autoscaling:{operation}");
    let resource = match operation {
        "DescribeAutoScalingGroups"
        | "DescribeAutoScalingInstances"
        | "DescribeScalingActivities" => return Some(vec![Ask::new(&action, "*")]),
        "TerminateInstanceInAutoScalingGroup" => group,
        "CompleteLifecycleAction"
        | "EnterStandby"
        | "ExitStandby"
        | "RecordLifecycleActionHeartbeat"
        | "SetDesiredCapacity"
        | "SetInstanceProtection"
        | "SuspendProcesses" => form.get("AutoScalingGroupName")?,
        _ => return None,
    };
    let tags = tags(resource).unwrap_or_default();
    Some(vec![Ask::new(&action, arn_of(resource)).tagged(&tags)])
}

/// The id in it is AWS's own.
fn arn_of(group: &str) -> String {
    let id = "autoScalingGroup:00000000-0000-0000-0000-000000000000";
    arn("autoscaling", &format!("{id}:autoScalingGroupName/{group}"))
}
