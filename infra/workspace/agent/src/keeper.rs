//! The keeper: what puts the user's home on a box, and takes it away again.
//!
//! A small process of root that only the agent reaches, over a Unix socket. The agent has no rights
//! beyond those of its user, and whoever gets at it gets at no disk; what the keeper takes are three
//! orders with nothing in them that names a path or a program:
//!
//! | request | does | answers |
//! | --- | --- | --- |
//! | `PUT /home`, an [`Order`] | begins to open that home, and goes on until it is open | a [`Report`] |
//! | `GET /home` | nothing | a [`Report`], with nothing in it while there is no order |
//! | `DELETE /home` | begins to let go of it, for good | a [`Letting`] |
//!
//! Each may be repeated, and none waits for the work. A box has one home until it boots anew:
//! another user or volume is refused (409), and so is any home once it was let go of (410).
//!
//! **Opening.** The volume is found by its id, and its file system by its name and the id that the
//! user's home has ([`hotdesk::homes::file_system`]). A file system is made only where there is
//! nothing at all *and* the order says that nobody ever had this home mounted. What is damaged or
//! somebody else's is left as it is: there is no repair here that a mount would not make as well.
//! The editor is stopped before the mount and started after it, as nothing may be written below a
//! home, and an editor reads its settings once.
//!
//! **Letting go.** The editor is stopped, everything of the user is killed, what was written is
//! written out, and the home is unmounted: then its files are saved.
//!
//! The order, and whether there was a mount and a farewell, are kept in a file, so a keeper that was
//! killed goes on where it was; what is mounted it asks the kernel.

mod args;
mod blank;
mod device;
mod editor;
mod find;
mod http;
mod kept;
mod letting;
mod loops;
mod making;
mod mounts;
mod opening;
mod programs;
mod state;
mod superblock;
mod trial;
mod verdict;

pub use args::{KeepArgs, keep};
use hotdesk::{
    homes::{Stage, Trouble},
    id::{UserId, VolumeId},
};
pub use http::{SOCKET, keeper};
use serde::{Deserialize, Serialize};
pub use state::{Keeper, OrderRefused, Settings};

/// The home that a box is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whose.
    pub user: UserId,
    /// On which volume.
    pub volume: VolumeId,
    /// Its size, GiB: the file system grows to it.
    pub size: u32,
    /// Nobody had it mounted yet: if it is blank, a file system is made.
    pub new: bool,
}

/// How far the keeper is with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How far; nothing while there was no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Why it does not open, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// Whether hardly anything can be written to it any more.
    #[serde(default)]
    pub full: bool,
}

/// What became of the files of a box that lets go of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Files {
    /// The editor is being stopped, or the file system written out.
    Saving,
    /// The file system is written out and unmounted.
    Saved,
    /// No home was mounted.
    Nothing,
}

/// Answer of `DELETE /home`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letting {
    /// What became of the files.
    pub files: Files,
}
