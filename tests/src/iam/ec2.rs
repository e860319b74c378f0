//! EC2 and EBS.

use hotdesk_stack::moto::REGION;

use super::{Ask, Tags, arn, form::Form};

/// What a request asks for; `None` for an operation that is not known here. `tags`: those of an
/// instance, a volume or a snapshot that is there.
pub(super) fn asks(
    operation: &str,
    form: &Form,
    tags: &dyn Fn(&str) -> Option<Tags>,
) -> Option<Vec<Ask>> {
    let action = format!("ec2:{operation}");
    let there = |id: &str| Ask::new(&action, arn_of(id)).tagged(&tags(id).unwrap_or_default());
    let named = |parameter: &str| form.get(parameter).map(there);
    Some(match operation {
        "DescribeInstances" | "DescribeVolumes" | "DescribeSnapshots" => {
            vec![Ask::new(&action, "*")]
        }
        "StartInstances" | "StopInstances" => {
            form.list("InstanceId").into_iter().map(there).collect()
        }
        "CreateTags" => {
            let given = form.tags("Tag");
            form.list("ResourceId").into_iter().map(|id| there(id).tagging(&given)).collect()
        }
        "AttachVolume" | "DetachVolume" => {
            named("VolumeId").into_iter().chain(named("InstanceId")).collect()
        }
        "ModifyVolume" | "DeleteVolume" => named("VolumeId").into_iter().collect(),
        "DeleteSnapshot" => named("SnapshotId").into_iter().collect(),
        "CreateVolume" => {
            // From a snapshot: AWS Storage Blog, "Enhancing resource-level permission for creating
            // an Amazon EBS volume from a snapshot".
            named("SnapshotId").into_iter().chain(made(operation, "volume", form)).collect()
        }
        "CreateSnapshot" => {
            named("VolumeId").into_iter().chain(made(operation, "snapshot", form)).collect()
        }
        _ => return None,
    })
}

/// What is made, and the tags that it has from birth: those ask for CreateTags, too (EC2 User Guide,
/// "Grant permission to tag Amazon EC2 resources during creation").
fn made(operation: &str, kind: &str, form: &Form) -> Vec<Ask> {
    let given = form.tags("TagSpecification.1.Tag");
    let new = arn_of_kind(kind, "*");
    let mut make = Ask::new(&format!("ec2:{operation}"), new.clone()).tagging(&given);
    for (parameter, key) in [("Encrypted", "ec2:Encrypted"), ("VolumeType", "ec2:VolumeType")] {
        if let Some(value) = form.get(parameter) {
            make = make.with(key, [value]);
        }
    }
    let tag = Ask::new("ec2:CreateTags", new).tagging(&given).with("ec2:CreateAction", [operation]);
    vec![make, tag]
}

fn arn_of(id: &str) -> String {
    let kind = match id.split('-').next() {
        Some("vol") => "volume",
        Some("snap") => "snapshot",
        _ => "instance",
    };
    arn_of_kind(kind, id)
}

/// Snapshots' ARNs have no account.
fn arn_of_kind(kind: &str, id: &str) -> String {
    match kind {
        "snapshot" => format!("arn:aws:ec2:{REGION}::snapshot/{id}"),
        _ => arn("ec2", &format!("{kind}/{id}")),
    }
}
