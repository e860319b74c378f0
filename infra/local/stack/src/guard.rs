//! A process that runs a command and sees to it that nothing which comes of it stays.

use std::{
    io,
    process::{Command, ExitCode},
};

use nix::sys::wait::WaitStatus;
use tokio::signal::unix::{SignalKind, signal};

use crate::descendants;

/// Runs a command until it ends or until we are asked to end (INT, TERM, HUP); then ends whatever
/// is left of it, daemons and other sessions too, within seconds. For a process that does nothing
/// else: it reaps all children. `SUCCESS` if asked, else the command's own code.
///
/// # Errors
/// The command cannot be started, or the system refuses something basic.
pub async fn run(mut command: Command) -> io::Result<ExitCode> {
    descendants::keep()?;
    let mut asked = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .map(signal)
        .into_iter()
        .collect::<io::Result<Vec<_>>>()?;
    let mut child_ended = signal(SignalKind::child())?;
    let main = i32::try_from(command.spawn()?.id()).map_err(io::Error::other)?;

    let asked = futures::future::select_all(asked.iter_mut().map(|one| Box::pin(one.recv())));
    tokio::pin!(asked);
    let code = loop {
        let (ended, _) = descendants::reap();
        if let Some(code) = ended.into_iter().find_map(|status| code_of(status, main)) {
            break code;
        }
        tokio::select! {
            _ = &mut asked => break ExitCode::SUCCESS,
            _ = child_ended.recv() => {}
        }
    };
    if descendants::end_all() { Ok(code) } else { Err(io::Error::other("processes do not die")) }
}

/// The exit code if that is how the process `main` ended; a signal counts as a shell counts it.
fn code_of(status: WaitStatus, main: i32) -> Option<ExitCode> {
    let code = match status {
        WaitStatus::Exited(process, code) if process.as_raw() == main => code,
        WaitStatus::Signaled(process, signal, _) if process.as_raw() == main => 128 + signal as i32,
        _ => return None,
    };
    Some(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
