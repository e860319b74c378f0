//! Whether a home can be mounted, found out without a write to it: the kernel writes down what it
//! finds wrong, and a volume that does not open is to be left as it is.

use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::Path, time::Duration};

use tokio::task::spawn_blocking;

use super::{mounts, programs::run, verdict::Fault};

const LIMIT: Duration = Duration::from_secs(10);

/// Mounts it there, with a device that takes no writes, and takes it away again.
pub(super) async fn mount(device: &Path, point: &Path) -> Result<(), Fault> {
    let cannot = "cannot make a folder to mount at";
    DirBuilder::new().recursive(true).mode(0o700).create(point).map_err(Fault::system(cannot))?;
    takes_writes(device, false).await?;
    let (of, at) = (device.to_owned(), point.to_owned());
    let mounted = spawn_blocking(move || mounts::mount_to_look(&of, &at)).await;
    end(device, point).await?;
    mounted.map_err(Fault::system("cannot mount"))?.map_err(Fault::of_mount)
}

/// Ends it, also one that a keeper began which was killed at it.
pub(super) async fn end(device: &Path, point: &Path) -> Result<(), Fault> {
    let at = point.to_owned();
    let done = spawn_blocking(move || mounts::look_no_more(&at)).await;
    let done = done.map_err(Fault::system("cannot unmount"))?;
    done.map_err(Fault::system("cannot unmount"))?;
    takes_writes(device, true).await
}

async fn takes_writes(device: &Path, writes: bool) -> Result<(), Fault> {
    let how = if writes { "--setrw" } else { "--setro" };
    let set = run("blockdev", [how.as_ref(), device.as_os_str()], LIMIT).await;
    let set = set.and_then(|ended| ended.done());
    set.map_err(Fault::system("cannot set whether the disk takes writes")).map(drop)
}
