//! What a month costs, from a table of prices.
//!
//! Who works: 168 hours a month with a visible tab, in two sessions on each of 21 days. A month has 730
//! hours. What is counted per flow is in docs/COST.md and docs/OPERATIONS.md.

use std::collections::BTreeMap;

use anyhow::Context as _;

const HOURS: f64 = 730.0;
/// Hours that somebody works in a month.
const WORK: f64 = 168.0;
/// Their sessions.
const SESSIONS: f64 = 42.0;
/// A tab that is visible beats every 30 s.
const BEATS: f64 = WORK * 120.0;
/// Lambda's least memory, GB: the functions have no more.
const MEMORY: f64 = 0.125;
/// Billed seconds of a heartbeat, a pass at rest, and a click with what it sets off.
const PING: f64 = 0.005;
const PASS: f64 = 1.5;
const SESSION: f64 = 3.0;
/// Passes in a month.
const PASSES: f64 = HOURS * 60.0;

/// Prices by their names, in USD.
#[derive(Clone, Debug)]
pub struct Prices(BTreeMap<String, f64>);

impl Prices {
    /// From a table of `name,usd,per,source`.
    ///
    /// # Errors
    /// It is none.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let mut prices = BTreeMap::new();
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record?;
            let (name, usd) = record.get(0).zip(record.get(1)).context("a short line")?;
            prices.insert(name.to_owned(), usd.parse().with_context(|| name.to_owned())?);
        }
        Ok(Self(prices))
    }

    fn of(&self, name: &str) -> anyhow::Result<f64> {
        self.0.get(name).copied().with_context(|| format!("no price of {name:?}"))
    }

    fn lambda(&self, calls: f64, seconds: f64) -> anyhow::Result<f64> {
        let each = seconds * MEMORY * self.of("lambda")? + self.of("lambda request")?;
        Ok(calls * each)
    }
}

/// What one line of the bill is for, and how much it is a month, in USD.
pub type Line = (&'static str, f64);

/// hotdesk's control plane with so many users, line by line: `NetworkPath` `ipv6`, everything else as it
/// comes.
///
/// # Errors
/// A price is missing.
pub fn control_plane(users: f64, prices: &Prices) -> anyhow::Result<Vec<Line>> {
    let store = if users > 2000.0 { "larger store node" } else { "store node" };
    let beats = users * BEATS;
    let sessions = users * SESSIONS;
    // A session's 40 write and 12 read units are in docs/COST.md; pages that wait ask a few times.
    let clicks = sessions * 4.0;
    // A box asks for the public keys every 5 minutes.
    let keys = users * WORK * 12.0;
    Ok(vec![
        ("store", HOURS * prices.of(store)?),
        ("heartbeats: requests", beats * prices.of("api request")?),
        ("heartbeats: ping", prices.lambda(beats, PING)?),
        // 0.3 KB of access and 0.5 KB of Lambda's own.
        ("heartbeats: logs", beats * 0.8e-6 * prices.of("log")?),
        ("public keys for boxes", keys * prices.of("api request")? + prices.lambda(keys, 0.01)?),
        (
            "sessions: requests and functions",
            clicks * prices.of("api request")? + prices.lambda(sessions, SESSION)?,
        ),
        ("sessions: tables", sessions * (40.0 * prices.of("write")? + 12.0 * prices.of("read")?)),
        (
            "passes",
            prices.lambda(PASSES, PASS)?
                + PASSES * 2.0 * prices.of("read")?
                + PASSES * 2e-6 * prices.of("log")?,
        ),
        (
            "metrics, alarms, dashboard, key",
            // Seven metrics of ours at rest, six more in hours of work; 17 alarmed ones.
            (7.0 + 6.0 * WORK / HOURS) * prices.of("metric")?
                + 17.0 * prices.of("alarm")?
                + prices.of("dashboard")?
                + prices.of("key")?,
        ),
        ("secrets", 2.0 * prices.of("secret")?),
    ])
}

/// The boxes and homes of so many users: the same with any control plane.
///
/// # Errors
/// A price is missing.
pub fn boxes(users: f64, prices: &Prices) -> anyhow::Result<f64> {
    let running = WORK * (prices.of("box")? + prices.of("address")?);
    let disks = 16.0 * prices.of("disk")? * WORK / HOURS;
    let homes = 20.0 * prices.of("disk")? + 10.0 * prices.of("snapshot")?;
    Ok(users * (running + disks + homes))
}

/// A router of two small machines in two zones behind a load balancer, with the same store, whoever many
/// users there are.
///
/// # Errors
/// A price is missing.
pub fn router(prices: &Prices) -> anyhow::Result<f64> {
    let nodes = 2.0 * (prices.of("router node")? + prices.of("address")?);
    // About 5 for what the load balancer passes.
    Ok(HOURS * (nodes + prices.of("load balancer")? + prices.of("store node")?) + 5.0)
}

/// The published size of Coder's control plane for so many users, without its database; `None` beyond what
/// is read here.
///
/// # Errors
/// A price is missing.
pub fn always_on(users: f64, prices: &Prices) -> anyhow::Result<Option<f64>> {
    let (coderd, provisioners) = match users {
        ..=1000.0 => (2.0 * prices.of("coderd node of 1000")?, 2.0),
        ..=2000.0 => (2.0 * prices.of("coderd node of 2000")?, 4.0),
        _ => return Ok(None),
    };
    Ok(Some(HOURS * (coderd + provisioners * prices.of("provisioner node")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        Prices::read(include_str!("../../../docs/prices.csv")).expect("prices")
    }

    #[test]
    fn each_user_costs_cents() {
        let sum = |users| {
            control_plane(users, &prices()).unwrap().iter().map(|(_, usd)| usd).sum::<f64>()
        };
        let each = (sum(1000.0) - sum(100.0)) / 900.0;
        assert!((0.02..0.10).contains(&each), "{each}");
    }

    #[test]
    fn a_missing_price_is_said() {
        let none = Prices::read("name,usd,per,source\n").unwrap();
        assert!(control_plane(10.0, &none).unwrap_err().to_string().contains("store node"));
    }
}
