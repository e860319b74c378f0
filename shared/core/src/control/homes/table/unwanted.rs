//! Homes that nobody uses.

use super::{AGAIN, DAILY, Facts, Step};
use crate::{
    fleet::Power,
    homes::{Taken, Wish},
    id::VolumeId,
    volumes::{Progress, Snapshot, Volume},
};

impl Facts<'_> {
    pub(super) fn without_volume(&self) -> Step {
        let home = self.home;
        if home.wanted().is_some() {
            return match self.wanted {
                Some(machine) => self.plan(&machine.zone),
                None => Step::Wait,
            };
        }
        match &home.wish {
            Some(Wish::Restore { .. }) => return self.restored(),
            Some(Wish::Export) => return self.exported(),
            Some(Wish::Delete) => {
                return self.write(|home| {
                    home.wish = None;
                    home.deleted_at.get_or_insert(self.now);
                });
            }
            Some(Wish::Archive) => return self.write(|home| home.wish = None),
            None => {}
        }
        if let Some(old) = home.old.first() {
            return Step::Sweep(old.clone());
        }
        match home.deleted_at.map(|at| at.plus(self.policy.keep_deleted)) {
            Some(end) if end <= self.now && home.snapshot.is_some() => Step::Purge,
            Some(end) if home.snapshot.is_some() => Step::Rest(Some(end)),
            _ => Step::Rest(None),
        }
    }

    pub(super) fn unwanted(&self, volume: &VolumeId, listed: &Volume) -> Step {
        let home = self.home;
        if let Some(attachment) = &listed.attachment {
            return match self.holder {
                Some(Power::Stopped) if !attachment.leaving => {
                    Step::Detach { volume: volume.clone(), from: attachment.instance.clone() }
                }
                // Of a box that is dead, or about to be.
                _ => Step::Rest(Some(self.now.plus(AGAIN))),
            };
        }
        if home.taking.is_some() {
            return self.under_way(volume);
        }
        if let Some(wish) = &home.wish {
            let saved = !home.is_dirty();
            return match wish {
                Wish::Export if saved => self.exported(),
                Wish::Restore { .. } if saved => self.restored(),
                Wish::Archive | Wish::Delete if saved => self.give_up_volume(false),
                Wish::Export => self.begin(true),
                Wish::Restore { .. } | Wish::Archive | Wish::Delete => self.begin(false),
            };
        }
        if let Some(old) = home.old.first() {
            return Step::Sweep(old.clone());
        }
        let snapshot = home.is_dirty().then(|| self.last_saved().plus(DAILY).max(home.ended_at));
        if snapshot.is_some_and(|due| due <= self.now) {
            return self.begin(false);
        }
        let archive = self.policy.archive_after.map(|after| home.ended_at.plus(after));
        if archive.is_some_and(|due| due <= self.now) {
            return self.write(|home| home.wish = Some(Wish::Archive));
        }
        Step::Rest(snapshot.into_iter().chain(archive).min())
    }

    /// The newest snapshot has all that there is to export.
    fn exported(&self) -> Step {
        match &self.home.snapshot {
            Some(taken) if self.home.exported.as_ref() != Some(taken) => Step::Keep(taken.clone()),
            _ => self.write(|home| home.wish = None),
        }
    }

    /// The files become those of a snapshot: the volume, whose files are in another one, is given up,
    /// and the next session's is made from it.
    pub(super) fn restored(&self) -> Step {
        let Some(Wish::Restore { snapshot }) = &self.home.wish else { return Step::Rest(None) };
        if self.home.taking.is_some() {
            // Of a volume that is lost.
            return self.write(|home| home.taking = None);
        }
        let ours = |listed: &&Snapshot| {
            listed.snapshot == *snapshot && listed.user.as_ref() == Some(&self.home.user)
        };
        let listed = self.snapshot.filter(ours);
        let Some(listed) = listed.filter(|listed| listed.progress == Progress::Completed) else {
            return Step::Refuse;
        };
        let dirty = self.home.is_dirty();
        self.write(|home| {
            // Only one that EBS has lost is given up with what no snapshot has.
            if dirty { &mut home.left } else { &mut home.old }.extend(home.volume.take());
            home.wish = None;
            home.snapshot =
                Some(Taken { snapshot: snapshot.clone(), at: listed.taken, epoch: home.ended });
            home.files_of = Some(listed.taken);
            home.deleted_at = None;
            home.trouble = None;
            home.unlisted = None;
            home.zone = None;
        })
    }
}
