//! Measures, and prints the table; with `--json FILE` writes the figures there too.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::Context as _;
use clap::Parser;
use hotdesk_bench::{
    figures::{self, Plan},
    report,
};
use serde_json::json;

#[derive(Debug, Parser)]
struct Options {
    /// The folder with a folder for each built function and bare handler, with its program as `bootstrap`.
    #[arg(long)]
    programs: PathBuf,
    /// Node.
    #[arg(long)]
    node: PathBuf,
    /// The folder of the router, with its packages.
    #[arg(long)]
    router: PathBuf,
    /// How often each side is started.
    #[arg(long, default_value_t = 31)]
    starts: usize,
    /// How often each is called.
    #[arg(long, default_value_t = 3000)]
    calls: usize,
    /// How many people are in the store.
    #[arg(long, default_value_t = 100_000)]
    people: usize,
    /// Where the figures are written, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Options { programs, node, router, starts, calls, people, json } = Options::parse();
    let here = |path: PathBuf| path.canonicalize().with_context(|| path.display().to_string());
    let (programs, node, router) = (here(programs)?, here(node)?, here(router)?);
    let machine = machine(&node)?;
    println!("{machine}; {starts} starts and {calls} calls of each side, in turn; medians\n");
    let rows = figures::all(&Plan { programs, node, router, starts, calls, people }).await?;
    println!("{}", report::table(&rows));
    if let Some(file) = json {
        let report = json!({ "machine": machine, "starts": starts, "calls": calls, "rows": rows });
        fs::write(&file, serde_json::to_string_pretty(&report)?)?;
    }
    let missed = rows.iter().filter(|row| !row.reached()).count();
    println!("{} figures, {missed} of them miss their goal", rows.len());
    Ok(ExitCode::SUCCESS)
}

/// The processor, how many of them, and the versions of what is compared.
fn machine(node: &Path) -> anyhow::Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']));
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let said = |program: &Path| -> anyhow::Result<String> {
        let said = Command::new(program).arg("--version").output()?.stdout;
        Ok(String::from_utf8(said)?.trim().to_owned())
    };
    let (rust, node) = (said(Path::new("rustc"))?, said(node)?);
    let redis = said(Path::new("redis-server"))?;
    let redis = redis.split_whitespace().find(|word| word.starts_with("v=")).unwrap_or("v=?");
    Ok(format!(
        "{count} x {model}, Linux {}; {rust}; Node {node}; Redis {}",
        kernel.trim(),
        &redis[2..]
    ))
}
