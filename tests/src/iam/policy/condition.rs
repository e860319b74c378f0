//! Conditions (IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued vs.
//! multivalued context keys").

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Unknown, matches};
use crate::iam::Context;

/// Keys of which a request may have a value that is known here; of others it is not known whether
/// they have one.
const KEYS: [&str; 10] = [
    "aws:tagkeys",
    "dynamodb:enclosingoperation",
    "ec2:createaction",
    "ec2:encrypted",
    "ec2:volumetype",
    "kms:grantisforawsresource",
    "kms:viaservice",
    "route53:changeresourcerecordsetsactions",
    "route53:changeresourcerecordsetsnormalizedrecordnames",
    "route53:changeresourcerecordsetsrecordtypes",
];

/// Families of such keys.
const FAMILIES: [&str; 4] =
    ["aws:requesttag/", "aws:resourcetag/", "ec2:resourcetag/", "autoscaling:resourcetag/"];

/// Whether all of these hold for a request.
pub(super) fn holds(conditions: &Map<String, Value>, context: &Context) -> Result<bool, Unknown> {
    for (operator, tests) in conditions {
        let tests = tests.as_object().ok_or_else(|| Unknown(format!("{operator}: {tests}")))?;
        for (key, values) in tests {
            let name = key.to_lowercase();
            if !KEYS.contains(&name.as_str()) && !FAMILIES.iter().any(|f| name.starts_with(f)) {
                return Err(Unknown(format!("the condition key {key}")));
            }
            let nothing = BTreeSet::new();
            let there = context.get(&name).unwrap_or(&nothing);
            if !test(operator, &texts(values), there)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The values of a test.
pub(super) fn texts(values: &Value) -> Vec<&str> {
    match values {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        Value::Bool(true) => vec!["true"],
        Value::Bool(false) => vec!["false"],
        one => one.as_str().into_iter().collect(),
    }
}

fn test(operator: &str, wanted: &[&str], there: &BTreeSet<String>) -> Result<bool, Unknown> {
    let (set, plain) = operator.split_once(':').unwrap_or(("", operator));
    if (set, plain) == ("", "Null") {
        return Ok(wanted.iter().all(|wanted| (*wanted == "true") == there.is_empty()));
    }
    let is = |value: &String| {
        let one = |wanted: &&str| match plain {
            "StringEquals" | "ArnEquals" => Ok(*wanted == value),
            "StringLike" | "ArnLike" => Ok(matches(wanted, value)),
            "Bool" => Ok(wanted.eq_ignore_ascii_case(value)),
            _ => Err(Unknown(format!("the condition operator {operator}"))),
        };
        wanted.iter().map(one).try_fold(false, |any, one| Ok(any || one?))
    };
    let all = there.iter().map(is).collect::<Result<Vec<bool>, Unknown>>()?;
    match set {
        // Of a key that is not there, all values are what they are to be.
        "ForAllValues" => Ok(all.into_iter().all(|is| is)),
        "ForAnyValue" => Ok(all.into_iter().any(|is| is)),
        "" if all.len() <= 1 => Ok(all == [true]),
        _ => Err(Unknown(format!("{operator} of several values"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context(entries: &[(&str, &[&str])]) -> Context {
        let values = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        entries.iter().map(|(key, of)| ((*key).to_owned(), values(of))).collect()
    }

    fn outcome(conditions: Value, context: &Context) -> Result<bool, Unknown> {
        holds(conditions.as_object().unwrap(), context)
    }

    #[test]
    fn all_tests_must_hold_and_of_each_one_value() {
        let ask = context(&[("aws:resourcetag/fleet", &["desk"]), ("ec2:createaction", &["A"])]);
        let fleet = |values: Value| json!({ "StringEquals": { "aws:ResourceTag/Fleet": values } });
        assert_eq!(outcome(fleet(json!("desk")), &ask), Ok(true));
        assert_eq!(outcome(fleet(json!(["other", "desk"])), &ask), Ok(true));
        assert_eq!(outcome(fleet(json!("other")), &ask), Ok(false));
        let both = json!({ "StringEquals": {
            "aws:ResourceTag/Fleet": "desk", "ec2:CreateAction": ["B", "C"],
        } });
        assert_eq!(outcome(both, &ask), Ok(false));
        assert_eq!(outcome(json!({}), &ask), Ok(true));
    }

    #[test]
    fn what_is_not_there_equals_nothing() {
        let bare = context(&[]);
        let fleet = json!({ "StringEquals": { "aws:ResourceTag/Fleet": "desk" } });
        assert_eq!(outcome(fleet, &bare), Ok(false));
        let keys = |set: &str| json!({ format!("{set}:StringEquals"): { "aws:TagKeys": ["A"] } });
        assert_eq!(outcome(keys("ForAllValues"), &bare), Ok(true));
        assert_eq!(outcome(keys("ForAnyValue"), &bare), Ok(false));
        let null = |is: &str| json!({ "Null": { "aws:TagKeys": is } });
        assert_eq!(outcome(null("true"), &bare), Ok(true));
        assert_eq!(outcome(null("false"), &bare), Ok(false));
    }

    #[test]
    fn one_key_too_many_is_seen() {
        let ask = context(&[("aws:tagkeys", &["A", "B"])]);
        let keys = |keys: Value| json!({ "ForAllValues:StringEquals": { "aws:TagKeys": keys } });
        assert_eq!(outcome(keys(json!(["A", "B", "C"])), &ask), Ok(true));
        assert_eq!(outcome(keys(json!(["A"])), &ask), Ok(false));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let ask = context(&[("aws:tagkeys", &["A"])]);
        assert!(outcome(json!({ "NumericLessThan": { "aws:TagKeys": "1" } }), &ask).is_err());
        assert!(outcome(json!({ "StringEquals": { "aws:SourceIp": "1" } }), &ask).is_err());
    }
}
