//! A heartbeat.

use anyhow::ensure;
use serde_json::Value;

use super::{Plan, beside, ms, row, us};
use crate::{
    measure::{Check, calls, starts},
    report::{Goal, Row},
    stage::{Stage, beat},
};

/// Whose heartbeat it is.
const USER: &str = "alice";

struct Seen<'a>(&'a Stage);

impl Check for Seen<'_> {
    fn before(&self) -> anyhow::Result<()> {
        let mut hset = redis::cmd("HSET");
        hset.arg(format!("ws:{USER}")).arg("lastSeen").arg(1).exec(&mut self.0.desk.redis())?;
        Ok(())
    }

    fn after(&self, answer: &Value) -> anyhow::Result<()> {
        ensure!(answer["statusCode"] == 204, "a heartbeat was answered {answer}");
        ensure!(self.0.seen(USER)? > 1, "a heartbeat was not noted");
        Ok(())
    }
}

pub(super) async fn figures(plan: &Plan, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let event = beat(&stage.seated(USER).await?);
    let environment = stage.environment();
    let sides = [
        plan.side("ping", &environment),
        plan.side("bare", &environment),
        plan.router(&environment),
    ];
    let [ping, bare, router] = starts(&sides, plan.starts).await?[..] else {
        unreachable!("three")
    };
    let start = |goal| row("ping: exec to first `next`, Redis connected", ms(ping), "ms", goal);
    let costs = calls(&sides, &event, plan.calls, &Seen(stage)).await?;
    let cpu = |goal| row("ping: CPU of a call, token checked", us(costs[0].cpu), "µs", goal);
    let memory = |nth: usize| costs[nth].memory as f64 / 1024.0;
    let held = |goal| row("ping: memory", memory(0), "MB", goal);

    let one = sides[0].start().await?;
    one.invoke(event.clone()).await?;
    let (redis, aws) = (stage.redis.trips(), stage.dynamodb.trips());
    one.invoke(event).await?;
    let (redis, aws) = (stage.redis.trips() - redis, stage.dynamodb.trips() - aws);
    Ok(vec![
        beside(start(Goal::Times(1.2)), "bare", ms(bare)),
        beside(start(Goal::Nothing), "router", ms(router)),
        beside(cpu(Goal::Times(1.5)), "bare", us(costs[1].cpu)),
        beside(cpu(Goal::Less(4.0)), "router", us(costs[2].cpu)),
        row("ping: round trips to Redis", redis as f64, "", Goal::AtMost(1.0)),
        row("ping: calls to AWS", aws as f64, "", Goal::AtMost(0.0)),
        beside(held(Goal::AtMost(8.0)), "bare", memory(1)),
        beside(held(Goal::Nothing), "router", memory(2)),
    ])
}
