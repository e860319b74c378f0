//! The way from an order to a home that is open.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hotdesk::homes::{Stage, Trouble};
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::{
    Keeper, Order,
    device::Device,
    editor, find,
    find::Place,
    making, mounts, trial,
    verdict::{self, Fault, Found},
};

/// The pause between two looks for the volume.
const PAUSE: Duration = Duration::from_millis(100);

/// How often what the box could not do is tried again before it is said, as whoever hears it looks for
/// somebody: what a keeper left that was killed may still be going away.
const AT_ONCE: u32 = 5;

/// Why an opening ends before its end.
enum Halt {
    Leaving,
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What came of a volume that was looked for.
enum Volume {
    Device(Device),
    Files(PathBuf),
}

impl Keeper {
    /// Opens the ordered home, as often as it takes, and lets it grow until it is let go of.
    pub(super) async fn open(self: Arc<Self>) {
        let mut at_once = AT_ONCE;
        while let Some(order) = self.ordered() {
            match self.try_to_open(&order).await {
                Ok(()) => break,
                Err(Halt::Leaving) => return,
                Err(Halt::Fault(fault)) if fault.may_pass() && at_once > 0 => {
                    at_once -= 1;
                    does_not_yet(&order, &fault);
                    if self.leaves_within(PAUSE).await {
                        return;
                    }
                }
                Err(Halt::Fault(fault)) => {
                    self.failed(&order, &fault);
                    if !fault.may_pass() || self.leaves_within(self.settings.again_after).await {
                        return;
                    }
                }
            }
        }
        // After the editor was started: its user does not wait for more room.
        loop {
            self.grow().await;
            if self.leaves_within(self.settings.again_after).await {
                return;
            }
        }
    }

    fn failed(&self, order: &Order, fault: &Fault) {
        let (error, again) = (fault as &dyn std::error::Error, fault.may_pass());
        tracing::error!(error, volume = %order.volume, again, "home does not open");
        self.has_trouble(fault.trouble());
    }

    /// One try. It is not cut off in the middle of a step: a file system that is half made would be
    /// of no use to anybody.
    async fn try_to_open(&self, order: &Order) -> Result<(), Halt> {
        let mut work = self.work.lock().await;
        let home = &self.settings.home;
        let mounted = mounts::home_at(home).map_err(Fault::system("cannot list the mounts"))?;
        // A keeper before this one has opened it: its user may be at work.
        let is_there = mounted.is_some() || home.is_symlink();
        let stopped = async {
            if is_there {
                return Ok(());
            }
            let stopped = editor::stop(&self.settings.editor_control).await;
            stopped.map_err(Fault::system("cannot stop the editor"))
        };
        // The editor ends while the volume is still on its way.
        let (volume, stopped) = tokio::join!(self.attached(order), stopped);
        let volume = volume?;
        stopped?;
        match volume {
            Volume::Files(files) => {
                self.goes_on(Stage::Mounting)?;
                link(home, &files).map_err(Fault::system("cannot link the home"))?;
            }
            Volume::Device(device) => {
                if mounted.is_none() {
                    self.mount(order, &device).await?;
                } else if !device.is_mounted_at(&self.settings) {
                    return Err(Fault::system("cannot mount")("another home is there").into());
                }
                self.own().await?;
                *work = Some(device);
            }
        }
        self.has_mounted();
        let started = editor::start(&self.settings.editor_control).await;
        started.map_err(Fault::system("cannot start the editor"))?;
        self.is_at(Stage::Mounted);
        tracing::info!(user = %order.user, volume = %order.volume, "home is open");
        Ok(())
    }

