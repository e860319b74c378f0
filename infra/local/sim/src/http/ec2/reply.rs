//! The shapes of EC2's replies about instances. [docs: EC2 API Reference, data types]

use std::collections::BTreeMap;

use super::storage;
use crate::{
    AttachmentStatus, AwsError, Device, Instance, InstanceState, Reply, StateChange,
    cloud::time,
    http::{
        mismatch,
        xml::{list, node, optional, text},
    },
};

/// The children of the reply, but for the request's id.
pub(super) fn reply(action: &str, reply: Reply) -> Result<Vec<String>, AwsError> {
    match reply {
        Reply::Instances(instances, next) => {
            let reservations = by_reservation(instances);
            Ok(vec![
                list("reservationSet", "item", reservations.iter().map(reservation)),
                optional("nextToken", next),
            ])
        }
        Reply::StateChanges(changes) => {
            Ok(vec![list("instancesSet", "item", changes.iter().map(state_change))])
        }
        Reply::Done if ["CreateTags", "DeleteVolume", "DeleteSnapshot"].contains(&action) => {
            Ok(vec![text("return", true)])
        }
        other => storage::reply(other).ok_or_else(mismatch),
    }
}

fn by_reservation(instances: Vec<Instance>) -> BTreeMap<String, Vec<Instance>> {
    let mut reservations = BTreeMap::<String, Vec<Instance>>::new();
    for instance in instances {
        reservations.entry(instance.reservation.clone()).or_default().push(instance);
    }
    reservations
}

fn reservation((id, instances): (&String, &Vec<Instance>)) -> Vec<String> {
    vec![text("reservationId", id), list("instancesSet", "item", instances.iter().map(instance))]
}

fn instance(instance: &Instance) -> Vec<String> {
    vec![
        text("instanceId", &instance.id),
        state("instanceState", instance.state),
        text("launchTime", time::rfc3339_millis(instance.launched_at)),
        node("placement", &[text("availabilityZone", &instance.zone)]),
        optional("privateIpAddress", instance.private_ip),
        optional("ipAddress", instance.public_ip),
        // Absent for On-Demand. [docs: API_Instance]
        optional("instanceLifecycle", instance.spot.then_some("spot")),
        list("blockDeviceMapping", "item", instance.devices.iter().map(device)),
        tags(&instance.tags),
    ]
}

/// An instance does not call a device `busy`, only its volume does. [docs:
/// API_EbsInstanceBlockDevice, API_VolumeAttachment]
fn device(device: &Device) -> Vec<String> {
    let status = match device.status {
        AttachmentStatus::Busy => AttachmentStatus::Detaching,
        other => other,
    };
    let ebs = [
        text("volumeId", &device.volume),
        text("status", status.name()),
        text("attachTime", time::rfc3339_millis(device.attached_at)),
        text("deleteOnTermination", device.delete_on_termination),
    ];
    vec![text("deviceName", &device.name), node("ebs", &ebs)]
}

fn state_change(change: &StateChange) -> Vec<String> {
    vec![
        text("instanceId", &change.id),
        state("currentState", change.current),
        state("previousState", change.previous),
    ]
}

fn state(name: &str, state: InstanceState) -> String {
    node(name, &[text("code", state.code()), text("name", state.name())])
}

/// The tags of anything.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> String {
    let tag = |(key, value)| vec![text("key", key), text("value", value)];
    list("tagSet", "item", tags.iter().map(tag))
}
