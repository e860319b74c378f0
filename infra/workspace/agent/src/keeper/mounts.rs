//! What is mounted where the home belongs, by the kernel's own list; and mounting and unmounting.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
};

use nix::{
    errno::Errno,
    mount::{MntFlags, MsFlags, mount, umount2},
    sys::{
        stat::{major, minor},
        statvfs::statvfs,
    },
    unistd::syncfs,
};

/// Where the kernel lists the mounts (proc_pid_mountinfo(5)).
const LIST: &str = "/proc/self/mountinfo";

/// Less free than this, and less than a 50th part, is full.
const ROOM: u64 = 64 * 1024 * 1024;

/// The home that is mounted there: the number of its device, as the kernel writes it.
///
/// A whole file system of the kind of homes: on a desk a folder of another one may be bound there.
pub(super) fn home_at(point: &Path) -> io::Result<Option<String>> {
    Ok(find(&fs::read_to_string(LIST)?, point))
}

/// The topmost is the last in the list.
fn find(list: &str, point: &Path) -> Option<String> {
    let at = |line: &&str| {
        line.split(' ')
            .nth(4)
            .is_some_and(|path| unescaped(path) == point.as_os_str().as_encoded_bytes())
    };
    let top = list.lines().rfind(at)?;
    let (mount, of) = top.split_once(" - ")?;
    let mut fields = mount.split(' ').skip(2);
    let (device, root) = (fields.next()?, fields.next()?);
    (root == "/" && of.split(' ').next() == Some("ext4")).then(|| device.to_owned())
}

/// A path as it is: the kernel writes some bytes as three octal digits.
fn unescaped(path: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let Some(byte) = digits else {
            bytes.push(b'\\');
            rest = after;
            continue;
        };
        bytes.push(byte);
        rest = after.get(3..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// The number of a device, as the kernel writes it in its list.
pub(super) fn number_of(device: &Path) -> io::Result<String> {
    let number = fs::metadata(device)?.rdev();
    Ok(format!("{}:{}", major(number), minor(number)))
}

/// Mounts the home: nothing on it gives rights, and errors make it read-only.
pub(super) fn mount_home(device: &Path, point: &Path) -> Result<(), Errno> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOATIME;
    mount(Some(device), point, Some("ext4"), flags, Some("errors=remount-ro"))
}

/// Mounts a file system so that nothing is written to it: where its device takes no writes either,
/// the kernel cannot even note what is wrong.
pub(super) fn mount_to_look(device: &Path, point: &Path) -> Result<(), Errno> {
    let still = MsFlags::MS_RDONLY | MsFlags::MS_NOEXEC;
    let flags = still | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some(device), point, Some("ext4"), flags, Some("noload"))
}

/// Takes away what is mounted there to look at; nothing may be.
pub(super) fn look_no_more(point: &Path) -> Result<(), Errno> {
    match umount2(point, MntFlags::UMOUNT_NOFOLLOW) {
        // proc(5) and umount(2): nothing is mounted there, or there is no such folder.
        Err(Errno::EINVAL | Errno::ENOENT) => Ok(()),
        done => done,
    }
}

/// Gives the top folder of a home to its user, if it is not theirs.
pub(super) fn own(point: &Path, owner: u32) -> io::Result<()> {
    let is = fs::metadata(point)?;
    // By root's hand, as nobody else may enter before the mode is right.
    if is.permissions().mode() & 0o7777 != 0o700 {
        fs::set_permissions(point, fs::Permissions::from_mode(0o700))?;
    }
    if (is.uid(), is.gid()) != (owner, owner) {
        chown(point, Some(owner), Some(owner))?;
    }
    Ok(())
}

/// Takes the folder for lost files out of a home that was just made: it is root's, so tools of the
/// user stumble over it, and a check makes it anew where it needs it.
pub(super) fn without_lost_and_found(point: &Path) {
    if let Err(error) = fs::remove_dir(point.join("lost+found")) {
        tracing::warn!(error = &error as &dyn std::error::Error, "lost+found stays");
    }
}

/// Whether hardly anything can be written there any more.
pub(super) fn is_full(point: &Path) -> Result<bool, Errno> {
    let has = statvfs(point)?;
    let (all, free) =
        (has.blocks() * has.fragment_size(), has.blocks_available() * has.fragment_size());
    Ok(free < ROOM || free < all / 50 || has.files_available() < has.files() / 50)
}

/// Writes everything out, and takes the home away. [`Errno::EBUSY`] while something uses it.
pub(super) fn unmount(point: &Path) -> Result<(), Errno> {
    // Also where it stays busy, its files are then on the volume.
    if let Ok(folder) = File::open(point) {
        syncfs(&folder)?;
    }
    umount2(point, MntFlags::UMOUNT_NOFOLLOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
21 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a - b
30 21 254:0 /boxes/home /home/developer rw,relatime - ext4 /dev/vda rw
31 21 259:3 / /home/developer rw,nosuid,nodev,noatime shared:7 - ext4 /dev/nvme1n1 rw
40 21 7:1 / /home/de\\040v\\134 rw - ext4 /dev/loop1 rw
41 21 0:9 / /tmp rw - tmpfs tmpfs rw
";

    #[test]
    fn only_a_whole_file_system_on_top_is_a_home() {
        let at = |list: &str, point: &str| find(list, Path::new(point));
        assert_eq!(at(LISTED, "/home/developer"), Some("259:3".to_owned()));
        assert_eq!(at(LISTED, "/home/de v\\"), Some("7:1".to_owned()));
        let folder: String = LISTED.lines().take(2).map(|line| format!("{line}\n")).collect();
        assert_eq!(at(&folder, "/home/developer"), None, "a folder of a disk");
        let covered = format!("{LISTED}50 31 0:30 / /home/developer rw - tmpfs tmpfs rw\n");
        assert_eq!(at(&covered, "/home/developer"), None, "covered by something else");
        for other in ["/tmp", "/home", "/home/developer/x", "/"] {
            assert_eq!(at(LISTED, other), None, "{other}");
        }
        assert_eq!(at("", "/"), None);
        assert_eq!(at("1 2\n\n- - -\n", "/"), None);
    }
}
