//! A cold click by TLS: where its time goes.

use std::time::Duration;

use anyhow::Context as _;

use super::{
    Plan, beside,
    dispatch::{BARE, sent},
    ms, row,
};
use crate::{
    measure::median,
    report::{Goal, Row},
    side::Side,
    stage::Stage,
};

/// What is done one after the other, from exec to the answer.
const PHASES: [&str; 8] = [
    "exec to connecting to Redis",
    "TLS with Redis",
    "Redis is asked whether it serves, first `next`",
    "the event, and Redis's answer",
    "to connecting to DynamoDB",
    "TLS with DynamoDB",
    "its transaction",
    "the answer",
];

/// How long each of [`PHASES`] took, and all of them.
type Took = ([Duration; PHASES.len()], Duration);

pub(super) async fn figures(plan: &Plan, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let environment = stage.secured_environment()?;
    let sides = [plan.side("dispatch", &environment), plan.side(BARE, &environment)];
    let mut took: [Vec<Took>; 2] = [Vec::new(), Vec::new()];
    for nth in 0..plan.starts {
        for (side, took) in sides.iter().zip(&mut took) {
            took.push(click(stage, side, &format!("cold{nth}")).await?);
        }
    }
    let each = |side: &[Took], of: &dyn Fn(&Took) -> Duration| {
        ms(median(&side.iter().map(of).collect::<Vec<_>>()))
    };
    let compared = |what: &str, goal, of: &dyn Fn(&Took) -> Duration| {
        beside(row(what, each(&took[0], of), "ms", goal), BARE, each(&took[1], of))
    };
    let what = "dispatch: first response after a cold start, by TLS";
    let mut rows = vec![compared(what, Goal::Times(2.0), &|took| took.1)];
    rows.extend(PHASES.iter().enumerate().map(|(nth, phase)| {
        compared(&format!("... of it: {phase}"), Goal::Nothing, &|took| took.0[nth])
    }));
    Ok(rows)
}

async fn click(stage: &Stage, side: &Side, user: &str) -> anyhow::Result<Took> {
    let (redis, dynamodb) = stage.secured_taps();
    let running = side.start().await?;
    let begun = redis.last().context("it did not connect to Redis")?;
    let first = running.began + running.start;
    let (handed_over, end) = sent(stage, &running, user).await?;
    let (began, start) = (running.began, running.start);
    running.end().await?;
    let claimed = redis.last().and_then(|last| last.answered).context("Redis was not asked")?;
    let table = dynamodb.last().context("it did not connect to DynamoDB")?;
    let opened = table.answered.context("DynamoDB was not asked")?;
    let marks = [
        (began, begun.accepted),
        (begun.accepted, begun.agreed),
        (begun.agreed, first),
        (handed_over, claimed),
        (claimed, table.accepted),
        (table.accepted, table.agreed),
        (table.agreed, opened),
        (opened, end),
    ];
    let all = start + (end - handed_over);
    Ok((marks.map(|(from, to)| to.saturating_duration_since(from)), all))
}
