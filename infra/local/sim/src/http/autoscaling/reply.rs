//! The shapes of Auto Scaling's replies. [docs: Auto Scaling API Reference, data types]

use crate::{
    Activity, AwsError, Group, HookSpec, Member, Process, Reply,
    cloud::time,
    http::{
        mismatch,
        xml::{list, node, optional, text},
    },
};

/// The children of the result; `group` is the group that the request named.
pub(super) fn reply(action: &str, reply: Reply, group: &str) -> Result<Vec<String>, AwsError> {
    Ok(match reply {
        Reply::Done => Vec::new(),
        Reply::Groups(groups, next) => vec![
            list("AutoScalingGroups", "member", groups.iter().map(group_fields)),
            optional("NextToken", next),
        ],
        Reply::Members(members, next) => vec![
            list("AutoScalingInstances", "member", members.iter().map(details)),
            optional("NextToken", next),
        ],
        Reply::Hooks(hooks) => {
            vec![list(
                "LifecycleHooks",
                "member",
                hooks.iter().map(|hook| hook_fields(hook, group)),
            )]
        }
        Reply::Activities(activities) if action == "TerminateInstanceInAutoScalingGroup" => {
            let one = activities.first().ok_or_else(mismatch)?;
            vec![node("Activity", &activity(one))]
        }
        Reply::Activities(activities) => {
            vec![list("Activities", "member", activities.iter().map(activity))]
        }
        Reply::ActivityLog(activities, next) => vec![
            list("Activities", "member", activities.iter().map(activity)),
            optional("NextToken", next),
        ],
        Reply::Instances(..)
        | Reply::StateChanges(_)
        | Reply::Volume(_)
        | Reply::Volumes(..)
        | Reply::Attachment(..)
        | Reply::Modification(..)
        | Reply::Snapshot(_)
        | Reply::Snapshots(..) => return Err(mismatch()),
    })
}

fn group_fields(group: &Group) -> Vec<String> {
    vec![
        text("AutoScalingGroupName", &group.name),
        text("AutoScalingGroupARN", &group.arn),
        text("MinSize", group.min),
        text("MaxSize", group.max),
        text("DesiredCapacity", group.desired),
        text("DefaultCooldown", 300),
        node(
            "AvailabilityZones",
            &group.zones.iter().map(|zone| text("member", zone)).collect::<Vec<_>>(),
        ),
        node("LoadBalancerNames", &[]),
        text("HealthCheckType", "EC2"),
        text("HealthCheckGracePeriod", 0),
        list("Instances", "member", group.members.iter().map(member)),
        text("CreatedTime", time::rfc3339_millis(group.created_at)),
        list("SuspendedProcesses", "member", group.suspended.iter().map(suspended)),
        node("Tags", &[]),
        node("TerminationPolicies", &[text("member", "Default")]),
        text("NewInstancesProtectedFromScaleIn", group.protect_new),
    ]
}

fn suspended(process: &Process) -> Vec<String> {
    vec![text("ProcessName", process.name()), text("SuspensionReason", "User suspended")]
}

/// An instance within its group: the health is written `Healthy`. [docs: API_Instance]
fn member(member: &Member) -> Vec<String> {
    let health = if member.healthy { "Healthy" } else { "Unhealthy" };
    shared_fields(member, health)
}

/// An instance by itself: the health is written `HEALTHY`. [docs: API_AutoScalingInstanceDetails]
fn details(member: &Member) -> Vec<String> {
    let health = if member.healthy { "HEALTHY" } else { "UNHEALTHY" };
    let mut fields = shared_fields(member, health);
    fields.push(text("AutoScalingGroupName", &member.group));
    fields
}

fn shared_fields(member: &Member, health: &str) -> Vec<String> {
    vec![
        text("InstanceId", &member.id),
        text("AvailabilityZone", &member.zone),
        text("LifecycleState", member.lifecycle.name()),
        text("HealthStatus", health),
        text("ProtectedFromScaleIn", member.protected),
    ]
}

fn hook_fields(hook: &HookSpec, group: &str) -> Vec<String> {
    let (transition, result) = (hook.transition.name(), hook.default_result.name());
    vec![
        text("LifecycleHookName", &hook.name),
        text("AutoScalingGroupName", group),
        text("LifecycleTransition", transition),
        optional("NotificationMetadata", hook.metadata.as_ref()),
        text("HeartbeatTimeout", hook.heartbeat_seconds),
        text("GlobalTimeout", hook.global_timeout_seconds()),
        text("DefaultResult", result),
    ]
}

/// An activity; its end is given in seconds. [docs: API_EnterStandby, sample response;
/// CHAP_Troubleshooting, example responses]
fn activity(activity: &Activity) -> Vec<String> {
    let details = serde_json::json!({ "Availability Zone": activity.zone });
    vec![
        text("ActivityId", &activity.id),
        text("AutoScalingGroupName", &activity.group),
        text("Description", &activity.description),
        text("Cause", &activity.cause),
        text("StartTime", time::rfc3339_millis(activity.started_at)),
        optional("EndTime", activity.ended_at.map(time::rfc3339_seconds)),
        text("StatusCode", activity.status.name()),
        optional("StatusMessage", activity.message.as_ref()),
        text("Progress", activity.status.progress()),
        text("Details", details),
    ]
}
