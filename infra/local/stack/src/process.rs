//! Child processes that do not outlive us, however we end.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{LazyLock, mpsc},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::sleep;

/// How often a state is looked at while waiting for it.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// A command that gets `signal` when whoever spawned it dies, by util-linux's setpriv: what does
/// the same in our own process is unsafe code. The program comes as its first argument.
pub fn bound(signal: Signal, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig").arg(signal.as_str().trim_start_matches("SIG")).arg("--");
    command.arg(program).stdin(Stdio::null());
    command
}

/// Sends what the command prints to the end of a file.
///
/// # Errors
/// The file cannot be opened.
pub fn log_to(command: &mut Command, path: &Path) -> io::Result<()> {
    let log = File::options().create(true).append(true).open(path)?;
    command.stdout(log.try_clone()?).stderr(log);
    Ok(())
}

type Request = (Command, mpsc::SyncSender<io::Result<Child>>);

/// The thread that all children are spawned from: "dies" means the thread that spawned, not the
/// process (prctl(2), PR_SET_PDEATHSIG), and threads of tests and of runtimes come and go.
static SPAWNER: LazyLock<mpsc::Sender<Request>> = LazyLock::new(|| {
    let (sender, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        for (mut command, reply) in requests {
            // Whoever asked and left gets no process: it is killed with the dropped reply.
            if let Err(mpsc::SendError(Ok(mut child))) = reply.send(command.spawn()) {
                let _ = child.kill().and_then(|()| child.wait());
            }
        }
    });
    sender
});

/// A running child; killed when dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts a command in a process group of its own, so that a Ctrl-C in the terminal reaches
    /// only us and we decide what it means.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn spawn(mut command: Command) -> io::Result<Self> {
        let program = format!("{:?}", command.get_program());
        command.process_group(0);
        let (reply, child) = mpsc::sync_channel(1);
        let gone = || io::Error::other("the thread that spawns children is gone");
        SPAWNER.send((command, reply)).map_err(|_| gone())?;
        let child = child.recv().map_err(|_| gone())?;
        child
            .map(Self)
            .map_err(|error| io::Error::new(error.kind(), format!("starting {program}: {error}")))
    }

    /// The child itself, for its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, or `None` while it runs.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }

    /// Returns when it has ended.
    ///
    /// # Errors
    /// The system does not say.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            sleep(POLL).await;
        }
    }

    /// Asks it to end, and returns when it has.
    ///
    /// # Errors
    /// The system does not say.
    pub async fn terminate(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        // Not reaped, so the id is still its own.
        if let Ok(id) = i32::try_from(self.0.id()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        self.wait().await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
