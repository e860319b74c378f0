//! Homes: one record a user, which says where their files are.
//!
//! The record is wanted and kept apart: the transaction that opens a seat says that its box wants the
//! home, that which closes the seat says that it does so no more ([`Home::wanted`]). Whatever follows
//! from that is decided from the record and from what EC2 and EBS say, one step at a time
//! (`control::homes`), and written only if the record is still the one that was read ([`Home::rev`]):
//! of two who would make a volume one does, and a late step of an earlier seat meets a record that has
//! moved on. Which records have something to be done is in an index of the table, by time
//! ([`Home::due`]).

use std::future::Future;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, SnapshotId, UserId, VolumeId},
    ledger::Session,
    seats::{Answer, Write},
};

/// A volume that is being made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Making {
    /// Which try: part of the token of CreateVolume, so that every call for this one makes the same.
    pub n: u32,
    /// Where.
    pub zone: String,
    /// GiB.
    pub size: u32,
    /// From what; blank if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Taken>,
}

/// A completed snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Taken {
    /// Which.
    pub snapshot: SnapshotId,
    /// What it holds is of that time.
    pub at: Ms,
    /// The newest session whose files are in it.
    pub epoch: Epoch,
}

/// A snapshot that is being taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Taking {
    /// When it was decided; also the name under which it is found again.
    pub at: Ms,
    /// The newest session whose files are in it.
    pub epoch: Epoch,
    /// Whether it is for an export, and kept.
    #[serde(default)]
    pub kept: bool,
    /// Which, once EBS has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotId>,
}

/// What is to become of a home that nobody uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Wish {
    /// Its files become those of that snapshot.
    Restore {
        /// Which.
        snapshot: SnapshotId,
    },
    /// A snapshot of it is made and kept until somebody deletes it.
    Export,
    /// Its volume is deleted, after a last snapshot; all snapshots some time later.
    Delete,
    /// Its volume becomes a snapshot, as its user is away.
    Archive,
}

/// Why a home is not opened: somebody has to look at it. Nothing of it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// EC2 says that the volume is attached, and the box does not see it.
    Missing,
    /// EBS has lost the volume, or lists it no more.
    Gone,
    /// It carries somebody else's file system.
    Foreign,
    /// It is blank, and should not be.
    Blank,
    /// There is something on it that is no home.
    NotBlank,
    /// Its file system does not pass the check, or cannot be mounted.
    Damaged,
    /// The box could not do it: its programs, its rights, its memory.
    System,
}

impl Trouble {
    /// The word for it, in records and on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Gone => "gone",
            Self::Foreign => "foreign",
            Self::Blank => "blank",
            Self::NotBlank => "not-blank",
            Self::Damaged => "damaged",
            Self::System => "system",
        }
    }
}

/// How far a box is with a home (the agent's answer to an order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The volume is not there yet.
    Attaching,
    /// Its file system is being made or checked.
    Checking,
    /// It is being mounted, and the editor started on it.
    Mounting,
    /// It is there.
    Mounted,
    /// It cannot be opened.
    Failed,
}

/// The record of a user's home.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Home {
    /// Whose.
    pub user: UserId,
    /// How often the record was written: a write names the one that it has read.
    #[serde(default)]
    pub rev: u64,
    /// The newest seat that wanted it.
    #[serde(default)]
    pub epoch: Epoch,
    /// The box of that seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
    /// The newest seat that is over.
    #[serde(default)]
    pub ended: Epoch,
    /// When that was.
    #[serde(default)]
    pub ended_at: Ms,
    /// The volume; none if there never was one, or if it is a snapshot now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeId>,
    /// Its zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its size, GiB.
    #[serde(default)]
    pub size: u32,
    /// How many volumes were made for it.
    #[serde(default)]
    pub made: u32,
    /// The volume that is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub making: Option<Making>,
    /// Volumes that another one has taken the place of, until they are deleted. One whose files are
    /// in no snapshot (its zone was lost) stays, and is in [`Home::left`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<VolumeId>,
    /// Volumes that hotdesk never deletes, as they hold what no snapshot does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<VolumeId>,
    /// Whether somebody had it mounted: a blank volume is never formatted again then.
    #[serde(default)]
    pub used: bool,
    /// The newest seat whose box has it mounted.
    #[serde(default)]
    pub mounted: Epoch,
    /// When it was last attached.
    #[serde(default)]
    pub attached_at: Ms,
    /// The newest completed snapshot of its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Taken>,
    /// The one that is being taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taking: Option<Taking>,
    /// Of what time the files are, if newer ones were lost or somebody restored them: its user is
    /// told so, until a session with them has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files_of: Option<Ms>,
    /// What somebody asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// What the last export gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported: Option<Taken>,
    /// When an operator had it deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Ms>,
    /// Since when EBS does not list the volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<Ms>,
    /// Why it does not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// When there is something to do with it next; `None`: not before something happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Ms>,
}

