//! Events of EventBridge, whole envelopes as a function gets them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    settings::{HookSpec, Settings, Transition},
    time::{rfc3339_millis, rfc3339_seconds},
    view::InstanceState,
};

pub(crate) const STATE_CHANGE: &str = "EC2 Instance State-change Notification";
pub(crate) const LAUNCH: &str = "EC2 Instance-launch Lifecycle Action";
pub(crate) const TERMINATE: &str = "EC2 Instance-terminate Lifecycle Action";
pub(crate) const SPOT_WARNING: &str = "EC2 Spot Instance Interruption Warning";
pub(crate) const REBALANCE: &str = "EC2 Instance Rebalance Recommendation";

/// Every `detail-type` that there is here.
pub(crate) const DETAIL_TYPES: [&str; 5] =
    [STATE_CHANGE, LAUNCH, TERMINATE, SPOT_WARNING, REBALANCE];

/// `EC2 Instance State-change Notification`. [docs: monitoring-instance-state-changes; the fields
/// of `detail` are unverified]
pub(super) fn state_change(
    settings: &Settings,
    now: u64,
    event_id: Uuid,
    instance: &str,
    state: InstanceState,
) -> Value {
    let detail = json!({ "instance-id": instance, "state": state.name() });
    of_instance(settings, now, event_id, STATE_CHANGE, instance, detail)
}

/// `EC2 Spot Instance Interruption Warning`; a one-time request's instance is terminated. [docs:
/// spot-instance-termination-notices, the example]
pub(super) fn spot_warning(settings: &Settings, now: u64, event_id: Uuid, instance: &str) -> Value {
    let detail = json!({ "instance-id": instance, "instance-action": "terminate" });
    of_instance(settings, now, event_id, SPOT_WARNING, instance, detail)
}

/// `EC2 Instance Rebalance Recommendation`. [docs: rebalance-recommendations, the example]
pub(super) fn rebalance_recommendation(
    settings: &Settings,
    now: u64,
    event_id: Uuid,
    instance: &str,
) -> Value {
    let detail = json!({ "instance-id": instance });
    of_instance(settings, now, event_id, REBALANCE, instance, detail)
}

/// An event of EC2 about an instance.
fn of_instance(
    settings: &Settings,
    now: u64,
    event_id: Uuid,
    detail_type: &str,
    instance: &str,
    detail: Value,
) -> Value {
    let Settings { region, account, .. } = settings;
    json!({
        "version": "0",
        "id": event_id.to_string(),
        "detail-type": detail_type,
        "source": "aws.ec2",
        "account": account,
        "time": rfc3339_seconds(now),
        "region": region,
        "resources": [format!("arn:aws:ec2:{region}:{account}:instance/{instance}")],
        "detail": detail,
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
    let (detail_type, origin, destination) = match hook.transition {
        Transition::Launching => (LAUNCH, "EC2", "AutoScalingGroup"),
        Transition::Terminating => (TERMINATE, "AutoScalingGroup", "EC2"),
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
        "detail-type": detail_type,
        "source": "aws.autoscaling",
        "account": settings.account,
        "time": rfc3339_millis(now),
        "region": settings.region,
        "resources": [group_arn],
        "detail": detail,
    })
}
