//! Records of a DynamoDB stream as Lambda hands them to a function.
//! [docs: Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", example event]

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::types::{AttributeValue, Record};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// One element of `Records`.
pub(super) fn record_json(record: &Record, stream_arn: &str) -> Value {
    let mut dynamodb = json!({});
    if let Some(change) = &record.dynamodb {
        dynamodb = json!({
            "ApproximateCreationDateTime":
                change.approximate_creation_date_time.map(|time| time.as_secs_f64()),
            "SequenceNumber": change.sequence_number,
            "SizeBytes": change.size_bytes,
            "StreamViewType": change.stream_view_type.as_ref().map(|kind| kind.as_str()),
        });
        let images = [
            ("Keys", &change.keys),
            ("NewImage", &change.new_image),
            ("OldImage", &change.old_image),
        ];
        for (name, image) in images {
            if let Some(image) = image {
                dynamodb[name] = item_json(image);
            }
        }
    }
    json!({
        "eventID": record.event_id,
        "eventName": record.event_name.as_ref().map(|name| name.as_str()),
        "eventVersion": record.event_version,
        "eventSource": record.event_source,
        "awsRegion": record.aws_region,
        "dynamodb": dynamodb,
        "eventSourceARN": stream_arn,
    })
}

fn item_json(item: &HashMap<String, AttributeValue>) -> Value {
    item.iter().map(|(name, value)| (name.clone(), value_json(value))).collect()
}

fn value_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(truth) => json!({ "BOOL": truth }),
        AttributeValue::Null(truth) => json!({ "NULL": truth }),
        AttributeValue::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        AttributeValue::M(map) => json!({ "M": item_json(map) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(value_json).collect::<Vec<_>>() }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(blobs) => {
            json!({ "BS": blobs.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>() })
        }
        // A kind that this version of the SDK does not know.
        _ => Value::Null,
    }
}
