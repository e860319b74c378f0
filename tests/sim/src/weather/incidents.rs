//! What happens to whole parts of the world, for a while.

use std::{sync::Arc, time::Duration};

use hotdesk::{clock::Ms, id::InstanceId};
use hotdesk_sim::{ActivityStatus, Instance, InstanceState};
use hotdesk_tests::world::chance::Chance;
use tokio::{task::JoinSet, time::sleep};

use crate::stage::Stage;

/// Seconds.
const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A kind of incident, and how many of it there are in an hour.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Flush,
    Failover,
    StoreAway,
    Lag,
    NoCapacity,
    LaunchError,
    BoxLost,
    Rebalance,
    ZoneGone,
    NoRecords,
}

const KINDS: [(Kind, f64); 10] = [
    (Kind::Flush, 0.5),
    (Kind::Failover, 1.0),
    (Kind::StoreAway, 0.7),
    (Kind::Lag, 1.5),
    (Kind::NoCapacity, 0.8),
    (Kind::LaunchError, 0.3),
    (Kind::BoxLost, 1.5),
    (Kind::Rebalance, 0.5),
    (Kind::ZoneGone, 0.15),
    (Kind::NoRecords, 0.5),
];

/// What happens to whole parts of the world happens so much more rarely in a large run.
const RARER: f64 = 12.0;

/// How late the lists of AWS are at most.
const LAG: Duration = s(20);

/// Begins all of them, each at its own times.
pub(super) fn begin(stage: &Arc<Stage>, chance: &mut Chance) -> JoinSet<()> {
    let mut incidents = JoinSet::new();
    for (kind, an_hour) in KINDS {
        // A large run is a long one, in which each would come dozens of times; and boxes are lost singly.
        let singly = matches!(kind, Kind::BoxLost | Kind::Rebalance);
        let an_hour = if stage.plan.large && !singly { an_hour / RARER } else { an_hour };
        let (stage, chance) = (Arc::clone(stage), chance.fork());
        incidents.spawn(again_and_again(stage, chance, kind, an_hour));
    }
    incidents
}

async fn again_and_again(stage: Arc<Stage>, mut chance: Chance, kind: Kind, an_hour: f64) {
    let mean = 3600.0 / (an_hour * stage.plan.faults);
    loop {
        // Of a Poisson process.
        sleep(Duration::from_secs_f64(-mean * (1.0 - chance.share()).ln())).await;
        stage.tell(|| format!("incident: {kind:?}"));
        match kind {
            Kind::Flush => {
                stage.world.flush();
                stage.fate.hit("Redis flushed", 1);
            }
            Kind::Failover => failover(&stage, &mut chance).await,
            Kind::StoreAway => {
                let time = chance.between(s(2), s(90));
                stage.fate.lose_store(time);
                sleep(time).await;
            }
            Kind::Lag => lag(&stage, &mut chance).await,
            Kind::NoCapacity => no_capacity(&stage, &mut chance).await,
            Kind::LaunchError => launch_error(&stage, &mut chance).await,
            Kind::BoxLost => box_lost(&stage, &mut chance),
            Kind::Rebalance => rebalance(&stage, &mut chance),
            Kind::ZoneGone => zone_gone(&stage, &mut chance).await,
            Kind::NoRecords => {
                stage.world.lambdas.lose_records(true);
                stage.fate.hit("records of the stream lost for a while", 1);
                sleep(chance.between(s(20), s(240))).await;
                stage.world.lambdas.lose_records(false);
            }
        }
    }
}

/// A replica that was behind takes over, after a while in which nobody answers.
async fn failover(stage: &Arc<Stage>, chance: &mut Chance) {
    let behind = stage.world.plane.store.copy();
    sleep(chance.between(Duration::from_millis(50), s(2))).await;
    let lost = behind != stage.world.plane.store.copy();
    stage.fate.lose_store(chance.between(Duration::ZERO, s(20)));
    stage.world.plane.store.fall_back(behind);
    if lost {
        stage.fate.hit("Redis failed over, last writes lost", 1);
    }
}

