//! A box has nothing of whoever had it before, and its user reaches nothing that is not theirs:
//! real boxes on this machine, by `infra/workspace/run-box`, as root.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod clean_box {
    pub(crate) mod home;
    pub(crate) mod http;
    pub(crate) mod inside;
    pub(crate) mod reach;
    pub(crate) mod search;
    pub(crate) mod stage;
}

use std::{fs, path::Path, process::Command};

use clean_box::{
    home::Volume,
    inside::{self, Who, says},
    reach, search,
    stage::{TestBox, until},
};
use hotdesk_stack::tools;

/// Leaves the word `$1` wherever a user of a box can leave anything.
const LEAVE: &str = include_str!("clean_box/leave.sh");

/// Where the word is now, by kinds of places.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    disk: Vec<String>,
    memory: Vec<String>,
    processes: Vec<String>,
    sockets: Vec<String>,
}

/// Looks for a word on the disk of a box and on this machine; and in the memory of the box, if it
/// is on.
fn find(desk: &TestBox, word: &str, on: bool) -> Found {
    let mut found = Found {
        disk: search::files(&desk.disk, word),
        processes: search::processes(word),
        sockets: search::sockets(std::process::id(), word),
        ..Found::default()
    };
    if on {
        for process in [desk.init(), desk.editor()] {
            for folder in ["dev", "run", "tmp", "var/tmp", "home", "root", "etc", "opt/hotdesk/box"]
            {
                let folder = format!("/proc/{process}/root/{folder}");
                found.memory.extend(search::files(Path::new(&folder), word));
            }
            found.sockets.extend(search::sockets(process, word));
        }
    }
    found
}

/// Something that is nowhere else.
fn word() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap();
    format!("marker-{}", id.trim())
}

#[test]
fn nothing_of_the_first_owner_is_left_for_the_second() {
    let mut desk = TestBox::new();
    desk.boot();
    let host = fs::read("/etc/passwd").unwrap();
    let (ticket, cookies) = desk.open("alice");
    assert_eq!(desk.get("/version", &cookies).status, 200, "alice has an editor");

    let word = word();
    says(&desk, Who::Developer, &format!("set -- {word}\n{LEAVE}")).unwrap();
    let found = find(&desk, &word, true);
    for place in [
        "/home/",
        "/tmp/",
        "/var/tmp/",
        ".gitconfig",
        ".bash_history",
        "extensions/",
        "run/editor/",
    ] {
        assert!(
            found.disk.iter().any(|path| path.contains(place)),
            "not on the disk: {place}, {found:?}"
        );
    }
    assert!(found.memory.iter().any(|path| path.contains("/dev/shm/")), "{found:?}");
    assert!(found.processes.len() >= 3, "a daemon, a terminal, a server: {found:?}");
    assert!(found.sockets.len() >= 2, "with a path and without one: {found:?}");
    let shared = "tail -n +2 /proc/sysvipc/shm | wc -l; ls /dev/pts";
    assert_eq!(says(&desk, Who::Developer, shared).unwrap(), "1\n0\nptmx");

    desk.stop("-TERM");
    let found = find(&desk, &word, false);
    assert!(!found.disk.is_empty(), "the search finds what a reset would remove");
    assert_eq!(
        found,
        Found { disk: found.disk.clone(), ..Found::default() },
        "off, it is all gone but files"
    );

    desk.boot();
    assert_eq!(find(&desk, &word, true), Found::default());
    assert_eq!(says(&desk, Who::Developer, shared).unwrap(), "0\nptmx");
    let seen =
        says(&desk, Who::Developer, "env; ls -lAR ~ /tmp /var/tmp /dev/shm; ps auxe").unwrap();
    assert!(!seen.contains(&word) && !seen.contains("alice"), "{seen}");
    assert_eq!(desk.get("/version", &cookies).status, 401, "her cookie");
    assert_ne!(desk.get(&format!("/_hotdesk/open?ticket={ticket}"), "").status, 303, "her ticket");

    let (_, bobs) = desk.open("bob");
    assert_eq!(desk.get("/version", &bobs).status, 200, "bob has an editor");
    assert_eq!(desk.get("/version", &cookies).status, 401, "her cookie, still");
    let alices = desk.ticket("alice");
    assert_eq!(desk.get(&format!("/_hotdesk/open?ticket={alices}"), "").status, 403, "it is bob's");

    desk.stop("-KILL");
    until("the end of all that the killed box had started", || {
        search::processes(&desk.instance).is_empty().then_some(())
    });
    assert_eq!(fs::read("/etc/passwd").unwrap(), host, "a box writes to nothing of the machine");
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(desk.disk.to_str().unwrap()), "{mounts}");
}

