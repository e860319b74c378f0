//! Prints what a month costs at 10, 100, 1,000 and 10,000 users, from a table of prices.

use std::{fs, path::PathBuf};

use clap::Parser;
use hotdesk_bench::cost::{self, Prices};

/// What a month costs, in USD.
#[derive(Debug, Parser)]
struct Options {
    /// The table of prices: `name,usd,per,source`.
    #[arg(long, env = "PRICES", default_value = "docs/prices.csv")]
    prices: PathBuf,
}

const USERS: [f64; 4] = [10.0, 100.0, 1_000.0, 10_000.0];

fn main() -> anyhow::Result<()> {
    let prices = Prices::read(&fs::read_to_string(Options::parse().prices)?)?;
    let bills: Vec<Vec<cost::Line>> =
        USERS.iter().map(|users| cost::control_plane(*users, &prices)).collect::<Result<_, _>>()?;
    println!("| a month, USD | 10 users | 100 | 1,000 | 10,000 |\n| --- | --- | --- | --- | --- |");
    for nth in 0..bills[0].len() {
        row(bills[0][nth].0, bills.iter().map(|bill| Some(bill[nth].1)));
    }
    let sum = |bill: &Vec<cost::Line>| bill.iter().map(|(_, usd)| usd).sum();
    row("**hotdesk's control plane**", bills.iter().map(|bill| Some(sum(bill))));
    let router = cost::router(&prices)?;
    row("a router in two zones, with its store", USERS.iter().map(|_| Some(router)));
    let coder = |users: &f64| cost::always_on(*users, &prices);
    let coder: Vec<Option<f64>> = USERS.iter().map(coder).collect::<Result<_, _>>()?;
    row("Coder's published size, without its database", coder.into_iter());
    let boxes: Vec<f64> =
        USERS.iter().map(|users| cost::boxes(*users, &prices)).collect::<Result<_, _>>()?;
    row("boxes and homes, with any of them", boxes.into_iter().map(Some));
    Ok(())
}

fn row(what: &str, costs: impl Iterator<Item = Option<f64>>) {
    let costs: Vec<String> =
        costs.map(|usd| usd.map_or_else(|| "-".into(), |usd| format!("{usd:.2}"))).collect();
    println!("| {what} | {} |", costs.join(" | "));
}
