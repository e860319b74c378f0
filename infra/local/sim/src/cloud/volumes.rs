//! CreateVolume and DeleteVolume. [docs: API_CreateVolume, API_DeleteVolume]

use super::{
    disk::{Copied, Disk, Life},
    disk_view::{SnapshotState, VolumeState},
    effect::Effect,
    error::AwsError,
    ids::Resource,
    parameters::VolumeRequest,
    reply::Reply,
    shelf::Stored,
    sim::Sim,
    tags,
};

/// In GiB. [docs: ebs-volume-types, gp3; since 2025 it is four times as much in some places]
const LARGEST: u32 = 16_384;

/// [docs: ec2-api-idempotency]
const LONGEST_TOKEN: usize = 64;

impl Sim {
    pub(super) fn create_volume(&mut self, request: VolumeRequest) -> Result<Reply, AwsError> {
        if let Some(made) = self.made_before(&request)? {
            return Ok(made);
        }
        tags::check(&request.tags)?;
        let zone = self.known_zone(&request.zone)?;
        if request.kms_key.is_some() && !request.encrypted {
            // The code is documented (errors-overview), the sentence is unverified.
            return Err(AwsError::client(
                "InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.",
            ));
        }
        let source = request.snapshot.as_deref().map(|id| self.source(id)).transpose()?;
        let size = volume_size(&request, source.as_ref())?;
        if self.lost(&zone) {
            return Err(no_volume_capacity());
        }
        self.room_for(&zone, size)?;
        let id = self.random.id(Resource::Volume.prefix());
        let disk = Disk {
            zone,
            size,
            snapshot: request.snapshot.clone(),
            created_at: self.now,
            // What is made from something encrypted is encrypted. [docs: ebs-encryption]
            encrypted: request.encrypted || source.is_some_and(|copied| copied.encrypted),
            kms_key: request.kms_key.clone(),
            tags: request.tags.clone(),
            life: Life::Creating,
            attachment: None,
            due: Some(self.now + self.settings.volume_create_ms),
            modification: None,
            modification_due: None,
            modified_at: Vec::new(),
            snapshot_at: None,
        };
        let view = disk.view(&id, &self.settings).ok_or_else(|| Resource::Volume.not_found(&[]))?;
        if let Some(token) = &request.token {
            self.storage.tokens.insert(token.clone(), (request.clone(), id.clone()));
        }
        self.storage.volumes.insert(id, disk);
        Ok(Reply::Volume(view))
    }

    /// What a ClientToken stands for already. The sentences are those that users report
    /// [kubernetes-sigs/aws-ebs-csi-driver issues 1038 and 1428, crossplane-contrib/provider-aws
    /// issue 1858]. A call with another zone would be another request [docs: ec2-api-idempotency,
    /// for calls with zonal idempotency]; that this is such a call is unverified, so it is refused.
    fn made_before(&self, request: &VolumeRequest) -> Result<Option<Reply>, AwsError> {
        let Some(token) = &request.token else { return Ok(None) };
        if token.len() > LONGEST_TOKEN || !token.is_ascii() {
            return Err(AwsError::client(
                "InvalidParameterValue",
                "Client token must be less than or equal to 64 characters",
            ));
        }
        let Some((before, id)) = self.storage.tokens.get(token) else { return Ok(None) };
        let mismatch = |message| Err(AwsError::client("IdempotentParameterMismatch", message));
        if before != request {
            return mismatch(
                "Parameters on this idempotent request are inconsistent with parameters used in \
                 previous request(s)",
            );
        }
        let disk = self.storage.volumes.get(id).filter(|disk| disk.life != Life::Deleting);
        match disk.and_then(|disk| disk.view(id, &self.settings)) {
            Some(view) => Ok(Some(Reply::Volume(view))),
            None => mismatch(
                "The client token you have provided is associated with a resource that is already \
                 deleted. Please use a different client token.",
            ),
        }
    }

