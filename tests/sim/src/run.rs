//! A run: people come and go while everything goes wrong; then nobody comes or goes any more; then
//! nothing goes wrong any more, and within some passes all must be as it should be.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use hotdesk_tests::world::{chance::Chance, fate::Fate, trace::Trace};
use tokio::{
    runtime::Builder,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    options::Options, person::Person, plan::Plan, progress::Progress, stage::Stage,
    weather::Weather,
};

/// EventBridge calls the reaper so often.
const MINUTE: Duration = Duration::from_secs(60);

/// So many passes after the faults stop, or after the last seat ended since, all is as it should be: see
/// `settle`.
pub const PASSES: u32 = 5;

/// So many passes later no event is on its way any more.
const LATE: u32 = 8;

/// So long before the faults stop nobody comes or goes any more.
const QUIET: Duration = Duration::from_secs(360);

/// Seconds.
const HOUR: u64 = 3600;

/// Somebody who types is heard in this time.
const HEARD: Duration = Duration::from_secs(75);

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// How long it was, in simulated time.
    pub simulated: Duration,
    /// How many steps.
    pub steps: u64,
    /// What stands for all of them.
    pub hash: u64,
    /// What went wrong how often.
    pub hits: BTreeMap<&'static str, u64>,
    /// How many passes it took until all was as it should be.
    pub passes: u32,
    /// What is not as promised.
    pub violations: Vec<String>,
    /// The last steps; those up to the first violation.
    pub story: Vec<String>,
    /// The world at the end, where something is not as promised.
    pub picture: String,
}

/// Runs a seed, in this thread: everything in it happens one after the other, and is written down in the
/// trace.
///
/// # Panics
/// If a world does not begin, or somebody in it panicked.
#[must_use]
pub fn run(seed: u64, options: &Options, visits: Vec<Duration>, trace: &Trace) -> Outcome {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(play(seed, options, visits, trace))
}

async fn play(seed: u64, options: &Options, visits: Vec<Duration>, trace: &Trace) -> Outcome {
    let mut chance = Chance::new(seed);
    let plan = Plan::new(options, visits, &mut chance);
    let fate = Fate::new(chance.any(), trace.clone());
    let stage = Stage::new(seed, plan, fate).await;
    let began = Instant::now();
    let progress = Progress::new(&stage, options.progress);
    let mut passes = 0;
    // Whatever is found wrong ends the run, so that the story ends there.
    tokio::select! {
        biased;
        () = watch(&stage, progress) => {}
        settled = through(&stage, &mut chance) => passes = settled,
    }
    let (story, steps, hash) = (trace.story(), trace.steps(), trace.hash());
    let violations = stage.world.violations.lock().expect("not poisoned").clone();
    let picture = if violations.is_empty() { String::new() } else { stage.world.picture().await };
    let (hits, simulated) = (stage.fate.hits(), began.elapsed());
    Outcome { seed, simulated, steps, hash, hits, passes, violations, story, picture }
}

/// The run itself; after how many passes without a fault it was at rest.
async fn through(stage: &Arc<Stage>, chance: &mut Chance) -> u32 {
    let mut passes = JoinSet::new();
    passes.spawn(schedule(Arc::clone(stage)));
    let mut people = JoinSet::new();
    for n in 0..stage.plan.users {
        people.spawn(Person::new(stage, format!("user{n}"), chance.fork()).live());
    }
    for (n, at) in stage.plan.visits.iter().enumerate() {
        people.spawn(Person::new(stage, format!("visitor{n}"), chance.fork()).visit(*at));
    }
    let weather = Weather::storm(stage);
    sleep(stage.plan.churn).await;
    stage.tell(|| "nobody comes or goes any more".into());
    stage.hush();
    sleep(QUIET).await;
    weather.calm().await;
    shut_down(&mut passes).await;
    let rested = settle(stage).await;
    // What was late comes now, to a world at rest, and leaves it so.
    stage.world.passes(LATE).await;
    let rested = rested.max(settle(stage).await);
    shut_down(&mut people).await;
    rested
}

/// Ends all of them.
///
/// # Panics
/// If one of them has.
pub(crate) async fn shut_down(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.try_join_next() {
        ended.expect("it did not panic");
    }
    tasks.shutdown().await;
}

/// The reaper, each minute, one at a time.
async fn schedule(stage: Arc<Stage>) {
    loop {
        let next = Instant::now() + MINUTE;
        stage.world.lambdas.pass().await;
        sleep_until(next).await;
    }
}

/// Passes, until all is as it should be: soon. After how many it was.
///
/// Whatever still goes on, after [`PASSES`] of them no box is leaked, none is a ghost, and nobody waits for
/// whom there is room. Somebody who went before the faults stopped may have had a heartbeat counted late,
/// or Redis may have forgotten when it was: their seat ends up to the idle time later, and from then on
/// their box has as many passes to come to rest.
async fn settle(stage: &Arc<Stage>) -> u32 {
    let calm = Instant::now();
    let idle = stage.world.plane.policy.idle_timeout.as_secs().div_ceil(MINUTE.as_secs());
    let last = u32::try_from(idle).unwrap_or(u32::MAX) + 1 + PASSES;
    for n in 1..=last {
        let next = Instant::now() + MINUTE;
        stage.world.lambdas.pass().await;
        sleep_until(next).await;
        let (unrest, unserved) = (stage.world.unrest().await, unserved(stage));
        if unrest.is_empty() && unserved.is_empty() {
            return n;
        }
        let since = stage.undisturbed().min(calm.elapsed());
        let over = since >= MINUTE * PASSES || n == last;
        let mut wrong = if over { unrest } else { Vec::new() };
        if n == PASSES {
            wrong.extend(stage.world.leaks().await);
        }
        if over || n == PASSES {
            wrong.extend(unserved);
        }
        if !wrong.is_empty() {
            for wrong in wrong {
                stage.violation(format!("after {n} passes without a fault: {wrong}"));
            }
            return n;
        }
    }
    last
}

/// Whoever waits though there could be a box for them.
fn unserved(stage: &Stage) -> Vec<String> {
    let unserved = stage.registry.unserved(HEARD);
    let group = stage.world.cloud.look(|sim| sim.group());
    let full = group.desired == group.max;
    unserved.into_iter().filter(|what| !(full && what.ends_with("waits"))).collect()
}

/// Looks at the world now and then; ends when something is wrong.
async fn watch(stage: &Arc<Stage>, mut progress: Progress) {
    let (glances, looks) = if stage.plan.large { (60, 600) } else { (1, 60) };
    for second in 1.. {
        sleep(Duration::from_secs(1)).await;
        progress.tell(second);
        if !stage.world.violations.lock().expect("not poisoned").is_empty() {
            return;
        }
        let mut wrong = Vec::new();
        if second.is_multiple_of(HOUR) {
            stage.world.tidy();
        }
        if stage.plan.large && second % 10 == 0 {
            wrong.extend(stage.world.plane.store.wrong());
        }
        if second % glances == 0 {
            wrong.extend(stage.world.wrong_in_cloud());
        }
        if second % looks == 0 {
            wrong.extend(stage.world.wrong().await);
        }
        if !wrong.is_empty() {
            wrong.into_iter().for_each(|wrong| stage.violation(wrong));
            return;
        }
    }
}
