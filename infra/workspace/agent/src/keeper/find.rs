//! Where a volume is on this box.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hotdesk::id::VolumeId;

/// A volume that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A disk.
    Disk(PathBuf),
    /// On a desk: a file that stands for one.
    Image(PathBuf),
    /// On a desk without root: the files themselves.
    Files(PathBuf),
}

/// The disk that says it is that volume. EBS volumes are NVMe disks, whose serial number is the id of
/// the volume without its dash (EBS User Guide, "Amazon EBS volumes and NVMe").
pub(super) fn disk(sys_block: &Path, dev: &Path, volume: &VolumeId) -> io::Result<Option<Place>> {
    let serial = volume.as_str().replace('-', "");
    for entry in fs::read_dir(sys_block)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with("nvme") {
            continue;
        }
        // A disk that goes away meanwhile is none.
        let says = fs::read_to_string(entry.path().join("device/serial")).unwrap_or_default();
        if says.trim() == serial {
            // The kernel may list it before it has its node.
            let node = dev.join(name);
            return Ok(node.exists().then_some(Place::Disk(node)));
        }
    }
    Ok(None)
}

/// What stands for that volume in the folder of a desk.
pub(super) fn in_folder(volumes: &Path, volume: &VolumeId) -> Option<Place> {
    let folder = volumes.join(volume.as_str());
    let (image, files) = (folder.join("image"), folder.join("files"));
    if image.is_file() {
        Some(Place::Image(image))
    } else if files.is_dir() {
        Some(Place::Files(files))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_known_by_its_serial_number_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let (sys, dev) = (root.path().join("sys"), root.path().join("dev"));
        fs::create_dir(&dev).unwrap();
        let volume: VolumeId = "vol-0123456789abcdef0".parse().unwrap();
        for (name, serial) in [
            ("nvme0n1", "vol0123456789abcdef1"),
            ("nvme1n1", "vol0123456789abcdef0      \n"),
            ("loop0", "vol0123456789abcdef0"),
            ("nvme2n1", ""),
        ] {
            fs::create_dir_all(sys.join(name).join("device")).unwrap();
            fs::write(sys.join(name).join("device/serial"), serial).unwrap();
        }
        fs::create_dir_all(sys.join("nvme3n1")).unwrap();
        assert_eq!(disk(&sys, &dev, &volume).unwrap(), None, "it has no node yet");
        fs::write(dev.join("nvme1n1"), "").unwrap();
        let found = Some(Place::Disk(dev.join("nvme1n1")));
        assert_eq!(disk(&sys, &dev, &volume).unwrap(), found);
        let other = "vol-0123456789abcdef2".parse().unwrap();
        assert_eq!(disk(&sys, &dev, &other).unwrap(), None);
        assert!(disk(&root.path().join("none"), &dev, &volume).is_err());
    }
}