#[test]
fn a_home_is_there_for_its_user_on_every_boot_and_for_nobody_else() {
    let mut desk = TestBox::with_homes();
    let (alices, bobs) = (Volume::new(&desk, "alice", 1), Volume::new(&desk, "bob", 2));
    desk.boot();
    let (_, early) = desk.open("alice");
    assert_eq!(desk.get("/version", &early).status, 503, "her files are not there yet");
    alices.open(&desk, true);
    let word = word();
    let leave = format!("echo {word} >~/kept; git config --global user.name {word}; sync");
    says(&desk, Who::Developer, &leave).unwrap();
    // It goes on writing, and takes no hint.
    let writes = "exec 3>~/held; setsid sh -c 'trap \"\" TERM HUP; while :; do echo x >&3; sleep 1; done' \
        >/dev/null 2>&1 </dev/null &";
    says(&desk, Who::Developer, writes).unwrap();
    alices.save(&desk);
    desk.stop("-TERM");
    alices.detach(&desk);
    assert_eq!(find(&desk, &word, false), Found::default(), "it is on her volume only");

    desk.boot();
    bobs.open(&desk, true);
    assert_eq!(find(&desk, &word, true), Found::default());
    says(&desk, Who::Developer, "test -O ~ && test ! -e ~/kept && echo of bob >~/his").unwrap();
    reach::disks(&desk);
    // A machine that dies with a home in use.
    says(&desk, Who::Developer, "sync").unwrap();
    desk.stop("-KILL");
    until("the end of all that the killed box had started", || {
        search::processes(&desk.instance).is_empty().then_some(())
    });
    bobs.detach(&desk);

    desk.boot();
    alices.open(&desk, false);
    let seen = says(&desk, Who::Developer, "cat ~/kept; git config --global user.name").unwrap();
    assert_eq!(seen, format!("{word}\n{word}"));
    let full = "dd if=/dev/zero of=$HOME/filling bs=1M; dd if=/dev/zero of=$HOME/rest bs=4k
        test $(df --output=avail -k ~ | tail -1) -lt 1024";
    says(&desk, Who::Developer, full).unwrap();
    alices.save(&desk);
    desk.stop("-TERM");
    alices.detach(&desk);

    desk.boot();
    let cookies = alices.open(&desk, false);
    assert_eq!(
        desk.get("/_hotdesk/opening", &cookies).status,
        200,
        "it says that her home is full"
    );
    says(&desk, Who::Developer, "rm ~/filling ~/rest && echo more >~/more && cat ~/kept").unwrap();
    desk.stop("-TERM");
    alices.detach(&desk);

    desk.boot();
    bobs.open(&desk, false);
    assert_eq!(says(&desk, Who::Developer, "cat ~/his").unwrap(), "of bob");
}

#[test]
fn a_user_reaches_nothing_that_is_not_theirs() {
    let mut desk = TestBox::new();
    let mut other = TestBox::new();
    desk.start();
    other.boot();
    desk.booted();
    let (_, cookies) = desk.open("alice");
    assert_eq!(desk.get("/version", &cookies).status, 200);

    // What the tests below run stands for what a terminal runs.
    let walls = inside::walls(desk.editor());
    let stand_in = says(&desk, Who::Developer, "cat /proc/self/status").unwrap();
    for wall in &walls {
        assert!(stand_in.lines().any(|line| line == wall), "{wall} is the editor's: {stand_in}");
    }
    for wall in ["CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(walls.iter().any(|line| line == wall), "{wall}: {walls:?}");
    }

    reach::files(&desk, &other);
    reach::system_calls(&desk);
    reach::sockets(&desk);
    reach::metadata_and_probe(&desk);
    reach::processes(&desk, &other);
}

#[test]
fn a_box_that_cannot_be_reset_is_never_ready() {
    let mut desk = TestBox::new();
    desk.boot();
    let proof = desk.disk.join("run/reset");
    assert!(proof.exists());
    desk.stop("-TERM");
    let stuck = desk.disk.join("upper/tmp/stuck");
    fs::write(&stuck, "alice's").unwrap();
    let chattr = |flag| Command::new("chattr").arg(flag).arg(&stuck).status().unwrap().success();
    assert!(chattr("+i"), "chattr");

    desk.start();
    let status = desk.ended();

    let ready = desk.ready();
    assert!(chattr("-i"), "chattr");
    assert!(!status.success() && !ready);
    assert!(!proof.exists(), "not even the last boot's");
    let log = fs::read_to_string(desk.log()).unwrap();
    assert!(log.contains("cannot be removed"), "{log}");

    desk.boot();
    assert!(!stuck.exists());
}

#[test]
fn a_reset_that_fails_leaves_no_proof() {
    let stage =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reset-{}", std::process::id()));
    fs::create_dir_all(stage.join("lower")).unwrap();
    let proof = stage.join("proof");
    let reset = |disk: &Path, newroot: &Path| {
        fs::write(&proof, "an older boot").unwrap();
        let mut reset = Command::new("unshare");
        reset.args(["--mount", "--"]).arg(tools::root().join("infra/workspace/reset"));
        reset.arg(stage.join("lower")).arg(disk).arg(newroot);
        reset.env("HOTDESK_RESET_PROOF", &proof).env("HOTDESK_BOOT_ID", "this boot");
        let done = reset.output().unwrap();
        (done.status.success(), fs::read_to_string(&proof).ok())
    };
    let (disk, newroot) = (stage.join("disk"), stage.join("newroot"));
    assert_eq!(reset(&disk, &newroot), (true, Some("this boot\n".into())));

    let file = stage.join("file");
    fs::write(&file, "").unwrap();
    let link = stage.join("link");
    std::os::unix::fs::symlink(&disk, &link).unwrap();
    let comma = stage.join("a,b");
    let relative = Path::new("relative").to_owned();
    for (disk, newroot) in [
        (&file, &newroot),
        (&link, &newroot),
        (&comma, &newroot),
        (&relative, &newroot),
        (&disk, &file),
    ] {
        assert_eq!(reset(disk, newroot), (false, None), "{} {}", disk.display(), newroot.display());
    }
    fs::remove_dir_all(&stage).unwrap();
}
