//! The two clouds of the suite, and a fresh group in either.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use aws_sdk_autoscaling as autoscaling;
use aws_sdk_ec2 as ec2;
use hotdesk::fleet::{LAUNCH_HOOK, TERMINATE_HOOK};
use hotdesk_sim::{GroupSpec, HookResult, HookSpec, Settings, Sim, Transition, http};
use hotdesk_stack::moto::{self, Moto};
use tokio::{net::TcpListener, task::JoinSet};

use super::stage::Stage;

/// When the simulator's time begins, ms since 1970.
const BEGINNING: u64 = 1_610_496_757_000;

/// What the simulator does by itself within this time is waited for, in ms; hooks time out and
/// terminated instances are forgotten later.
const SETTLED: u64 = 30_000;

/// The group that a case begins with; desired is 0.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    /// MinSize.
    pub(crate) min: u32,
    /// MaxSize.
    pub(crate) max: u32,
    /// Whether it has a launch hook and a terminate hook.
    pub(crate) hooks: bool,
    /// NewInstancesProtectedFromScaleIn.
    pub(crate) protected: bool,
    /// Whether the simulator has a second zone, as moto has; its first box is in the first.
    pub(crate) two_zones: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self { min: 0, max: 5, hooks: false, protected: true, two_zones: false }
    }
}

/// Where a case runs.
pub(crate) enum Cloud {
    Simulator(aws_config::SdkConfig),
    Moto(MotoCloud),
}

/// A moto with what a group needs.
pub(crate) struct MotoCloud {
    /// Ends with this.
    _server: Moto,
    config: aws_config::SdkConfig,
    subnet: String,
    groups: AtomicUsize,
}

/// The time of a simulator: it stands still but for [`Time::settle`], so that what a case sees
/// between two calls does not depend on how quick it is.
pub(crate) struct Time {
    sim: http::Shared,
    now: Arc<AtomicU64>,
    /// The server; ends with this.
    _tasks: JoinSet<()>,
}

impl Time {
    /// Has the cloud be under a condition.
    pub(crate) fn under(&self, condition: impl FnOnce(&mut Sim)) {
        self.sim.act(condition);
    }

    /// Goes to the next thing that the cloud does by itself.
    pub(crate) fn tick(&self) {
        let due = self.sim.look(Sim::next_due);
        self.now.fetch_max(due.unwrap_or(0), Ordering::SeqCst);
    }

    /// Lets happen what the cloud does by itself.
    pub(crate) fn settle(&self) {
        // Somebody else's seconds, for throttles to pass.
        self.now.fetch_add(1_000, Ordering::SeqCst);
        let due = || self.sim.look(Sim::next_due);
        while let Some(due) = due() {
            let now = self.now.load(Ordering::SeqCst);
            if due > now + SETTLED {
                break;
            }
            self.now.store(due.max(now + 1), Ordering::SeqCst);
        }
    }
}

impl Cloud {
    pub(crate) async fn simulator() -> Self {
        Self::Simulator(moto::sdk_config("http://127.0.0.1").await)
    }

    pub(crate) async fn moto() -> Self {
        // Where it has no answer it prints where it gave up.
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance-moto.log");
        let server = Moto::on_port(0, &log, None).await.unwrap();
        let config = server.sdk_config().await;
        let client = ec2::Client::new(&config);
        let subnets = client.describe_subnets().send().await.unwrap();
        let subnet = subnets.subnets()[0].subnet_id().unwrap().to_owned();
        let image = client.register_image().name("box").send().await.unwrap();
        let owner = ec2::types::Tag::builder().key("Owner").value("UNASSIGNED").build();
        let tags = ec2::types::LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(ec2::types::ResourceType::Instance)
            .tags(owner)
            .build();
        let data = ec2::types::RequestLaunchTemplateData::builder()
            .image_id(image.image_id().unwrap())
            .instance_type(ec2::types::InstanceType::T3Micro)
            .tag_specifications(tags)
            .build();
        let template = client.create_launch_template().launch_template_name("boxes");
        template.launch_template_data(data).send().await.unwrap();
        Self::Moto(MotoCloud { _server: server, config, subnet, groups: AtomicUsize::new(0) })
    }

    /// A group of its own for a case.
    pub(crate) async fn stage(&self, spec: Spec) -> Stage {
        match self {
            Self::Simulator(config) => simulated(config, spec).await,
            Self::Moto(cloud) => cloud.stage(spec).await,
        }
    }
}

async fn simulated(config: &aws_config::SdkConfig, spec: Spec) -> Stage {
    let hook = |name: &str, transition| HookSpec {
        name: name.into(),
        transition,
        heartbeat_seconds: 300,
        default_result: HookResult::Abandon,
        metadata: None,
    };
    let hooks =
        [hook(LAUNCH_HOOK, Transition::Launching), hook(TERMINATE_HOOK, Transition::Terminating)];
    let group = GroupSpec {
        min: spec.min,
        max: spec.max,
        protect_new: spec.protected,
        tags: [("Owner".to_owned(), "UNASSIGNED".to_owned())].into(),
        hooks: hooks.into_iter().filter(|_| spec.hooks).collect(),
        ..GroupSpec::named("group")
    };
    let now = Arc::new(AtomicU64::new(BEGINNING));
    let clock = Arc::clone(&now);
    let mut settings = Settings::default();
    if spec.two_zones {
        settings.zones.push("us-east-1b".into());
    }
    let sim = Sim::new(settings, group, BEGINNING);
    let sim = http::Shared::new(sim, move || clock.load(Ordering::SeqCst));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = http::router(sim.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    let config = config.to_builder().endpoint_url(endpoint).build();
    Stage::new(&config, "group", Some(Time { sim, now, _tasks: tasks }))
}

impl MotoCloud {
    async fn stage(&self, spec: Spec) -> Stage {
        let name = format!("group-{}", self.groups.fetch_add(1, Ordering::SeqCst));
        let client = autoscaling::Client::new(&self.config);
        let template = autoscaling::types::LaunchTemplateSpecification::builder()
            .launch_template_name("boxes")
            .version("$Latest")
            .build();
        let size = |n: u32| i32::try_from(n).unwrap();
        let group = client
            .create_auto_scaling_group()
            .auto_scaling_group_name(&name)
            .launch_template(template)
            .vpc_zone_identifier(&self.subnet)
            .min_size(size(spec.min))
            .max_size(size(spec.max))
            .desired_capacity(size(spec.min))
            .new_instances_protected_from_scale_in(spec.protected);
        group.send().await.unwrap();
        let hooks = [
            (LAUNCH_HOOK, "autoscaling:EC2_INSTANCE_LAUNCHING"),
            (TERMINATE_HOOK, "autoscaling:EC2_INSTANCE_TERMINATING"),
        ];
        for (hook, transition) in hooks.into_iter().filter(|_| spec.hooks) {
            let put = client.put_lifecycle_hook().auto_scaling_group_name(&name);
            let put = put.lifecycle_hook_name(hook).lifecycle_transition(transition);
            put.heartbeat_timeout(300).default_result("ABANDON").send().await.unwrap();
        }
        Stage::new(&self.config, &name, None)
    }
}
