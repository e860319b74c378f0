//! Route 53: paths and documents.

use serde::Deserialize;

use super::Ask;
use crate::route53::changes;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    action: String,
    resource_record_set: Record,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    name: String,
    r#type: String,
}

/// What a request to this path asks for; `None` for an operation that is not known here. ARNs of Route
/// 53 have neither region nor account.
pub(super) fn asks(operation: &str, path: &str, body: &[u8]) -> Option<Vec<Ask>> {
    let action = format!("route53:{operation}");
    // /2013-04-01/hostedzone/{id}/rrset, /2013-04-01/change/{id}
    let mut parts = path.trim_start_matches('/').split('/').skip(1);
    let (kind, id) = (parts.next()?, parts.next()?);
    let ask = Ask::new(&action, format!("arn:aws:route53:::{kind}/{id}"));
    match operation {
        "GetChange" | "ListResourceRecordSets" => Some(vec![ask]),
        "ChangeResourceRecordSets" => {
            let changes: Vec<Change> = changes(body).ok()?;
            let key = |key| format!("route53:ChangeResourceRecordSets{key}");
            let names = changes.iter().map(|change| normalized(&change.resource_record_set.name));
            let kinds = changes.iter().map(|change| change.resource_record_set.r#type.clone());
            let actions = changes.iter().map(|change| change.action.clone());
            let ask = ask.with(&key("NormalizedRecordNames"), names);
            Some(vec![ask.with(&key("RecordTypes"), kinds).with(&key("Actions"), actions)])
        }
        _ => None,
    }
}

/// Route 53 Developer Guide, "Using IAM policy conditions for fine-grained access control".
fn normalized(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}
