//! The proof that the box was reset in this boot, without which it never becomes a spare.

use std::{fs, io, path::PathBuf};

/// Where the kernel says which boot this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where the reset leaves its proof, and what the proof says: the id of this boot.
///
/// The reset writes it last, after nothing of the last user is left. So a file that is missing, or
/// that an earlier boot wrote, means that it has not happened, or not to its end.
#[derive(Clone, Debug)]
pub struct Proof {
    file: PathBuf,
    boot: String,
}

impl Proof {
    /// A proof in that file of the boot with that id; without one, of the kernel's.
    ///
    /// # Errors
    /// The kernel does not say which boot it is, or the id is empty.
    pub fn new(file: impl Into<PathBuf>, boot: Option<String>) -> io::Result<Self> {
        let boot = match boot {
            Some(boot) => boot,
            None => fs::read_to_string(BOOT_ID)?,
        };
        let boot = boot.trim().to_owned();
        if boot.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the id of the boot is empty"));
        }
        Ok(Self { file: file.into(), boot })
    }

    /// Whether the box was reset.
    #[must_use]
    pub fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|proof| proof.trim() == self.boot)
    }
}
