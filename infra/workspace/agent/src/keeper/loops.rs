//! Loop devices, for a desk, where a volume is a file. One goes by itself when nobody uses it any
//! more, whoever was killed.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::stat::{Mode, SFlag, makedev, mknod};

use super::programs::{ProgramError, run};

const LIMIT: Duration = Duration::from_secs(10);

/// The major number of loop devices (kernel documentation, "Linux allocated devices").
const MAJOR: u64 = 7;

/// How often another one is tried: others take free ones at the same time.
const TRIES: u32 = 20;

/// Why an image got no device.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoopError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("cannot make or open a loop device")]
    Io(#[from] io::Error),
    #[error("no loop device is free")]
    None,
}

/// A loop device, which is there as long as this or a mount of it.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) path: PathBuf,
    _open: File,
}

/// Loop devices of that image, on this machine and in whatever box: their names, and whether each
/// goes by itself. `image` is known by its last two parts, as boxes see other paths than the machine.
pub(super) fn of_image(sys_block: &Path, image: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut found = Vec::new();
    let ends = image.components().rev().take(2).collect::<Vec<_>>();
    for entry in fs::read_dir(sys_block)? {
        let entry = entry?;
        let of = entry.path().join("loop");
        // None, or none any more.
        let Ok(file) = fs::read_to_string(of.join("backing_file")) else { continue };
        let file = Path::new(file.trim_end());
        if file.components().rev().take(2).eq(ends.iter().copied()) {
            let clears = fs::read_to_string(of.join("autoclear"))
                .is_ok_and(|clears| clears.trim_end() == "1");
            found.push((entry.file_name().to_string_lossy().into_owned(), clears));
        }
    }
    Ok(found)
}

impl Loop {
    /// A loop device of that image.
    pub(super) async fn of(image: &Path, dev: &Path) -> Result<Self, LoopError> {
        for _ in 0..TRIES {
            let name = run("losetup", ["--find"], LIMIT).await?.done()?;
            let name = name.trim().rsplit('/').next().unwrap_or_default().to_owned();
            let path = node(dev, &name)?;
            let made = run("losetup", [path.as_os_str(), image.as_os_str()], LIMIT).await?;
            match made.done() {
                Ok(_) => return Self::hold(path).await,
                // Somebody else was quicker, or it is something else, as the last try says.
                Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, name),
            }
        }
        Err(LoopError::None)
    }

    /// Takes over one that a keeper made which was killed at it.
    pub(super) async fn take_over(name: &str, dev: &Path) -> Result<Self, LoopError> {
        Self::hold(node(dev, name)?).await
    }

    /// Frees one that nobody uses.
    pub(super) async fn free(name: &str, dev: &Path) -> Result<(), LoopError> {
        let path = node(dev, name)?;
        run("losetup", ["--detach".as_ref(), path.as_os_str()], LIMIT).await?.done()?;
        Ok(())
    }

    /// Holds it open, and has it go with its last user.
    async fn hold(path: PathBuf) -> Result<Self, LoopError> {
        let open = File::open(&path)?;
        run("losetup", ["--detach".as_ref(), path.as_os_str()], LIMIT).await?.done()?;
        Ok(Self { path, _open: open })
    }

    /// Has it be as large as its image is now.
    pub(super) async fn refresh(path: &Path) -> Result<(), ProgramError> {
        let words = ["--set-capacity".as_ref(), path.as_os_str()];
        run("losetup", words, LIMIT).await?.done().map(|_| ())
    }
}

/// The node of that loop device, made if it is missing: nobody else makes any in a box on a desk.
fn node(dev: &Path, name: &str) -> Result<PathBuf, LoopError> {
    let number = name.strip_prefix("loop").and_then(|number| number.parse().ok());
    let number: u64 = number.ok_or(LoopError::None)?;
    let path = dev.join(name);
    if !path.exists() {
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        mknod(&path, SFlag::S_IFBLK, mode, makedev(MAJOR, number)).map_err(io::Error::from)?;
    }
    Ok(path)
}
