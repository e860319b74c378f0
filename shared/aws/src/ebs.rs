//! Volumes and snapshots in EBS, for [`Ebs`].
//!
//! Every call may be repeated. CreateVolume has a token; AttachVolume, DetachVolume, ModifyVolume and
//! the two deletions answer the second time that it cannot be done or is done; for CreateSnapshot see
//! [`retry::unless_done`] and [`AwsFleet::snapshot_taken`].

mod describe;
mod tags;

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        create_volume::CreateVolumeError, detach_volume::DetachVolumeError,
        modify_volume::ModifyVolumeError,
    },
    types::{Filter, ResourceType, SnapshotState, VolumeState, VolumeType},
};
use hotdesk::{
    fleet::{Answer, FleetError, Refusal},
    id::{InstanceId, SnapshotId, UserId, VolumeId},
    volumes::{Ebs, HOME_DEVICE, Progress, Snapshot, SnapshotSpec, VolumeSpec, Volumes},
};

use crate::{
    error,
    fleet::{AwsFleet, batch, retry},
};

/// DescribeVolumes and DescribeSnapshots name no limit of ids; 1000 are the most that a page may have
/// (EC2 API reference).
const DESCRIBE_BATCH: usize = 200;

/// Whose snapshots: the account's own, not all that are public.
const OWN: &str = "self";

/// What volumes and snapshots are like, beyond what each call says.
#[derive(Clone, Debug)]
pub struct VolumeConfig {
    /// Their tag `Fleet`.
    pub fleet: String,
    /// The KMS key that encrypts new volumes; the account's default one if `None`.
    pub key: Option<String>,
}