impl Home {
    /// The record of a user who never had a home.
    #[must_use]
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            rev: 0,
            epoch: Epoch::default(),
            instance: None,
            ended: Epoch::default(),
            ended_at: Ms::default(),
            volume: None,
            zone: None,
            size: 0,
            made: 0,
            making: None,
            old: Vec::new(),
            left: Vec::new(),
            used: false,
            mounted: Epoch::default(),
            attached_at: Ms::default(),
            snapshot: None,
            taking: None,
            files_of: None,
            wish: None,
            exported: None,
            deleted_at: None,
            unlisted: None,
            trouble: None,
            due: None,
        }
    }

    /// The box that is to have it: that of a seat which is not over.
    #[must_use]
    pub fn wanted(&self) -> Option<&InstanceId> {
        self.instance.as_ref().filter(|_| self.epoch > self.ended)
    }

    /// Whether its newest snapshot may lack what its user has written in a session that is over. Any
    /// seat counts, whether or not a box was heard to have mounted the home.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        let saved = self.snapshot.as_ref().map_or(Epoch::default(), |taken| taken.epoch);
        self.volume.is_some() && self.ended > saved
    }

    /// Whether its user finds their files on the box of their seat.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.wanted().is_some() && self.mounted == self.epoch && self.trouble.is_none()
    }
}

/// The id that the file system of a user's home carries, for whoever mounts it: a volume that was
/// confused with another one is not opened.
#[must_use]
pub fn file_system(user: &UserId) -> Uuid {
    named(&format!("hotdesk home of {user}"))
}

/// The UUID of a name: version 8, of its SHA-256 (RFC 9562, B.2).
pub(crate) fn named(name: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(name).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to the homes and the ledger. Seats change both as well, in the transactions that
        /// open and close them ([`crate::seats::Seats`]).
        pub trait Homes: Send + Sync {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

calls! {
    /// These users' homes, as far as they have one, read consistently, in no order.
    fn homes(&self, users: &[UserId]) -> Vec<Home>;
    /// Writes a record if the one of that [`Home::rev`] is still there (0: none), with the next one.
    fn save_home(&self, home: &Home) -> Write;
    /// Whose homes have something to be done until now, those first that have waited longest; from
    /// an index, so a little late.
    fn due_homes(&self, now: Ms, limit: usize) -> Vec<UserId>;
    /// The user's last sessions that have ended, newest first.
    fn sessions(&self, user: &UserId, limit: usize) -> Vec<Session>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_a_file_system_of_their_own() {
        let of = |user: &str| file_system(&user.parse().unwrap());
        assert_ne!(of("alice"), of("bob"));
        assert_eq!(of("alice"), of("alice"));
        assert_eq!(of("alice").get_version_num(), 8);
    }

    #[test]
    fn a_home_is_wanted_while_its_newest_seat_lasts() {
        let mut home = Home::new("alice".parse().unwrap());
        assert_eq!(home.wanted(), None);
        home.instance = Some("i-00000001".parse().unwrap());
        home.epoch = Epoch(5);
        assert!(home.wanted().is_some());
        home.ended = Epoch(5);
        assert_eq!(home.wanted(), None);
        home.epoch = Epoch(6);
        assert!(home.wanted().is_some(), "a late end does not touch a newer seat");
    }

    #[test]
    fn a_record_without_anything_but_its_seat_is_one() {
        // The transaction of a first seat writes no more than this.
        let json = r#"{"user":"alice","rev":1,"epoch":7,"instance":"i-00000001","due":3}"#;
        let home: Home = serde_json::from_str(json).unwrap();
        assert_eq!(home.wanted().map(InstanceId::as_str), Some("i-00000001"));
        assert_eq!(home.due, Some(Ms(3)));
    }
}
