//! Doing a step: at most one call that changes something in AWS, then at most one write.

mod snapshots;

use tracing::{error, info, warn};

use super::{After, Listed, Step};
use crate::{
    clock::{Clock, Ms},
    control::ControlPlane,
    error::Error,
    fleet::{Boxes, Fleet, HomeAnswer, HomeOrder, Refusal},
    homes::{Home, Making, Stage, Trouble, named},
    id::VolumeId,
    metrics::{self, Reading},
    seats::{Seats, Write},
    store::Store,
    volumes::VolumeSpec,
};

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    pub(super) async fn take(
        &self,
        home: Home,
        step: Step,
        listed: &Listed,
    ) -> Result<After, Error> {
        match step {
            Step::Wait => Ok(After::Wait),
            Step::Rest(due) => self.rest(home, due).await,
            Step::Write(next) => self.write(*next).await,
            Step::Make(making) => self.make(home, making).await,
            Step::Attach(volume) => self.attach(home, volume, listed).await,
            Step::Order(volume) => self.order(home, &volume, listed).await,
            Step::Detach { volume, from } => {
                self.detach_all(vec![(from, volume)]).await?;
                Ok(After::Wait)
            }
            Step::Take(volume) => self.snapshot(home, volume).await,
            Step::Taken(taken) => self.taken(home, taken).await,
            Step::Keep(taken) => self.keep(home, taken).await,
            Step::Sweep(volume) => self.sweep(home, &volume).await,
            Step::Purge => self.purge(home).await,
            Step::Refuse => self.refuse(home).await,
            Step::Fail(trouble) => self.fail(home, trouble).await,
        }
    }

    async fn rest(&self, mut home: Home, due: Option<Ms>) -> Result<After, Error> {
        if home.due != due {
            home.due = due;
            // Refused: whoever moved it said when it is due.
            self.seats.save_home(&home).await?;
        }
        Ok(After::Done)
    }

    /// Refused: somebody else is at it, who goes on from there; what they wrote is looked at anew.
    async fn write(&self, home: Home) -> Result<After, Error> {
        Ok(self.write_now(home).await?.map_or(After::Wait, |_| After::Again))
    }

    async fn make(&self, mut home: Home, making: Making) -> Result<After, Error> {
        let spec = VolumeSpec {
            token: token(&self.policy.homes.fleet, &home, making.n),
            user: home.user.clone(),
            size: making.size,
            zone: making.zone.clone(),
            from: making.from.as_ref().map(|taken| taken.snapshot.clone()),
        };
        let volume = match self.fleet.create_volume(&spec).await? {
            Ok(volume) => volume,
            Err(Refusal::Unlisted) => return self.fail(home, Trouble::Gone).await,
            // The token stands for another volume: a setting (the key, the fleet's name) has changed
            // since it was used first.
            Err(Refusal::Never) => {
                home.made += 1;
                home.making = Some(Making { n: home.made, ..making });
                return self.write(home).await;
            }
            Err(refusal) => {
                warn!(user = %home.user, ?refusal, "no volume made");
                return Ok(After::Done);
            }
        };
        info!(user = %home.user, volume_id = %volume, size = making.size, "volume made");
        home.volume = Some(volume);
        home.zone = Some(making.zone);
        home.used = making.from.is_some();
        home.making = None;
        home.trouble = None;
        self.write(home).await
    }

    async fn attach(&self, home: Home, volume: VolumeId, listed: &Listed) -> Result<After, Error> {
        let Some(instance) = home.wanted().cloned() else { return Ok(After::Done) };
        if let Some(refusal) = self.fleet.attach(&volume, &instance).await? {
            warn!(instance_id = %instance, volume_id = %volume, ?refusal, "not attached");
            return Ok(After::Wait);
        }
        info!(user = %home.user, instance_id = %instance, volume_id = %volume, "attached");
        self.order(home, &volume, listed).await
    }

    /// Grows a volume that is smaller than homes are to be; its size then. If EBS does not, it is as
    /// good as it was, and the next session tries again.
    async fn grow(&self, volume: &VolumeId, size: u32) -> Result<u32, Error> {
        let larger = self.policy.homes.size;
        if size >= larger {
            return Ok(size);
        }
        Ok(match self.fleet.grow(volume, larger).await? {
            None => larger,
            Some(refusal) => {
                warn!(volume_id = %volume, ?refusal, "volume not grown");
                size
            }
        })
    }

    /// Has the agent open the home, and notes what it says.
    async fn order(
        &self,
        mut home: Home,
        volume: &VolumeId,
        listed: &Listed,
    ) -> Result<After, Error> {
        let Some(machine) = home.wanted().and_then(|id| listed.machines.get(id)) else {
            return Ok(After::Wait);
        };
        let now = self.clock.now();
        let size = listed.volumes.get(volume).map_or(home.size, |volume| volume.size);
        let order = HomeOrder {
            user: home.user.clone(),
            instance: machine.instance.clone(),
            epoch: home.epoch,
            volume: volume.clone(),
            size: self.grow(volume, size).await?,
            new: !home.used,
            files_of: home.files_of,
        };
        match self.boxes.open_home(&order, &machine.addresses).await {
            HomeAnswer::At(Stage::Mounted, _) => {
                info!(user = %home.user, instance_id = %machine.instance, "home is open");
                // A seat's epoch is when it was given, unless its user had one a moment before.
                let (first, took) = (home.mounted != home.epoch, now.since(Ms(home.epoch.0)));
                home.size = order.size;
                home.mounted = home.epoch;
                home.attached_at = now;
                home.used = true;
                home.trouble = None;
                let after = self.write(home).await?;
                if first && after == After::Again {
                    metrics::emit(&[Reading::HomeTime(took)]);
                }
                Ok(after)
            }
            HomeAnswer::At(Stage::Failed, trouble) => {
                self.fail(home, trouble.unwrap_or(Trouble::System)).await
            }
            // The box looks for it by itself; whether it found it, the next pass asks.
            HomeAnswer::At(..) => Ok(After::Done),
            answer @ (HomeAnswer::Refused | HomeAnswer::Unreachable) => {
                warn!(user = %home.user, instance_id = %machine.instance, ?answer, "home not ordered");
                Ok(After::Wait)
            }
        }
    }

    async fn sweep(&self, mut home: Home, volume: &VolumeId) -> Result<After, Error> {
        if let Some(refusal) = self.fleet.delete_volume(volume).await? {
            warn!(user = %home.user, volume_id = %volume, ?refusal, "volume not deleted");
            return Ok(After::Done);
        }
        info!(user = %home.user, volume_id = %volume, "volume deleted: its files are in a snapshot");
        home.old.retain(|old| old != volume);
        self.write(home).await
    }

    async fn refuse(&self, mut home: Home) -> Result<After, Error> {
        error!(user = %home.user, wish = ?home.wish, "no such snapshot of this home: nothing done");
        home.wish = None;
        self.write(home).await
    }

    async fn fail(&self, mut home: Home, trouble: Trouble) -> Result<After, Error> {
        error!(user = %home.user, volume_id = ?home.volume, trouble = trouble.word(),
            "home does not open: see docs/HOMES.md");
        if home.trouble != Some(trouble) {
            home.trouble = Some(trouble);
            self.seats.save_home(&home).await?;
        }
        Ok(After::Done)
    }

    /// Writes a record and gives back what it is now; nothing if it had moved.
    async fn write_now(&self, mut home: Home) -> Result<Option<Home>, Error> {
        match self.seats.save_home(&home).await? {
            Write::Done => {
                home.rev += 1;
                Ok(Some(home))
            }
            Write::Refused => Ok(None),
        }
    }
}

/// What CreateVolume is told, so that all calls for this volume make one: the same for the same
/// fleet, user and number (EC2 API reference, "Ensuring idempotency").
fn token(fleet: &str, home: &Home, n: u32) -> String {
    format!("hotdesk-{}", named(&format!("{fleet}/{}/{n}", home.user)))
}
