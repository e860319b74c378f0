//! Programs that the keeper runs: by name, with arguments and never by a shell, within a limit.

use std::{ffi::OsStr, io, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

/// Where they are: of the system, and nothing of a user.
const PATH: &str = "/usr/sbin:/sbin:/usr/bin:/bin";

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    #[error("cannot run {program}")]
    Start { program: String, source: io::Error },
    #[error("{program} was killed after {} s", limit.as_secs())]
    Late { program: String, limit: Duration },
    #[error("{program} ended by a signal")]
    Killed { program: String },
    #[error("{program} ended with status {status}: {said}")]
    Failed { program: String, status: i32, said: String },
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(super) struct Ended {
    program: String,
    pub(super) status: i32,
    pub(super) stdout: String,
    stderr: String,
}

impl Ended {
    /// What it said, if it succeeded.
    pub(super) fn done(self) -> Result<String, ProgramError> {
        if self.status == 0 { Ok(self.stdout) } else { Err(self.failed()) }
    }

    /// The same end as an error, with the last that it said.
    pub(super) fn failed(self) -> ProgramError {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let last: Vec<&str> = said.trim().lines().rev().take(3).collect();
        let said = last.into_iter().rev().collect::<Vec<_>>().join("; ");
        ProgramError::Failed { program: self.program, status: self.status, said }
    }
}

/// Runs a program to its end; one that takes longer than the limit is killed.
pub(super) async fn run<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
    limit: Duration,
) -> Result<Ended, ProgramError> {
    let name = program.as_ref().to_string_lossy().into_owned();
    // It ends with the keeper: the next one must not meet it at the same volume.
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "--"])
        .arg(program)
        .args(arguments)
        .env("PATH", PATH)
        .env("LC_ALL", "C");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let Ok(output) = timeout(limit, command.output()).await else {
        return Err(ProgramError::Late { program: name, limit });
    };
    let output = output.map_err(|source| ProgramError::Start { program: name.clone(), source })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    match output.status.code() {
        Some(status) => Ok(Ended { program: name, status, stdout, stderr }),
        None => Err(ProgramError::Killed { program: name }),
    }
}
