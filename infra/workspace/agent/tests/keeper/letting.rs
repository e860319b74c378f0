//! Letting go, whoever holds on.

use std::{fs, process::Command, time::Duration};

use hotdesk_agent::keeper::Files;

use crate::ground::{Ground, TestVolume, until};

#[tokio::test]
async fn what_its_user_runs_does_not_hold_it() {
    let volume = TestVolume::of("alice").await;
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    // It holds a file that it writes to, stands in the home and takes no hint.
    let owner = ground.owner.to_string();
    let script = format!(
        "cd {0}; exec 3>{0}/held; echo begun >&3; trap '' TERM HUP; while :; do sleep 1; done",
        ground.path("home").display()
    );
    fs::set_permissions(ground.folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let mut command = ground.command("setpriv");
    command.args(["--reuid", &owner, "--regid", &owner, "--clear-groups", "sh", "-c", &script]);
    let mut holds = command.spawn().unwrap();
    until("it holds", async || ground.inside("held").exists().then_some(())).await;
    ground.lets_go(Files::Saved).await;
    assert!(!holds.wait().unwrap().success());
    drop(ground);
    volume.is_free().await;
    let mut next = Ground::new();
    next.attach(&volume);
    next.start().await;
    next.opens(&volume.order("alice", false)).await;
    assert_eq!(fs::read_to_string(next.inside("held")).unwrap(), "begun\n");
}

#[tokio::test]
async fn while_somebody_else_holds_it_it_is_not_saved() {
    let volume = TestVolume::of("alice").await;
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    let mut holds = ground.command("sh");
    holds.args(["-c", &format!("cd {} && exec sleep infinity", ground.path("home").display())]);
    let mut holds = holds.spawn().unwrap();
    let there = format!("/proc/{}/cwd", holds.id());
    let is_in =
        async || fs::read_link(&there).ok().filter(|at| *at == ground.path("home")).map(drop);
    until("it holds", is_in).await;
    for _ in 0..10 {
        assert_eq!(ground.let_go().await, Files::Saving);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    holds.kill().unwrap();
    holds.wait().unwrap();
    ground.lets_go(Files::Saved).await;
}

#[tokio::test]
async fn a_volume_that_another_box_still_has_is_waited_for() {
    let volume = TestVolume::of("alice").await;
    let (mut first, mut second) = (Ground::new(), Ground::new());
    for ground in [&mut first, &mut second] {
        ground.attach(&volume);
        ground.start().await;
    }
    first.opens(&volume.order("alice", false)).await;
    assert_eq!(second.order(&volume.order("alice", false)).await, 200);
    until("its editor was stopped", async || (second.editor() == ["stop"]).then_some(())).await;
    assert_eq!(volume.devices().len(), 1, "one box has it");
    first.lets_go(Files::Saved).await;
    second.is_open().await;
    assert_eq!(volume.devices().len(), 1);
}

#[tokio::test]
async fn without_a_home_there_is_nothing_to_save() {
    let mut ground = Ground::new();
    ground.start().await;
    ground.lets_go(Files::Nothing).await;
    assert_eq!(ground.editor(), ["stop"]);
    let volume = TestVolume::new();
    assert_eq!(ground.order(&volume.order("alice", true)).await, 410);
}

#[tokio::test]
async fn an_editor_that_does_not_stop_by_its_program_is_killed() {
    let volume = TestVolume::of("alice").await;
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    fs::write(ground.path("control"), "#!/bin/sh\nexit 1\n").unwrap();
    let id = ground.owner.to_string();
    let mut editor = Command::new("setpriv");
    editor.args(["--reuid", &id, "--clear-groups", "--regid", &id, "sleep", "infinity"]);
    let mut editor = editor.spawn().unwrap();
    ground.lets_go(Files::Saved).await;
    assert!(!editor.wait().unwrap().success());
}
