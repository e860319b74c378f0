//! Snapshots: begun, found complete, thinned out, kept, purged.

use tracing::{error, info, warn};

use crate::{
    clock::{Clock, Ms},
    control::{
        ControlPlane,
        homes::{After, DAILY, retention},
    },
    error::Error,
    fleet::{Boxes, Fleet},
    homes::{Home, Taken, Wish},
    id::{SnapshotId, VolumeId},
    seats::Seats,
    store::Store,
    volumes::SnapshotSpec,
};

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    pub(super) async fn snapshot(&self, mut home: Home, volume: VolumeId) -> Result<After, Error> {
        let Some(mut taking) = home.taking.take() else { return Ok(After::Done) };
        let spec =
            SnapshotSpec { volume, user: home.user.clone(), taken: taking.at, kept: taking.kept };
        match self.fleet.take_snapshot(&spec).await? {
            Ok(snapshot) => {
                info!(user = %home.user, snapshot_id = %snapshot, "snapshot begun");
                taking.snapshot = Some(snapshot);
                home.taking = Some(taking);
                self.write(home).await
            }
            Err(refusal) => {
                warn!(user = %home.user, ?refusal, "no snapshot begun");
                Ok(After::Done)
            }
        }
    }

    /// A snapshot is there: those go that the rule does not keep.
    pub(super) async fn taken(&self, mut home: Home, taken: Taken) -> Result<After, Error> {
        info!(user = %home.user, snapshot_id = %taken.snapshot, "snapshot taken");
        let kept = home.taking.take().is_some_and(|taking| taking.kept);
        if kept {
            home.exported = Some(taken.clone());
        }
        home.snapshot = Some(taken);
        let home = match self.write_now(home).await? {
            Some(home) => home,
            None => return Ok(After::Wait),
        };
        self.thin_out(&home).await?;
        Ok(After::Again)
    }

    /// Deletes the snapshots of a home that the rule does not keep. None that the record names.
    async fn thin_out(&self, home: &Home) -> Result<(), Error> {
        let all = self.fleet.snapshots_of(&home.user).await?;
        let ours = all.iter().filter(|snapshot| !snapshot.kept);
        let times: Vec<Ms> = ours.clone().map(|snapshot| snapshot.taken).collect();
        let kept = retention::kept(&times);
        let named = [home.snapshot.as_ref(), home.exported.as_ref()];
        let from = home.making.as_ref().and_then(|making| making.from.as_ref());
        let named = named.into_iter().flatten().chain(from).map(|taken| &taken.snapshot);
        let wished = home.wish.as_ref().and_then(|wish| match wish {
            Wish::Restore { snapshot } => Some(snapshot),
            Wish::Export | Wish::Delete | Wish::Archive => None,
        });
        let named: Vec<&SnapshotId> = named.chain(wished).collect();
        // What was taken lately is what somebody may want back who restored the wrong day.
        let lately = self.clock.now().minus(DAILY);
        let surplus = ours.filter(|s| !kept.contains(&s.taken) && s.taken < lately);
        for snapshot in surplus.filter(|s| !named.contains(&&s.snapshot)) {
            match self.fleet.delete_snapshot(&snapshot.snapshot).await? {
                None => {
                    info!(user = %home.user, snapshot_id = %snapshot.snapshot, "snapshot deleted")
                }
                Some(refusal) => {
                    warn!(snapshot_id = %snapshot.snapshot, ?refusal, "snapshot not deleted");
                }
            }
        }
        Ok(())
    }

    pub(super) async fn keep(&self, mut home: Home, taken: Taken) -> Result<After, Error> {
        if let Some(refusal) = self.fleet.keep_snapshot(&taken.snapshot).await? {
            error!(user = %home.user, snapshot_id = %taken.snapshot, ?refusal, "nothing exported");
        } else {
            home.exported = Some(taken);
        }
        home.wish = None;
        self.write(home).await
    }

    /// The home was deleted long enough ago: its snapshots go, but for those that were exported.
    pub(super) async fn purge(&self, mut home: Home) -> Result<After, Error> {
        for snapshot in self.fleet.snapshots_of(&home.user).await?.iter().filter(|s| !s.kept) {
            self.fleet.delete_snapshot(&snapshot.snapshot).await?;
        }
        info!(user = %home.user, "the snapshots of a deleted home are deleted");
        home.snapshot = None;
        home.due = None;
        self.write(home).await.map(|_| After::Done)
    }
}
