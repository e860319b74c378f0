//! The simulated EC2 and Auto Scaling of a stack, in real time.

use std::{future::IntoFuture, net::Ipv4Addr};

use hotdesk::{
    clock::{Clock, SystemClock},
    fleet::LAUNCH_HOOK,
};
use hotdesk_sim::{
    Effect, GroupSpec, HookResult, HookSpec, Settings as SimSettings, Sim, Transition, http,
};
use tokio::{net::TcpListener, sync::mpsc};
use uuid::Uuid;

use crate::{
    moto::{ACCOUNT, REGION},
    ports,
    settings::Settings,
};

/// The name of the group.
pub const GROUP: &str = "hotdesk";

/// How long stopping takes, and terminating: EC2 takes longer, but nothing here is shut down.
const STOP_MS: u64 = 3_000;
/// How long the group takes for a step of its own.
const GROUP_MS: u64 = 500;
/// How long a snapshot takes: EBS takes minutes, and people look on.
const SNAPSHOT_MS: u64 = 5_000;
/// When the group tries again after a launch that failed: AWS takes longer, and people look on.
const LAUNCH_RETRY_MS: u64 = 10_000;

/// Starts the simulator and its HTTP face; what happens in it comes out of the receiver.
///
/// # Errors
/// Its port is taken.
pub async fn start(settings: &Settings) -> std::io::Result<mpsc::Receiver<Effect>> {
    let clock = || SystemClock.now().0;
    let cloud = SimSettings {
        seed: Uuid::new_v4().as_u64_pair().0,
        region: REGION.into(),
        account: ACCOUNT.into(),
        boot_ms: settings.boot * 1000,
        stop_ms: STOP_MS,
        terminate_ms: STOP_MS,
        group_ms: GROUP_MS,
        launch_retry_ms: LAUNCH_RETRY_MS,
        snapshot_ms: SNAPSHOT_MS,
        ..SimSettings::default()
    };
    let shared = http::Shared::new(Sim::new(cloud, group(settings.max_size), clock()), clock);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, ports::SIMULATOR)).await?;
    let (sender, effects) = mpsc::channel(256);
    tokio::spawn(http::drive(shared.clone(), sender));
    tokio::spawn(axum::serve(listener, http::router(shared)).into_future());
    Ok(effects)
}

/// The group as the template makes it in AWS: empty at first, as hotdesk itself raises what is
/// desired.
fn group(max: u32) -> GroupSpec {
    let hook = |name: &str, transition, heartbeat_seconds, default_result| HookSpec {
        name: name.into(),
        transition,
        heartbeat_seconds,
        default_result,
        metadata: None,
    };
    let tags = [("Name", "hotdesk"), ("Fleet", "local"), ("Owner", "UNASSIGNED")];
    GroupSpec {
        max,
        tags: tags.map(|(key, value)| (key.into(), value.into())).into(),
        hooks: vec![
            hook(LAUNCH_HOOK, Transition::Launching, 1800, HookResult::Abandon),
            hook("hotdesk-terminate", Transition::Terminating, 60, HookResult::Continue),
        ],
        ..GroupSpec::named(GROUP)
    }
}
