//! A simulator in real time on a port of its own, and clients for it.

use std::{future::Future, time::Duration};

use aws_sdk_autoscaling as autoscaling;
use aws_sdk_ec2 as ec2;
use hotdesk_sim::{
    Effect, GroupSpec, HookResult, HookSpec, Settings, Sim, Transition,
    http::{Shared, drive, router},
};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

pub(crate) const GROUP: &str = "desks";

pub(crate) struct Stage {
    pub(crate) url: String,
    pub(crate) ec2: ec2::Client,
    pub(crate) autoscaling: autoscaling::Client,
    effects: mpsc::Receiver<Effect>,
    /// Ends with the stage.
    _tasks: JoinSet<()>,
}

impl Stage {
    /// A group of at most `max` with a launch and a terminate hook, or without.
    pub(crate) async fn set(max: u32, hooks: bool) -> Self {
        let hook = |name: &str, transition| HookSpec {
            name: name.into(),
            transition,
            heartbeat_seconds: 60,
            default_result: HookResult::Abandon,
            metadata: None,
        };
        let hooks = if hooks {
            vec![hook("up", Transition::Launching), hook("down", Transition::Terminating)]
        } else {
            vec![]
        };
        let tags = [("Owner".to_owned(), "UNASSIGNED".to_owned())].into();
        Self::of(GroupSpec { max, hooks, tags, ..GroupSpec::named(GROUP) }).await
    }

    /// Any group, in two zones.
    pub(crate) async fn of(spec: GroupSpec) -> Self {
        let settings = Settings {
            boot_ms: 40,
            stop_ms: 40,
            terminate_ms: 40,
            group_ms: 10,
            health_ms: 50,
            launch_retry_ms: 100,
            volume_create_ms: 20,
            volume_delete_ms: 20,
            attach_ms: 20,
            detach_ms: 20,
            modify_ms: 20,
            optimize_ms: 20,
            snapshot_ms: 20,
            zones: vec!["us-east-1a".into(), "us-east-1b".into()],
            // What is waited for is asked for much faster than AWS would have it.
            throttle: false,
            ..Settings::default()
        };
        let epoch = Instant::now();
        let clock = move || {
            1_610_496_757_000 + u64::try_from(epoch.elapsed().as_millis()).expect("a short test")
        };
        let shared = Shared::new(Sim::new(settings, spec, clock()), clock);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, effects) = mpsc::channel(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(drive(shared.clone(), sender));
        tasks.spawn(async move { axum::serve(listener, router(shared)).await.expect("serves") });
        Self {
            ec2: ec2_client(&url),
            autoscaling: autoscaling_client(&url),
            url,
            effects,
            _tasks: tasks,
        }
    }

    /// Sends JSON to one of the simulator's own paths; the status and the answer.
    pub(crate) async fn control(&self, method: Method, path: &str, json: &str) -> (u16, String) {
        let url = format!("{}/_sim/{path}", self.url);
        let request = reqwest::Client::new().request(method, url).body(json.to_owned());
        let reply = request.send().await.expect("an answer");
        (reply.status().as_u16(), reply.text().await.expect("a text"))
    }

    /// The next effect that `wanted` makes something of; those before it are dropped.
    pub(crate) async fn effect<T>(&mut self, wanted: impl Fn(Effect) -> Option<T>) -> T {
        let search = async {
            loop {
                let effect = self.effects.recv().await.expect("the driver runs");
                if let Some(found) = wanted(effect) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(10), search).await.expect("the effect comes")
    }

    /// The next event of this `detail-type`.
    pub(crate) async fn event(&mut self, detail_type: &str) -> Value {
        self.effect(|effect| match effect {
            Effect::Event(event) if event["detail-type"] == detail_type => Some(event),
            _ => None,
        })
        .await
    }

    /// The group as Auto Scaling describes it.
    pub(crate) async fn group(&self) -> autoscaling::types::AutoScalingGroup {
        let call = self.autoscaling.describe_auto_scaling_groups();
        let reply = call.auto_scaling_group_names(GROUP).send().await.expect("described");
        reply.auto_scaling_groups().first().expect("the group").clone()
    }

    /// The lifecycle state of a member, if it is one.
    pub(crate) async fn lifecycle(&self, id: &str) -> Option<String> {
        let call = self.autoscaling.describe_auto_scaling_instances().instance_ids(id);
        let reply = call.send().await.expect("described");
        let member = reply.auto_scaling_instances().first()?;
        member.lifecycle_state().map(str::to_owned)
    }

    /// The instance as EC2 describes it.
    pub(crate) async fn instance(&self, id: &str) -> ec2::types::Instance {
        let reply = self.ec2.describe_instances().instance_ids(id).send().await.expect("described");
        reply.reservations()[0].instances()[0].clone()
    }

    /// The name of an instance's state.
    pub(crate) async fn state(&self, id: &str) -> String {
        let instance = self.instance(id).await;
        let state = instance.state().and_then(|state| state.name()).expect("a state");
        state.as_str().to_owned()
    }
}

/// Waits until `holds` says so.
pub(crate) async fn until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let wait = async {
        while !holds().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), wait).await.expect("it holds in time");
}

fn ec2_client(url: &str) -> ec2::Client {
    use ec2::config::{BehaviorVersion, Config, Credentials, Region};
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .endpoint_url(url)
        .build();
    ec2::Client::from_conf(config)
}

fn autoscaling_client(url: &str) -> autoscaling::Client {
    use autoscaling::config::{BehaviorVersion, Config, Credentials, Region};
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .endpoint_url(url)
        .build();
    autoscaling::Client::from_conf(config)
}
