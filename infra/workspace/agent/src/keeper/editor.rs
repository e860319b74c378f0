//! Stopping and starting the editor, and ending whatever else its user runs.

use std::{fs, io, path::Path, time::Duration};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

use super::programs::{ProgramError, run};

/// How long its program may take: it gives the editor 5 s to end by itself.
const LIMIT: Duration = Duration::from_secs(20);

/// How long it takes until who was killed is gone, at most, and the pause between two looks.
const GONE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// Has the editor stopped, and waits until it is.
pub(super) async fn stop(control: &Path) -> Result<(), ProgramError> {
    run(control, ["stop"], LIMIT).await?.done().map(|_| ())
}

/// Has the editor started. It answers some time later.
pub(super) async fn start(control: &Path) -> Result<(), ProgramError> {
    run(control, ["start"], LIMIT).await?.done().map(|_| ())
}

/// Kills everything that runs as that user, until nothing does: it would hold the home.
pub(super) async fn kill_all_of(owner: u32) -> io::Result<()> {
    let end = Instant::now() + GONE;
    loop {
        let all = all_of(owner)?;
        if all.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(io::Error::other(format!(
                "{} processes of the user do not end",
                all.len()
            )));
        }
        for process in all {
            match kill(process, Signal::SIGKILL) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        sleep(PAUSE).await;
    }
}

/// By what the kernel says and not by who owns the folder, which is root where a process cannot be
/// traced. What has ended and was not waited for holds nothing.
fn all_of(owner: u32) -> io::Result<Vec<Pid>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // One that has ended by now has none.
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        if is_of(&status, owner) {
            found.push(Pid::from_raw(id));
        }
    }
    Ok(found)
}

/// Whether the status of a process (proc_pid_status(5)) says that it has one of that user's ids.
fn is_of(status: &str, owner: u32) -> bool {
    let field = |name: &str| {
        status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
    };
    let has = field("Uid:").split_whitespace().any(|id| id.parse() == Ok(owner));
    has && !field("State:").starts_with(['Z', 'X'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_its_users_by_any_of_its_ids_until_it_has_ended() {
        let status = |state: &str, ids: &str| format!("Name:\tcat\nState:\t{state}\nUid:\t{ids}\n");
        assert!(is_of(&status("S (sleeping)", "2000\t2000\t2000\t2000"), 2000));
        assert!(is_of(&status("D (disk sleep)", "0\t2000\t0\t0"), 2000));
        assert!(!is_of(&status("S (sleeping)", "20000\t0\t0\t0"), 2000));
        assert!(!is_of(&status("Z (zombie)", "2000\t2000\t2000\t2000"), 2000));
        assert!(!is_of("", 2000));
    }
}
