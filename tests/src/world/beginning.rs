//! What a world begins with.

use std::time::Duration;

use hotdesk::{
    config::Price,
    control::{HomePolicy, Policy, Reuse},
    fleet::{LAUNCH_HOOK, TERMINATE_HOOK},
    spares::Spares,
};
use hotdesk_aws::Tables;
use hotdesk_sim::{GroupSpec, HookResult, HookSpec, Settings, Transition};

use super::{GROUP, fate::Fate};
use crate::iam::Recorder;

/// What becomes of homes if an operator decides nothing.
pub const HOMES: HomePolicy = HomePolicy {
    fleet: String::new(),
    size: 20,
    archive_after: None,
    keep_deleted: Duration::from_secs(30 * 86_400),
    lost_zones: Vec::new(),
};

/// What an operator who decides nothing gets.
#[must_use]
pub const fn policy() -> Policy {
    Policy {
        idle_timeout: Duration::from_secs(300),
        max_lifetime: None,
        spares: Spares::Fixed(1),
        min_boxes: 1,
        max_standby: 5,
        max_standby_age: None,
        reuse: Reuse::Clean,
        box_price: Price(83_200),
        homes: HOMES,
        names: None,
    }
}

/// What a world begins with.
pub struct Beginning {
    /// What the operator decided.
    pub policy: Policy,
    /// How AWS behaves.
    pub settings: Settings,
    /// The group.
    pub group: GroupSpec,
    /// What the functions send is noted.
    pub recording: Option<Recording>,
    /// What is behind the store.
    pub store: Backing,
    /// What becomes of each call; without it nothing but what a test does.
    pub fate: Option<Fate>,
}

/// What is behind the store of a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backing {
    /// The scripts in a real Redis.
    #[default]
    Redis,
    /// The reference model, which does what they do.
    Model,
}

/// What notes what the functions of a world send to AWS.
pub struct Recording {
    /// Sits in the SDK's clients.
    pub recorder: Recorder,
    /// Where there are real tables, in which all is done that is done in those in memory: the address
    /// of a moto.
    pub dynamodb: String,
    /// Their names.
    pub tables: Tables,
}

impl Default for Beginning {
    fn default() -> Self {
        let (policy, settings, group) = (policy(), Settings::default(), group());
        let (store, fate) = (Backing::Redis, None);
        Self { policy, settings, group, recording: None, store, fate }
    }
}

/// The group as the template makes it in AWS.
#[must_use]
pub fn group() -> GroupSpec {
    let hook = |name: &str, transition, heartbeat_seconds, default_result| HookSpec {
        name: name.into(),
        transition,
        heartbeat_seconds,
        default_result,
        metadata: None,
    };
    GroupSpec {
        hooks: vec![
            hook(LAUNCH_HOOK, Transition::Launching, 1800, HookResult::Abandon),
            hook(TERMINATE_HOOK, Transition::Terminating, 300, HookResult::Continue),
        ],
        tags: [("Owner", "UNASSIGNED"), ("Fleet", GROUP)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..GroupSpec::named(GROUP)
    }
}