impl Ebs for AwsFleet {
    async fn create_volume(&self, spec: &VolumeSpec) -> Answer<Result<VolumeId, Refusal>> {
        let tags = tags::of_volume(&spec.user, &self.volumes.fleet);
        let request = self
            .ec2
            .create_volume()
            .client_token(&spec.token)
            .availability_zone(&spec.zone)
            .size(gib(spec.size))
            .volume_type(VolumeType::Gp3)
            .encrypted(true)
            .set_kms_key_id(self.volumes.key.clone())
            .set_snapshot_id(spec.from.as_ref().map(ToString::to_string))
            .tag_specifications(tags::specification(ResourceType::Volume, tags))
            .customize();
        let sent = request.config_override(retry::unless_short::<CreateVolumeError>()).send();
        match refused(sent.await)? {
            Ok(volume) => id(volume.volume_id(), "CreateVolume").map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn volumes(&self, volumes: &[VolumeId]) -> Answer<Volumes> {
        batch::describe(volumes, DESCRIBE_BATCH, |ids| self.describe_volumes(ids)).await
    }

    async fn attach(&self, volume: &VolumeId, instance: &InstanceId) -> Answer<Option<Refusal>> {
        let request = self.ec2.attach_volume().volume_id(volume.as_str());
        let request = request.instance_id(instance.as_str()).device(HOME_DEVICE);
        Ok(refused(request.send().await)?.err())
    }

    /// What is not attached there any more is no refusal. Nor does no refusal say that it is
    /// detached: EC2 is at it for some seconds, and what it says of attachments is late. Whoever has
    /// to know describes the volume.
    async fn detach(&self, volume: &VolumeId, instance: &InstanceId) -> Answer<Option<Refusal>> {
        let request = self.ec2.detach_volume().volume_id(volume.as_str());
        let sent = request.instance_id(instance.as_str()).send().await;
        match sent {
            Err(error) if is_detached(&error) => Ok(None),
            sent => Ok(refused(sent)?.err()),
        }
    }

    async fn grow(&self, volume: &VolumeId, size: u32) -> Answer<Option<Refusal>> {
        let request = self.ec2.modify_volume().volume_id(volume.as_str()).size(gib(size));
        match request.send().await {
            Err(error) if is_as_large(&error) => Ok(None),
            sent => Ok(refused(sent)?.err()),
        }
    }

    async fn delete_volume(&self, volume: &VolumeId) -> Answer<Option<Refusal>> {
        let request = self.ec2.delete_volume().volume_id(volume.as_str());
        Ok(unless_gone(refused(request.send().await)?.err()))
    }

    async fn take_snapshot(&self, spec: &SnapshotSpec) -> Answer<Result<SnapshotId, Refusal>> {
        if let Some(snapshot) = self.snapshot_taken(spec).await? {
            return Ok(Ok(snapshot));
        }
        let tags = tags::of_snapshot(spec, &self.volumes.fleet);
        let request = self
            .ec2
            .create_snapshot()
            .volume_id(spec.volume.as_str())
            .tag_specifications(tags::specification(ResourceType::Snapshot, tags))
            .customize();
        match refused(request.config_override(retry::unless_done()).send().await)? {
            Ok(snapshot) => id(snapshot.snapshot_id(), "CreateSnapshot").map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn snapshots(&self, snapshots: &[SnapshotId]) -> Answer<Vec<Snapshot>> {
        batch::describe(snapshots, DESCRIBE_BATCH, |ids| self.describe_snapshots(ids)).await
    }

    async fn snapshots_of(&self, user: &UserId) -> Answer<Vec<Snapshot>> {
        let of = |tag: &str, value: &str| filter(&format!("tag:{tag}"), [value]);
        let (user, fleet) = (user.as_str(), self.volumes.fleet.as_str());
        self.find_snapshots(vec![of(tags::HOME, user), of(tags::FLEET, fleet)]).await
    }

    async fn keep_snapshot(&self, snapshot: &SnapshotId) -> Answer<Option<Refusal>> {
        let request = self.ec2.create_tags().resources(snapshot.as_str()).tags(tags::keep());
        Ok(refused(request.send().await)?.err())
    }

    async fn delete_snapshot(&self, snapshot: &SnapshotId) -> Answer<Option<Refusal>> {
        let request = self.ec2.delete_snapshot().snapshot_id(snapshot.as_str());
        Ok(unless_gone(refused(request.send().await)?.err()))
    }
}

impl AwsFleet {
    /// The snapshot that was begun for the same volume and time and came to something, if it is
    /// listed.
    async fn snapshot_taken(&self, spec: &SnapshotSpec) -> Answer<Option<SnapshotId>> {
        let taken = spec.taken.to_string();
        let filters = vec![
            filter("volume-id", [spec.volume.as_str()]),
            filter(&format!("tag:{}", tags::TAKEN), [taken.as_str()]),
        ];
        let mut found = self.find_snapshots(filters).await?;
        found.retain(|snapshot| snapshot.progress != Progress::Error);
        // Rarely there are two. All who look choose the same.
        Ok(found.into_iter().map(|snapshot| snapshot.snapshot).min())
    }

    async fn find_snapshots(&self, filters: Vec<Filter>) -> Answer<Vec<Snapshot>> {
        let request = self.ec2.describe_snapshots().owner_ids(OWN).set_filters(Some(filters));
        let mut pages = request.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(error::fleet)?;
            found.extend(page.snapshots().iter().filter_map(describe::snapshot));
        }
        Ok(found)
    }

    // The states in these two: a call without any filter has a smaller bucket (EC2 Developer Guide,
    // "Request throttling").

    async fn describe_volumes(&self, ids: Vec<String>) -> Answer<Volumes> {
        let states = filter("status", VolumeState::values().iter().copied());
        let reply = batch::listed(ids, |ids| {
            let request = self.ec2.describe_volumes().filters(states.clone());
            request.set_volume_ids(Some(ids)).send()
        });
        let reply = reply.await?;
        let volumes = reply.iter().flat_map(|reply| reply.volumes()).filter_map(describe::volume);
        Ok(volumes.map(|volume| (volume.volume.clone(), volume)).collect())
    }

    async fn describe_snapshots(&self, ids: Vec<String>) -> Answer<Vec<Snapshot>> {
        let states = filter("status", SnapshotState::values().iter().copied());
        let reply = batch::listed(ids, |ids| {
            let request = self.ec2.describe_snapshots().owner_ids(OWN).filters(states.clone());
            request.set_snapshot_ids(Some(ids)).send()
        });
        let reply = reply.await?;
        let snapshots = reply.iter().flat_map(|reply| reply.snapshots());
        Ok(snapshots.filter_map(describe::snapshot).collect())
    }
}

/// A call that names one volume, snapshot or instance: what it is to blame for is an outcome.
fn refused<T, E>(sent: Result<T, SdkError<E, HttpResponse>>) -> Answer<Result<T, Refusal>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match sent {
        Ok(reply) => Ok(Ok(reply)),
        Err(error) => {
            error::refusal(&error).map_or_else(|| Err(error::fleet(error)), |r| Ok(Err(r)))
        }
    }
}

/// What is not there is deleted.
fn unless_gone(refusal: Option<Refusal>) -> Option<Refusal> {
    refusal.filter(|refusal| *refusal != Refusal::Unlisted)
}

/// "Volume 'vol-...' is in the 'available' state." (terraform-provider-aws issue 1011): it is
/// attached to nothing. InvalidAttachment.NotFound: not to that instance (EC2 Developer Guide, "Error
/// codes").
fn is_detached(error: &SdkError<DetachVolumeError, HttpResponse>) -> bool {
    match error.code() {
        Some("IncorrectState") => error.message().is_some_and(|m| m.contains("'available' state")),
        code => code == Some("InvalidAttachment.NotFound"),
    }
}

/// "New size cannot be smaller than existing size" (aws-cli issue 4216): somebody else was quicker, and
/// the list is late. What is said of the same size is unverified.
fn is_as_large(error: &SdkError<ModifyVolumeError, HttpResponse>) -> bool {
    error.code() == Some("InvalidParameterValue")
        && error.message().is_some_and(|message| message.contains("existing size"))
}

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(ToOwned::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// As the API counts.
fn gib(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

/// The id in an answer. Without one it is not known what was done.
fn id<T: std::str::FromStr>(id: Option<&str>, call: &str) -> Answer<T> {
    let known = id.and_then(|id| id.parse().ok());
    known.ok_or_else(|| FleetError::Away(call.to_owned(), "an answer without an id".into()))
}
