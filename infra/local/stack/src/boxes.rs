//! The boxes: for each running instance a real nginx, agent and editor on addresses of its own, and the
//! volumes that are attached to it.

use std::{
    collections::HashMap,
    env, io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
    time::Duration,
};

use hotdesk_sim::Effect;
use nix::sys::signal::Signal;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::interval,
};

use crate::{
    console::say,
    disks::Disks,
    folders::{self, Folders},
    ports,
    process::{Process, bound, log_to},
    settings::BoxReuse,
    tools,
};

/// How often boxes are looked after.
const LOOK: Duration = Duration::from_secs(1);

/// What all boxes of a stack have in common.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Where their folders and logs are.
    pub folders: Folders,
    /// The binary of the agent.
    pub agent: PathBuf,
    /// The folder that the editor's installer printed.
    pub editor: PathBuf,
    /// Where heartbeats go.
    pub api: String,
    /// Where people get a workspace.
    pub home: String,
    /// Where the control plane's public keys are, a JWK set.
    pub keys: String,
    /// What becomes of a box that its user has left.
    pub reuse: BoxReuse,
    /// Seconds between heartbeats.
    pub heartbeat: u64,
}

/// The boxes that run, and those whose end is under way.
#[derive(Debug)]
pub struct Boxes {
    kind: Kind,
    disks: Disks,
    running: HashMap<String, Running>,
    ending: HashMap<String, JoinHandle<()>>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    /// It has ended by itself, and we have said so.
    failed: bool,
}

impl Boxes {
    /// None at first.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let disks = Disks::new(kind.folders.disks.clone());
        Self { kind, disks, running: HashMap::new(), ending: HashMap::new() }
    }

    /// Does what the cloud says, until there is none; events go to `deliver`.
    pub async fn follow(
        mut self,
        mut effects: mpsc::Receiver<Effect>,
        deliver: impl Fn(serde_json::Value),
    ) {
        let mut look = interval(LOOK);
        loop {
            let effect = tokio::select! {
                effect = effects.recv() => effect,
                _ = look.tick() => {
                    self.notice_failures();
                    continue;
                }
            };
            match effect {
                Some(Effect::Event(event)) => deliver(event),
                Some(Effect::BoxStarted { id, public_ip, private_ip }) => {
                    match self.start(&id, public_ip, private_ip).await {
                        Ok(()) => say("box", format!("{id} starts at {public_ip}")),
                        Err(error) => say("box", format!("{id} does not start: {error}")),
                    }
                }
                Some(Effect::BoxStopped { id }) => self.stop(id),
                Some(disk) => self.follow_disk(disk).await,
                None => return,
            }
        }
    }

    /// A volume leaves a box only when nothing of it runs any more: on a desk that may take longer than
    /// the cloud says.
    async fn follow_disk(&mut self, effect: Effect) {
        if let Effect::VolumeDetached { instance, .. } = &effect
            && let Some(end) = self.ending.remove(instance)
            && end.await.is_err()
        {
            say("box", format!("{instance} does not end"));
        }
        let disks = self.disks.clone();
        let followed = spawn_blocking(move || disks.follow(&effect)).await;
        if let Err(error) = followed.unwrap_or_else(|error| Err(error.into())) {
            say("disks", error);
        }
    }

    /// A box that ends by itself is a crashed machine: EC2 goes on calling it running.
    fn notice_failures(&mut self) {
        for (id, Running { process, failed }) in &mut self.running {
            if let (false, Ok(Some(status))) = (*failed, process.ended()) {
                let log = self.kind.folders.log(&format!("box-{id}"));
                say("box", format!("{id} has failed ({status}): look into {}", log.display()));
                *failed = true;
            }
        }
    }

    async fn start(&mut self, id: &str, public: Ipv4Addr, private: Ipv4Addr) -> io::Result<()> {
        // The one who had this disk before may still be at it.
        if let Some(end) = self.ending.remove(id) {
            end.await?;
        }
        let mut command = bound(Signal::SIGTERM, env::current_exe()?);
        command.env("HOTDESK_VOLUMES", self.disks.of_box(id)?);
        command.arg("guard").arg(tools::root().join("infra/workspace/run-box"));
        self.kind.describe(&mut command, id, public, private);
        log_to(&mut command, &self.kind.folders.log(&format!("box-{id}")))?;
        let process = Process::spawn(command)?;
        self.running.insert(id.to_owned(), Running { process, failed: false });
        Ok(())
    }

    /// Ends everything of a box, then wipes its disk; meanwhile others go on.
    fn stop(&mut self, id: String) {
        let Some(Running { mut process, .. }) = self.running.remove(&id) else { return };
        let folder = self.kind.folders.boxes.join(&id);
        let name = id.clone();
        let end = tokio::spawn(async move {
            let ended = process.terminate().await;
            let wiped = spawn_blocking(move || folders::remove(&folder)).await;
            match ended.map(|_| ()).and(wiped.unwrap_or_else(|error| Err(error.into()))) {
                Ok(()) => say("box", format!("{name} is stopped and wiped")),
                Err(error) => say("box", format!("{name} does not stop: {error}")),
            }
        });
        self.ending.insert(id, end);
    }
}

impl Kind {
    fn describe(&self, command: &mut Command, id: &str, public: Ipv4Addr, private: Ipv4Addr) {
        let listen = |ip: Ipv4Addr, port| SocketAddr::from((ip, port)).to_string();
        command
            .env("HOTDESK_INSTANCE_ID", id)
            .env("HOTDESK_LISTEN", listen(public, ports::BOX))
            .env("HOTDESK_PROBE_LISTEN", listen(private, ports::PROBE))
            .env("HOTDESK_BOX_DIR", self.folders.boxes.join(id))
            .env("HOTDESK_API_URL", &self.api)
            .env("HOTDESK_HOME_URL", &self.home)
            .env("HOTDESK_KEYS_URL", &self.keys)
            .env("HOTDESK_BOX_REUSE", self.reuse.to_string())
            .env("HOTDESK_HEARTBEAT_SECONDS", self.heartbeat.to_string())
            .env("HOTDESK_EDITOR_DIR", &self.editor)
            .env("HOTDESK_AGENT", &self.agent);
    }
}
