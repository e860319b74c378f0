//! A whole hotdesk in one process and in simulated time: the functions' own code, the real scripts
//! in a real Redis, the real SDK, the simulator, the table in memory; EventBridge, the stream and
//! the schedule around them; people who open workspaces and type.
//!
//! A world lives in a tokio runtime whose clock is paused: when nobody has anything to do, it jumps
//! to what is due next. So a test takes no longer than its work, and runs alike each time but for what
//! is left to chance: which spare Redis takes, and the pauses of retries.

pub mod aws;
mod beginning;
pub mod boxes;
pub mod check;
pub mod clock;
pub mod disks;
mod events;
mod files;
pub mod gate;
mod lambda;
pub mod people;
mod real;
pub mod seats;
pub mod store;
pub mod zone;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_ec2::config::retry::RetryPartition;
use boxes::WorldBoxes;
use clock::WorldClock;
use gate::Gate;
use hotdesk::{
    clock::Clock,
    control::{ControlPlane, Policy},
    id::{InstanceId, UserId},
};
use hotdesk_aws::{AwsFleet, VolumeConfig};
use hotdesk_sim::{
    Call, Sim,
    http::{self, Shared},
};
use hotdesk_stack::redis::Redis;
use lambda::Lambdas;
use people::Door;
use seats::WorldSeats;
use store::WorldStore;
use tokio::{sync::mpsc, task::JoinSet};
use zone::{DOMAIN, ZONE, Zone};

pub use beginning::{Beginning, HOMES, Recording, group, policy};
pub use events::Deliveries;

/// A Redis that several worlds use one after the other.
pub type Server = Arc<tokio::sync::Mutex<Redis>>;

/// A Redis for worlds.
///
/// # Panics
/// If it does not start.
#[must_use]
pub fn server() -> Server {
    Arc::new(tokio::sync::Mutex::new(store::start_redis()))
}

/// The control plane of a world.
pub type WorldPlane = ControlPlane<WorldStore, WorldSeats, AwsFleet, WorldBoxes, WorldClock>;

/// The name of the group.
pub const GROUP: &str = "hotdesk";

/// What a call to AWS takes.
const LATENCY: Duration = Duration::from_millis(20);

/// How many worlds there were in this process.
static WORLDS: AtomicUsize = AtomicUsize::new(0);

/// See the module.
pub struct World {
    /// EC2 and Auto Scaling.
    pub cloud: Shared,
    /// The names of boxes, if they have any.
    pub zone: Zone,
    /// The functions' ports and policy.
    pub plane: WorldPlane,
    /// The pages and the heartbeats.
    pub door: Door,
    /// Every call passes here.
    pub gate: Gate,
    /// What becomes of events on their way.
    pub deliveries: Deliveries,
    /// The functions that nobody calls by HTTP.
    pub lambdas: Lambdas,
    /// What must never happen, and did.
    pub violations: Arc<Mutex<Vec<String>>>,
    forgiven: Arc<Mutex<BTreeSet<InstanceId>>>,
    /// What everybody has written into their homes.
    notes: Mutex<BTreeMap<UserId, Vec<String>>>,
    /// How many notes were written, each of which is its number.
    written: AtomicUsize,
    redis_url: String,
    /// The server behind the store.
    server: Server,
    _tasks: JoinSet<()>,
}

impl World {
    /// A world on a Redis of its own, in which nothing moves by itself but the cloud and its events
    /// and the table's stream; passes are called by the test, or by [`World::run`].
    ///
    /// # Panics
    /// If Redis does not start, or outside of a runtime whose clock is paused.
    pub async fn begin(beginning: Beginning) -> Self {
        Self::on(&server(), beginning).await
    }

