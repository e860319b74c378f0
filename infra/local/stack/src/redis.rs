//! A Redis of one's own.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::process::{POLL, Process, bound, log_to};

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A redis-server that keeps nothing on disk; killed when dropped.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    url: String,
    /// The folder of one that has it for itself.
    _folder: Option<TempDir>,
}

impl Redis {
    /// Starts one on a Unix socket that nobody else knows.
    ///
    /// # Errors
    /// redis-server is not installed, or does not answer within 20 s.
    pub async fn start() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("hotdesk-redis-").tempdir()?;
        let socket = folder.path().join("redis.sock");
        let mut command = command(folder.path());
        command.args(["--port", "0", "--unixsocket"]).arg(&socket).stdout(Stdio::null());
        Self::run(command, format!("redis+unix://{}", socket.display()), Some(folder)).await
    }

    /// Starts one on a port of 127.0.0.1, in `folder`; what it prints goes to the file `log`.
    ///
    /// # Errors
    /// redis-server is not installed, or the port is taken.
    pub async fn on_port(port: u16, folder: &Path, log: &Path) -> io::Result<Self> {
        let mut command = command(folder);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
        log_to(&mut command, log)?;
        Self::run(command, format!("redis://127.0.0.1:{port}"), None).await
    }

    async fn run(command: Command, url: String, folder: Option<TempDir>) -> io::Result<Self> {
        let mut redis = Self { process: Process::spawn(command)?, url, _folder: folder };
        let ready = timeout(START_TIMEOUT, redis.answers()).await;
        ready.map_err(|_| {
            io::Error::new(io::ErrorKind::TimedOut, "redis-server does not answer")
        })??;
        Ok(redis)
    }

    async fn answers(&mut self) -> io::Result<()> {
        let client = redis::Client::open(self.url()).map_err(io::Error::other)?;
        loop {
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
                let pong = redis::cmd("PING").query_async::<String>(&mut connection).await;
                if pong.is_ok() {
                    return Ok(());
                }
            }
            if let Some(status) = self.process.ended()? {
                return Err(io::Error::other(format!("redis-server ended: {status}")));
            }
            sleep(POLL).await;
        }
    }

    /// Its address, as `REDIS_URL` wants it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

fn command(folder: &Path) -> Command {
    let mut command = bound(Signal::SIGKILL, "redis-server");
    command.args(["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir"]);
    command.arg(folder);
    command
}
