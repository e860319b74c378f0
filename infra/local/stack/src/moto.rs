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
    place: Place,
}

/// Where one runs.
#[derive(Debug)]
struct Place {
    /// Which Python it needs.
    python: fn() -> io::Result<PathBuf>,
    /// 0: any.
    port: u16,
    /// What it prints goes there.
    log: Option<PathBuf>,
    /// What was written to DynamoDB is kept there.
    journal: Option<PathBuf>,
}

impl Moto {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// It is not installed and cannot be, or does not say within a minute that it is ready.
    pub async fn start() -> io::Result<Self> {
        Self::run(Place::any(tools::python)).await
    }

    /// As [`Moto::start`], with CloudFormation and what it makes.
    ///
    /// # Errors
    /// As [`Moto::start`].
    pub async fn with_stacks() -> io::Result<Self> {
        Self::run(Place::any(tools::python_of_stacks)).await
    }

    /// Starts one on a port of 127.0.0.1; what it prints goes to the file `log`. With a `journal`,
    /// a file, it begins with what was written to DynamoDB before, by that file.
    ///
    /// # Errors
    /// As [`Moto::start`], or the port is taken.
    pub async fn on_port(port: u16, log: &Path, journal: Option<&Path>) -> io::Result<Self> {
        let (log, journal) = (Some(log.to_owned()), journal.map(Path::to_owned));
        Self::run(Place { python: tools::python, port, log, journal }).await
    }

    /// Starts it again where it was: with what was written to DynamoDB if it has a journal, else
    /// empty.
    ///
    /// # Errors
    /// As [`Moto::start`].
    pub async fn start_again(&mut self) -> io::Result<()> {
        (self.process, self.endpoint) = self.place.spawn().await?;
        Ok(())
    }

    async fn run(place: Place) -> io::Result<Self> {
        let (process, endpoint) = place.spawn().await?;
        Ok(Self { process, endpoint, place })
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

impl Place {
    fn any(python: fn() -> io::Result<PathBuf>) -> Self {
        Self { python, port: 0, log: None, journal: None }
    }

    /// The process, and its address.
    async fn spawn(&self) -> io::Result<(Process, String)> {
        let python = spawn_blocking(self.python).await??;
        let mut command = bound(Signal::SIGKILL, python.join("bin/python"));
        command.arg(tools::root().join("infra/local/moto/serve.py")).arg(self.port.to_string());
        command.args(&self.journal);
        if let Some(path) = &self.log {
            log_to(&mut command, path)?;
        }
        command.stdout(Stdio::piped());
        let mut process = Process::spawn(command)?;
        let stdout = process.child().stdout.take();
        let line = timeout(START_TIMEOUT, spawn_blocking(move || first_line(stdout)));
        let line = line.await.map_err(|_| io::Error::other("moto does not get ready"))???;
        match line.trim_end().strip_prefix("ready ") {
            Some(endpoint) => Ok((process, endpoint.to_owned())),
            None => Err(io::Error::other("moto did not start")),
        }
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
