//! What is asked in a function's name without its code asking for it.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_tests::iam::{Ask, policy::Statement};

use super::{compare::Problems, stage::KEY};

/// The policies of what Lambda does by a function's role.
const LAMBDA: [&str; 2] = ["runs", "RightsRuns"];

/// What they allow, and why.
const RUNS: [(&str, &str); 15] = [
    ("dynamodb:DescribeStream", STREAMS),
    ("dynamodb:GetRecords", STREAMS),
    ("dynamodb:GetShardIterator", STREAMS),
    ("dynamodb:ListStreams", STREAMS),
    ("ec2:AssignPrivateIpAddresses", NETWORK),
    ("ec2:CreateNetworkInterface", NETWORK),
    ("ec2:DeleteNetworkInterface", NETWORK),
    ("ec2:DescribeNetworkInterfaces", NETWORK),
    ("ec2:DescribeSubnets", NETWORK),
    ("ec2:UnassignPrivateIpAddresses", NETWORK),
    (
        "kms:Decrypt",
        "its settings, and the tables that it reads, where a customer key encrypts them",
    ),
    ("logs:CreateLogStream", LOGS),
    ("logs:PutLogEvents", LOGS),
    ("sqs:SendMessage", "a destination for what failed is sent to by the function's role"),
    ("xray:PutTraceSegments", "traces, which X-Ray's daemon beside the function sends"),
];

const LOGS: &str = "Lambda writes a function's log by its role";
const NETWORK: &str = "Lambda makes the interfaces of a function in a VPC by its role, and takes it from the \
    code by a denial (Lambda Developer Guide, \"Giving Lambda functions access to resources in an \
    Amazon VPC\")";
const STREAMS: &str = "the mapping of a stream reads by the function's role";

/// Of X-Ray's daemon, too; it is in the same statement.
const TELEMETRY: &str = "xray:PutTelemetryRecords";

/// The rights of the code, and those by which Lambda runs it.
pub(crate) fn split(rights: &[Statement]) -> (Vec<Statement>, Vec<Statement>) {
    let (runs, calls): (Vec<Statement>, Vec<Statement>) =
        rights.iter().cloned().partition(|one| LAMBDA.contains(&one.policy.as_str()));
    (calls, runs)
}

/// What is wrong with those by which Lambda runs functions.
pub(crate) fn problems(runs: &BTreeMap<&str, Vec<Statement>>) -> Problems {
    let all = runs.values().flatten();
    let allowed: BTreeSet<&str> =
        all.flat_map(|statement| statement.action.all()).map(String::as_str).collect();
    let known: BTreeSet<&str> = RUNS.iter().map(|(action, _)| *action).chain([TELEMETRY]).collect();
    let without = allowed.difference(&known).map(|action| format!("without a reason: {action}"));
    let needless = known.difference(&allowed).map(|action| format!("in no role: {action}"));
    without.chain(needless).collect()
}

/// What EC2 asks of a customer key in the name of whoever makes a volume, attaches it or starts an
/// instance with it (EBS User Guide, "Requirements for Amazon EBS encryption", "Permissions for IAM
/// users").
pub(crate) fn of_the_key(operations: &BTreeSet<String>) -> Vec<Ask> {
    let opens = ["AttachVolume", "CreateVolume", "StartInstances"];
    if !opens.iter().any(|operation| operations.contains(*operation)) {
        return Vec::new();
    }
    let ask = |action: &str| {
        let ask = Ask::new(&format!("kms:{action}"), KEY);
        ask.with("kms:ViaService", ["ec2.us-east-1.amazonaws.com"])
    };
    let mut asks: Vec<Ask> =
        ["DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"]
            .map(ask)
            .into();
    asks.push(ask("CreateGrant").with("kms:GrantIsForAWSResource", ["true"]));
    asks
}
