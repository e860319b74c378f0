//! The identity provider of a desk: `infra/local/identity`, with the editor's Node.

use std::{
    env::consts::ARCH,
    fmt, io,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;
use reqwest::Client;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    environment::API,
    process::{POLL, Process, bound, log_to},
    tools,
};

/// Its address, which is the issuer of its tokens too.
pub const ISSUER: &str = "http://localhost:9001";

/// Who hotdesk is there.
pub const CLIENT_ID: &str = "hotdesk";

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A provider that knows everybody; killed when dropped.
pub struct Identity {
    process: Process,
    secret: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// Starts it, and returns once it answers. `editor` is the folder that the editor's installer
    /// printed; what it says goes to the file `log`.
    ///
    /// # Errors
    /// It is not installed, or does not answer within 30 s.
    pub async fn start(editor: &Path, log: &Path) -> io::Result<Self> {
        let folder = tools::root().join("infra/local/identity");
        if !folder.join("node_modules").is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "make tools installs it"));
        }
        let secret = Uuid::new_v4().simple().to_string();
        let mut command = bound(Signal::SIGKILL, node(editor));
        command.arg(folder.join("serve.mjs"));
        command.envs([("ISSUER", ISSUER), ("CLIENT_URL", API)]);
        command.envs([("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", &secret)]);
        log_to(&mut command, log)?;
        let mut identity = Self { process: Process::spawn(command)?, secret };
        match timeout(START_TIMEOUT, identity.answers()).await {
            Ok(answered) => answered.map(|()| identity),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "it does not answer")),
        }
    }

    async fn answers(&mut self) -> io::Result<()> {
        let client = Client::new();
        let discovery = format!("{ISSUER}/.well-known/openid-configuration");
        loop {
            let answer = client.get(&discovery).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.process.ended()? {
                return Err(io::Error::other(format!("it ended: {status}")));
            }
            sleep(POLL).await;
        }
    }

    /// What hotdesk proves there that it is itself.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.secret
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// The Node that comes with the editor: its packages are named as Node names processors.
fn node(editor: &Path) -> PathBuf {
    let processor = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    editor.join(format!("node_modules/node-linux-{processor}/bin/node"))
}
