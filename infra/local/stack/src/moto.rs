//! A moto of one's own: DynamoDB and its streams, and other services of AWS as moto understands
//! them. `infra/local/moto/serve.py` says why not moto's own server.

use std::{
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{ChildStdout, Stdio},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, retry::RetryConfig};
use nix::sys::signal::Signal;
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    process::{Process, bound, log_to},
    tools,
};

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The region that everything local pretends to be in.
pub const REGION: &str = "us-east-1";

/// The account that everything local pretends to be in; moto's own default.
pub const ACCOUNT: &str = "123456789012";

/// A moto server, empty at its start; killed when dropped.
#[derive(Debug)]
pub struct Moto {
    process: Process,
    endpoint: String,
}

impl Moto {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// It is not installed and cannot be, or does not say within a minute that it is ready.
    pub async fn start() -> io::Result<Self> {
        Self::run(tools::python, 0, None).await
    }

    /// As [`Moto::start`], with CloudFormation and what it makes.
    ///
    /// # Errors
    /// As [`Moto::start`].
    pub async fn with_stacks() -> io::Result<Self> {
        Self::run(tools::python_of_stacks, 0, None).await
    }

    /// Starts one on a port of 127.0.0.1; what it prints goes to the file `log`.
    ///
    /// # Errors
    /// As [`Moto::start`], or the port is taken.
    pub async fn on_port(port: u16, log: &Path) -> io::Result<Self> {
        Self::run(tools::python, port, Some(log)).await
    }

    async fn run(
        python: fn() -> io::Result<PathBuf>,
        port: u16,
        log: Option<&Path>,
    ) -> io::Result<Self> {
        let python = spawn_blocking(python).await??;
        let mut command = bound(Signal::SIGKILL, python.join("bin/python"));
        command.arg(tools::root().join("infra/local/moto/serve.py")).arg(port.to_string());
        if let Some(path) = log {
            log_to(&mut command, path)?;
        }
        command.stdout(Stdio::piped());
        let mut process = Process::spawn(command)?;
        let stdout = process.child().stdout.take();
        let line = timeout(START_TIMEOUT, spawn_blocking(move || first_line(stdout)));
        let line = line.await.map_err(|_| io::Error::other("moto does not get ready"))???;
        match line.trim_end().strip_prefix("ready ") {
            Some(endpoint) => Ok(Self { process, endpoint: endpoint.to_owned() }),
            None => Err(io::Error::other("moto did not start")),
        }
    }

    /// Its address, as `AWS_ENDPOINT_URL_DYNAMODB` and its like want it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What an SDK client needs to talk to it.
    pub async fn sdk_config(&self) -> SdkConfig {
        sdk_config(&self.endpoint).await
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// What an SDK client needs to talk to a stand-in for AWS: its address, and credentials that mean
/// nothing. Without retries, so that what is refused is seen.
pub async fn sdk_config(endpoint: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .load()
        .await
}

fn first_line(stdout: Option<ChildStdout>) -> io::Result<String> {
    let mut line = String::new();
    if let Some(stdout) = stdout {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    Ok(line)
}
