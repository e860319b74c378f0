//! CreateSnapshot and DeleteSnapshot. [docs: API_CreateSnapshot, API_DeleteSnapshot]
//!
//! A snapshot holds what is on its volume when it is called for, however long the copying takes and
//! whatever becomes of the volume. [docs: ebs-creating-snapshot, "point-in-time"]

use std::collections::BTreeMap;

use super::{
    disk::{Copied, Life},
    disk_view::SnapshotState,
    effect::Effect,
    error::AwsError,
    ids::Resource,
    reply::Reply,
    shelf::Stored,
    sim::Sim,
    tags,
    volumes::not_available,
};

/// [docs: ebs-resource-quotas, concurrent snapshots of a gp3 volume] Those in error count too.
/// [docs: errors-overview, ConcurrentSnapshotLimitExceeded]
const MOST_UNFINISHED: usize = 5;

/// [docs: errors-overview, SnapshotCreationPerVolumeRateExceeded, "at least 15 seconds"]
const PAUSE_MS: u64 = 15_000;

impl Sim {
    /// Also while the volume is in use. The sentence for too soon:
    /// kubernetes-sigs/aws-ebs-csi-driver issue 1608; that for too many is unverified.
    pub(super) fn create_snapshot(
        &mut self,
        volume: &str,
        tags: BTreeMap<String, String>,
    ) -> Result<Reply, AwsError> {
        let disk = self.known_volume(volume)?;
        tags::check(&tags)?;
        self.reachable(&disk.zone)?;
        if disk.life != Life::Ready {
            return Err(not_available(volume));
        }
        if disk.snapshot_at.is_some_and(|last| self.now < last + PAUSE_MS) {
            return Err(AwsError::client(
                "SnapshotCreationPerVolumeRateExceeded",
                "The maximum per volume CreateSnapshot request rate has been exceeded. Use an \
                 increasing or variable sleep interval between requests.",
            ));
        }
        let all = self.storage.snapshots.iter().map(|(_, copied)| copied).filter(|it| !it.gone);
        let unfinished =
            all.filter(|it| it.volume == volume && it.state != SnapshotState::Completed);
        if unfinished.count() >= MOST_UNFINISHED {
            return Err(AwsError::client(
                "ConcurrentSnapshotLimitExceeded",
                "Maximum allowed in-progress snapshots for a single volume exceeded.",
            ));
        }
        let id = self.random.id(Resource::Snapshot.prefix());
        let now = self.now;
        let copied = Copied {
            volume: volume.into(),
            zone: disk.zone,
            size: disk.size,
            started_at: now,
            encrypted: disk.encrypted,
            tags,
            state: SnapshotState::Pending,
            gone: false,
            due: Some(now + self.settings.snapshot_ms),
        };
        let view =
            copied.view(&id, &self.settings).ok_or_else(|| Resource::Snapshot.not_found(&[]))?;
        self.storage.snapshots.insert(id.clone(), copied);
        self.alter_disk(volume, |disk| disk.snapshot_at = Some(now));
        self.effects.push(Effect::SnapshotTaken { id, volume: volume.into() });
        Ok(Reply::Snapshot(view))
    }

    /// That one which is pending is refused, and with this sentence, is unverified. Volumes that
    /// were made from it keep what they have. [docs: ebs-deleting-snapshot]
    pub(super) fn delete_snapshot(&mut self, id: &str) -> Result<Reply, AwsError> {
        let ids = Resource::Snapshot.well_formed(&[id.to_owned()])?;
        let copied =
            self.heard_of_snapshot(id).ok_or_else(|| Resource::Snapshot.not_found(&ids))?;
        if copied.state == SnapshotState::Pending {
            let message = format!("Snapshot '{id}' is not 'completed'.");
            return Err(AwsError::client("IncorrectState", message));
        }
        let keep_until = self.now + self.settings.lag_ms;
        self.alter_snapshot(id, |copied| {
            copied.gone = true;
            copied.due = Some(keep_until);
        });
        if keep_until == self.now {
            self.storage.snapshots.remove(id);
        }
        self.drop_contents(id);
        Ok(Reply::Done)
    }

    /// What a deleted snapshot held is needed no more, unless a volume is being made from it.
    pub(super) fn drop_contents(&mut self, id: &str) {
        let gone = self.storage.snapshots.get(id).is_none_or(|copied| copied.gone);
        let mut volumes = self.storage.volumes.iter();
        let needed = volumes
            .any(|(_, disk)| disk.life == Life::Creating && disk.snapshot.as_deref() == Some(id));
        if gone && !needed {
            self.effects.push(Effect::SnapshotDeleted { id: id.into() });
        }
    }

    /// Does what is due for a snapshot.
    pub(super) fn run_snapshot(&mut self, id: &str) {
        let forgotten = self.alter_snapshot(id, |copied| {
            copied.due = None;
            if !copied.gone {
                copied.state = SnapshotState::Completed;
            }
            copied.gone
        });
        if forgotten == Some(true) {
            self.storage.snapshots.remove(id);
        }
    }

    /// Changes a snapshot, if there is one of that id.
    pub(super) fn alter_snapshot<R>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Copied) -> R,
    ) -> Option<R> {
        let keep = self.keep();
        self.storage.snapshots.alter(id, keep, change)
    }
}
