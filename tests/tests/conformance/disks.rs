//! Volumes: made, attached, detached, grown and deleted.

use aws_sdk_ec2 as ec2;
use ec2::types::{ResourceType, Tag, TagSpecification, VolumeType};
use hotdesk::id::InstanceId;

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{NOBODY, Stage, listed, raw},
};

/// A volume that never was.
const NOTHING: &str = "vol-0123456789abcdef0";
const DEVICE: &str = "/dev/sdh";

cases! {
    "volumes: made" => both
        "gp3, encrypted true, from \"\", 10 GiB, available, attached: nothing", made;
    "volumes: made twice with one token" => differ, made_twice;
    "volumes: another size with one token" => differ, made_larger;
    "volumes: made in no zone" => differ, made_nowhere;
    "volumes: made without a size" => both "400 MissingParameter", made_of_nothing;
    "volumes: described, unknown" => both "400 InvalidVolume.NotFound", unknown;
    "volumes: described, malformed" => differ, malformed;
    "volumes: found by tag" => both "done, 1", found;
    "volumes: attached" => both "10 GiB, in-use, attached: attached as /dev/sdh", attached;
    "volumes: attached as the instance says" => both "/dev/sdh attached", on_the_instance;
    "volumes: attached twice" => differ, attached_twice;
    "volumes: attached where another is" => differ, attached_over;
    "volumes: attached in another zone" => differ, attached_far;
    "volumes: attached, unknown" => both "400 InvalidVolume.NotFound", attached_unknown;
    "volumes: attached to nobody" => both "400 InvalidInstanceID.NotFound", attached_to_nobody;
    "volumes: detached from a stopped box" => both
        "done, 10 GiB, available, attached: nothing", detached;
    "volumes: detached from a running box" => differ, detached_alive;
    "volumes: detached while free" => differ, detached_free;
    "volumes: detached from another" => both
        "400 InvalidAttachment.NotFound", detached_from_another;
    "volumes: detached, unknown" => both "400 InvalidVolume.NotFound", detached_unknown;
    "volumes: their box terminated" => both "10 GiB, available, attached: nothing", terminated;
    "volumes: deleted" => both
        "done, 400 InvalidVolume.NotFound, 400 InvalidVolume.NotFound", deleted;
    "volumes: deleted while attached" => both "400 VolumeInUse", deleted_in_use;
    "volumes: deleted, unknown" => both "400 InvalidVolume.NotFound", deleted_unknown;
    "volumes: grown" => both "done, 20 GiB, available, attached: nothing", grown;
    "volumes: grown twice" => differ, grown_twice;
    "volumes: made smaller" => differ, shrunk;
}

/// A call for an encrypted volume of alice's.
pub(crate) fn make(
    stage: &Stage,
    zone: &str,
) -> ec2::operation::create_volume::builders::CreateVolumeFluentBuilder {
    let tag = Tag::builder().key("Home").value("alice").build();
    let tags = TagSpecification::builder().resource_type(ResourceType::Volume).tags(tag).build();
    let call = stage.ec2.create_volume().availability_zone(zone).volume_type(VolumeType::Gp3);
    call.size(10).encrypted(true).tag_specifications(tags)
}

/// A volume that can be attached to boxes of that zone.
pub(crate) async fn volume(stage: &Stage, zone: &str) -> String {
    let made = make(stage, zone).send().await.unwrap();
    stage.settle();
    made.volume_id().unwrap().to_owned()
}

/// The zone of a box.
pub(crate) async fn zone_of(stage: &Stage, id: &InstanceId) -> String {
    let instance = stage.instance(id).await;
    instance.placement().unwrap().availability_zone().unwrap().to_owned()
}

/// A zone that both clouds have.
pub(crate) const ZONE: &str = "us-east-1a";

/// A box and a volume in its zone.
async fn pair(stage: &Stage) -> (InstanceId, String) {
    let ids = stage.grown(1).await;
    let zone = zone_of(stage, &ids[0]).await;
    let volume = volume(stage, &zone).await;
    (ids[0].clone(), volume)
}

async fn attach(stage: &Stage, volume: &str, id: &str) -> String {
    let call = stage.ec2.attach_volume().volume_id(volume).instance_id(id).device(DEVICE);
    raw(call.send().await, |_| "done".into())
}

async fn detach(stage: &Stage, volume: &str, id: &str) -> String {
    let call = stage.ec2.detach_volume().volume_id(volume).instance_id(id);
    raw(call.send().await, |_| "done".into())
}

/// A box to which a volume is attached.
async fn home(stage: &Stage) -> (InstanceId, String) {
    let (id, volume) = pair(stage).await;
    assert_eq!(attach(stage, &volume, id.as_str()).await, "done");
    stage.settle();
    (id, volume)
}

/// The state of a volume, and how it is attached.
pub(crate) async fn shown(stage: &Stage, volume: &str) -> String {
    let sent = stage.ec2.describe_volumes().volume_ids(volume).send().await;
    raw(sent, |reply| {
        let volume = &reply.volumes()[0];
        let state = volume.state().unwrap().as_str();
        let attached = volume.attachments().iter().map(|at| {
            format!("{} as {}", at.state().unwrap().as_str(), at.device().unwrap_or("nothing"))
        });
        format!("{} GiB, {state}, attached: {}", volume.size().unwrap(), listed(attached))
    })
}

async fn stop(stage: &Stage, id: &InstanceId) {
    let park = stage.autoscaling.enter_standby().auto_scaling_group_name(&stage.group);
    let park = park.instance_ids(id.as_str()).should_decrement_desired_capacity(true);
    park.send().await.unwrap();
    stage.settle();
    stage.ec2.stop_instances().instance_ids(id.as_str()).send().await.unwrap();
    stage.settle();
}

