//! From EventBridge's envelopes to what they mean for us.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use hotdesk::{
    clock::Ms,
    fleet::{Hook, LAUNCH_HOOK, TERMINATE_HOOK},
    id::{IdError, InstanceId},
    store::{Threat, Warning},
};
use serde::Deserialize;
use serde_json::Value;

/// An event of a known kind that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Its detail lacks a field.
    #[error("malformed event detail")]
    Detail(#[from] serde_json::Error),
    /// Its instance is none.
    #[error("malformed event: {0}")]
    Instance(#[from] IdError),
}

/// What an event tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A launch hook holds a box.
    Launching(Hook),
    /// A terminate hook holds a box.
    Terminating(Hook),
    /// EC2 says that an instance is shutting down for good.
    Dead(InstanceId),
    /// EC2 says that an instance runs.
    Running(InstanceId),
    /// EC2 says that an instance has stopped.
    Stopped(InstanceId),
    /// AWS may take a Spot instance back.
    Threatened(InstanceId, Warning),
    /// Nothing to do with us.
    NotOurs,
}

/// Auto Scaling User Guide, "Auto Scaling event reference for warm pools": Origin and Destination
/// were added later, so they may be absent; "Instance refresh event reference": `Action`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HookDetail {
    auto_scaling_group_name: String,
    lifecycle_hook_name: String,
    #[serde(rename = "EC2InstanceId")]
    instance: String,
    destination: Option<String>,
    action: Option<String>,
}

/// EC2 User Guide, "State change events", "Spot Instance interruption notices", "Monitor rebalance
/// recommendation signals": `instance-id` in all of them.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct InstanceDetail {
    instance_id: String,
    state: Option<String>,
}

/// From an interruption notice to the interruption, in ms (EC2 User Guide, "Spot Instance
/// interruption notices": two minutes before, best effort).
const NOTICE: u64 = 120_000;

/// What the event tells; `now` is when it came.
pub(crate) fn read(
    event: &EventBridgeEvent<Value>,
    group: &str,
    now: Ms,
) -> Result<Event, EventError> {
    match event.detail_type.as_str() {
        "EC2 Instance-launch Lifecycle Action" => {
            // A launch into a warm pool serves nobody yet.
            let hook = hook(event, group, LAUNCH_HOOK, "AutoScalingGroup")?;
            Ok(hook.map_or(Event::NotOurs, Event::Launching))
        }
        "EC2 Instance-terminate Lifecycle Action" => {
            // Also sent for a return to a warm pool, which is no death.
            let hook = hook(event, group, TERMINATE_HOOK, "EC2")?;
            Ok(hook.map_or(Event::NotOurs, Event::Terminating))
        }
        "EC2 Instance State-change Notification" => {
            let (instance, state) = instance(event)?;
            Ok(match state.as_deref() {
                Some("running") => Event::Running(instance),
                Some("stopped") => Event::Stopped(instance),
                Some("shutting-down" | "terminated") => Event::Dead(instance),
                _ => Event::NotOurs,
            })
        }
        "EC2 Spot Instance Interruption Warning" => {
            let at = Ms(at(event, now).0 + NOTICE);
            let warning = Warning { threat: Threat::Interruption, at };
            Ok(Event::Threatened(instance(event)?.0, warning))
        }
        "EC2 Instance Rebalance Recommendation" => {
            let warning = Warning { threat: Threat::Rebalance, at: at(event, now) };
            Ok(Event::Threatened(instance(event)?.0, warning))
        }
        _ => Ok(Event::NotOurs),
    }
}

/// When it happened, or came if it does not say.
fn at(event: &EventBridgeEvent<Value>, now: Ms) -> Ms {
    let time = event.time.and_then(|time| u64::try_from(time.timestamp_millis()).ok());
    time.map_or(now, Ms)
}

fn instance(event: &EventBridgeEvent<Value>) -> Result<(InstanceId, Option<String>), EventError> {
    let detail = InstanceDetail::deserialize(&event.detail)?;
    Ok((detail.instance_id.parse()?, detail.state))
}

/// Our hook of a lifecycle action of our group towards `destination`; `None` for another group's or
/// another hook, and for a root volume that is replaced under a living instance.
fn hook(
    event: &EventBridgeEvent<Value>,
    group: &str,
    name: &str,
    destination: &str,
) -> Result<Option<Hook>, EventError> {
    let detail = HookDetail::deserialize(&event.detail)?;
    let ours = detail.auto_scaling_group_name == group
        && detail.lifecycle_hook_name == name
        && detail.action.as_deref() != Some("ReplaceRootVolume")
        && detail.destination.is_none_or(|to| to == destination);
    if !ours {
        return Ok(None);
    }
    Ok(Some(Hook { name: detail.lifecycle_hook_name, instance: detail.instance.parse()? }))
}
