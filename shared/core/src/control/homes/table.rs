//! The table of homes: what the record, EBS and EC2 say of a home, and what follows. One row is one
//! step, so whoever dies after it leaves what the next one reads.
//!
//! | record | volume | do |
//! | --- | --- | --- |
//! | being made | | CreateVolume with its token |
//! | no volume, wanted | | decide to make one: from the newest snapshot, else blank |
//! | no volume, unwanted | | what an operator asked for; delete the snapshots of one long deleted |
//! | wanted | available, in the box's zone | attach; order the agent |
//! | wanted | attached to the wanted box | grow if it is too small; order the agent, until it is mounted |
//! | wanted | attached to another box that is stopped | detach |
//! | wanted | attached to another box | wait: it is on its way out |
//! | wanted | in another zone | snapshot, if it has what no snapshot has; then make it anew there |
//! | wanted | in another zone, which is lost | make it anew from the newest snapshot, leave the volume |
//! | unwanted | attached to a box that is stopped | detach |
//! | unwanted, a snapshot is being taken | | look how far it is |
//! | unwanted | available | what an operator asked for, snapshot, archive, by the time for each |
//! | any | lost, or listed no more for 15 min | trouble: an operator has to look |
//! | any, other volumes were replaced | | delete them: what is on them is in a snapshot |
//!
//! A volume is never deleted before what is on it is in a completed snapshot, never detached but from
//! a stopped box, and a blank one never made in the place of one that was used.

mod snapshot;
mod unwanted;
mod wanted;

use std::time::Duration;

use crate::{
    clock::Ms,
    control::{ABSENT, HomePolicy},
    fleet::{Machine, Power},
    homes::{Home, Making, Taken, Trouble, Wish},
    id::{InstanceId, VolumeId},
    volumes::{Snapshot, Volume, VolumeState},
};

/// Snapshots of a home are so far apart at least, but for those that an operator asks for.
pub(super) const DAILY: Duration = Duration::from_secs(24 * 3600);

/// When a step is looked at again that takes AWS some time.
const AGAIN: Duration = Duration::from_secs(60);

/// What is known of a home.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) home: &'a Home,
    /// Its volume, if EBS lists it.
    pub(super) volume: Option<&'a Volume>,
    /// The box that is to have it, if EC2 lists it.
    pub(super) wanted: Option<&'a Machine>,
    /// The state of the instance that the volume is attached to, if EC2 lists it.
    pub(super) holder: Option<Power>,
    /// The snapshot that is being taken, or that an operator named, if EBS lists it.
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) policy: &'a HomePolicy,
    pub(super) now: Ms,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing, until then; `None`: until something happens.
    Rest(Option<Ms>),
    /// AWS is at it, or a box: it is worth looking again in a second.
    Wait,
    /// Write this record; then look again.
    Write(Box<Home>),
    /// CreateVolume.
    Make(Making),
    /// AttachVolume.
    Attach(VolumeId),
    /// Order the agent, after ModifyVolume if the volume is too small: EBS attaches none while it
    /// changes.
    Order(VolumeId),
    /// DetachVolume.
    Detach { volume: VolumeId, from: InstanceId },
    /// CreateSnapshot.
    Take(VolumeId),
    /// The snapshot is there.
    Taken(Taken),
    /// The home's own newest snapshot is kept, as it was exported.
    Keep(Taken),
    /// DeleteVolume of one that was replaced.
    Sweep(VolumeId),
    /// The snapshots of a home that was deleted long ago.
    Purge,
    /// What an operator asked for cannot be done: there is no such snapshot of this home.
    Refuse,
    /// Somebody has to look at it.
    Fail(Trouble),
}

impl Step {
    /// Whether it is a call to EBS that changes something: the account has few of them.
    pub(super) fn changes_volumes(&self) -> bool {
        match self {
            Self::Make(_)
            | Self::Attach(_)
            | Self::Detach { .. }
            | Self::Take(_)
            | Self::Sweep(_) => true,
            Self::Rest(_)
            | Self::Wait
            | Self::Write(_)
            | Self::Order(_)
            | Self::Taken(_)
            | Self::Keep(_)
            | Self::Purge
            | Self::Refuse
            | Self::Fail(_) => false,
        }
    }
}

impl Facts<'_> {
    /// The table.
    pub(super) fn step(&self) -> Step {
        let home = self.home;
        if let Some(making) = &home.making {
            // What it was to be made from is not there, and somebody has named another snapshot.
            let other = matches!(home.wish, Some(Wish::Restore { .. }));
            if other && home.trouble.is_some() && home.wanted().is_none() {
                return self.write(|home| home.making = None);
            }
            return Step::Make(making.clone());
        }
        let Some(volume) = &home.volume else { return self.without_volume() };
        let listed = match self.volume {
            Some(listed) => listed,
            None => return self.unlisted(),
        };
        if home.unlisted.is_some() {
            return self.write(|home| home.unlisted = None);
        }
        match listed.state {
            VolumeState::Creating => Step::Wait,
            VolumeState::Error | VolumeState::Deleted => self.gone(),
            VolumeState::Available | VolumeState::InUse => match home.wanted() {
                Some(instance) => self.wanted(volume, listed, instance),
                None => self.unwanted(volume, listed),
            },
        }
    }

    /// Decides to make a volume in that zone, from the newest snapshot if there is one. Whoever comes
    /// back after their home was deleted gets an empty one.
    fn plan(&self, zone: &str) -> Step {
        self.write(|home| {
            let from = home.snapshot.clone().filter(|_| home.deleted_at.is_none());
            home.made += 1;
            home.size = home.size.max(self.policy.size);
            home.making =
                Some(Making { n: home.made, zone: zone.to_owned(), size: home.size, from });
            home.deleted_at = None;
        })
    }

    /// EBS lists new volumes late, and others always.
    fn unlisted(&self) -> Step {
        match self.home.unlisted {
            None => self.write(|home| home.unlisted = Some(self.now)),
            Some(since) if self.now.since(since) > ABSENT => self.gone(),
            Some(_) => Step::Wait,
        }
    }

    /// The volume is lost. What an operator asked for is done all the same.
    fn gone(&self) -> Step {
        match (&self.home.wish, self.home.trouble) {
            (Some(Wish::Restore { .. }), _) if self.home.wanted().is_none() => self.restored(),
            (_, Some(Trouble::Gone)) => Step::Rest(None),
            _ => Step::Fail(Trouble::Gone),
        }
    }

    /// The volume is not the home any more: it is deleted, or left where it is if it holds what no
    /// snapshot does.
    fn give_up_volume(&self, leave: bool) -> Step {
        self.write(|home| {
            let volume = home.volume.take();
            if leave {
                home.left.extend(volume);
                home.taking = None;
                home.files_of = Some(self.last_saved());
            } else {
                home.old.extend(volume);
            }
            home.zone = None;
        })
    }

    fn later(&self) -> Step {
        Step::Rest(Some(self.now.plus(AGAIN)))
    }

    fn write(&self, change: impl FnOnce(&mut Home)) -> Step {
        let mut home = self.home.clone();
        change(&mut home);
        home.due = Some(self.now.plus(AGAIN));
        Step::Write(Box::new(home))
    }
}

#[cfg(test)]
mod tests;
