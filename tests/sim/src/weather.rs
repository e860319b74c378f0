//! What goes wrong, how often, and how often it really did: in calls, with events, and to whole parts of
//! the world for a while.

mod incidents;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hotdesk_sim::faults::{CallFault, Rule, When};
use hotdesk_tests::world::{chance::Chance, fate::Rates};
use tokio::{task::JoinSet, time::Instant};

use crate::{run::shut_down, stage::Stage};

/// Something that goes wrong in calls to AWS, and how often; what it is called in reports.
type OfCalls = (&'static str, CallFault, f64);

/// From a Spot instance's notice to its end, and a little longer.
const NOTICE: Duration = Duration::from_secs(125);

/// The weather of a run.
pub(crate) struct Weather {
    stage: Arc<Stage>,
    incidents: JoinSet<()>,
}

fn of_calls(chance: &mut Chance) -> Vec<OfCalls> {
    let internal = CallFault::Error {
        code: "InternalError".into(),
        message: "An internal error has occurred".into(),
        status: 500,
    };
    // Each rule has one delay; a seed has two of them.
    let slow = |chance: &mut Chance| {
        let ms = chance.between(Duration::from_millis(500), Duration::from_secs(25)).as_millis();
        CallFault::Delay { ms: u64::try_from(ms).unwrap_or_default() }
    };
    vec![
        ("AWS throttles", CallFault::Throttle, 0.03),
        ("AWS answers with an internal error", internal, 0.02),
        ("AWS, request lost", CallFault::LoseRequest, 0.01),
        ("AWS does it, reply lost", CallFault::LoseReply, 0.02),
        ("AWS does it late", slow(chance), 0.01),
        ("AWS does it late", slow(chance), 0.01),
    ]
}

const IN_CALLS: Rates = Rates {
    killed_before: 0.001,
    killed_after: 0.001,
    frozen_before: 0.001,
    frozen_after: 0.001,
    table_throttled: 0.004,
    table_conflict: 0.01,
    table_reply_lost: 0.004,
    store_reply_lost: 0.002,
    clocks_off: true,
};

impl Weather {
    /// Everything goes wrong from now on.
    pub(crate) fn storm(stage: &Arc<Stage>) -> Self {
        let by = stage.plan.faults;
        let mut chance = stage.fate.fork();
        let Rates {
            killed_before,
            killed_after,
            frozen_before,
            frozen_after,
            table_throttled,
            table_conflict,
            table_reply_lost,
            store_reply_lost,
            clocks_off,
        } = IN_CALLS;
        stage.fate.set_rates(Rates {
            killed_before: killed_before * by,
            killed_after: killed_after * by,
            frozen_before: frozen_before * by,
            frozen_after: frozen_after * by,
            table_throttled: table_throttled * by,
            table_conflict: table_conflict * by,
            table_reply_lost: table_reply_lost * by,
            store_reply_lost: store_reply_lost * by,
            clocks_off: clocks_off && by > 0.0,
        });
        let rules = of_calls(&mut chance)
            .into_iter()
            .map(|(_, fault, rate)| Rule::call("*", fault).when(When::Rate((rate * by).min(1.0))));
        stage.world.cloud.set_faults(rules.collect()).expect("rules that make sense");
        events(stage, chance.fork(), by);
        let incidents =
            if by > 0.0 { incidents::begin(stage, &mut chance) } else { JoinSet::new() };
        Self { stage: Arc::clone(stage), incidents }
    }

    /// Nothing goes wrong any more; what is late already comes late.
    pub(crate) async fn calm(mut self) {
        let Self { stage, incidents } = &mut self;
        shut_down(incidents).await;
        if stage.plan.spot {
            // What AWS announced it does.
            tokio::time::sleep(NOTICE).await;
        }
        stage.fate.set_rates(Rates::default());
        stage.fate.lose_store(Duration::ZERO);
        stage.world.lambdas.lose_records(false);
        stage.world.cloud.act(|sim| {
            sim.set_lag_ms(0);
            sim.set_capacity(None);
            sim.set_launch_error(None);
            sim.set_lost_zone(None).expect("no zone is no unknown zone");
        });
        let names = of_calls(&mut Chance::new(0)).into_iter().map(|(name, ..)| name);
        for (name, active) in names.zip(stage.world.cloud.faults()) {
            stage.fate.hit(name, active.hits);
        }
        stage.world.cloud.set_faults(Vec::new()).expect("no rules");
        stage.world.deliveries.set(|_| vec![Duration::from_millis(500)]);
        stage.tell(|| "the faults stop".into());
    }
}

/// What becomes of events on their way.
fn events(stage: &Arc<Stage>, chance: Chance, by: f64) {
    let (fate, chance) = (stage.fate.clone(), Mutex::new((chance, Instant::now())));
    stage.world.deliveries.set(move |_| {
        let mut both = chance.lock().expect("not poisoned");
        let (chance, latest) = &mut *both;
        let share = chance.share() / by;
        let usual = chance.between(Duration::from_millis(100), Duration::from_secs(2));
        let late = chance.between(Duration::from_secs(5), Duration::from_secs(480));
        let deliveries = if share < 0.1 {
            fate.hit("event lost", 1);
            Vec::new()
        } else if share < 0.2 {
            fate.hit("event doubled", 1);
            vec![usual, usual + late / 4]
        } else if share < 0.3 {
            fate.hit("event late", 1);
            vec![late]
        } else {
            vec![usual]
        };
        for delivery in &deliveries {
            let due = Instant::now() + *delivery;
            if due < *latest {
                fate.hit("event out of order", 1);
            }
            *latest = due.max(*latest);
        }
        deliveries
    });
}
