//! EC2 in the query protocol. Lists in requests are `InstanceId.1`, in replies `<item>`; the reply
//! is not wrapped, and errors are a list. [docs: Query-Requests, Query-Responses]

mod reply;
mod storage;

use std::collections::BTreeMap;

use super::{
    Shared, invalid_action,
    query::Query,
    xml::{document, list, node, text},
};
use crate::{AwsError, Call, Filter};

/// What `Version` says.
pub(super) const VERSION: &str = "2016-11-15";
const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// Answers one action.
pub(super) fn answer(
    shared: &Shared,
    action: &str,
    mut query: Query,
    request_id: &str,
) -> Result<String, AwsError> {
    let call = call(action, &mut query)?;
    query.finish()?;
    let mut children = vec![text("requestId", request_id)];
    children.extend(reply::reply(action, shared.call(call)?)?);
    Ok(document(&format!("{action}Response"), NAMESPACE, &children))
}

/// An error as EC2 writes it. [docs: errors-overview]
pub(super) fn error(error: &AwsError, request_id: &str) -> String {
    let error = vec![text("Code", &error.code), text("Message", &error.message)];
    let children = [list("Errors", "Error", [error]), text("RequestID", request_id)];
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", node("Response", &children))
}

fn call(action: &str, query: &mut Query) -> Result<Call, AwsError> {
    Ok(match action {
        "DescribeInstances" => Call::DescribeInstances {
            ids: query.list("InstanceId"),
            filters: filters(query),
            page: query.page("MaxResults")?,
        },
        "StartInstances" => Call::StartInstances { ids: query.list("InstanceId") },
        "StopInstances" => {
            for name in ["Force", "Hibernate", "SkipOsShutdown"] {
                query.allow(name, "false");
            }
            Call::StopInstances { ids: query.list("InstanceId") }
        }
        "TerminateInstances" => Call::TerminateInstances { ids: query.list("InstanceId") },
        "CreateTags" => {
            Call::CreateTags { ids: query.list("ResourceId"), tags: tags("Tag", query)? }
        }
        _ => storage::call(action, query)?.ok_or_else(|| invalid_action(action))?,
    })
}

fn filters(query: &mut Query) -> Vec<Filter> {
    let filter = |n: u32| {
        let name = query.take(&format!("Filter.{n}.Name"))?;
        Some(Filter { name, values: query.list(&format!("Filter.{n}.Value")) })
    };
    (1..).map_while(filter).collect()
}

/// A tag without a value has the empty value. [docs: API_CreateTags]
fn tags(list: &str, query: &mut Query) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for n in 1u32.. {
        let Some(key) = query.take(&format!("{list}.{n}.Key")) else { break };
        let value = query.take(&format!("{list}.{n}.Value")).unwrap_or_default();
        if tags.insert(key.clone(), value).is_some() {
            return Err(AwsError::client(
                "InvalidParameterValue",
                format!("Duplicate tag key '{key}' specified."),
            ));
        }
    }
    Ok(tags)
}
