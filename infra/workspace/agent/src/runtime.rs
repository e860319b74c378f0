//! The runtime folder: what the agent keeps for itself, emptied at every boot; and its socket.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

/// What went wrong in the runtime folder.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The system refused to read, write or make a file or socket.
    #[error("cannot use {}", path.display())]
    Io {
        /// What could not be used.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that the agent keeps says something else than the agent writes.
    #[error("{} is damaged: remove the runtime folder and start the box again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

/// The runtime folder. Its files are open to the agent's user only.
#[derive(Clone, Debug)]
pub struct Runtime {
    folder: PathBuf,
}

impl Runtime {
    /// The folder, made if it is missing.
    ///
    /// # Errors
    /// [`RuntimeError::Io`] if it cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, RuntimeError> {
        let folder = folder.into();
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|source| RuntimeError::Io { path: folder.clone(), source })?;
        Ok(Self { folder })
    }

    /// The path of `name` in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the file `name` holds; nothing if there is none.
    ///
    /// # Errors
    /// [`RuntimeError::Io`] if it exists and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, RuntimeError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(RuntimeError::Io { path, source }),
        }
    }

    /// Writes the file `name` so that it is there whole or not at all, for its user only.
    ///
    /// # Errors
    /// [`RuntimeError::Io`] if it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RuntimeError> {
        let (path, new) = (self.path(name), self.path(&format!("{name}.new")));
        let written = || {
            let mut options = fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        written().map_err(|source| RuntimeError::Io { path, source })
    }
}

/// Listens on the Unix socket at `path`, open to its user and to the group that its folder gives
/// it. One that an earlier agent left is taken away first.
///
/// # Errors
/// [`RuntimeError::Io`] if it cannot be made.
pub fn listen(path: &Path) -> Result<UnixListener, RuntimeError> {
    let bound = || {
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
        Ok(listener)
    };
    bound().map_err(|source| RuntimeError::Io { path: path.to_owned(), source })
}
