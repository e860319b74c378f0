//! The simulator over HTTP with the real SDK in front of it, and the control plane on both.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hotdesk::{
    clock::{Clock, SystemClock},
    control::{ControlPlane, Policy},
    fleet::LAUNCH_HOOK,
    store::redis::RedisStore,
};
use hotdesk_aws::{AwsFleet, DynamoSeats, VolumeConfig};
use hotdesk_sim::{Effect, GroupSpec, HookResult, HookSpec, Settings, Sim, Transition, http};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{boxes::ReadyBoxes, desk::Desk};

/// The control plane on real Redis, moto and the simulator.
pub type Plane = ControlPlane<RedisStore, DynamoSeats, AwsFleet, ReadyBoxes, SystemClock>;

/// The lifecycle function on it.
pub type App = lifecycle::App<RedisStore, DynamoSeats, AwsFleet, ReadyBoxes, SystemClock>;

/// A simulated cloud, quick but in AWS's order.
pub struct Cloud {
    /// The simulator.
    pub sim: http::Shared,
    endpoint: String,
    effects: tokio::sync::Mutex<mpsc::Receiver<Effect>>,
}

impl Cloud {
    /// An empty group named `hotdesk` with both hooks.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> Self {
        let hook = |name: &str, transition| HookSpec {
            name: name.into(),
            transition,
            heartbeat_seconds: 60,
            default_result: HookResult::Abandon,
            metadata: None,
        };
        let hooks = vec![
            hook(LAUNCH_HOOK, Transition::Launching),
            hook("hotdesk-terminate", Transition::Terminating),
        ];
        let tags = [("Owner".to_owned(), "UNASSIGNED".to_owned())].into();
        Self::of(GroupSpec { hooks, tags, ..GroupSpec::named("hotdesk") }).await
    }

    /// A group of one's own.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn of(spec: GroupSpec) -> Self {
        let settings = Settings {
            boot_ms: 200,
            stop_ms: 200,
            terminate_ms: 200,
            group_ms: 50,
            health_ms: 100,
            ..Settings::default()
        };
        let clock = || SystemClock.now().0;
        let sim = http::Shared::new(Sim::new(settings, spec, clock()), clock);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, effects) = mpsc::channel(1024);
        tokio::spawn(http::drive(sim.clone(), sender));
        let router = http::router(sim.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { sim, endpoint, effects: tokio::sync::Mutex::new(effects) }
    }

    /// The real adapter in front of it.
    pub async fn fleet(&self) -> AwsFleet {
        let config = hotdesk_stack::moto::sdk_config(&self.endpoint).await;
        let autoscaling = aws_sdk_autoscaling::Client::new(&config);
        let volumes = VolumeConfig { fleet: "hotdesk".into(), key: None };
        AwsFleet::new(aws_sdk_ec2::Client::new(&config), autoscaling, "hotdesk", volumes)
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// EC2 itself, for what people do behind hotdesk's back.
    pub async fn ec2(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&hotdesk_stack::moto::sdk_config(&self.endpoint).await)
    }

    /// A control plane on this cloud and that desk.
    pub async fn plane(&self, desk: &Desk, boxes: ReadyBoxes, policy: Policy) -> Plane {
        ControlPlane {
            store: desk.store().clone(),
            seats: desk.seats().clone(),
            fleet: self.fleet().await,
            boxes,
            clock: SystemClock,
            policy,
        }
    }

    /// The next EventBridge event, if one comes within a second.
    pub async fn event(&self) -> Option<Value> {
        let mut effects = self.effects.lock().await;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(1);
        while let Ok(Some(effect)) = tokio::time::timeout_at(deadline, effects.recv()).await {
            if let Effect::Event(event) = effect {
                return Some(event);
            }
        }
        None
    }
}

/// Delivers the cloud's events to the lifecycle function until `done` says so.
///
/// # Panics
/// If that takes over a minute, or an event is not handled.
pub async fn deliver_until(cloud: &Arc<Cloud>, app: &App, mut done: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !done().await {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not come about");
        if let Some(event) = cloud.event().await {
            let event = serde_json::from_value(event).expect("an EventBridge envelope");
            lifecycle::handle(app, event, "test".into()).await.expect("handled");
        }
    }
}
