//! A cloud of one's own, whose time stands still but for [`Stage::pass`].

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_ec2::config::Credentials;
use hotdesk::{
    clock::Ms,
    fleet::{Fleet, Machine},
    id::{InstanceId, SnapshotId, UserId, VolumeId},
    volumes::{Ebs, Snapshot, SnapshotSpec, Volume, VolumeSpec},
};
use hotdesk_aws::{AwsFleet, VolumeConfig, with_our_defaults};
use hotdesk_sim::{
    GroupSpec, Settings, Sim,
    faults::{CallFault, Rule},
    http::{self, Calls},
};
use tokio::{net::TcpListener, task::JoinSet};

/// When a cloud's time begins, ms since 1970.
const BEGINNING: u64 = 1_610_496_757_000;

/// The zones of a cloud.
pub(crate) const ZONES: [&str; 2] = ["us-east-1a", "us-east-1b"];

/// The tag `Fleet`.
pub(crate) const FLEET: &str = "desks";

/// A key.
pub(crate) const KEY: &str = "alias/homes";

pub(crate) struct Stage {
    pub(crate) sim: http::Shared,
    pub(crate) fleet: AwsFleet,
    now: Arc<AtomicU64>,
    _server: JoinSet<()>,
}

impl Stage {
    /// With so many boxes that run, in one zone after the other.
    pub(crate) async fn new(boxes: u32) -> Self {
        let group = GroupSpec { desired: boxes, ..GroupSpec::named("group") };
        let zones = ZONES.map(ToOwned::to_owned).to_vec();
        let settings = Settings { zones, throttle: false, ..Settings::default() };
        let now = Arc::new(AtomicU64::new(BEGINNING));
        let clock = Arc::clone(&now);
        let sim = Sim::new(settings, group, BEGINNING);
        let sim = http::Shared::new(sim, move || clock.load(Ordering::SeqCst));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = http::router(sim.clone());
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stage = Self { sim, fleet: fleet(&endpoint).await, now, _server: server };
        stage.pass(120);
        stage
    }

    /// So many seconds.
    pub(crate) fn pass(&self, seconds: u64) {
        self.now.fetch_add(1000 * seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Ms {
        Ms(self.now.load(Ordering::SeqCst))
    }

    /// The boxes, in the order of the zones.
    pub(crate) fn boxes(&self) -> Vec<InstanceId> {
        let mut boxes = self.sim.look(Sim::instances);
        boxes.sort_by(|a, b| (&a.zone, &a.id).cmp(&(&b.zone, &b.id)));
        boxes.into_iter().map(|instance| instance.id.parse().unwrap()).collect()
    }

    pub(crate) async fn machine(&self, instance: &InstanceId) -> Machine {
        self.fleet.machines(std::slice::from_ref(instance)).await.unwrap().remove(instance).unwrap()
    }

    /// A volume of alice's in the first zone, available.
    pub(crate) async fn volume(&self, token: &str) -> VolumeId {
        let made = self.fleet.create_volume(&spec(token)).await.unwrap().unwrap();
        self.pass(5);
        made
    }

    /// How a volume is described.
    pub(crate) async fn described(&self, volume: &VolumeId) -> Option<Volume> {
        self.fleet.volumes(std::slice::from_ref(volume)).await.unwrap().remove(volume)
    }

    pub(crate) async fn snapshot(&self, snapshot: &SnapshotId) -> Option<Snapshot> {
        self.fleet.snapshots(std::slice::from_ref(snapshot)).await.unwrap().pop()
    }

    /// Stops a box and waits until it has.
    pub(crate) async fn stop(&self, instance: &InstanceId) {
        let instances = std::slice::from_ref(instance);
        assert!(self.fleet.enter_standby(instances).await.unwrap().is_empty());
        self.pass(10);
        assert!(self.fleet.stop(instances).await.unwrap().is_empty());
        self.pass(60);
    }

    /// What goes wrong with a call, so often.
    pub(crate) fn fault(&self, action: &str, fault: CallFault, times: u64) {
        self.sim.set_faults(vec![Rule::call(action, fault).at_most(times)]).unwrap();
    }

    pub(crate) fn calls(&self, action: &str) -> Calls {
        self.sim.calls().remove(action).unwrap_or_default()
    }
}

/// A fleet in front of an AWS at that address.
pub(crate) async fn fleet(endpoint: &str) -> AwsFleet {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint);
    let config = with_our_defaults(loader).load().await;
    let autoscaling = aws_sdk_autoscaling::Client::new(&config);
    let volumes = VolumeConfig { fleet: FLEET.into(), key: Some(KEY.into()) };
    AwsFleet::new(aws_sdk_ec2::Client::new(&config), autoscaling, "group", volumes)
}

pub(crate) fn alice() -> UserId {
    "alice".parse().unwrap()
}

/// A volume of alice's in the first zone.
pub(crate) fn spec(token: &str) -> VolumeSpec {
    VolumeSpec { token: token.into(), user: alice(), size: 8, zone: ZONES[0].into(), from: None }
}

pub(crate) fn snapshot_of(volume: &VolumeId, taken: Ms) -> SnapshotSpec {
    SnapshotSpec { volume: volume.clone(), user: alice(), taken, kept: false }
}

/// A volume that never was.
pub(crate) fn no_volume() -> VolumeId {
    "vol-0123456789abcdef0".parse().unwrap()
}

/// A snapshot that never was.
pub(crate) fn no_snapshot() -> SnapshotId {
    "snap-0123456789abcdef0".parse().unwrap()
}
