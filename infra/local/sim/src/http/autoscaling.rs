//! Auto Scaling in the query protocol. Lists in requests are `InstanceIds.member.1`, in replies
//! `<member>`; the reply is wrapped in `<ActionResult>`. [docs: Auto Scaling API Reference, the
//! sample requests and responses; CommonErrors]

mod reply;

use super::{
    Shared, invalid_action,
    query::Query,
    xml::{document, node, text},
};
use crate::{AwsError, Call, HookResult, HookTarget, Process};
use reply::reply;

/// What `Version` says.
pub(super) const VERSION: &str = "2011-01-01";
const NAMESPACE: &str = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

/// Answers one action.
pub(super) fn answer(
    shared: &Shared,
    action: &str,
    mut query: Query,
    request_id: &str,
) -> Result<String, AwsError> {
    let (call, group) = call(action, &mut query)?;
    query.finish()?;
    let result = node(&format!("{action}Result"), &reply(action, shared.call(call)?, &group)?);
    let metadata = node("ResponseMetadata", &[text("RequestId", request_id)]);
    Ok(document(&format!("{action}Response"), NAMESPACE, &[result, metadata]))
}

/// An error as Auto Scaling writes it.
pub(super) fn error(error: &AwsError, request_id: &str) -> String {
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    let error = [text("Type", fault), text("Code", &error.code), text("Message", &error.message)];
    let children = [node("Error", &error), text("RequestId", request_id)];
    document("ErrorResponse", NAMESPACE, &children)
}

/// The call, and the group that it names (empty if none).
fn call(action: &str, query: &mut Query) -> Result<(Call, String), AwsError> {
    let group = query.take("AutoScalingGroupName").unwrap_or_default();
    let name = group.clone();
    let call = match action {
        "DescribeAutoScalingGroups" => Call::DescribeAutoScalingGroups {
            names: query.list("AutoScalingGroupNames.member"),
            instances: query.parsed("IncludeInstances")?.unwrap_or(true),
            page: query.page("MaxRecords")?,
        },
        "DescribeAutoScalingInstances" => Call::DescribeAutoScalingInstances {
            ids: query.list("InstanceIds.member"),
            page: query.page("MaxRecords")?,
        },
        "DescribeScalingActivities" => {
            query.allow("IncludeDeletedGroups", "false");
            let page = query.page("MaxRecords")?;
            Call::DescribeScalingActivities { group: Some(group).filter(|g| !g.is_empty()), page }
        }
        "DescribeLifecycleHooks" => {
            Call::DescribeLifecycleHooks { group, names: query.list("LifecycleHookNames.member") }
        }
        "SetDesiredCapacity" => {
            query.allow("HonorCooldown", "false");
            let desired = query.need("DesiredCapacity")?;
            let desired = desired.parse().map_err(|_| invalid("DesiredCapacity", &desired))?;
            Call::SetDesiredCapacity { group, desired }
        }
        "EnterStandby" => Call::EnterStandby {
            group,
            ids: query.list("InstanceIds.member"),
            decrement: flag(query, "ShouldDecrementDesiredCapacity")?,
        },
        "ExitStandby" => Call::ExitStandby { group, ids: query.list("InstanceIds.member") },
        "TerminateInstanceInAutoScalingGroup" => Call::TerminateInstanceInAutoScalingGroup {
            id: query.need("InstanceId")?,
            decrement: flag(query, "ShouldDecrementDesiredCapacity")?,
        },
        "SetInstanceProtection" => Call::SetInstanceProtection {
            group,
            ids: query.list("InstanceIds.member"),
            protected: flag(query, "ProtectedFromScaleIn")?,
        },
        "SuspendProcesses" => Call::SuspendProcesses { group, processes: processes(query)? },
        "ResumeProcesses" => Call::ResumeProcesses { group, processes: processes(query)? },
        "CompleteLifecycleAction" => Call::CompleteLifecycleAction {
            group,
            hook: query.need("LifecycleHookName")?,
            target: target(query)?,
            result: result(&query.need("LifecycleActionResult")?)?,
        },
        "RecordLifecycleActionHeartbeat" => Call::RecordLifecycleActionHeartbeat {
            group,
            hook: query.need("LifecycleHookName")?,
            target: target(query)?,
        },
        _ => return Err(invalid_action(action)),
    };
    Ok((call, name))
}

fn invalid(name: &str, value: &str) -> AwsError {
    AwsError::validation(format!("Value ({value}) for parameter {name} is invalid"))
}

fn flag(query: &mut Query, name: &str) -> Result<bool, AwsError> {
    let value = query.need(name)?;
    value.parse().map_err(|_| invalid(name, &value))
}

/// With both given, the token names the action. (Unverified which AWS prefers.)
fn target(query: &mut Query) -> Result<HookTarget, AwsError> {
    let token = query.take("LifecycleActionToken");
    let instance = query.take("InstanceId");
    token.map(HookTarget::Token).or(instance.map(HookTarget::Instance)).ok_or_else(|| {
        AwsError::validation("Either the LifecycleActionToken or the InstanceId must be specified.")
    })
}

fn result(name: &str) -> Result<HookResult, AwsError> {
    match name {
        "CONTINUE" => Ok(HookResult::Continue),
        "ABANDON" => Ok(HookResult::Abandon),
        _ => Err(invalid("LifecycleActionResult", name)),
    }
}

fn processes(query: &mut Query) -> Result<Vec<Process>, AwsError> {
    let names = query.list("ScalingProcesses.member");
    let known = |name: &String| Process::ALL.into_iter().find(|process| process.name() == name);
    names.iter().map(|name| known(name).ok_or_else(|| invalid("ScalingProcesses", name))).collect()
}
