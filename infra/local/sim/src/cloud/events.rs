//! Events of EventBridge, whole envelopes as a function gets them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    settings::{HookSpec, Settings, Transition},
    time::{rfc3339_millis, rfc3339_seconds},
    view::InstanceState,
};

/// `EC2 Instance State-change Notification`. [docs: monitoring-instance-state-changes; the fields
/// of `detail` are unverified]
pub(super) fn state_change(
    settings: &Settings,
    now: u64,
    event_id: Uuid,
    instance: &str,
    state: InstanceState,
) -> Value {
    let Settings { region, account, .. } = settings;
    json!({
        "version": "0",
        "id": event_id.to_string(),
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": account,
        "time": rfc3339_seconds(now),
        "region": region,
        "resources": [format!("arn:aws:ec2:{region}:{account}:instance/{instance}")],
        "detail": { "instance-id": instance, "state": state.name() },
    })
}

/// `EC2 Instance-launch Lifecycle Action` and `EC2 Instance-terminate Lifecycle Action`.
/// [docs: warm-pools-eventbridge-events]
pub(super) fn lifecycle_action(
    settings: &Settings,
    now: u64,
    event_id: Uuid,
    group: (&str, &str),
    hook: &HookSpec,
    (instance, token): (&str, &str),
) -> Value {
    let (group_name, group_arn) = group;
    let (word, origin, destination) = match hook.transition {
        Transition::Launching => ("launch", "EC2", "AutoScalingGroup"),
        Transition::Terminating => ("terminate", "AutoScalingGroup", "EC2"),
    };
    let mut detail = json!({
        "LifecycleActionToken": token,
        "AutoScalingGroupName": group_name,
        "LifecycleHookName": hook.name,
        "EC2InstanceId": instance,
        "LifecycleTransition": hook.transition.name(),
        "Origin": origin,
        "Destination": destination,
    });
    if let Some(metadata) = &hook.metadata {
        detail["NotificationMetadata"] = json!(metadata);
    }
    json!({
        "version": "0",
        "id": event_id.to_string(),
        "detail-type": format!("EC2 Instance-{word} Lifecycle Action"),
        "source": "aws.autoscaling",
        "account": settings.account,
        "time": rfc3339_millis(now),
        "region": settings.region,
        "resources": [group_arn],
        "detail": detail,
    })
}
