//! A whole hotdesk in one process and in simulated time: the functions' own code, the real scripts
//! in a real Redis, the real SDK, the simulator, the table in memory; EventBridge, the stream and
//! the schedule around them; people who open workspaces and type.
//!
//! A world lives in a tokio runtime whose clock is paused: when nobody has anything to do, it jumps
//! to what is due next. So a test takes no longer than its work, and runs alike each time but for what
//! is left to chance: which spare Redis takes, and the pauses of retries. In a world with a
//! [`fate::Fate`] these are left to its seed too, and so is how long each call takes and what goes wrong.

pub mod aws;
mod beginning;
mod behind;
pub mod boxes;
pub mod chance;
pub mod check;
pub mod clock;
pub mod disks;
mod events;
pub mod fate;
mod files;
pub mod gate;
mod guard;
mod invariants;
mod invocation;
mod lambda;
pub mod memory;
pub mod people;
mod real;
pub mod seats;
pub mod store;
pub mod trace;
mod words;
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
use guard::Guard;
use hotdesk::{
    clock::{Clock, Ms},
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

pub use beginning::{Backing, Beginning, HOMES, Recording, group, policy};
pub use events::Deliveries;

/// What must never happen, and did.
pub(crate) type Violations = Arc<Mutex<Vec<String>>>;

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

/// So many sessions of each user are kept in the ledger: the last one is asked for, and a page shows a few.
const SESSIONS: usize = 10;

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
    pub violations: Violations,
    forgiven: Arc<Mutex<BTreeSet<InstanceId>>>,
    /// What everybody has written into their homes.
    notes: Mutex<BTreeMap<UserId, Vec<String>>>,
    /// How many notes were written, each of which is its number.
    written: AtomicUsize,
    /// The server behind the store, if there is one.
    server: Option<Server>,
    _tasks: JoinSet<()>,
}

impl World {
    /// A world on a Redis of its own, in which nothing moves by itself but the cloud and its events
    /// and the table's stream; passes are called by the test, or by [`World::run`].
    ///
    /// # Panics
    /// If Redis does not start, or outside of a runtime whose clock is paused.
    pub async fn begin(beginning: Beginning) -> Self {
        match beginning.store {
            Backing::Redis => Self::on(&server(), beginning).await,
            Backing::Model => Self::make(None, beginning).await,
        }
    }

    /// A world on this Redis, which is emptied.
    ///
    /// # Panics
    /// As [`World::begin`].
    pub async fn on(server: &Server, beginning: Beginning) -> Self {
        Self::make(Some(server), beginning).await
    }

    async fn make(server: Option<&Server>, beginning: Beginning) -> Self {
        let Beginning { policy, settings, group, recording, fate, .. } = beginning;
        let clock = WorldClock::new();
        let gate = Gate::of(fate, &clock);
        gate.set_latency(LATENCY);
        let tags = group.tags.clone();
        let sim = Sim::new(settings, group, clock.now().0);
        let time = clock.steady();
        let cloud = Shared::new(sim, move || time.now().0);
        let zone = Zone::new(&clock, policy.names);
        let violations = Violations::default();
        let seats = WorldSeats::new(&gate, recording.as_ref(), &violations);
        let guard = Guard {
            cloud: cloud.clone(),
            table: seats.table.clone(),
            violations: Arc::clone(&violations),
        };
        let config = aws::sdk_config(&cloud, &zone, &clock, &gate, guard).await;
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
        let plane = ControlPlane {
            store: match server {
                Some(server) => WorldStore::on_redis(server.lock().await.url(), &gate, &violations),
                None => WorldStore::in_memory(&gate, &violations),
            },
            seats,
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
        let door = Door::new(&plane, &gate, move |host| {
            misled.lock().expect("not poisoned").extend(names.misleads(host, &machines));
        });
        let deliveries = Deliveries::default();
        let lambdas = Lambdas::new(&plane, &gate);
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
            watched: gate.is_watched().then(|| cloud.clone()),
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
            server: server.map(Arc::clone),
            _tasks: tasks,
        };
        world.flush();
        world
    }

    /// A connection to Redis, to look and to meddle behind the store's back. It blocks the world.
    ///
    /// # Panics
    /// If Redis is gone, or there is none.
    #[must_use]
    pub fn redis(&self) -> redis::Connection {
        let client = redis::Client::open(self.plane.store.url().expect("a Redis")).expect("a URL");
        client.get_connection().expect("redis answers")
    }

    /// Empties the store.
    ///
    /// # Panics
    /// If Redis is gone.
    pub fn flush(&self) {
        self.plane.store.flush();
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

    /// Removes what is over by age, as DynamoDB does, and forgets what no check asks for, so that a world in
    /// which months pass stays as large as it is.
    ///
    /// # Panics
    /// If the world has panicked.
    pub fn tidy(&self) {
        let table = &self.plane.seats.table;
        table.expire(self.now());
        table.forget_sessions(SESSIONS);
        let there = self.cloud.look(|sim| sim.instances());
        let there: BTreeSet<&str> = there.iter().map(|instance| instance.id.as_str()).collect();
        let mut forgiven = self.forgiven.lock().expect("not poisoned");
        forgiven.retain(|instance| there.contains(instance.as_str()));
        self.zone.tidy();
    }

    /// Redis ends, and forgets everything.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop_redis(&self) {
        self.server().lock().await.stop().expect("it ends");
    }

    /// Redis is there again, empty.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_redis(&self) {
        store::start_again(Arc::clone(self.server()));
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a Redis")
    }

    /// The time, without anybody's error.
    #[must_use]
    pub fn now(&self) -> Ms {
        self.plane.clock.steady().now()
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
