//! How a volume and what it is attached to move on by themselves.
//!
//! What a system has mounted, nobody here knows. So a volume that should be detached from an instance
//! that is not down is `busy` until it is: AWS says so of one that is still mounted. [docs:
//! ebs-detaching-volume; kubernetes/kubernetes issues 32881 and 37854]

use super::{
    disk::Life,
    disk_view::{AttachmentStatus, Device, VolumeAttachment},
    effect::Effect,
    sim::Sim,
    view::InstanceState,
};

impl Sim {
    /// Does what is due for a volume.
    pub(super) fn run_volume(&mut self, id: &str) {
        let now = self.now;
        let Some((life, due)) =
            self.alter_disk(id, |disk| (disk.life, disk.due.take_if(|due| *due <= now).is_some()))
        else {
            return;
        };
        match life {
            Life::Creating if due => {
                let made = self.alter_disk(id, |disk| {
                    disk.life = Life::Ready;
                    (disk.size, disk.snapshot.clone())
                });
                if let Some((size, from)) = made {
                    let source = from.clone();
                    self.effects.push(Effect::VolumeCreated { id: id.into(), size, from });
                    source.into_iter().for_each(|source| self.drop_contents(&source));
                }
            }
            Life::Ready if due => self.move_attachment(id),
            Life::Deleting if due => {
                let keep_until = now + self.settings.lag_ms;
                self.alter_disk(id, |disk| {
                    disk.life = Life::Gone;
                    disk.due = Some(keep_until);
                });
            }
            Life::Gone if due => self.storage.volumes.remove(id),
            _ => {}
        }
        self.run_modification(id);
    }

    fn move_attachment(&mut self, id: &str) {
        let disk = self.storage.volumes.get(id);
        let Some(attachment) = disk.and_then(|disk| disk.attachment.clone()) else { return };
        let status = attachment.status;
        match status {
            AttachmentStatus::Attaching => {
                let VolumeAttachment { instance, device, .. } = attachment.clone();
                let there = VolumeAttachment { status: AttachmentStatus::Attached, ..attachment };
                self.set_attachment(id, Some(there), None);
                self.effects.push(Effect::VolumeAttached { id: id.into(), instance, device });
            }
            AttachmentStatus::Detaching if self.is_down(&attachment.instance) => {
                self.drop_attachment(id);
            }
            AttachmentStatus::Detaching => {
                let busy = VolumeAttachment { status: AttachmentStatus::Busy, ..attachment };
                self.set_attachment(id, Some(busy), None);
            }
            AttachmentStatus::Attached | AttachmentStatus::Busy => {}
        }
    }

    fn is_down(&self, instance: &str) -> bool {
        self.machines.get(instance).is_none_or(|machine| {
            matches!(machine.state, InstanceState::Stopped | InstanceState::Terminated)
        })
    }

    fn drop_attachment(&mut self, id: &str) {
        if let Some(was) = self.set_attachment(id, None, None)
            && was.status != AttachmentStatus::Attaching
        {
            self.effects.push(Effect::VolumeDetached { id: id.into(), instance: was.instance });
        }
    }

    /// An instance's state has changed. One that is stopped lets go of the volumes that should be
    /// detached; with one that is terminated the attachments of all end, and the volumes stay: for
    /// those attached after the launch DeleteOnTermination is false. [docs: terminating-instances,
    /// preserving-volumes-on-termination]
    pub(super) fn release_volumes(&mut self, instance: &str, state: InstanceState) {
        let devices = self.machines.get(instance).map(|machine| machine.devices.clone());
        for device in devices.unwrap_or_default().into_values() {
            match state {
                InstanceState::Terminated => self.drop_attachment(&device.volume),
                InstanceState::Stopped if device.status == AttachmentStatus::Busy => {
                    let leaving = VolumeAttachment {
                        instance: instance.into(),
                        device: device.name,
                        status: AttachmentStatus::Detaching,
                        attached_at: device.attached_at,
                    };
                    let due = self.now + self.settings.detach_ms;
                    self.set_attachment(&device.volume, Some(leaving), Some(due));
                }
                _ => {}
            }
        }
    }

    /// Sets what a volume is attached to, on both sides; what it was attached to.
    pub(super) fn set_attachment(
        &mut self,
        id: &str,
        attachment: Option<VolumeAttachment>,
        due: Option<u64>,
    ) -> Option<VolumeAttachment> {
        let was = self
            .alter_disk(id, |disk| {
                disk.due = due;
                std::mem::replace(&mut disk.attachment, attachment.clone())
            })
            .flatten();
        if let Some(was) = &was {
            self.alter(&was.instance, |machine| machine.devices.remove(&was.device));
        }
        if let Some(VolumeAttachment { instance, device, status, attached_at }) = attachment {
            let shown = Device {
                name: device.clone(),
                volume: id.into(),
                status,
                attached_at,
                delete_on_termination: false,
            };
            self.alter(&instance, |machine| machine.devices.insert(device, shown));
        }
        was
    }
}
