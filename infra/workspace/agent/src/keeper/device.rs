//! A volume that can be mounted, and its growth.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    time::Duration,
};

use tokio::task::spawn_blocking;

use super::{
    Settings,
    find::Place,
    loops::{self, Loop},
    mounts,
    programs::run,
    superblock::{Superblock, size_of},
    verdict::{self, Fault},
};

/// How long growing may take: tables of new block groups are written.
const GROW: Duration = Duration::from_secs(600);

/// A file system may be that much smaller than its volume, bytes: mkfs and resize2fs leave out a last
/// block group that is too small for one.
const ROUNDING: u64 = 128 * 1024 * 1024;

/// Its number (capabilities(7), linux/capability.h).
const CAP_SYS_RESOURCE: u32 = 24;

const GIB: u64 = 1024 * 1024 * 1024;

/// A volume as a block device.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) path: PathBuf,
    /// What stands for it on a desk, with what keeps its device there.
    image: Option<(PathBuf, Option<Loop>)>,
}

impl Device {
    /// The device of what was found; nothing while it is still somebody else's.
    pub(super) async fn of(place: Place, settings: &Settings) -> Result<Option<Self>, Fault> {
        let image = match place {
            Place::Disk(path) => return Ok(Some(Self { path, image: None })),
            Place::Image(image) => image,
            Place::Files(_) => return Ok(None),
        };
        let cannot = "cannot have a loop device";
        let there = loops::of_image(&settings.sys_block, &image).map_err(Fault::system(cannot))?;
        let (path, held) = match there.as_slice() {
            [] => {
                let made = Loop::of(&image, &settings.dev).await.map_err(Fault::system(cannot))?;
                (made.path.clone(), Some(made))
            }
            [(name, false)] => {
                let taken = Loop::take_over(name, &settings.dev).await;
                let taken = taken.map_err(Fault::system(cannot))?;
                (taken.path.clone(), Some(taken))
            }
            // Of a mount: ours from before this keeper, or another box has not let go of it.
            [(name, true)] => (settings.dev.join(name), None),
            // Keepers were killed at more than one, and nobody has those.
            all => {
                for (name, _) in all.iter().filter(|(_, clears)| !clears) {
                    let freed = Loop::free(name, &settings.dev).await;
                    freed.map_err(Fault::system(cannot))?;
                }
                return Ok(None);
            }
        };
        let this = Self { path, image: Some((image, held)) };
        Ok((this.is_ours() || this.is_mounted_at(settings)).then_some(this))
    }

    /// Whether nobody else can have it mounted.
    fn is_ours(&self) -> bool {
        self.image.as_ref().is_none_or(|(_, held)| held.is_some())
    }

    /// Whether it is what is mounted where the home belongs.
    pub(super) fn is_mounted_at(&self, settings: &Settings) -> bool {
        let mounted = mounts::home_at(&settings.home).ok().flatten();
        mounted.is_some() && mounted == mounts::number_of(&self.path).ok()
    }

    /// Whether the file system is to grow, as its volume has. Whether that is as large as it is to be,
    /// GiB, comes with it.
    async fn room(&self, wanted: u32) -> Result<(bool, bool), Fault> {
        let cannot = "cannot tell how large the volume is";
        if let Some((image, _)) = &self.image {
            let (image, path) = (image.clone(), self.path.clone());
            let sizes = blocking(move || Ok((size_of(&image)?, size_of(&path)?)));
            let (image, device) = sizes.await.map_err(Fault::system(cannot))?;
            if image > device {
                Loop::refresh(&self.path).await.map_err(Fault::system(cannot))?;
            }
        }
        let path = self.path.clone();
        let sizes = blocking(move || {
            let has = Superblock::primary(&File::open(&path)?)?;
            Ok((has.map_or(u64::MAX, |has| has.size), size_of(&path)?))
        });
        let (has, can) = sizes.await.map_err(Fault::system(cannot))?;
        Ok((can > has.saturating_add(ROUNDING), can >= u64::from(wanted) * GIB))
    }

    /// Lets the mounted file system grow to the volume, if that is larger.
    pub(super) async fn grow(&self, wanted: u32) -> Result<(), Fault> {
        let (grows, suffices) = self.room(wanted).await?;
        if grows && may_grow_mounted() {
            self.resize().await?;
        }
        if !suffices {
            tracing::debug!(wanted, "volume is smaller than it is to be");
        }
        Ok(())
    }

    /// The same before it is mounted, for a root that may not do it later: in a container, say. It
    /// takes a check of the whole.
    pub(super) async fn grow_unmounted(&self, wanted: u32) -> Result<(), Fault> {
        if may_grow_mounted() || !self.room(wanted).await?.0 {
            return Ok(());
        }
        verdict::check_whole(&self.path).await?;
        self.resize().await
    }

    async fn resize(&self) -> Result<(), Fault> {
        let done = run("resize2fs", [&self.path], GROW).await.and_then(|ended| ended.done());
        done.map_err(Fault::system("cannot let the file system grow"))?;
        tracing::info!(device = %self.path.display(), "home grown");
        Ok(())
    }
}

/// Whether the keeper has CAP_SYS_RESOURCE, which that needs (proc_pid_status(5)).
fn may_grow_mounted() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let has = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    has.and_then(|has| u64::from_str_radix(has.trim(), 16).ok())
        .is_some_and(|has| has >> CAP_SYS_RESOURCE & 1 == 1)
}

async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(read).await.unwrap_or_else(|error| Err(error.into()))
}
