//! A Redis of one's own.

use std::{
    io,
    path::{Path, PathBuf},
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
    place: Place,
}

/// Where one listens.
#[derive(Debug)]
enum Place {
    /// On a socket in a folder that it has for itself.
    Socket(TempDir),
    /// On a port, with a folder that is the caller's.
    Port { port: u16, folder: PathBuf, log: PathBuf },
}

impl Redis {
    /// Starts one on a Unix socket that nobody else knows.
    ///
    /// # Errors
    /// redis-server is not installed, or does not answer within 20 s.
    pub async fn start() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("hotdesk-redis-").tempdir()?;
        let url = format!("redis+unix://{}", socket(folder.path()).display());
        Self::run(url, Place::Socket(folder)).await
    }

    /// Ends one that [`Redis::start`] has started, and all that it held.
    ///
    /// # Errors
    /// It cannot be ended.
    pub fn stop(&mut self) -> io::Result<()> {
        self.process.child().kill()?;
        self.process.child().wait().map(drop)
    }

    /// Starts it again where it was, empty; with what is in a file `dump.rdb` of its folder if
    /// somebody had it make one.
    ///
    /// # Errors
    /// As [`Redis::start`].
    pub async fn start_again(&mut self) -> io::Result<()> {
        self.process = Process::spawn(self.place.command()?)?;
        self.ready().await
    }

    /// Starts one on a port of 127.0.0.1, in `folder`; what it prints goes to the file `log`.
    ///
    /// # Errors
    /// redis-server is not installed, or the port is taken.
    pub async fn on_port(port: u16, folder: &Path, log: &Path) -> io::Result<Self> {
        let place = Place::Port { port, folder: folder.to_owned(), log: log.to_owned() };
        Self::run(format!("redis://127.0.0.1:{port}"), place).await
    }

    async fn run(url: String, place: Place) -> io::Result<Self> {
        let mut redis = Self { process: Process::spawn(place.command()?)?, url, place };
        redis.ready().await?;
        Ok(redis)
    }

    async fn ready(&mut self) -> io::Result<()> {
        let ready = timeout(START_TIMEOUT, self.answers()).await;
        ready
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "redis-server does not answer"))?
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

impl Place {
    fn command(&self) -> io::Result<Command> {
        let mut command = command(match self {
            Self::Socket(folder) => folder.path(),
            Self::Port { folder, .. } => folder,
        });
        match self {
            Self::Socket(folder) => {
                command.args(["--port", "0", "--unixsocket"]).arg(socket(folder.path()));
                command.stdout(Stdio::null());
            }
            Self::Port { port, log, .. } => {
                command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
                log_to(&mut command, log)?;
            }
        }
        Ok(command)
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("redis.sock")
}

fn command(folder: &Path) -> Command {
    let mut command = bound(Signal::SIGKILL, "redis-server");
    command.args(["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir"]);
    command.arg(folder);
    command
}
