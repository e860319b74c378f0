//! From EventBridge's envelopes to what they mean for us.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use hotdesk::{
    fleet::Hook,
    id::{IdError, InstanceId},
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
    /// EC2 says that an instance has stopped.
    Stopped(InstanceId),
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

/// EC2 User Guide, "State change events".
#[derive(Deserialize)]
struct StateDetail {
    #[serde(rename = "instance-id")]
    instance: String,
    state: String,
}

pub(crate) fn read(event: &EventBridgeEvent<Value>, group: &str) -> Result<Event, EventError> {
    match event.detail_type.as_str() {
        "EC2 Instance-launch Lifecycle Action" => {
            let (hook, destination) = match hook(event, group)? {
                Some(found) => found,
                None => return Ok(Event::NotOurs),
            };
            // A launch into a warm pool serves nobody yet.
            let ours = destination.is_none_or(|to| to == "AutoScalingGroup");
            Ok(if ours { Event::Launching(hook) } else { Event::NotOurs })
        }
        "EC2 Instance-terminate Lifecycle Action" => {
            let (hook, destination) = match hook(event, group)? {
                Some(found) => found,
                None => return Ok(Event::NotOurs),
            };
            // Also sent for a return to a warm pool, which is no death.
            let ours = destination.is_none_or(|to| to == "EC2");
            Ok(if ours { Event::Terminating(hook) } else { Event::NotOurs })
        }
        "EC2 Instance State-change Notification" => {
            let detail = StateDetail::deserialize(&event.detail)?;
            let instance = detail.instance.parse()?;
            Ok(match detail.state.as_str() {
                "stopped" => Event::Stopped(instance),
                "shutting-down" | "terminated" => Event::Dead(instance),
                _ => Event::NotOurs,
            })
        }
        _ => Ok(Event::NotOurs),
    }
}

/// The hook and the destination of a lifecycle action of our group; `None` for other groups' and
/// for a root volume that is replaced under a living instance.
fn hook(
    event: &EventBridgeEvent<Value>,
    group: &str,
) -> Result<Option<(Hook, Option<String>)>, EventError> {
    let detail = HookDetail::deserialize(&event.detail)?;
    if detail.auto_scaling_group_name != group
        || detail.action.as_deref() == Some("ReplaceRootVolume")
    {
        return Ok(None);
    }
    let hook = Hook { name: detail.lifecycle_hook_name, instance: detail.instance.parse()? };
    Ok(Some((hook, detail.destination)))
}
