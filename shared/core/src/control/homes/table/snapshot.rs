//! Snapshots that are being taken.

use super::{Facts, Step};
use crate::{
    clock::Ms,
    control::ABSENT,
    homes::{Taken, Taking},
    id::VolumeId,
    volumes::Progress,
};

impl Facts<'_> {
    /// A snapshot is being taken.
    pub(super) fn under_way(&self, volume: &VolumeId) -> Step {
        let Some(taking) = &self.home.taking else { return Step::Rest(None) };
        let Some(snapshot) = &taking.snapshot else { return Step::Take(volume.clone()) };
        match self.snapshot.map(|listed| listed.progress) {
            Some(Progress::Completed) => Step::Taken(Taken {
                snapshot: snapshot.clone(),
                at: taking.at,
                epoch: taking.epoch,
            }),
            Some(Progress::Error) => self.write(|home| home.taking = None),
            None if self.now.since(taking.at) > ABSENT => self.write(|home| home.taking = None),
            Some(Progress::Pending) | None if self.home.wanted().is_some() => {
                // People wait for this one, but for that of a session that goes on.
                if self.home.is_open() { self.later() } else { Step::Wait }
            }
            Some(Progress::Pending) | None => self.later(),
        }
    }

    /// Decides to take a snapshot. What it has is what sessions left that are over.
    pub(super) fn begin(&self, kept: bool) -> Step {
        self.write(|home| {
            // Whoever had them in a session was told of what time the files were.
            if home.wanted().is_none() && home.mounted == home.ended {
                home.files_of = None;
            }
            home.taking = Some(Taking { at: self.now, epoch: home.ended, kept, snapshot: None });
        })
    }

    pub(super) fn last_saved(&self) -> Ms {
        self.home.snapshot.as_ref().map_or(Ms(0), |taken| taken.at)
    }
}
