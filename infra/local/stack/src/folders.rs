//! Where a stack keeps its files: `.local` in the project's root, which git ignores, and the user's
//! cache.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::tools;

/// The folders of a stack.
#[derive(Clone, Debug)]
pub struct Folders {
    /// One file a part.
    pub logs: PathBuf,
    /// The disks of the boxes, one folder each. Not in the project: an editor in there would offer
    /// the project's repository to the box's user.
    pub boxes: PathBuf,
    /// The volumes and snapshots of homes.
    pub disks: PathBuf,
    /// What parts need while they run; and where cargo-lambda works, as it goes through all that is
    /// below its working folder for each instance of a function, even if it is to ignore changes.
    pub run: PathBuf,
}

impl Folders {
    /// Where they are.
    #[must_use]
    pub fn of_the_stack() -> Self {
        let local = tools::root().join(".local");
        Self {
            logs: local.join("logs"),
            boxes: tools::cache().join("boxes"),
            disks: tools::cache().join("disks"),
            run: local.join("run"),
        }
    }

    /// Makes them, empty.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn make(&self) -> io::Result<()> {
        for folder in [&self.logs, &self.boxes, &self.disks, &self.run] {
            remove(folder)?;
            fs::create_dir_all(folder)?;
        }
        Ok(())
    }

    /// Takes away what is only of use while the stack runs.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn clear(&self) -> io::Result<()> {
        remove(&self.boxes)?;
        remove(&self.disks)?;
        remove(&self.run)
    }

    /// The log of a part.
    #[must_use]
    pub fn log(&self, part: &str) -> PathBuf {
        self.logs.join(format!("{part}.log"))
    }
}

/// Takes a folder away with all that is in it, if it is there.
///
/// # Errors
/// The file system refuses.
pub fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
