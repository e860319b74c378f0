//! What a seed decides before a run begins.

use std::time::Duration;

use hotdesk::{
    control::{Policy, Reuse},
    names::Which,
    spares::Spares,
};
use hotdesk_sim::{GroupSpec, Settings};
use hotdesk_tests::world::{Backing, Beginning, chance::Chance, fate::Fate, group, policy};

use crate::{options::Options, rhythm::Rhythm};

/// See the module.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long people come and go.
    pub churn: Duration,
    /// How they divide their days.
    pub rhythm: Rhythm,
    /// How many of them there are.
    pub users: usize,
    /// Those who come besides, when.
    pub visits: Vec<Duration>,
    /// What the operator decided.
    pub policy: Policy,
    /// Boxes are Spot instances.
    pub spot: bool,
    /// The most boxes.
    pub max: u32,
    /// What is behind the store.
    pub store: Backing,
    /// Much is there, so that what is dear to look at is looked at less often.
    pub large: bool,
    /// How much goes wrong: 1 as usual.
    pub faults: f64,
}

impl Plan {
    /// The plan of a seed: operators and groups of all kinds.
    #[must_use]
    pub fn new(options: &Options, visits: Vec<Duration>, chance: &mut Chance) -> Self {
        let churn = Duration::from_secs(options.hours * 3600);
        let large = options.is_large();
        let people = options.users + visits.len().min(options.users);
        let spares = if large { 1 + people / 100 } else { chance.below(4) };
        let promise = chance.hits(0.2).then(|| "0.05".parse().ok()).flatten();
        let mut policy = Policy {
            spares: promise.map_or(Spares::Fixed(spares), Spares::Auto),
            idle_timeout: options.idle.map_or(policy().idle_timeout, Duration::from_secs),
            min_boxes: if large { 1 } else { chance.below(3) },
            max_standby: if large { people / 10 } else { chance.below(6) },
            max_standby_age: chance.hits(0.2).then(|| churn / 3),
            reuse: if !large && chance.hits(0.2) { Reuse::Never } else { Reuse::Clean },
            max_lifetime: chance.hits(0.2).then(|| (churn / 2).max(Duration::from_secs(2400))),
            names: (!large && chance.hits(0.3)).then_some(Which::Public),
            ..policy()
        };
        // Homes that nobody opens for a while are put away, and are back when they come again.
        policy.homes.archive_after = chance.hits(0.25).then(|| churn / 4);
        // Too few for everybody, now and then.
        let enough = people + spares + 2;
        let max = if chance.hits(0.3) { (people * 2 / 3).max(2) } else { enough };
        Self {
            churn,
            rhythm: Rhythm::of(churn),
            users: options.users,
            visits,
            spot: !large && chance.hits(0.25),
            max: u32::try_from(max).unwrap_or(u32::MAX),
            store: if options.model { Backing::Model } else { Backing::Redis },
            policy,
            large,
            faults: options.faults,
        }
    }

    /// What its world begins with.
    #[must_use]
    pub fn beginning(&self, seed: u64, fate: &Fate) -> Beginning {
        Beginning {
            policy: self.policy.clone(),
            settings: Settings { seed, ..Settings::default() },
            group: GroupSpec { spot: self.spot, max: self.max, ..group() },
            recording: None,
            store: self.store,
            fate: Some(fate.clone()),
        }
    }
}
