//! The calls of EBS and the shapes of their replies. [docs: EC2 API Reference, the actions and data
//! types]

use std::collections::BTreeMap;

use super::reply;
use crate::{
    AwsError, Call, Modification, ModificationState, Reply, Snapshot, SnapshotState, Volume,
    VolumeAttachment, VolumeRequest,
    cloud::time,
    http::{
        query::Query,
        xml::{list, node, optional, text},
    },
};

/// The call, if it is one of EBS.
pub(super) fn call(action: &str, query: &mut Query) -> Result<Option<Call>, AwsError> {
    Ok(Some(match action {
        "CreateVolume" => Call::CreateVolume(request(query)?),
        "DescribeVolumes" => Call::DescribeVolumes {
            ids: query.list("VolumeId"),
            filters: super::filters(query),
            page: query.page("MaxResults")?,
        },
        "AttachVolume" => Call::AttachVolume {
            volume: query.need("VolumeId")?,
            instance: query.need("InstanceId")?,
            device: query.need("Device")?,
        },
        "DetachVolume" => {
            query.allow("Force", "false");
            // AWS asks for the instance only with Multi-Attach; here it has to be named.
            let instance = query.need("InstanceId")?;
            Call::DetachVolume { volume: query.need("VolumeId")?, instance }
        }
        "ModifyVolume" => {
            let volume = query.need("VolumeId")?;
            let size = query.parsed("Size")?.ok_or_else(|| missing("Size"))?;
            Call::ModifyVolume { volume, size }
        }
        "DeleteVolume" => Call::DeleteVolume { volume: query.need("VolumeId")? },
        "CreateSnapshot" => Call::CreateSnapshot {
            volume: query.need("VolumeId")?,
            tags: tags_of("snapshot", query)?,
        },
        "DescribeSnapshots" => {
            let ids = query.list("SnapshotId");
            own(&ids, &query.list("Owner"))?;
            Call::DescribeSnapshots {
                ids,
                filters: super::filters(query),
                page: query.page("MaxResults")?,
            }
        }
        "DeleteSnapshot" => Call::DeleteSnapshot { snapshot: query.need("SnapshotId")? },
        _ => return Ok(None),
    }))
}

/// Of one type only, which has to be named: without it, AWS makes another.
fn request(query: &mut Query) -> Result<VolumeRequest, AwsError> {
    let kind = query.take("VolumeType");
    if kind.as_deref() != Some("gp3") {
        let kind = kind.unwrap_or_else(|| "standard or gp2".into());
        return Err(AwsError::client(
            "InvalidParameterValue",
            format!("Volumes of the type {kind} are not simulated, only gp3"),
        ));
    }
    Ok(VolumeRequest {
        zone: query.need("AvailabilityZone")?,
        size: query.parsed("Size")?,
        snapshot: query.take("SnapshotId"),
        encrypted: query.parsed("Encrypted")?.unwrap_or(false),
        kms_key: query.take("KmsKeyId"),
        token: query.take("ClientToken"),
        tags: tags_of("volume", query)?,
    })
}

/// The account's own, or named: without an owner AWS lists everybody's that are public.
fn own(ids: &[String], owners: &[String]) -> Result<(), AwsError> {
    let own = owners == ["self"] || owners.is_empty() && !ids.is_empty();
    own.then_some(()).ok_or_else(|| {
        AwsError::client(
            "InvalidParameterValue",
            "Only the snapshots of the owner 'self' are simulated",
        )
    })
}

/// The tags of the one TagSpecification, which is of `resource`. The sentence is unverified.
fn tags_of(resource: &str, query: &mut Query) -> Result<BTreeMap<String, String>, AwsError> {
    match query.take("TagSpecification.1.ResourceType") {
        None => Ok(BTreeMap::new()),
        Some(given) if given == resource => super::tags("TagSpecification.1.Tag", query),
        Some(given) => Err(AwsError::client(
            "InvalidParameterValue",
            format!("'{given}' is not a valid taggable resource type for this operation."),
        )),
    }
}

fn missing(name: &str) -> AwsError {
    let message = format!("The request must contain the parameter {name}");
    AwsError::client("MissingParameter", message)
}

/// The children of a reply of EBS; `None` for another.
pub(super) fn reply(reply: Reply) -> Option<Vec<String>> {
    Some(match reply {
        Reply::Volume(volume) => fields(&volume),
        Reply::Volumes(volumes, next) => {
            vec![list("volumeSet", "item", volumes.iter().map(fields)), optional("nextToken", next)]
        }
        Reply::Attachment(volume, at) => attachment(&volume, &at),
        Reply::Modification(volume, change) => {
            vec![node("volumeModification", &modification(&volume, &change))]
        }
        Reply::Snapshot(taken) => snapshot(&taken),
        Reply::Snapshots(snapshots, next) => vec![
            list("snapshotSet", "item", snapshots.iter().map(snapshot)),
            optional("nextToken", next),
        ],
        _ => return None,
    })
}

fn fields(volume: &Volume) -> Vec<String> {
    let attached = volume.attachment.iter().map(|at| {
        let mut fields = attachment(&volume.id, at);
        fields.push(text("deleteOnTermination", false));
        fields
    });
    vec![
        text("volumeId", &volume.id),
        text("size", volume.size),
        // Empty if there is none. [docs: API_CreateVolume, sample response]
        text("snapshotId", volume.snapshot.as_deref().unwrap_or_default()),
        text("availabilityZone", &volume.zone),
        text("status", volume.state.name()),
        text("createTime", time::rfc3339_millis(volume.created_at)),
        list("attachmentSet", "item", attached),
        reply::tags(&volume.tags),
        text("volumeType", "gp3"),
        // What every gp3 volume has, whatever its size. [docs: ebs-volume-types]
        text("iops", 3000),
        text("throughput", 125),
        text("encrypted", volume.encrypted),
        // AWS names the account's own key too.
        optional("kmsKeyId", volume.kms_key.as_ref()),
        text("multiAttachEnabled", false),
    ]
}

fn attachment(volume: &str, at: &VolumeAttachment) -> Vec<String> {
    vec![
        text("volumeId", volume),
        text("instanceId", &at.instance),
        text("device", &at.device),
        text("status", at.status.name()),
        text("attachTime", time::rfc3339_millis(at.attached_at)),
    ]
}

fn modification(volume: &str, change: &Modification) -> Vec<String> {
    let done = change.state == ModificationState::Completed;
    vec![
        text("volumeId", volume),
        text("modificationState", change.state.name()),
        text("originalSize", change.from),
        text("targetSize", change.to),
        text("progress", if done { 100 } else { 0 }),
        text("startTime", time::rfc3339_millis(change.started_at)),
    ]
}

fn snapshot(snapshot: &Snapshot) -> Vec<String> {
    let done = snapshot.state == SnapshotState::Completed;
    vec![
        text("snapshotId", &snapshot.id),
        text("volumeId", &snapshot.volume),
        text("status", snapshot.state.name()),
        text("startTime", time::rfc3339_millis(snapshot.started_at)),
        text("progress", if done { "100%" } else { "0%" }),
        text("ownerId", &snapshot.owner),
        text("volumeSize", snapshot.size),
        text("encrypted", snapshot.encrypted),
        reply::tags(&snapshot.tags),
    ]
}
