//! The figures.

mod cold;
mod dispatch;
mod ping;
mod sizes;
mod store;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    report::{Goal, Row},
    side::Side,
    stage::Stage,
};

/// What there is to measure, and how often.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder with a folder for each built function and bare handler.
    pub programs: PathBuf,
    /// Node.
    pub node: PathBuf,
    /// The folder of the router, with its packages.
    pub router: PathBuf,
    /// How often each side is started.
    pub starts: usize,
    /// How often each is called.
    pub calls: usize,
    /// How many people are in the store.
    pub people: usize,
}

impl Plan {
    fn side(&self, name: &'static str, environment: &BTreeMap<String, String>) -> Side {
        let environment = environment.clone();
        Side { name, command: vec![self.program(name)], environment }
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name).join("bootstrap")
    }

    fn router(&self, environment: &BTreeMap<String, String>) -> Side {
        let command = vec![self.node.clone(), self.router.join("bootstrap.mjs")];
        Side { name: "router", command, environment: environment.clone() }
    }
}

/// Measures all of them.
///
/// # Errors
/// A side does not do its work.
pub async fn all(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let stage = Stage::start().await?;
    // One for who beats, two for who clicks, and one at each cold start.
    stage.desk.stock(3 + plan.starts).await;
    let mut rows = ping::figures(plan, &stage).await?;
    rows.extend(dispatch::figures(plan, &stage).await?);
    rows.extend(cold::figures(plan, &stage).await?);
    rows.extend(store::figures(plan).await?);
    rows.extend(sizes::figures(plan)?);
    Ok(rows)
}

fn row(what: &str, ours: f64, unit: &'static str, goal: Goal) -> Row {
    Row { what: what.to_owned(), ours, unit, beside: None, goal }
}

fn beside(row: Row, name: &str, other: f64) -> Row {
    Row { beside: Some((name.to_owned(), other)), ..row }
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
