//! Commands in a box: as its user, as a terminal has them, or with other rights.

use std::{
    fs,
    process::{Command, Output},
};

use crate::clean_box::stage::TestBox;

/// As the command lines of setpriv have it.
const NOTHING_MORE: [&str; 4] =
    ["--init-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"];

/// Whose rights a command has, and which walls are around it.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    /// What runs in a terminal: all that box/sandbox puts around the editor. The stand-in for the
    /// editor's child that a browser would start; [`walls`] holds it to the editor itself.
    Developer,
    /// The user's rights, but with the files of agent and nginx in sight: only their modes are in
    /// the way.
    DeveloperOutside,
    /// The agent, in the network of the editor.
    Agent,
    /// Root of the box, in the files and the network of the editor.
    Root,
}

/// Runs a shell command in the box.
pub(crate) fn run(desk: &TestBox, who: Who, script: &str) -> Output {
    let (editor, init) = (desk.editor(), desk.init());
    let mounts = if matches!(who, Who::DeveloperOutside) { init } else { editor };
    let user = match who {
        Who::Developer | Who::DeveloperOutside => "developer",
        Who::Agent => "hotdesk-agent",
        Who::Root => "root",
    };
    let mut command = Command::new("nsenter");
    command.args(["--target", &mounts.to_string(), "--mount", "--pid", "--ipc", "--uts"]);
    command.arg(format!("--net=/proc/{editor}/ns/net")).arg("--");
    if matches!(who, Who::Developer) {
        command.args(["perl", "/opt/hotdesk/box/without-syscalls"]);
    }
    command.args(["setpriv", "--reuid", user, "--regid", user]);
    command.args(if user == "root" { &["--init-groups"][..] } else { &NOTHING_MORE[..] });
    command.args(["--", "env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);
    // Where nsenter leaves it is a folder of this machine.
    let script = format!("cd / || exit\n{script}");
    command.args(["HOME=/home/developer", "bash", "-c", &script]);
    command.output().unwrap()
}

/// What a command says if it succeeds.
pub(crate) fn says(desk: &TestBox, who: Who, script: &str) -> Result<String, String> {
    let output = run(desk, who, script);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What the kernel holds a process to: its user and groups, capabilities, whether it can get more,
/// and whether its system calls are filtered.
pub(crate) fn walls(process: u32) -> Vec<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let names = [
        "Uid",
        "Gid",
        "Groups",
        "CapInh",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "CapAmb",
        "NoNewPrivs",
        "Seccomp",
    ];
    let lines = status
        .lines()
        .filter(|line| line.split_once(':').is_some_and(|(name, _)| names.contains(&name)));
    lines.map(str::to_owned).collect()
}