    /// A world on this Redis, which is emptied.
    ///
    /// # Panics
    /// As [`World::begin`].
    pub async fn on(server: &Server, beginning: Beginning) -> Self {
        let redis_url = server.lock().await.url().to_owned();
        let Beginning { policy, settings, group, recording } = beginning;
        let clock = WorldClock::new();
        let gate = Gate::default();
        gate.set_latency(LATENCY);
        let tags = group.tags.clone();
        let sim = Sim::new(settings, group, clock.now().0);
        let time = clock.clone();
        let cloud = Shared::new(sim, move || time.now().0);
        let zone = Zone::new(&clock, policy.names);
        let config = aws::sdk_config(&cloud, &zone, &clock, &gate).await;
        // What the SDK learns about its retries is the process's otherwise, and so other worlds'.
        let world = WORLDS.fetch_add(1, Ordering::Relaxed);
        let partition = RetryPartition::new(format!("world {world}"));
        let of_names = RetryPartition::new(format!("names of world {world}"));
        let mut ec2 =
            aws_sdk_ec2::config::Builder::from(&config).retry_partition(partition.clone());
        let mut autoscaling =
            aws_sdk_autoscaling::config::Builder::from(&config).retry_partition(partition);
        let mut route53 = aws_sdk_route53::config::Builder::from(&config).retry_partition(of_names);
        if let Some(Recording { recorder, .. }) = &recording {
            // The group itself has the tags that its instances have from birth.
            let recorder = recorder.before(&cloud, tags);
            ec2 = ec2.interceptor(recorder.clone());
            autoscaling = autoscaling.interceptor(recorder.clone());
            route53 = route53.interceptor(recorder);
        }
        let route53 = aws_sdk_route53::Client::from_conf(route53.build());
        let violations = Arc::<Mutex<Vec<String>>>::default();
        let plane = ControlPlane {
            store: WorldStore::new(&redis_url, &gate),
            seats: WorldSeats::new(&gate, recording.as_ref(), &violations),
            fleet: AwsFleet::new(
                aws_sdk_ec2::Client::from_conf(ec2.build()),
                aws_sdk_autoscaling::Client::from_conf(autoscaling.build()),
                GROUP,
                VolumeConfig { fleet: GROUP.into(), key: None },
            )
            .with_zone(Some(hotdesk_aws::Zone::new(route53, ZONE, DOMAIN))),
            boxes: WorldBoxes::new(&clock),
            clock: clock.clone(),
            policy,
        };
        let (names, machines) = (zone.clone(), cloud.clone());
        let misled = Arc::clone(&violations);
        let door = Door::new(&plane, move |host| {
            misled.lock().expect("not poisoned").extend(names.misleads(host, &machines));
        });
        let deliveries = Deliveries::default();
        let lambdas = Lambdas::new(&plane);
        let forgiven = Arc::<Mutex<BTreeSet<InstanceId>>>::default();
        let mut tasks = JoinSet::new();
        let (sender, effects) = mpsc::channel(1024);
        tasks.spawn(http::drive(cloud.clone(), sender));
        let follower = events::Follower {
            plane: plane.clone(),
            lambdas: lambdas.clone(),
            deliveries: deliveries.clone(),
            violations: Arc::clone(&violations),
            forgiven: Arc::clone(&forgiven),
        };
        tasks.spawn(follower.follow(effects));
        tasks.spawn(lambdas.clone().stream());
        let world = Self {
            cloud,
            zone,
            plane,
            door,
            gate,
            deliveries,
            lambdas,
            violations,
            forgiven,
            notes: Mutex::default(),
            written: AtomicUsize::default(),
            redis_url,
            server: Arc::clone(server),
            _tasks: tasks,
        };
        world.flush();
        world
    }

    /// A connection to Redis, to look and to meddle behind the store's back. It blocks the world.
    ///
    /// # Panics
    /// If Redis is gone.
    #[must_use]
    pub fn redis(&self) -> redis::Connection {
        let client = redis::Client::open(self.redis_url.as_str()).expect("a URL");
        client.get_connection().expect("redis answers")
    }

    /// Empties Redis.
    ///
    /// # Panics
    /// If Redis is gone.
    pub fn flush(&self) {
        redis::cmd("FLUSHALL").exec(&mut self.redis()).expect("redis answers");
    }

    /// The operator decides otherwise; from now on, the functions run so.
    pub fn set_policy(&mut self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.plane.policy);
        self.zone.expect(self.plane.policy.names);
        self.lambdas.deploy(&self.plane);
    }

    /// A box dies, without hotdesk's doing.
    ///
    /// # Panics
    /// If EC2 does not know it.
    pub fn lose(&self, instance: &InstanceId) {
        self.forgive(instance);
        let call = Call::TerminateInstances { ids: vec![instance.to_string()] };
        self.cloud.call(call).expect("terminated");
    }

    /// What becomes of this box is not hotdesk's doing.
    ///
    /// # Panics
    /// If the world has panicked.
    pub fn forgive(&self, instance: &InstanceId) {
        self.forgiven.lock().expect("not poisoned").insert(instance.clone());
    }

    /// Redis ends, and forgets everything.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop_redis(&self) {
        self.server.lock().await.stop().expect("it ends");
    }

    /// Redis is there again, empty.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_redis(&self) {
        store::start_again(Arc::clone(&self.server));
    }

    /// Lets time pass, with a pass of the reaper each minute, as EventBridge calls it: one at a
    /// time, a failed one not repeated.
    pub async fn run(&self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end {
            let next = tokio::time::Instant::now() + Duration::from_secs(60);
            self.lambdas.pass().await;
            tokio::time::sleep_until(next.min(end)).await;
        }
    }

    /// `n` passes, a minute from one to the next.
    pub async fn passes(&self, n: u32) {
        self.run(Duration::from_secs(60) * n).await;
    }

    /// Passes until it is so.
    ///
    /// # Panics
    /// If it is not within ten passes.
    pub async fn pass_until(&self, what: &str, mut so: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..10 {
            if so(self).await {
                return;
            }
            self.passes(1).await;
        }
        assert!(so(self).await, "{what}: not within ten passes\n{}", self.picture().await);
    }
}
