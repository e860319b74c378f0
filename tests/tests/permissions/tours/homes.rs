//! Everything that can become of a home, by the hand of each function that looks after homes.

use std::time::Duration;

use hotdesk::{
    control::{HomePolicy, Policy},
    homes::{Home, Homes},
    id::InstanceId,
    spares::Spares,
};
use hotdesk_sim::{Call, Volume, VolumeState};
use hotdesk_tests::world::{HOMES, people::Sent};

use crate::permissions::stage::{Stage, Tour, named};

const HOUR: Duration = Duration::from_secs(3600);

/// Who looks after the home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    /// By its pass.
    Reaper,
    /// By an event that a box is dead.
    Lifecycle,
    /// By a record that the seat was opened.
    Provision,
}

struct Homely {
    tour: Tour,
    hand: Hand,
    /// A box that is dead.
    dead: InstanceId,
}

pub(crate) async fn tour(stage: &Stage, n: u8, hand: Hand) {
    let homes = HomePolicy { keep_deleted: HOUR, ..HOMES };
    let tour = Tour::begin(stage, n, Policy { spares: Spares::Fixed(2), homes, ..named() }).await;
    tour.world.pass_until("spares", async |_| tour.pool().await.len() == 2).await;
    let dead = tour.dead().await;
    tour.world.pass_until("spares again", async |_| tour.pool().await.len() == 2).await;
    // Nobody else does what a new seat asks for.
    tour.world.lambdas.lose_records(true);
    let mut homely = Homely { tour, hand, dead };
    homely.made_saved_and_kept().await;
    homely.grown_and_exported().await;
    homely.restored().await;
    homely.deleted().await;
    homely.tour.end();
}

impl Homely {
    async fn made_saved_and_kept(&self) {
        let first = self.session().await;
        self.until("saved", async || {
            let home = self.home().await;
            home.snapshot.is_some() && home.taking.is_none()
        })
        .await;
        // A function that was paused attached it to the stopped box.
        let volume = self.home().await.volume.unwrap().to_string();
        let device = hotdesk::volumes::HOME_DEVICE.into();
        let instance = first.instance.to_string();
        self.tour.world.cloud.call(Call::AttachVolume { volume, instance, device }).unwrap();
        self.wish("export", "").await;
        self.until("exported", async || self.home().await.exported.is_some()).await;
        assert!(self.volumes()[0].attachment.is_none());
    }

    /// The export is of files that no snapshot has: a new one is kept from its birth.
    async fn grown_and_exported(&mut self) {
        self.tour.world.set_policy(|policy| policy.homes.size = 50);
        self.session().await;
        assert_eq!(self.volumes()[0].size, 50);
        let before = self.home().await.exported;
        self.wish("export", "").await;
        self.until("exported", async || self.home().await.exported != before).await;
    }

    async fn restored(&self) {
        self.session().await;
        let snapshot = self.home().await.snapshot.unwrap().snapshot;
        self.wish("restore", &format!("snapshot={snapshot}")).await;
        self.until("restored", async || {
            let home = self.home().await;
            home.wish.is_none() && home.volume.is_none() && home.old.is_empty()
        })
        .await;
        self.session().await;
    }

    async fn deleted(&self) {
        self.wish("delete", "").await;
        self.until("deleted", async || {
            let home = self.home().await;
            home.deleted_at.is_some() && home.old.is_empty()
        })
        .await;
        assert!(self.volumes().is_empty());
        tokio::time::sleep(HOUR).await;
        self.until("purged", async || self.home().await.snapshot.is_none()).await;
    }

    /// A session in which something is written.
    async fn session(&self) -> Sent {
        let sent = self.tour.seated("alice").await;
        let world = &self.tour.world;
        self.until("at home", async || world.plane.boxes.read(&sent.instance).is_some()).await;
        self.until("noted", async || self.home().await.is_open()).await;
        assert!(world.write(&sent));
        self.tour.leave(&sent).await;
        sent
    }

    async fn wish(&self, what: &str, form: &str) {
        let path = format!("/homes/{}/{what}", self.tour.user("alice"));
        assert_eq!(self.tour.world.door.operate(&path, form).await.unwrap(), 202, "{what}");
    }

    /// The hand is at it, again and again, until it is so.
    async fn until(&self, what: &str, mut so: impl AsyncFnMut() -> bool) {
        for _ in 0..60 {
            if so().await {
                return;
            }
            match self.hand {
                Hand::Reaper => drop(self.tour.world.lambdas.pass().await),
                Hand::Lifecycle => self.tour.event("lifecycle-state-terminated", &self.dead).await,
                Hand::Provision => self.tour.opened("alice").await,
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        panic!("{what}, by {:?}: not\n{}", self.hand, self.tour.world.picture().await);
    }

    async fn home(&self) -> Home {
        let users = [self.tour.user("alice").parse().unwrap()];
        self.tour.world.plane.seats.table.homes(&users).await.unwrap().remove(0)
    }

    fn volumes(&self) -> Vec<Volume> {
        let mut volumes = self.tour.world.cloud.look(|sim| sim.volumes());
        volumes.retain(|volume| volume.state != VolumeState::Deleting);
        volumes
    }
}
