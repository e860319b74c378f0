//! What is on a volume, and whether it may be mounted. Nothing here writes to one, but for a journal
//! that is replayed.

use std::{fs::File, io, path::Path, time::Duration};

use hotdesk::homes::{Trouble, file_system};
use nix::errno::Errno;
use tokio::task::spawn_blocking;

use super::{
    Order,
    blank::is_blank,
    making,
    programs::{Ended, ProgramError, run},
    superblock::Superblock,
};

/// The name of the file system of every home.
pub(super) const LABEL: &str = "hotdesk-home";

/// How long it may take to look for signatures.
const LOOK: Duration = Duration::from_secs(30);

/// How long a check may take. It replays the journal, and walks through the whole only where the
/// journal was not enough.
const CHECK: Duration = Duration::from_secs(600);

/// Why a home is not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The file system is another user's, or none of hotdesk's.
    #[error("the volume carries somebody else's file system")]
    Foreign,
    /// It was in use, and is empty.
    #[error("the volume is blank, but was in use")]
    Blank,
    /// Something else is on it.
    #[error("there is something on the volume that is no home")]
    NotBlank,
    /// Its own file system is not whole.
    #[error("the file system is damaged: {0}")]
    Damaged(String),
    /// The box could not do it.
    #[error("{what}")]
    System {
        /// What could not be done.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Fault {
    /// For `map_err`: the box could not do that.
    pub(super) fn system<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |error| Self::System { what, source: error.into() }
    }

    /// What the control plane is told.
    pub(super) fn trouble(&self) -> Trouble {
        match self {
            Self::Foreign => Trouble::Foreign,
            Self::Blank => Trouble::Blank,
            Self::NotBlank => Trouble::NotBlank,
            Self::Damaged(_) => Trouble::Damaged,
            Self::System { .. } => Trouble::System,
        }
    }

    /// Whether it may go well the next time with the same volume.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::System { .. })
    }

    /// For a mount that failed: of the volume, unless the kernel names another reason.
    pub(super) fn of_mount(error: Errno) -> Self {
        match error {
            Errno::EACCES
            | Errno::EBUSY
            | Errno::EMFILE
            | Errno::ENODEV
            | Errno::ENOENT
            | Errno::ENOMEM
            | Errno::ENOTDIR
            | Errno::EPERM => Self::system("cannot mount")(error),
            _ => Self::Damaged(format!("it cannot be mounted: {error}")),
        }
    }
}

/// What is on a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, and nobody ever had it mounted: a file system may be made.
    Nothing,
    /// The user's home.
    Home {
        /// It was not unmounted the last time.
        needs_recovery: bool,
    },
}

/// Looks at a volume without writing to it.
///
/// The superblock says whose home it is, and comes first: what else looks like a signature may be
/// what its user has written to a file that lies at the end of the volume.
pub(super) async fn look(device: &Path, order: &Order) -> Result<Found, Fault> {
    let (path, wanted) = (device.to_owned(), order.clone());
    let seen = spawn_blocking(move || Seen::of(&path, &wanted)).await;
    let seen = seen.map_err(Fault::system("cannot look at the volume"))?;
    let seen = seen.map_err(Fault::system("cannot read the volume"))?;
    let uuid = file_system(&order.user);
    if seen.is_unfinished && order.new {
        return Ok(Found::Nothing);
    }
    if let Some(found) = seen.primary {
        return match found {
            found if found.uuid != uuid || !found.is_called(LABEL) => Err(Fault::Foreign),
            found if found.has_errors => {
                Err(Fault::Damaged("the kernel found errors in it".into()))
            }
            found => Ok(Found::Home { needs_recovery: found.needs_recovery }),
        };
    }
    if seen.remains.iter().any(|copy| copy.uuid == uuid) {
        return Err(Fault::Damaged("only a copy of its superblock is left".into()));
    }
    match seen.is_blank && has_no_signature(device).await? {
        false => Err(Fault::NotBlank),
        true if order.new => Ok(Found::Nothing),
        true => Err(Fault::Blank),
    }
}

/// What can be seen of a volume.
struct Seen {
    is_unfinished: bool,
    primary: Option<Superblock>,
    remains: Vec<Superblock>,
    /// Only looked for where nothing else was found.
    is_blank: bool,
}

impl Seen {
    fn of(device: &Path, order: &Order) -> io::Result<Self> {
        let file = File::open(device)?;
        let is_unfinished = making::is_unfinished(&file, &order.user)?;
        let primary = Superblock::primary(&file)?;
        let remains = Superblock::remains(&file)?;
        let is_blank = remains.is_empty() && is_blank(&file)?;
        Ok(Self { is_unfinished, primary, remains, is_blank })
    }
}

/// Whether blkid finds nothing either, by looking at the volume itself and not into its cache.
async fn has_no_signature(device: &Path) -> Result<bool, Fault> {
    let words = ["-p".as_ref(), "-o".as_ref(), "export".as_ref(), device.as_os_str()];
    let looked = run("blkid", words, LOOK).await;
    // blkid(8): 2 is nothing, 8 is more than one thing.
    match looked.map_err(Fault::system("cannot look for signatures"))? {
        Ended { status: 2, .. } => Ok(true),
        Ended { status: 0 | 8, .. } => Ok(false),
        ended => Err(Fault::system("cannot look for signatures")(ended.failed())),
    }
}

/// Checks the file system of a home before it is mounted.
///
/// One that was unmounted is only read. One that was not has a journal, which has to be replayed
/// before anybody can say whether it is whole, and which a mount would replay as well.
pub(super) async fn check(device: &Path, needs_recovery: bool) -> Result<(), Fault> {
    e2fsck(&[if needs_recovery { "-p" } else { "-n" }], device).await
}

/// Checks all of a file system that was unmounted, as growing it needs; only what e2fsck corrects by
/// itself is written to it.
pub(super) async fn check_whole(device: &Path) -> Result<(), Fault> {
    e2fsck(&["-f", "-p"], device).await
}

async fn e2fsck(how: &[&str], device: &Path) -> Result<(), Fault> {
    let words = how.iter().map(AsRef::as_ref).chain([device.as_os_str()]);
    let checked = run("e2fsck", words, CHECK).await;
    let ended: Result<Ended, ProgramError> = checked;
    let ended = ended.map_err(Fault::system("cannot check the file system"))?;
    // e2fsck(8): 1 and 2 are errors that it corrected, 4 those that it did not, 8 that it got no
    // further; from 16 on it was not called right or was stopped.
    match ended.status {
        0..=3 => Ok(()),
        4..=15 => Err(Fault::Damaged(ended.failed().to_string())),
        _ => Err(Fault::system("cannot check the file system")(ended.failed())),
    }
}
