//! Stacks, and worlds whose functions are listened to.

use std::{fs, future::Future, time::Duration};

use hotdesk::{
    control::Policy,
    id::InstanceId,
    names::Which,
    seats::{Seats, UserItem, UserState},
    store::{BoxPhase, REST, Store},
};
use hotdesk_sim::{InstanceState, Settings};
use hotdesk_stack::{moto::Moto, tools};
use hotdesk_tests::{
    iam::Recorder,
    seats::{Change, Item},
    template::Template,
    world::{Beginning, GROUP, Recording, World, people::Sent, policy, zone},
};
use serde_json::Value;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The customer key of a stack that has all that gives rights.
pub(crate) const KEY: &str =
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// What an operator chooses who wants all that gives rights to functions.
pub(crate) const ALL: [(&str, &str); 4] = [
    ("KmsKeyArn", KEY),
    ("Tracing", "true"),
    ("WorkspaceDomain", zone::DOMAIN),
    ("WorkspaceZoneId", zone::ZONE),
];

/// A stack in a moto of its own.
pub(crate) struct Stage {
    pub(crate) moto: Moto,
    pub(crate) template: Template,
    pub(crate) recorder: Recorder,
}

impl Stage {
    pub(crate) async fn set(parameters: &[(&str, &str)]) -> Self {
        let moto = Moto::with_stacks().await.expect("moto");
        let template = Template::make(&moto, parameters).await;
        Self { moto, template, recorder: Recorder::new(GROUP) }
    }

    fn recording(&self) -> Recording {
        Recording {
            recorder: self.recorder.clone(),
            dynamodb: self.moto.endpoint().to_owned(),
            tables: self.template.tables(),
        }
    }
}

/// What a tour's operator decides: boxes have names.
pub(crate) fn named() -> Policy {
    Policy { names: Some(Which::Public), ..policy() }
}

/// A world of which all is noted. Several share the tables: no user and no box is in two of them.
pub(crate) struct Tour {
    pub(crate) world: World,
    n: u8,
}

impl Tour {
    pub(crate) async fn begin(stage: &Stage, n: u8, policy: Policy) -> Self {
        let settings = Settings { seed: u64::from(n), ..Settings::default() };
        let recording = Some(stage.recording());
        let beginning = Beginning { policy, settings, recording, ..Beginning::default() };
        Self { world: World::begin(beginning).await, n }
    }

    /// A user of this tour's own.
    pub(crate) fn user(&self, name: &str) -> String {
        format!("{name}.{}", self.n)
    }

    pub(crate) async fn seated(&self, name: &str) -> Sent {
        self.world.seated(&self.user(name)).await
    }

    /// Gives the box back. Passes begin its stop, and the event that it has stopped ends it.
    pub(crate) async fn leave(&self, sent: &Sent) {
        assert_eq!(self.world.door.leave(sent).await.unwrap(), 202);
        let id = &sent.instance;
        for _ in 0..5 {
            self.world.lambdas.pass().await;
            if !self.runs(id) {
                break;
            }
            tokio::time::sleep(MINUTE / 3).await;
        }
        self.soon("given back", async || {
            matches!(self.phase(id).await, BoxPhase::Standby | BoxPhase::Gone)
        })
        .await;
    }

    /// A box in standby that may be woken.
    pub(crate) async fn rested(&self, name: &str) -> InstanceId {
        let sent = self.seated(name).await;
        self.leave(&sent).await;
        tokio::time::sleep(REST + MINUTE).await;
        sent.instance
    }

    fn runs(&self, instance: &InstanceId) -> bool {
        let instances = self.world.cloud.look(|sim| sim.instances());
        let mut found = instances.into_iter().filter(|one| one.id == instance.as_str());
        found.any(|one| one.state == InstanceState::Running)
    }

    pub(crate) async fn phase(&self, instance: &InstanceId) -> BoxPhase {
        let known = self.world.plane.store.known(std::slice::from_ref(instance)).await;
        known.unwrap().remove(0).phase
    }

    pub(crate) async fn pool(&self) -> Vec<InstanceId> {
        self.world.plane.store.view().await.map(|view| view.pool).unwrap_or_default()
    }

    /// Waits, without a pass of the reaper, until it is so.
    pub(crate) async fn soon(&self, what: &str, mut so: impl AsyncFnMut() -> bool) {
        for _ in 0..120 {
            if so().await {
                return;
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        panic!("{what}: not within ten minutes\n{}", self.world.picture().await);
    }

    /// An event of `events/`, about this box.
    pub(crate) async fn event(&self, name: &str, instance: &InstanceId) {
        let text = fs::read_to_string(tools::root().join(format!("events/{name}.json"))).unwrap();
        let event: Value = serde_json::from_str(&text).unwrap();
        let about = event["detail"]["instance-id"].as_str().unwrap().to_owned();
        let text = text.replace(&about, instance.as_str());
        self.world.lambdas.event(serde_json::from_str(&text).unwrap()).await;
    }

    /// A box that is dead, of which the store knows.
    pub(crate) async fn dead(&self) -> InstanceId {
        let spare = self.pool().await.remove(0);
        self.world.lose(&spare);
        self.soon("dead", async || self.phase(&spare).await == BoxPhase::Gone).await;
        spare
    }

    /// The record of the stream that the seat of this user was opened, once more.
    pub(crate) async fn opened(&self, name: &str) {
        let user = self.user(name).parse().unwrap();
        let item = self.world.plane.seats.table.user(&user).await.unwrap().unwrap();
        let item = Item::User(UserItem { state: UserState::Open, ..item });
        let key = format!("user#{user}");
        let change = Change { number: 1, key, old: None, new: Some(item), by_age: false };
        self.world.lambdas.deliver(&[change]).await;
    }

    /// Nothing that must never happen did, and DynamoDB answered as the model does.
    pub(crate) fn end(self) {
        let violations = self.world.violations.lock().unwrap();
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

/// Runs something in simulated time.
pub(crate) fn simulated(run: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(run);
}
