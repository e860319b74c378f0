//! The agent of a box, and the home that it opens.

use hotdesk::{
    clock::Ms,
    fleet::HomeAnswer,
    homes::Stage,
    id::{InstanceId, UserId, VolumeId},
};
use std::time::Duration;

use crate::world::disks::Disks;

/// From the device to the open home.
const MOUNT: Duration = Duration::from_secs(1);

/// While the box is up.
pub(super) struct Agent {
    pub(super) instance: InstanceId,
    /// Which boot it is, counted over all boxes.
    pub(super) boot: u64,
    pub(super) ready_at: Ms,
    pub(super) heartbeat: Option<Ms>,
    /// Since when it lets nobody in.
    pub(super) drained: Option<Ms>,
    /// The home that it was ordered to open.
    pub(super) home: Option<Home>,
}

/// That its agent was ordered to open.
pub(super) struct Home {
    pub(super) user: UserId,
    pub(super) volume: VolumeId,
    pub(super) new: bool,
    /// When it saw the device.
    pub(super) seen: Option<Ms>,
    pub(super) open: bool,
    /// It was open: there is something to let go of.
    pub(super) mounted: bool,
}

impl Home {
    /// What the agent does by itself.
    pub(super) fn go_on(&mut self, instance: &InstanceId, disks: &Disks, now: Ms) -> HomeAnswer {
        if self.open {
            return HomeAnswer::At(Stage::Mounted, None);
        }
        if !disks.is_attached(&self.volume, instance) {
            return HomeAnswer::At(Stage::Attaching, None);
        }
        if now.since(*self.seen.get_or_insert(now)) < MOUNT {
            return HomeAnswer::At(Stage::Mounting, None);
        }
        match disks.mount(&self.volume, &self.user, self.new) {
            Ok(()) => {
                (self.open, self.mounted) = (true, true);
                HomeAnswer::At(Stage::Mounted, None)
            }
            Err(trouble) => HomeAnswer::At(Stage::Failed, Some(trouble)),
        }
    }
}
