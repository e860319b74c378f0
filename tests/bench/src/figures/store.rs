//! How much memory a fleet takes in Redis.

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    seats::Addresses,
    store::{Claim, Store as _, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;

use super::{Plan, row};
use crate::report::{Goal, Row};

/// How many steps are on their way at a time.
const AT_ONCE: usize = 64;

/// When the first of them comes.
const BEGIN: Ms = Ms(1_800_000_000_000);

pub(super) async fn figures(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let server = Redis::start().await?;
    let store = RedisStore::new(server.url(), "")?;
    store.rebuild(&[], &[], BEGIN).await?;
    let empty = used(&server)?;
    let come = stream::iter(0..plan.people).map(|n| seat(&store, n));
    come.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    let active = store.demand(BEGIN).await?.active;
    ensure!(active == plan.people, "{active} have a box");
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 bytes")]
    let each = (used(&server)? - empty) as f64 / plan.people as f64;
    let what = format!("{} people with a box in Redis: memory of each", plan.people);
    Ok(vec![row(&what, each, "bytes", Goal::AtMost(1024.0))])
}

/// Somebody comes and gets a box; a day's worth of them within the day.
async fn seat(store: &RedisStore, n: usize) -> anyhow::Result<()> {
    let now = Ms(BEGIN.0 + n as u64 * 800);
    let user: UserId = format!("firstname.lastname{n}").parse()?;
    let instance: InstanceId = format!("i-0{n:016x}").parse()?;
    let private_ip = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
    let addresses =
        Addresses { public_ip: format!("203.0.{}.{}", n >> 8 & 255, n & 255), private_ip };
    store.admit(&instance, &addresses, now).await?;
    match store.claim(&user, now, now).await? {
        Claim::Assigned(_) => Ok(()),
        other => anyhow::bail!("{user} got {other:?}"),
    }
}

/// `used_memory` of INFO, in bytes.
fn used(server: &Redis) -> anyhow::Result<u64> {
    let mut connection = redis::Client::open(server.url())?.get_connection()?;
    let info: String = redis::cmd("INFO").arg("memory").query(&mut connection)?;
    let line = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    line.and_then(|bytes| bytes.trim().parse().ok()).context("used_memory")
}