async fn lag(stage: &Arc<Stage>, chance: &mut Chance) {
    let ms = chance.between(s(1), LAG).as_millis();
    stage.world.cloud.act(|sim| sim.set_lag_ms(u64::try_from(ms).unwrap_or_default()));
    sleep(chance.between(s(60), s(600))).await;
    stage.world.cloud.act(|sim| sim.set_lag_ms(0));
}

/// How many launches have failed lately, since then.
fn failed(stage: &Arc<Stage>, since: u64) -> u64 {
    let activities = stage.world.cloud.look(|sim| sim.activities());
    let failed = activities.iter().filter(|activity| {
        activity.status == ActivityStatus::Failed && activity.started_at >= since
    });
    failed.count() as u64
}

fn now(stage: &Arc<Stage>) -> u64 {
    stage.world.now().0
}

async fn no_capacity(stage: &Arc<Stage>, chance: &mut Chance) {
    let since = now(stage);
    let there = in_use(stage).len().saturating_sub(chance.below(3));
    stage.world.cloud.act(|sim| sim.set_capacity(Some(u32::try_from(there).unwrap_or(u32::MAX))));
    sleep(chance.between(s(120), s(900))).await;
    stage.world.cloud.act(|sim| sim.set_capacity(None));
    stage.fate.hit("launch without capacity", failed(stage, since));
}

async fn launch_error(stage: &Arc<Stage>, chance: &mut Chance) {
    let since = now(stage);
    let quota = "You have requested more vCPU capacity than your current vCPU limit of 32 allows \
                 for the instance bucket that the specified instance type belongs to.";
    stage.world.cloud.act(|sim| sim.set_launch_error(Some(quota.into())));
    sleep(chance.between(s(60), s(400))).await;
    stage.world.cloud.act(|sim| sim.set_launch_error(None));
    stage.fate.hit("launch refused for a quota", failed(stage, since));
}

fn in_use(stage: &Arc<Stage>) -> Vec<Instance> {
    let mut instances = stage.world.cloud.look(|sim| sim.instances());
    let up = [InstanceState::Pending, InstanceState::Running];
    instances.retain(|instance| up.contains(&instance.state));
    instances
}

/// A Spot instance is taken back, with its two minutes of warning; another kind just ends.
fn box_lost(stage: &Arc<Stage>, chance: &mut Chance) {
    let mut instances = in_use(stage);
    // One that EC2 may not list yet cannot be ended by a call.
    instances.retain(|instance| stage.world.now().since(Ms(instance.launched_at)) > LAG);
    let Some(instance) = chance.of(&instances) else { return };
    let id: InstanceId = instance.id.parse().expect("an id");
    // What AWS announced it does, whatever stops meanwhile.
    if stage.plan.spot {
        stage.world.forgive(&id);
        stage.world.cloud.act(|sim| sim.interrupt(&instance.id)).expect("in use");
        stage.fate.hit("Spot instance taken back", 1);
    } else {
        stage.world.lose(&id);
        stage.fate.hit("box lost", 1);
    }
}

fn rebalance(stage: &Arc<Stage>, chance: &mut Chance) {
    let instances = in_use(stage);
    let Some(instance) = chance.of(&instances).filter(|_| stage.plan.spot) else { return };
    stage.world.cloud.act(|sim| sim.recommend_rebalance(&instance.id)).expect("in use");
    stage.fate.hit("rebalance recommendation", 1);
}

async fn zone_gone(stage: &Arc<Stage>, chance: &mut Chance) {
    let instances = stage.world.cloud.look(|sim| sim.instances());
    let there = instances.iter().filter(|instance| instance.state != InstanceState::Terminated);
    let mut lost = 0;
    for instance in there {
        stage.world.forgive(&instance.id.parse().expect("an id"));
        lost += 1;
    }
    stage.fate.hit("box lost with its zone", lost);
    let zone = instances.first().map(|instance| instance.zone.clone());
    stage.world.cloud.act(|sim| sim.set_lost_zone(zone)).expect("a zone that there is");
    sleep(chance.between(s(60), s(400))).await;
    stage.world.cloud.act(|sim| sim.set_lost_zone(None)).expect("no zone is no unknown zone");
}