async fn made(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let made = make(&stage, ZONE).send().await.unwrap();
    stage.settle();
    let id = made.volume_id().unwrap();
    let reply = stage.ec2.describe_volumes().volume_ids(id).send().await.unwrap();
    let volume = &reply.volumes()[0];
    let (kind, encrypted) = (volume.volume_type().unwrap().as_str(), volume.encrypted().unwrap());
    let seen = shown(&stage, id).await;
    format!("{kind}, encrypted {encrypted}, from {:?}, {seen}", volume.snapshot_id().unwrap_or(""))
}

async fn made_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let make = || make(&stage, ZONE).client_token("twice").send();
    let (first, second) = (make().await.unwrap(), make().await);
    raw(second, |it| if it.volume_id() == first.volume_id() { "one" } else { "two" }.into())
}

async fn made_larger(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let make = || make(&stage, ZONE).client_token("larger");
    make().send().await.unwrap();
    raw(make().size(11).send().await, |_| "done".into())
}

async fn made_nowhere(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(make(&stage, "us-east-1z").send().await, |_| "done".into())
}

async fn made_of_nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(make(&stage, ZONE).set_size(None).send().await, |_| "done".into())
}

async fn unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    shown(&stage, NOTHING).await
}

async fn malformed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    shown(&stage, "home").await
}

async fn found(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let id = volume(&stage, ZONE).await;
    let tag = Tag::builder().key("Found").value(&id).build();
    let tagged = stage.ec2.create_tags().resources(&id).tags(tag).send().await;
    let tagged = raw(tagged, |_| "done".into());
    let filter = ec2::types::Filter::builder().name("tag:Found").values(&id).build();
    let free = ec2::types::Filter::builder().name("status").values("available").build();
    let sent = stage.ec2.describe_volumes().filters(filter).filters(free).send().await;
    raw(sent, |reply| format!("{tagged}, {}", reply.volumes().len()))
}

async fn attached(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (_, volume) = home(&stage).await;
    shown(&stage, &volume).await
}

async fn on_the_instance(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = home(&stage).await;
    let instance = stage.instance(&id).await;
    let devices = instance.block_device_mappings().iter().filter_map(|device| {
        let ebs = device.ebs().filter(|ebs| ebs.volume_id() == Some(&volume))?;
        let status = ebs.status().unwrap().as_str();
        Some(format!("{} {status}", device.device_name().unwrap_or_default()))
    });
    listed(devices)
}

async fn attached_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = home(&stage).await;
    attach(&stage, &volume, id.as_str()).await
}

async fn attached_over(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, _) = home(&stage).await;
    let other = volume(&stage, &zone_of(&stage, &id).await).await;
    attach(&stage, &other, id.as_str()).await
}

/// The simulator has one zone here, so the volume has to be where a box is not.
async fn attached_far(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { two_zones: true, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let zone = zone_of(&stage, &ids[0]).await;
    let far = if zone == ZONE { "us-east-1b" } else { ZONE };
    let volume = volume(&stage, far).await;
    attach(&stage, &volume, ids[0].as_str()).await
}

async fn attached_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    attach(&stage, NOTHING, ids[0].as_str()).await
}

async fn attached_to_nobody(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    attach(&stage, &volume, NOBODY).await
}

async fn detached(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = home(&stage).await;
    stop(&stage, &id).await;
    let answer = detach(&stage, &volume, id.as_str()).await;
    stage.settle();
    format!("{answer}, {}", shown(&stage, &volume).await)
}

async fn detached_alive(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = home(&stage).await;
    let answer = detach(&stage, &volume, id.as_str()).await;
    stage.settle();
    format!("{answer}, {}", shown(&stage, &volume).await)
}

async fn detached_free(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = pair(&stage).await;
    detach(&stage, &volume, id.as_str()).await
}

async fn detached_from_another(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let volume = volume(&stage, &zone_of(&stage, &ids[0]).await).await;
    assert_eq!(attach(&stage, &volume, ids[0].as_str()).await, "done");
    stage.settle();
    detach(&stage, &volume, ids[1].as_str()).await
}

async fn detached_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    detach(&stage, NOTHING, ids[0].as_str()).await
}

async fn terminated(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (id, volume) = home(&stage).await;
    stage.ec2.terminate_instances().instance_ids(id.as_str()).send().await.unwrap();
    stage.settle();
    shown(&stage, &volume).await
}

async fn delete(stage: &Stage, volume: &str) -> String {
    raw(stage.ec2.delete_volume().volume_id(volume).send().await, |_| "done".into())
}

async fn deleted(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let answer = delete(&stage, &volume).await;
    stage.settle();
    format!("{answer}, {}, {}", shown(&stage, &volume).await, delete(&stage, &volume).await)
}

async fn deleted_in_use(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let (_, volume) = home(&stage).await;
    delete(&stage, &volume).await
}

async fn deleted_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    delete(&stage, NOTHING).await
}

async fn grow(stage: &Stage, volume: &str, size: i32) -> String {
    let sent = stage.ec2.modify_volume().volume_id(volume).size(size).send().await;
    raw(sent, |_| "done".into())
}

async fn grown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let answer = grow(&stage, &volume, 20).await;
    stage.settle();
    format!("{answer}, {}", shown(&stage, &volume).await)
}

async fn grown_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let answer = grow(&stage, &volume, 20).await;
    format!("{answer}, {}", grow(&stage, &volume, 30).await)
}

async fn shrunk(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    grow(&stage, &volume, 9).await
}
