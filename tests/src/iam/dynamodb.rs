//! DynamoDB.

use serde_json::Value;

use super::{Ask, arn};

/// What a request asks for; `None` for an operation that is not known here. The parts of a
/// transaction ask for what they would alone (DynamoDB Developer Guide, "Using IAM with DynamoDB
/// transactions").
pub(super) fn asks(operation: &str, body: &Value) -> Option<Vec<Ask>> {
    let action = format!("dynamodb:{operation}");
    let table = |of: &Value| of["TableName"].as_str().map(arn_of);
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" => {
            Some(vec![Ask::new(&action, table(body)?)])
        }
        "Query" | "Scan" => {
            let table = table(body)?;
            let index = body["IndexName"].as_str();
            let resource = index.map_or(table.clone(), |index| format!("{table}/index/{index}"));
            Some(vec![Ask::new(&action, resource)])
        }
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object()?.keys();
            Some(tables.map(|table| Ask::new(&action, arn_of(table))).collect())
        }
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array()?.iter();
            parts.map(|part| part_of(part.as_object()?.iter().next()?, operation)).collect()
        }
        _ => None,
    }
}

fn part_of((kind, part): (&String, &Value), transaction: &str) -> Option<Ask> {
    let action = match kind.as_str() {
        "Put" => "dynamodb:PutItem",
        "Update" => "dynamodb:UpdateItem",
        "Delete" => "dynamodb:DeleteItem",
        "ConditionCheck" => "dynamodb:ConditionCheckItem",
        _ => return None,
    };
    let ask = Ask::new(action, arn_of(part["TableName"].as_str()?));
    Some(ask.with("dynamodb:EnclosingOperation", [transaction]))
}

fn arn_of(table: &str) -> String {
    arn("dynamodb", &format!("table/{table}"))
}
