//! A side: a process that answers events, and what it costs.

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::api::Api;

/// How to start a side.
#[derive(Clone, Debug)]
pub struct Side {
    /// What it is called in the table.
    pub name: &'static str,
    /// The program and its arguments.
    pub command: Vec<PathBuf>,
    /// Its environment; nothing of ours gets in.
    pub environment: BTreeMap<String, String>,
}

/// A side that runs; killed when dropped.
#[derive(Debug)]
pub struct Running {
    /// What it is called in the table.
    pub name: &'static str,
    /// Its Runtime API.
    pub api: Api,
    /// When it was started.
    pub began: Instant,
    /// From exec until it asked for its first event.
    pub start: Duration,
    child: Child,
}

impl Side {
    /// Starts it, and waits until it asks for an event.
    ///
    /// # Errors
    /// It does not.
    pub async fn start(&self) -> anyhow::Result<Running> {
        let api = Api::start().await?;
        let (program, arguments) = self.command.split_first().context("no command")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", self.name),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {}", self.name))?;
        let first = api.first().await.with_context(|| self.name.to_owned())?;
        Ok(Running { name: self.name, api, began, start: first - began, child })
    }
}

impl Running {
    /// Sends an event, and returns the answer.
    ///
    /// # Errors
    /// As [`Api::invoke`].
    pub async fn invoke(&self, event: Value) -> anyhow::Result<Value> {
        self.api.invoke(event).await
    }

    /// Ends it, and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be ended.
    pub async fn end(mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// The CPU time that all its threads have had.
    ///
    /// # Errors
    /// It is gone.
    pub fn cpu(&self) -> io::Result<Duration> {
        let mut sum = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.id()?))? {
            // The first number is time on the CPU in nanoseconds (proc(5), /proc/pid/schedstat).
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            sum +=
                text.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(sum))
    }

    /// The most memory that it had, in KiB (proc(5), `VmHWM`).
    ///
    /// # Errors
    /// It is gone.
    pub fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.ok_or_else(|| io::Error::other("no VmHWM"))
    }

    fn id(&self) -> io::Result<u32> {
        self.child.id().ok_or_else(|| io::Error::other("it has ended"))
    }
}
