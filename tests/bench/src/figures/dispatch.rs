//! A click, and the functions that link more of the SDK.

use std::{collections::BTreeMap, time::Instant};

use anyhow::ensure;

use super::{Plan, beside, ms, row};
use crate::{
    measure::starts,
    report::{Goal, Row},
    side::{Running, Side},
    stage::{Stage, click},
};

/// Those that link the SDKs of EC2, Auto Scaling and Route 53 too.
const FLEET: [&str; 3] = ["lifecycle", "idle-reaper", "provision"];

/// What is compared with dispatch.
pub(super) const BARE: &str = "bare-seats";

pub(super) async fn figures(plan: &Plan, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let environment = stage.environment();
    let mut rows = first_next(plan, &environment).await?;
    rows.extend(round_trips(plan, stage, &environment).await?);
    Ok(rows)
}

async fn first_next(
    plan: &Plan,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Row>> {
    let names = [&["dispatch", BARE, "bare-fleet"], FLEET.as_slice()].concat();
    let sides: Vec<Side> = names.iter().map(|name| plan.side(name, environment)).collect();
    let took = starts(&sides, plan.starts).await?;
    let rows = names.iter().zip(&took).filter(|(name, _)| !name.starts_with("bare"));
    Ok(rows
        .map(|(name, time)| {
            let bare = if *name == "dispatch" { (BARE, took[1]) } else { ("bare-fleet", took[2]) };
            let what = format!("{name}: exec to first `next`");
            beside(row(&what, ms(*time), "ms", Goal::Times(1.3)), bare.0, ms(bare.1))
        })
        .collect())
}

/// A click that finds a spare, by a process that is warm.
async fn round_trips(
    plan: &Plan,
    stage: &Stage,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Row>> {
    let side = plan.side("dispatch", environment).start().await?;
    sent(stage, &side, "bob").await?;
    let (redis, dynamodb) = (stage.redis.trips(), stage.dynamodb.trips());
    sent(stage, &side, "carol").await?;
    let (redis, dynamodb) = (stage.redis.trips() - redis, stage.dynamodb.trips() - dynamodb);
    let what = |server: &str| format!("dispatch with a spare: round trips to {server}");
    Ok(vec![
        row(&what("Redis"), redis as f64, "", Goal::AtMost(1.0)),
        row(&what("DynamoDB"), dynamodb as f64, "", Goal::AtMost(1.0)),
    ])
}

/// Sends somebody to a box, and looks whether Redis and the table were asked to note it; returns when it was
/// handed the event and when it had answered.
pub(super) async fn sent(
    stage: &Stage,
    side: &Running,
    user: &str,
) -> anyhow::Result<(Instant, Instant)> {
    let noted = if side.name == BARE { "somebody" } else { user };
    stage.forget(noted)?;
    let asked = stage.table_trips();
    let event = click(&stage.desk.cookie(user));
    let begin = Instant::now();
    let answer = side.invoke(event).await?;
    let end = Instant::now();
    ensure!(answer["statusCode"] == 302, "{user} was answered {answer} by {}", side.name);
    ensure!(stage.knows(noted)?, "{} noted nobody in Redis", side.name);
    ensure!(stage.table_trips() > asked, "{} did not ask the table", side.name);
    Ok((begin, end))
}
