//! AttachVolume and DetachVolume. [docs: API_AttachVolume, API_DetachVolume]

use super::{
    disk::Disk,
    disk_view::{AttachmentStatus, ModificationState, VolumeAttachment, VolumeState},
    error::AwsError,
    reply::Reply,
    sim::Sim,
    view::InstanceState,
    volumes::not_available,
};

impl Sim {
    /// To a running or a stopped instance, as a device whose name is free. [docs:
    /// ebs-attaching-volume]
    pub(super) fn attach_volume(
        &mut self,
        id: &str,
        instance: &str,
        device: &str,
    ) -> Result<Reply, AwsError> {
        let disk = self.known_volume(id)?;
        self.known_instances(&[instance.to_owned()])?;
        check_device(device)?;
        self.reachable(&disk.zone)?;
        attachable(id, &disk)?;
        self.takes(instance, id, &disk, device)?;
        let attachment = VolumeAttachment {
            instance: instance.into(),
            device: device.into(),
            status: AttachmentStatus::Attaching,
            attached_at: self.now,
        };
        let due = self.now + self.settings.attach_ms;
        self.set_attachment(id, Some(attachment.clone()), Some(due));
        Ok(Reply::Attachment(id.into(), attachment))
    }

    /// The instance can take this volume. The sentences: ansible-collections/amazon.aws pull request
    /// 497, linuxkit/linuxkit issue 2388, nanovms/ops pull request 1189; that `stopping` is refused
    /// is unverified.
    fn takes(&self, instance: &str, id: &str, disk: &Disk, device: &str) -> Result<(), AwsError> {
        let Some(machine) = self.machines.get(instance) else { return Ok(()) };
        if !matches!(machine.state, InstanceState::Running | InstanceState::Stopped) {
            let message = format!("Instance '{instance}' is not 'running'.");
            return Err(AwsError::client("IncorrectState", message));
        }
        if self.settings.zone(machine.zone) != disk.zone {
            return Err(AwsError::client(
                "InvalidVolume.ZoneMismatch",
                format!(
                    "The volume '{id}' is not in the same availability zone as instance \
                     '{instance}'"
                ),
            ));
        }
        if machine.devices.contains_key(device) {
            return Err(AwsError::client(
                "InvalidParameterValue",
                format!(
                    "Invalid value '{device}' for unixDevice. Attachment point {device} is already \
                     in use"
                ),
            ));
        }
        Ok(())
    }

    /// From that instance and no other. The sentence for one that is not attached:
    /// kubernetes-sigs/aws-ebs-csi-driver issue 1801. That one which is on its way in or out is
    /// refused, and the sentences for that and for another instance, are unverified.
    pub(super) fn detach_volume(&mut self, id: &str, instance: &str) -> Result<Reply, AwsError> {
        let disk = self.known_volume(id)?;
        self.known_instances(&[instance.to_owned()])?;
        let incorrect = |state: &str| {
            let message = format!("Volume '{id}' is in the '{state}' state.");
            Err(AwsError::client("IncorrectState", message))
        };
        let Some(attachment) = disk.attachment else { return incorrect(disk.state().name()) };
        if attachment.instance != instance {
            return Err(AwsError::client(
                "InvalidAttachment.NotFound",
                format!("Volume '{id}' is not attached to instance '{instance}'."),
            ));
        }
        self.reachable(&disk.zone)?;
        if attachment.status != AttachmentStatus::Attached {
            return incorrect(attachment.status.name());
        }
        let leaving = VolumeAttachment { status: AttachmentStatus::Detaching, ..attachment };
        let due = self.now + self.settings.detach_ms;
        self.set_attachment(id, Some(leaving.clone()), Some(due));
        Ok(Reply::Attachment(id.into(), leaving))
    }
}

/// The volume can be attached. The sentences: aws/aws-sdk-java issue 1623, jsmartin/raidformer pull
/// request 5, hashicorp/terraform-provider-aws issue 17547.
fn attachable(id: &str, disk: &Disk) -> Result<(), AwsError> {
    match disk.state() {
        VolumeState::InUse => {
            let message = format!("{id} is already attached to an instance");
            return Err(AwsError::client("VolumeInUse", message));
        }
        VolumeState::Creating | VolumeState::Deleting => return Err(not_available(id)),
        VolumeState::Available => {}
    }
    if disk.modification.as_ref().is_some_and(|it| it.state == ModificationState::Modifying) {
        return Err(AwsError::client(
            "OperationNotPermitted",
            format!("Cannot attach volume {id} when it is in modification state: MODIFYING"),
        ));
    }
    Ok(())
}

/// The names that are recommended for data volumes [docs: device_naming]; others are not simulated.
/// The sentence: kubernetes/kubernetes issue 42293.
fn check_device(device: &str) -> Result<(), AwsError> {
    let letter = device.strip_prefix("/dev/sd").map(str::as_bytes);
    if matches!(letter, Some([b'f'..=b'p'])) {
        return Ok(());
    }
    Err(AwsError::client(
        "InvalidParameterValue",
        format!(
            "Value ({device}) for parameter device is invalid. {device} is not a valid EBS device \
             name."
        ),
    ))
}
