//! Making the file system of a home that nobody ever had.
//!
//! mkfs writes its superblock last, so one that is cut off leaves something that is neither blank nor
//! a file system. Therefore a mark is written before it and taken away after it, where mkfs does not
//! write: a volume that bears the mark has nothing on it but what mkfs left, as nobody mounts a home
//! before its mark is gone.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::Path,
    time::Duration,
};

use hotdesk::{homes::file_system, id::UserId};
use tokio::task::spawn_blocking;

use super::{
    programs::run,
    verdict::{Fault, LABEL},
};

/// How long it may take. Most of its tables are written when it is mounted, by the kernel.
const LIMIT: Duration = Duration::from_secs(120);

/// How far before the end of the volume the mark is: not in the last 64 KiB, which mkfs clears.
const BEFORE_END: u64 = 4 * 1024 * 1024;

/// Bytes of a mark.
const LENGTH: usize = 4096;

fn mark(user: &UserId) -> Vec<u8> {
    let mut mark = format!("hotdesk makes the file system {}\n", file_system(user)).into_bytes();
    mark.resize(LENGTH, 0);
    mark
}

/// Where the mark is; nowhere on volumes smaller than any of EBS.
fn place(mut device: &File) -> io::Result<Option<u64>> {
    let size = device.seek(SeekFrom::End(0))?;
    Ok(size
        .checked_sub(BEFORE_END)
        .filter(|at| *at >= BEFORE_END)
        .map(|at| at & !(LENGTH as u64 - 1)))
}

/// Whether making that user's file system was begun there, and not ended.
pub(super) fn is_unfinished(device: &File, user: &UserId) -> io::Result<bool> {
    let Some(at) = place(device)? else { return Ok(false) };
    let mut found = vec![0; LENGTH];
    device.read_exact_at(&mut found, at)?;
    Ok(found == mark(user))
}

fn put(device: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(device)?;
    if let Some(at) = place(&file)? {
        file.write_all_at(bytes, at)?;
    }
    file.sync_all()
}

/// Takes the mark away, if mkfs has not written over it.
fn finish(device: &Path, user: &UserId) -> io::Result<()> {
    if is_unfinished(&File::open(device)?, user)? {
        put(device, &[0; LENGTH])?;
    }
    Ok(())
}

/// Makes the file system.
pub(super) async fn make(device: &Path, user: &UserId) -> Result<(), Fault> {
    let (path, bytes) = (device.to_owned(), mark(user));
    blocking(move || put(&path, &bytes)).await?;
    let uuid = file_system(user).to_string();
    // Without discarding, which would take the mark away; EBS has nothing to discard.
    let options = "nodiscard,lazy_itable_init=1,lazy_journal_init=1";
    let words = ["-q", "-L", LABEL, "-U", &uuid, "-b", "4096", "-m", "1", "-E", options];
    let words = words.into_iter().map(AsRef::as_ref).chain([device.as_os_str()]);
    let made = run("mkfs.ext4", words, LIMIT).await.and_then(|ended| ended.done());
    made.map_err(Fault::system("cannot make the file system"))?;
    let (path, user) = (device.to_owned(), user.clone());
    blocking(move || finish(&path, &user)).await
}

async fn blocking(write: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), Fault> {
    let done = spawn_blocking(write).await.map_err(Fault::system("cannot write to the volume"))?;
    done.map_err(Fault::system("cannot write to the volume"))
}
