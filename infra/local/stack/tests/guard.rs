//! Nothing that came of a guarded command outlives its guard.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const GUARD: &str = env!("CARGO_BIN_EXE_hotdesk-stack");

/// A shell that ignores TERM, and behind it one in a session of its own whose parent is gone.
const STUBBORN: &str = r#"
    trap '' TERM INT HUP
    (setsid sh -c 'trap "" TERM HUP; echo $$ >daemon; while :; do sleep 1; done' &)
    while [ ! -s daemon ]; do sleep 0.01; done
    echo $$ >command
    while :; do sleep 1; done
"#;

fn guard(folder: &Path, command: &str) -> Child {
    let mut guard = Command::new(GUARD);
    guard.args(["guard", "sh", "-c", command]).current_dir(folder);
    guard.spawn().expect("the guard starts")
}

fn until(what: &str, mut true_yet: impl FnMut() -> bool) {
    let began = Instant::now();
    while !true_yet() {
        assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The process whose id is in the file, once it is written.
fn process_in(file: &Path) -> Pid {
    let mut id = None;
    until("a process id", || {
        id = fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok());
        id.is_some()
    });
    Pid::from_raw(id.expect("just seen"))
}

fn runs(process: Pid) -> bool {
    kill(process, None).is_ok()
}

#[test]
fn asked_to_end_it_takes_everything_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut guard = guard(folder.path(), STUBBORN);
    let stubborn = ["command", "daemon"].map(|name| process_in(&folder.path().join(name)));
    assert!(stubborn.into_iter().all(runs));

    kill(Pid::from_raw(i32::try_from(guard.id()).unwrap()), Signal::SIGTERM).unwrap();

    assert_eq!(guard.wait().unwrap().code(), Some(0));
    assert!(!stubborn.into_iter().any(runs));
}

#[test]
fn when_its_command_is_killed_the_rest_goes_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut guard = guard(folder.path(), STUBBORN);
    let [command, daemon] = ["command", "daemon"].map(|name| process_in(&folder.path().join(name)));

    kill(command, Signal::SIGKILL).unwrap();

    assert_eq!(guard.wait().unwrap().code(), Some(128 + 9), "as a shell tells it");
    assert!(!runs(daemon));
}

#[test]
fn killed_itself_it_still_asks_its_command_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut guard = guard(folder.path(), "echo $$ >command; exec sleep 60");
    let command = process_in(&folder.path().join("command"));

    guard.kill().unwrap();
    guard.wait().unwrap();

    until("the command ends", || !runs(command));
}

#[test]
fn it_ends_as_its_command_ends() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(guard(folder.path(), "exit 7").wait().unwrap().code(), Some(7));
}
