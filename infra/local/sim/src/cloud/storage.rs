//! What EBS holds, and who asks it for what.

use std::collections::BTreeMap;

use super::{
    describe::{after, cut, ec2_size, ids_or_size, invalid_pagination_token},
    disk::{Copied, Disk},
    disk_view::{Snapshot, Volume},
    error::AwsError,
    filter::{self, Filtered},
    ids::Resource,
    lag::moment,
    parameters::{Filter, Page, VolumeRequest},
    reply::Reply,
    shelf::{Shelf, Stored},
    sim::Sim,
};

/// Volumes, snapshots, and the conditions that they are under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) volumes: Shelf<Disk>,
    pub(super) snapshots: Shelf<Copied>,
    /// What was made for which ClientToken. How long AWS remembers is unverified; here for ever.
    pub(super) tokens: BTreeMap<String, (VolumeRequest, String)>,
    /// The most GiB that the account may have.
    pub(super) limit: Option<u64>,
    /// The most GiB that there is room for in each zone.
    pub(super) capacity: Option<u64>,
}

impl Storage {
    /// When something is due next.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.volumes.next_due().into_iter().chain(self.snapshots.next_due()).min()
    }
}

impl Sim {
    /// Every volume that can still be described, as it is.
    #[must_use]
    pub fn volumes(&self) -> Vec<Volume> {
        let all = self.storage.volumes.iter();
        all.filter_map(|(id, disk)| disk.view(id, &self.settings)).collect()
    }

    /// Every snapshot that can still be described, as it is.
    #[must_use]
    pub fn snapshots(&self) -> Vec<Snapshot> {
        let all = self.storage.snapshots.iter();
        all.filter_map(|(id, copied)| copied.view(id, &self.settings)).collect()
    }

    pub(super) fn describe_volumes(
        &mut self,
        ids: &[String],
        filters: &[Filter],
        page: &Page,
    ) -> Result<Reply, AwsError> {
        ids_or_size("volumeSet", ids, page)?;
        let ids = Resource::Volume.well_formed(ids)?;
        let (volumes, next) = self.list(Resource::Volume, |s| &s.volumes, ids, filters, page)?;
        Ok(Reply::Volumes(volumes, next))
    }

    pub(super) fn describe_snapshots(
        &mut self,
        ids: &[String],
        filters: &[Filter],
        page: &Page,
    ) -> Result<Reply, AwsError> {
        ids_or_size("snapshotSet", ids, page)?;
        let ids = Resource::Snapshot.well_formed(ids)?;
        let (snapshots, next) =
            self.list(Resource::Snapshot, |s| &s.snapshots, ids, filters, page)?;
        Ok(Reply::Snapshots(snapshots, next))
    }

    /// A page as a reader sees it, cut before the filters apply, as of instances (unverified).
    fn list<T>(
        &mut self,
        kind: Resource,
        shelf: impl Fn(&Storage) -> &Shelf<T>,
        mut ids: Vec<String>,
        filters: &[Filter],
        page: &Page,
    ) -> Result<(Vec<T::View>, Option<String>), AwsError>
    where
        T: Stored<View: Filtered>,
    {
        filter::check::<T::View>(filters)?;
        let size = ec2_size(page.size)?;
        let after = after(page).ok_or_else(invalid_pagination_token)?;
        let Self { storage, random, settings, now, .. } = self;
        let shelf = shelf(storage);
        let all = ids.is_empty();
        let mut seen =
            |id: &str| shelf.at(id, moment(random, *now, settings.lag_ms))?.view(id, settings);
        let (mut found, next) = if all {
            let known = shelf.after(after).filter_map(|(id, _)| seen(id));
            cut(known, Filtered::id, size)
        } else {
            ids.sort();
            let named: Vec<_> = ids.iter().map(|id| (id, seen(id))).collect();
            let missing = named.iter().filter(|(_, thing)| thing.is_none());
            let missing: Vec<String> = missing.map(|(id, _)| (*id).clone()).collect();
            if !missing.is_empty() {
                return Err(kind.not_found(&missing));
            }
            let named = named.into_iter().filter_map(|(_, thing)| thing);
            let rest = named.filter(|thing| after.is_none_or(|after| thing.id().as_str() > after));
            cut(rest, Filtered::id, size)
        };
        found.retain(|thing| filters.iter().all(|filter| filter::matches(filter, thing)));
        Ok((found, next))
    }

    /// Changes a volume, if there is one of that id.
    pub(super) fn alter_disk<R>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Disk) -> R,
    ) -> Option<R> {
        let keep = self.keep();
        self.storage.volumes.alter(id, keep, change)
    }

    /// A volume that EBS knows, and that whoever answers has heard of.
    pub(super) fn known_volume(&mut self, id: &str) -> Result<Disk, AwsError> {
        let ids = Resource::Volume.well_formed(&[id.to_owned()])?;
        self.heard_of_volume(id).ok_or_else(|| Resource::Volume.not_found(&ids))
    }

    pub(super) fn heard_of_volume(&mut self, id: &str) -> Option<Disk> {
        let disk = self.heard_of_stored(|s| &s.volumes, id)?;
        disk.view(id, &self.settings).is_some().then_some(disk)
    }

    pub(super) fn heard_of_snapshot(&mut self, id: &str) -> Option<Copied> {
        let copied = self.heard_of_stored(|s| &s.snapshots, id)?;
        (!copied.gone).then_some(copied)
    }

    /// The thing as it is, if it was there at the moment that whoever answers looks at.
    fn heard_of_stored<T: Stored>(
        &mut self,
        shelf: impl Fn(&Storage) -> &Shelf<T>,
        id: &str,
    ) -> Option<T> {
        let moment = moment(&mut self.random, self.now, self.settings.lag_ms);
        let thing = shelf(&self.storage).get(id)?;
        (thing.born_at() <= moment).then(|| thing.clone())
    }
}
