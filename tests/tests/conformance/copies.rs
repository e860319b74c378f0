//! Snapshots.

use aws_sdk_ec2::types::{Filter, ResourceType, SnapshotState, Tag, TagSpecification};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    disks::{ZONE, make, shown, volume},
    stage::{Stage, listed, raw},
};

/// A snapshot that never was.
const NOTHING: &str = "snap-0123456789abcdef0";

cases! {
    "snapshots: taken" => both "completed, 10 GiB, of it, encrypted true", taken;
    "snapshots: taken twice at once" => differ, taken_twice;
    "snapshots: of an unknown volume" => both "400 InvalidVolume.NotFound", of_nothing;
    "snapshots: found by tag and volume" => both "1 tags", found;
    "snapshots: described, unknown" => both "400 InvalidSnapshot.NotFound", unknown;
    "snapshots: a volume from one" => both
        "from it, 10 GiB, available, attached: nothing", restored;
    "snapshots: a volume from one that is under way" => differ, restored_too_soon;
    "snapshots: a volume that is too small for one" => differ, restored_too_small;
    "snapshots: a volume from an unknown one" => both
        "400 InvalidSnapshot.NotFound", restored_from_nothing;
    "snapshots: outlive their volume" => both "completed, 10 GiB", outlived;
    "snapshots: deleted" => both
        "done, 400 InvalidSnapshot.NotFound, 400 InvalidSnapshot.NotFound", deleted;
    "snapshots: deleted, unknown" => both "400 InvalidSnapshot.NotFound", deleted_unknown;
}

async fn take(stage: &Stage, volume: &str) -> String {
    let tag = Tag::builder().key("Of").value(volume).build();
    let tags = TagSpecification::builder().resource_type(ResourceType::Snapshot).tags(tag).build();
    let call = stage.ec2.create_snapshot().volume_id(volume).tag_specifications(tags);
    call.send().await.unwrap().snapshot_id().unwrap().to_owned()
}

/// A snapshot that is completed.
async fn keep(stage: &Stage, volume: &str) -> String {
    let id = take(stage, volume).await;
    for _ in 0..10 {
        let reply = stage.ec2.describe_snapshots().snapshot_ids(&id).send().await.unwrap();
        if reply.snapshots()[0].state() == Some(&SnapshotState::Completed) {
            return id;
        }
        stage.tick();
    }
    panic!("it is not completed")
}

/// The state of a snapshot and what it is of.
async fn described(stage: &Stage, id: &str) -> String {
    let sent = stage.ec2.describe_snapshots().snapshot_ids(id).send().await;
    raw(sent, |reply| {
        let snapshot = &reply.snapshots()[0];
        let state = snapshot.state().unwrap().as_str();
        format!("{state}, {} GiB", snapshot.volume_size().unwrap())
    })
}

async fn taken(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = keep(&stage, &volume).await;
    let reply = stage.ec2.describe_snapshots().snapshot_ids(&id).send().await.unwrap();
    let snapshot = &reply.snapshots()[0];
    let of = if snapshot.volume_id() == Some(&volume) { "of it" } else { "of another" };
    let encrypted = snapshot.encrypted().unwrap();
    format!("{}, {of}, encrypted {encrypted}", described(&stage, &id).await)
}

async fn taken_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    take(&stage, &volume).await;
    let again = stage.ec2.create_snapshot().volume_id(&volume).send().await;
    raw(again, |_| "done".into())
}

async fn of_nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.ec2.create_snapshot().volume_id("vol-0123456789abcdef0");
    raw(call.send().await, |_| "done".into())
}

async fn found(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    keep(&stage, &volume).await;
    let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
    let call = stage.ec2.describe_snapshots().owner_ids("self");
    let call = call.filters(filter("tag:Of", &volume)).filters(filter("volume-id", &volume));
    let found = call.filters(filter("status", "completed")).send().await;
    raw(found, |reply| {
        listed(reply.snapshots().iter().map(|it| format!("{} tags", it.tags().len())))
    })
}

async fn unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    described(&stage, NOTHING).await
}

async fn restored(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = keep(&stage, &volume).await;
    let made = make(&stage, ZONE).snapshot_id(&id).set_size(None).send().await.unwrap();
    stage.settle();
    let from = if made.snapshot_id() == Some(&id) { "from it" } else { "from another" };
    format!("{from}, {}", shown(&stage, made.volume_id().unwrap()).await)
}

async fn restored_too_soon(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = take(&stage, &volume).await;
    raw(make(&stage, ZONE).snapshot_id(&id).send().await, |_| "done".into())
}

async fn restored_too_small(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = keep(&stage, &volume).await;
    raw(make(&stage, ZONE).snapshot_id(&id).size(9).send().await, |_| "done".into())
}

async fn restored_from_nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(make(&stage, ZONE).snapshot_id(NOTHING).send().await, |_| "done".into())
}

async fn outlived(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = keep(&stage, &volume).await;
    stage.ec2.delete_volume().volume_id(&volume).send().await.unwrap();
    stage.settle();
    described(&stage, &id).await
}

async fn delete(stage: &Stage, id: &str) -> String {
    raw(stage.ec2.delete_snapshot().snapshot_id(id).send().await, |_| "done".into())
}

async fn deleted(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let volume = volume(&stage, ZONE).await;
    let id = keep(&stage, &volume).await;
    let answer = delete(&stage, &id).await;
    format!("{answer}, {}, {}", described(&stage, &id).await, delete(&stage, &id).await)
}

async fn deleted_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    delete(&stage, NOTHING).await
}
