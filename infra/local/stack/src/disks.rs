//! The volumes and snapshots of a stack: folders, in which what a terminal wrote really is.
//!
//! A volume is a folder with a sparse file `image`, a disk on which a box makes a file system, or,
//! where boxes cannot mount one as the stack does not run as root, with a folder `files`. A box sees
//! the volumes that are attached to it in a folder of its own, under their ids.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use hotdesk_sim::Effect;
use nix::unistd::geteuid;

use crate::folders;

const IMAGE: &str = "image";
const FILES: &str = "files";

/// Where the volumes are.
#[derive(Clone, Debug)]
pub(crate) struct Disks {
    folder: PathBuf,
}

impl Disks {
    /// Those in that folder.
    #[must_use]
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where a box finds the volumes that are attached to it; made if it is missing.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn of_box(&self, instance: &str) -> io::Result<PathBuf> {
        let path = self.folder.join("attached").join(instance);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Does what happens in the cloud.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn follow(&self, effect: &Effect) -> io::Result<()> {
        match effect {
            Effect::VolumeCreated { id, size, from: None } => self.make(id, *size),
            Effect::VolumeCreated { id, size, from: Some(snapshot) } => {
                copy(&self.snapshot(snapshot), &self.volume(id))?;
                self.resize(id, *size)
            }
            Effect::VolumeGrown { id, size } => self.resize(id, *size),
            Effect::VolumeAttached { id, instance, .. } => self.attach(id, instance),
            Effect::VolumeDetached { id, instance } => {
                folders::remove(&self.of_box(instance)?.join(id))
            }
            Effect::VolumeDeleted { id } => folders::remove(&self.volume(id)),
            Effect::SnapshotTaken { id, volume } => copy(&self.volume(volume), &self.snapshot(id)),
            Effect::SnapshotDeleted { id } => folders::remove(&self.snapshot(id)),
            Effect::Event(_) | Effect::BoxStarted { .. } | Effect::BoxStopped { .. } => Ok(()),
        }
    }

    fn make(&self, id: &str, size: u32) -> io::Result<()> {
        let volume = self.volume(id);
        fs::create_dir_all(&volume)?;
        if geteuid().is_root() {
            File::create_new(volume.join(IMAGE))?.set_len(bytes(size))
        } else {
            fs::create_dir(volume.join(FILES))
        }
    }

    fn resize(&self, id: &str, size: u32) -> io::Result<()> {
        let image = self.volume(id).join(IMAGE);
        if image.exists() {
            File::options().write(true).open(image)?.set_len(bytes(size))?;
        }
        Ok(())
    }

    /// The box cannot follow a link to outside of its own folders, so it gets the file itself.
    fn attach(&self, id: &str, instance: &str) -> io::Result<()> {
        let (volume, seen) = (self.volume(id), self.of_box(instance)?.join(id));
        folders::remove(&seen)?;
        // Whole or not at all: the box looks for it all the time.
        let new = seen.with_extension("new");
        folders::remove(&new)?;
        fs::create_dir(&new)?;
        if volume.join(IMAGE).exists() {
            fs::hard_link(volume.join(IMAGE), new.join(IMAGE))?;
        } else {
            symlink(volume.join(FILES), new.join(FILES))?;
        }
        fs::rename(new, seen)
    }

    fn volume(&self, id: &str) -> PathBuf {
        self.folder.join("volumes").join(id)
    }

    fn snapshot(&self, id: &str) -> PathBuf {
        self.folder.join("snapshots").join(id)
    }
}

fn bytes(gib: u32) -> u64 {
    u64::from(gib) << 30
}

/// With its holes, and without a copy where the file system can share blocks.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    folders::remove(to)?;
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut cp = Command::new("cp");
    let status =
        cp.args(["-a", "--sparse=always", "--reflink=auto", "--"]).arg(from).arg(to).status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("cp {} {}: {status}", from.display(), to.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_a_volume_is_on_the_next_box_and_in_its_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let disks = Disks::new(folder.path().to_owned());
        let name = if geteuid().is_root() { IMAGE } else { "files/note" };
        let seen = |instance: &str, id: &str| disks.of_box(instance).unwrap().join(id).join(name);
        let volume = |id: &str, from: Option<&str>| Effect::VolumeCreated {
            id: id.into(),
            size: 1,
            from: from.map(Into::into),
        };
        let attached = |id: &str, instance: &str| Effect::VolumeAttached {
            id: id.into(),
            instance: instance.into(),
            device: "/dev/sdh".into(),
        };
        disks.follow(&volume("vol-1", None)).unwrap();
        disks.follow(&attached("vol-1", "i-1")).unwrap();
        fs::write(seen("i-1", "vol-1"), "written").unwrap();
        disks
            .follow(&Effect::SnapshotTaken { id: "snap-1".into(), volume: "vol-1".into() })
            .unwrap();
        disks
            .follow(&Effect::VolumeDetached { id: "vol-1".into(), instance: "i-1".into() })
            .unwrap();
        assert!(!seen("i-1", "vol-1").exists());
        disks.follow(&attached("vol-1", "i-2")).unwrap();
        assert!(fs::read(seen("i-2", "vol-1")).unwrap().starts_with(b"written"));
        disks.follow(&volume("vol-2", Some("snap-1"))).unwrap();
        disks.follow(&Effect::VolumeDeleted { id: "vol-1".into() }).unwrap();
        disks.follow(&attached("vol-2", "i-3")).unwrap();
        assert!(fs::read(seen("i-3", "vol-2")).unwrap().starts_with(b"written"));
    }
}
