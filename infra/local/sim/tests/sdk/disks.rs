//! Volumes and snapshots as the SDK writes the calls and reads the replies.

use aws_sdk_ec2::{
    Client,
    error::ProvideErrorMetadata as _,
    types::{
        AttachmentStatus, Filter, ResourceType, SnapshotState, Tag, TagSpecification,
        VolumeAttachmentState, VolumeState, VolumeType,
    },
};
use hotdesk_sim::{Effect, GroupSpec};
use reqwest::Method;
use serde_json::Value;

use crate::stage::{GROUP, Stage, until};

const DEVICE: &str = "/dev/sdh";

fn tagged(kind: ResourceType, key: &str, value: &str) -> TagSpecification {
    let tag = Tag::builder().key(key).value(value).build();
    TagSpecification::builder().resource_type(kind).tags(tag).build()
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// A volume of alice's, not there yet.
async fn make(ec2: &Client) -> String {
    let made = ec2
        .create_volume()
        .availability_zone("us-east-1a")
        .volume_type(VolumeType::Gp3)
        .size(20)
        .encrypted(true)
        .kms_key_id("a-key")
        .client_token("alice-1")
        .tag_specifications(tagged(ResourceType::Volume, "Home", "alice"))
        .send()
        .await
        .unwrap();
    assert_eq!(made.state(), Some(&VolumeState::Creating));
    assert_eq!((made.size(), made.availability_zone()), (Some(20), Some("us-east-1a")));
    assert_eq!((made.encrypted(), made.kms_key_id()), (Some(true), Some("a-key")));
    assert_eq!((made.volume_type(), made.snapshot_id()), (Some(&VolumeType::Gp3), Some("")));
    assert!(made.create_time().is_some() && made.attachments().is_empty());
    made.volume_id().unwrap().to_owned()
}

async fn is_available(ec2: &Client, volume: &str) -> bool {
    let reply = ec2.describe_volumes().volume_ids(volume).send().await.unwrap();
    reply.volumes()[0].state() == Some(&VolumeState::Available)
}

/// How a volume is attached.
async fn attachment(ec2: &Client, volume: &str) -> Option<VolumeAttachmentState> {
    let reply = ec2.describe_volumes().volume_ids(volume).send().await.unwrap();
    reply.volumes()[0].attachments().first()?.state().cloned()
}

/// A box that runs in the first zone.
async fn a_box(stage: &Stage) -> String {
    until(async || {
        let group = stage.group().await;
        group.instances().iter().any(|m| m.lifecycle_state().unwrap().as_str() == "InService")
    })
    .await;
    stage.group().await.instances()[0].instance_id().unwrap().to_owned()
}

#[tokio::test]
async fn a_home_comes_to_a_box_and_leaves_it() {
    let mut stage = Stage::of(GroupSpec { desired: 1, ..GroupSpec::named(GROUP) }).await;
    let ec2 = stage.ec2.clone();
    let id = a_box(&stage).await;
    let volume = make(&ec2).await;
    assert_eq!(make_again(&ec2).await, volume, "one for one token");
    until(async || is_available(&ec2, &volume).await).await;

    let reply = ec2.attach_volume().volume_id(&volume).instance_id(&id).device(DEVICE);
    let reply = reply.send().await.unwrap();
    assert_eq!(reply.state(), Some(&VolumeAttachmentState::Attaching));
    assert_eq!((reply.volume_id(), reply.instance_id()), (Some(&*volume), Some(&*id)));
    assert_eq!(reply.device(), Some(DEVICE));
    until(async || attachment(&ec2, &volume).await == Some(VolumeAttachmentState::Attached)).await;
    let there = stage.effect(|effect| match effect {
        Effect::VolumeAttached { id, instance, .. } => Some((id, instance)),
        _ => None,
    });
    assert_eq!(there.await, (volume.clone(), id.clone()));
    let shown = stage.instance(&id).await;
    let names: Vec<_> = shown.block_device_mappings().iter().map(|it| it.device_name()).collect();
    assert_eq!(names, [Some("/dev/xvda"), Some(DEVICE)]);
    let home = shown.block_device_mappings()[1].ebs().unwrap();
    assert_eq!(
        (home.volume_id(), home.status()),
        (Some(&*volume), Some(&AttachmentStatus::Attached))
    );
    assert_eq!(home.delete_on_termination(), Some(false));
    assert_eq!(shown.placement().unwrap().availability_zone(), Some("us-east-1a"));

    let by_box = ec2.describe_volumes().filters(filter("attachment.instance-id", &id));
    let by_box = by_box.filters(filter("tag:Home", "alice")).send().await.unwrap();
    assert_eq!(by_box.volumes()[0].volume_id(), Some(&*volume));
    assert_eq!(by_box.volumes()[0].tags()[0].value(), Some("alice"));

    let leave = ec2.detach_volume().volume_id(&volume).instance_id(&id);
    assert_eq!(leave.send().await.unwrap().state(), Some(&VolumeAttachmentState::Detaching));
    until(async || attachment(&ec2, &volume).await == Some(VolumeAttachmentState::Busy)).await;
    let shown = stage.instance(&id).await;
    let status = shown.block_device_mappings()[1].ebs().unwrap().status();
    assert_eq!(status, Some(&AttachmentStatus::Detaching), "an instance knows no `busy`");
    ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    until(async || is_available(&ec2, &volume).await).await;
    ec2.delete_volume().volume_id(&volume).send().await.unwrap();
    until(async || {
        let error = ec2.describe_volumes().volume_ids(&volume).send().await.err();
        error.is_some_and(|error| error.code() == Some("InvalidVolume.NotFound"))
    })
    .await;
}

/// The same call once more.
async fn make_again(ec2: &Client) -> String {
    let again = ec2.create_volume().availability_zone("us-east-1a").volume_type(VolumeType::Gp3);
    let again = again.size(20).encrypted(true).kms_key_id("a-key").client_token("alice-1");
    let tags = tagged(ResourceType::Volume, "Home", "alice");
    let again = again.tag_specifications(tags).send().await.unwrap();
    again.volume_id().unwrap().to_owned()
}

#[tokio::test]
async fn a_snapshot_is_taken_and_a_volume_made_from_it() {
    let stage = Stage::set(3, false).await;
    let ec2 = &stage.ec2;
    let volume = make(ec2).await;
    until(async || is_available(ec2, &volume).await).await;
    let taken = ec2.create_snapshot().volume_id(&volume);
    let taken = taken.tag_specifications(tagged(ResourceType::Snapshot, "Keep", "yes"));
    let taken = taken.send().await.unwrap();
    assert_eq!(taken.state(), Some(&SnapshotState::Pending));
    assert_eq!((taken.volume_id(), taken.volume_size()), (Some(&*volume), Some(20)));
    assert_eq!((taken.owner_id(), taken.encrypted()), (Some("123456789012"), Some(true)));
    assert!(taken.start_time().is_some());
    let kept = taken.snapshot_id().unwrap().to_owned();
    let too_soon = ec2.create_snapshot().volume_id(&volume).send().await.unwrap_err();
    assert_eq!(too_soon.code(), Some("SnapshotCreationPerVolumeRateExceeded"));
    let find = || ec2.describe_snapshots().owner_ids("self").filters(filter("tag:Keep", "yes"));
    until(async || {
        let found = find().send().await.unwrap();
        let [snapshot] = found.snapshots() else { panic!("one") };
        snapshot.state() == Some(&SnapshotState::Completed) && snapshot.progress() == Some("100%")
    })
    .await;
    let tag = Tag::builder().key("Home").value("alice").build();
    ec2.create_tags().resources(&kept).resources(&volume).tags(tag).send().await.unwrap();
    let by_id = ec2.describe_snapshots().snapshot_ids(&kept).send().await.unwrap();
    assert_eq!(by_id.snapshots()[0].tags().len(), 2);

    let again = ec2.create_volume().availability_zone("us-east-1b").volume_type(VolumeType::Gp3);
    let again = again.snapshot_id(&kept).send().await.unwrap();
    assert_eq!((again.snapshot_id(), again.encrypted()), (Some(&*kept), Some(true)));
    let grown = ec2.modify_volume().volume_id(&volume).size(30).send().await.unwrap();
    let change = grown.volume_modification().unwrap();
    assert_eq!((change.original_size(), change.target_size()), (Some(20), Some(30)));
    assert_eq!(change.modification_state().map(|state| state.as_str()), Some("modifying"));
    ec2.delete_snapshot().snapshot_id(&kept).send().await.unwrap();
    let error = ec2.delete_snapshot().snapshot_id(&kept).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidSnapshot.NotFound"));

    let (status, state) = stage.control(Method::GET, "state", "").await;
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!((status, state["volumes"].as_array().map(Vec::len)), (200, Some(2)));
    assert_eq!(state["snapshots"], Value::Array(vec![]));
}

#[tokio::test]
async fn what_is_not_simulated_of_ebs_is_refused() {
    let stage = Stage::set(3, false).await;
    let ec2 = &stage.ec2;
    let code = |error: Option<&str>| error.map(str::to_owned);
    let gp2 = ec2.create_volume().availability_zone("us-east-1a").size(1);
    let error = gp2.clone().volume_type(VolumeType::Gp2).send().await.unwrap_err();
    assert_eq!(code(error.code()).as_deref(), Some("InvalidParameterValue"));
    let error = gp2.clone().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("only gp3"));
    let error = gp2.volume_type(VolumeType::Gp3).iops(4000).send().await.unwrap_err();
    assert_eq!(code(error.code()).as_deref(), Some("UnknownParameter"));
    let volume = make(ec2).await;
    let detach = ec2.detach_volume().volume_id(&volume).instance_id("i-0123456789abcdef0");
    let error = detach.force(true).send().await.unwrap_err();
    assert!(error.message().unwrap().contains("Force"));
    let error = ec2.detach_volume().volume_id(&volume).send().await.unwrap_err();
    assert_eq!(code(error.code()).as_deref(), Some("MissingParameter"));
    let error = ec2.describe_snapshots().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("'self'"));
    let wrong = tagged(ResourceType::Volume, "a", "b");
    let error = ec2.create_snapshot().volume_id(&volume).tag_specifications(wrong);
    let error = error.send().await.unwrap_err();
    assert_eq!(code(error.code()).as_deref(), Some("InvalidParameterValue"));
}