    /// A snapshot to make a volume from. The sentences: kvnn/OrdControl issue 13,
    /// tschellenbach/Snaptastic issue 17.
    fn source(&mut self, id: &str) -> Result<Copied, AwsError> {
        Resource::Snapshot.well_formed(&[id.to_owned()])?;
        let source = self.heard_of_snapshot(id).ok_or_else(|| {
            AwsError::client("InvalidSnapshot.NotFound", "Snapshot does not exist")
        })?;
        if source.state == SnapshotState::Completed {
            return Ok(source);
        }
        Err(AwsError::client("IncorrectState", format!("Snapshot '{id}' is not 'completed'.")))
    }

    /// There may be so many GiB more, in this zone and in the account. The codes: errors-overview;
    /// the sentences are unverified.
    pub(super) fn room_for(&self, zone: &str, more: u32) -> Result<(), AwsError> {
        let sum = |fits: &dyn Fn(&Disk) -> bool| -> u64 {
            let disks = self.storage.volumes.iter().map(|(_, disk)| disk);
            let counted = disks.filter(|disk| disk.life != Life::Gone && fits(disk));
            counted.map(|disk| u64::from(disk.size)).sum::<u64>() + u64::from(more)
        };
        if let Some(limit) = self.storage.limit
            && sum(&|_| true) > limit
        {
            return Err(AwsError::client(
                "VolumeLimitExceeded",
                format!(
                    "You have exceeded your maximum gp3 storage limit of {limit} GiB in this region."
                ),
            ));
        }
        match self.storage.capacity {
            Some(most) if sum(&|disk| disk.zone == zone) > most => Err(no_volume_capacity()),
            _ => Ok(()),
        }
    }

    /// The sentence for one in use: NixOS/nixops-aws issue 104. That what is being deleted is not
    /// found any more is unverified.
    pub(super) fn delete_volume(&mut self, id: &str) -> Result<Reply, AwsError> {
        let disk = self.known_volume(id)?;
        self.reachable(&disk.zone)?;
        match (disk.state(), &disk.attachment) {
            (VolumeState::Deleting, _) => {
                return Err(Resource::Volume.not_found(&[id.to_owned()]));
            }
            (VolumeState::Creating, _) => return Err(not_available(id)),
            (_, Some(at)) => {
                return Err(AwsError::client(
                    "VolumeInUse",
                    format!("Volume {id} is currently attached to {}", at.instance),
                ));
            }
            (VolumeState::Available | VolumeState::InUse, None) => {}
        }
        let due = self.now + self.settings.volume_delete_ms;
        self.alter_disk(id, |disk| {
            disk.life = Life::Deleting;
            disk.due = Some(due);
            disk.modification_due = None;
        });
        self.effects.push(Effect::VolumeDeleted { id: id.into() });
        Ok(Reply::Done)
    }
}

/// As users report it for AttachVolume [jsmartin/raidformer pull request 5]; for the other calls it
/// is unverified.
pub(super) fn not_available(id: &str) -> AwsError {
    AwsError::client("IncorrectState", format!("{id} is not 'available'."))
}

/// A fault of the service. [docs: errors-overview, server errors; the sentence is unverified]
fn no_volume_capacity() -> AwsError {
    AwsError {
        code: "InsufficientVolumeCapacity".into(),
        message: "There is not enough capacity to fulfill your EBS volume request.".into(),
        status: 500,
    }
}

/// The sentence for one that is too small: scylladb/scylladb issue 6999, for RunInstances; its code
/// and the other sentences are unverified.
fn volume_size(request: &VolumeRequest, source: Option<&Copied>) -> Result<u32, AwsError> {
    let least = source.map_or(1, |copied| copied.size);
    let size = request.size.or(source.map(|copied| copied.size)).ok_or_else(|| {
        AwsError::client("MissingParameter", "The request must contain the parameter size/snapshot")
    })?;
    if let (Some(id), true) = (&request.snapshot, size < least) {
        return Err(AwsError::client(
            "InvalidParameterValue",
            format!(
                "Volume of size {size}GB is smaller than snapshot '{id}', expect size >= {least}GB"
            ),
        ));
    }
    check_size(size)?;
    Ok(size)
}

/// The sentence is unverified.
pub(super) fn check_size(size: u32) -> Result<(), AwsError> {
    if (1..=LARGEST).contains(&size) {
        return Ok(());
    }
    Err(AwsError::client(
        "InvalidParameterValue",
        format!("Volume size {size} GiB is out of range for type gp3: 1 to {LARGEST} GiB"),
    ))
}
