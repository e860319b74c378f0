//! All processes below this one, whatever sessions and groups they have made for themselves.

use std::{collections::HashMap, fs, thread, time::Duration};

use nix::{
    errno::Errno,
    sys::{
        prctl,
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, getpid},
};

/// How long processes get to end by themselves once asked, and then to vanish once killed: one in
/// a system call that cannot be interrupted takes until that returns.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(10);

/// Makes descendants whose parents die children of this process instead of the system's first
/// one, so that none gets out of sight (prctl(2), PR_SET_CHILD_SUBREAPER).
///
/// # Errors
/// The system refuses.
pub fn keep() -> nix::Result<()> {
    prctl::set_child_subreaper(true)
}

/// Reaps what has ended. The statuses, and whether children are left.
#[must_use]
pub fn reap() -> (Vec<WaitStatus>, bool) {
    let mut ended = Vec::new();
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return (ended, true),
            Ok(status) => ended.push(status),
            Err(Errno::EINTR) => {}
            Err(_) => return (ended, false),
        }
    }
}

/// Asks all descendants to end and kills those that do not. Whether all are gone.
#[must_use]
pub fn end_all() -> bool {
    signal_all(Signal::SIGTERM);
    if gone(|| {}) {
        return true;
    }
    // Killing takes rounds: a process may fork between the list and the signal.
    gone(|| signal_all(Signal::SIGKILL))
}

/// Whether all descendants are gone within the time that they get.
fn gone(round: impl Fn()) -> bool {
    let rounds = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..rounds {
        round();
        if !reap().1 {
            return true;
        }
        thread::sleep(PAUSE);
    }
    false
}

fn signal_all(signal: Signal) {
    for process in list() {
        let _ = kill(process, signal);
    }
}

/// All descendants, as /proc shows them now.
fn list() -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
        let stat = fs::read_to_string(entry.path().join("stat")).ok();
        if let Some((id, parent)) = id.zip(stat.as_deref().and_then(parent)) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![getpid().as_raw()];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.remove(process).unwrap_or_default());
        next += 1;
    }
    found.into_iter().skip(1).map(Pid::from_raw).collect()
}

/// The parent in a line of /proc/{id}/stat: `id (name) state parent ...`, where the name may hold
/// anything, brackets too.
fn parent(stat: &str) -> Option<i32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_be_called_anything() {
        assert_eq!(parent("12 (sh) S 7 12 12"), Some(7));
        assert_eq!(parent("12 (a) S 1 (b) R 8 12 12"), Some(8));
        assert_eq!(parent(""), None);
    }

    #[test]
    fn we_descend_from_nobody_below_us() {
        assert!(!list().contains(&getpid()));
    }
}
