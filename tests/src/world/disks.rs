//! What is on the volumes and snapshots of a world: for each home whose it is, and what its user has
//! written.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use hotdesk::{
    homes::Trouble,
    id::{InstanceId, UserId, VolumeId},
};
use hotdesk_sim::Effect;

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Whose.
    pub user: UserId,
    /// What they have written lately, in order.
    pub notes: Vec<String>,
}

/// So many notes are kept.
const NOTES: usize = 40;

/// Whoever writes another note throws the oldest away, if there are too many.
pub(super) fn note_down(notes: &mut Vec<String>, note: String) {
    if notes.len() == NOTES {
        notes.remove(0);
    }
    notes.push(note);
}

/// All disks of a world. Clones are the same.
#[derive(Clone, Default)]
pub struct Disks(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// `None`: blank.
    volumes: BTreeMap<String, Option<Files>>,
    snapshots: BTreeMap<String, Option<Files>>,
    attached: BTreeMap<String, String>,
    formatted: usize,
}

impl Disks {
    /// Does what happens in the cloud.
    pub(super) fn follow(&self, effect: &Effect) {
        let mut inner = self.inner();
        match effect {
            Effect::VolumeCreated { id, from, .. } => {
                let files = from.as_ref().and_then(|from| inner.snapshots.get(from).cloned());
                inner.volumes.insert(id.clone(), files.flatten());
            }
            Effect::VolumeAttached { id, instance, .. } => {
                inner.attached.insert(id.clone(), instance.clone());
            }
            Effect::VolumeDetached { id, .. } => drop(inner.attached.remove(id)),
            Effect::VolumeDeleted { id } => drop(inner.volumes.remove(id)),
            Effect::SnapshotTaken { id, volume } => {
                let files = inner.volumes.get(volume).cloned().flatten();
                inner.snapshots.insert(id.clone(), files);
            }
            Effect::SnapshotDeleted { id } => drop(inner.snapshots.remove(id)),
            Effect::VolumeGrown { .. }
            | Effect::Event(_)
            | Effect::BoxStarted { .. }
            | Effect::BoxStopped { .. } => {}
        }
    }

    /// Whether that box has the device of the volume.
    pub(super) fn is_attached(&self, volume: &VolumeId, instance: &InstanceId) -> bool {
        self.inner().attached.get(volume.as_str()).is_some_and(|at| at == instance.as_str())
    }

    /// What an agent does with a volume that it is to open.
    pub(super) fn mount(&self, volume: &VolumeId, user: &UserId, new: bool) -> Result<(), Trouble> {
        let mut inner = self.inner();
        match inner.volumes.get(volume.as_str()) {
            None => Err(Trouble::Missing),
            Some(Some(files)) if files.user == *user => Ok(()),
            Some(Some(_)) => Err(Trouble::Foreign),
            Some(None) if !new => Err(Trouble::Blank),
            Some(None) => {
                inner.formatted += 1;
                let files = Files { user: user.clone(), notes: Vec::new() };
                inner.volumes.insert(volume.to_string(), Some(files));
                Ok(())
            }
        }
    }

    pub(super) fn write(&self, volume: &VolumeId, note: &str) {
        let mut inner = self.inner();
        if let Some(Some(files)) = inner.volumes.get_mut(volume.as_str()) {
            note_down(&mut files.notes, note.to_owned());
        }
    }

    /// What is on a volume; `None` if it is blank, or not there.
    ///
    /// # Panics
    /// If a look has panicked.
    #[must_use]
    pub fn of_volume(&self, volume: &VolumeId) -> Option<Files> {
        self.inner().volumes.get(volume.as_str()).cloned().flatten()
    }

    /// What is in a snapshot; `None` if its volume was blank, or it is not there.
    ///
    /// # Panics
    /// If a look has panicked.
    #[must_use]
    pub fn of_snapshot(&self, snapshot: &str) -> Option<Files> {
        self.inner().snapshots.get(snapshot).cloned().flatten()
    }

    /// How many file systems were made.
    ///
    /// # Panics
    /// If a look has panicked.
    #[must_use]
    pub fn formatted(&self) -> usize {
        self.inner().formatted
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("not poisoned")
    }
}