    /// Waits for the volume: also beyond the time after which it is missing.
    async fn attached(&self, order: &Order) -> Result<Volume, Halt> {
        let late = Instant::now() + self.settings.missing_after;
        let mut missing = false;
        loop {
            let place = match &self.settings.volumes {
                Some(folder) => find::in_folder(folder, &order.volume),
                None => find::disk(&self.settings.sys_block, &self.settings.dev, &order.volume)
                    .map_err(Fault::system("cannot list the disks"))?,
            };
            match place {
                Some(Place::Files(files)) => return Ok(Volume::Files(files)),
                Some(place) => {
                    if let Some(device) = Device::of(place, &self.settings).await? {
                        if missing {
                            self.is_at(Stage::Checking);
                        }
                        return Ok(Volume::Device(device));
                    }
                }
                None => {}
            }
            if Instant::now() >= late && !self.is_in_trouble() {
                tracing::error!(volume = %order.volume, "volume is missing");
                self.has_trouble(Trouble::Missing);
                missing = true;
            }
            if self.leaves_within(PAUSE).await {
                return Err(Halt::Leaving);
            }
        }
    }

    async fn mount(&self, order: &Order, device: &Device) -> Result<(), Halt> {
        self.goes_on(Stage::Checking)?;
        trial::end(&device.path, &self.trial()).await?;
        let found = verdict::look(&device.path, order).await?;
        let is_new = found == Found::Nothing;
        match found {
            Found::Nothing => making::make(&device.path, &order.user).await?,
            Found::Home { needs_recovery } => {
                verdict::check(&device.path, needs_recovery).await?;
                noted(order, device.grow_unmounted(order.size).await);
                trial::mount(&device.path, &self.trial()).await?;
            }
        }
        self.goes_on(Stage::Mounting)?;
        // Nothing of the user of an editor that was stopped may write below the mount.
        let killed = editor::kill_all_of(self.settings.owner).await;
        killed.map_err(Fault::system("cannot end what runs"))?;
        let (path, home) = (device.path.clone(), self.settings.home.clone());
        let mounted = spawn_blocking(move || {
            mounts::mount_home(&path, &home).map_err(Fault::of_mount)?;
            if is_new {
                mounts::without_lost_and_found(&home);
            }
            Ok::<_, Fault>(())
        });
        mounted.await.map_err(Fault::system("cannot mount"))??;
        Ok(())
    }

    /// Where homes are mounted to look at them.
    fn trial(&self) -> PathBuf {
        self.runtime.path("trial")
    }

    async fn own(&self) -> Result<(), Fault> {
        let (home, owner) = (self.settings.home.clone(), self.settings.owner);
        let cannot = "cannot give the home to its user";
        let owned = spawn_blocking(move || mounts::own(&home, owner)).await;
        owned.map_err(Fault::system(cannot))?.map_err(Fault::system(cannot))
    }

    /// Notes the next stage, unless the home is to be let go of. What has failed before keeps that
    /// word until it is open.
    fn goes_on(&self, stage: Stage) -> Result<(), Halt> {
        if *self.leaving.borrow() {
            return Err(Halt::Leaving);
        }
        if !self.is_in_trouble() {
            self.is_at(stage);
        }
        Ok(())
    }

    /// Waits so long; whether the home is to be let go of.
    async fn leaves_within(&self, time: Duration) -> bool {
        let mut leaving = self.leaving.subscribe();
        tokio::select! {
            () = sleep(time) => false,
            _ = leaving.wait_for(|leaving| *leaving) => true,
        }
    }

    async fn grow(&self) {
        let work = self.work.lock().await;
        let (Some(device), Some(order)) = (work.as_ref(), self.ordered()) else { return };
        noted(&order, device.grow(order.size).await);
    }
}

fn does_not_yet(order: &Order, fault: &Fault) {
    let error: &dyn std::error::Error = fault;
    tracing::warn!(error, volume = %order.volume, "home does not open yet");
}

/// A home that does not grow can be used all the same.
fn noted(order: &Order, grown: Result<(), Fault>) {
    if let Err(error) = grown {
        let error: &dyn std::error::Error = &error;
        tracing::error!(error, volume = %order.volume, "home does not grow");
    }
}

/// Puts a link to the files in the place of the home: what was there before goes.
fn link(home: &Path, files: &Path) -> io::Result<()> {
    match fs::read_link(home) {
        Ok(to) if to == files => return Ok(()),
        Ok(_) => fs::remove_file(home)?,
        Err(_) => match fs::remove_dir_all(home) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        },
    }
    symlink(files, home)
}
