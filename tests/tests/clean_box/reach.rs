//! What the user of a box tries to reach, and must not.

use std::{collections::BTreeSet, fs};

use hotdesk_stack::tools;

use crate::clean_box::{
    inside::{Who, says},
    stage::{TestBox, until},
};

/// Each of these fails for the user of a box, with what an error says of it.
fn refused(desk: &TestBox, who: Who, scripts: &[&str]) {
    for script in scripts {
        let said = says(desk, who, script);
        assert!(said.is_err(), "{script} succeeded: {}", said.unwrap());
    }
}

/// What they can write to and see.
pub(crate) fn files(desk: &TestBox, other: &TestBox) {
    let writable = "for folder in /* /*/* /run/hotdesk/*; do
        if [ -d $folder ] && touch $folder/x 2>/dev/null; then rm $folder/x; echo $folder; fi; done";
    let folders = says(desk, Who::Developer, writable).unwrap();
    let folders: BTreeSet<_> = folders.lines().collect();
    let own = ["/dev/shm", "/home/developer", "/run/hotdesk/editor", "/tmp", "/var/tmp"];
    assert_eq!(folders, BTreeSet::from(own));

    let (log, cache) = (other.log(), tools::cache());
    for path in [&*desk.disk, &*other.disk, &*log, tools::root(), &*cache] {
        assert!(path.exists());
        let see = format!("ls -d {}", path.display());
        refused(desk, Who::Root, &[&see]);
    }
    let keys = ["ls /run/hotdesk/agent", "cat /run/hotdesk/agent/cookie.key", "ls /root"];
    assert!(says(desk, Who::Agent, "test -d /run/hotdesk/agent").is_ok(), "it is there");
    refused(desk, Who::Developer, &keys);
    refused(desk, Who::DeveloperOutside, &keys);
    refused(desk, Who::DeveloperOutside, &["ls /run/hotdesk/front", "ls /run/hotdesk/nginx"]);
    // Even with the rights of root, which no process there has.
    let bare =
        "for folder in agent front nginx; do test -z \"$(ls /run/hotdesk/$folder)\" || exit; done";
    assert!(says(desk, Who::Root, bare).is_ok());
    refused(
        desk,
        Who::Root,
        &["touch /usr/x", "touch /etc/x", "touch /run/x", "touch /opt/hotdesk/box/x"],
    );
}

/// The disks below their home, and whoever mounts them.
pub(crate) fn disks(desk: &TestBox) {
    let loops = says(desk, Who::DeveloperOutside, "ls /dev/loop*").unwrap();
    assert!(loops.lines().count() >= 2, "the control and a device: {loops}");
    let mut closed = vec![
        "ls /run/hotdesk/disks".to_owned(),
        "ls /run/hotdesk/keeper".to_owned(),
        "ls /run/hotdesk/turns".to_owned(),
    ];
    closed.extend(loops.lines().map(|name| format!("head -c1 {name}")));
    for closed in &closed {
        refused(desk, Who::Developer, &[closed]);
        refused(desk, Who::DeveloperOutside, &[closed]);
    }
    let socket = "perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(\"/run/hotdesk/keeper/keeper.sock\")'";
    refused(desk, Who::Developer, &[socket]);
    refused(desk, Who::DeveloperOutside, &[socket]);
}

/// What the kernel refuses them.
pub(crate) fn system_calls(desk: &TestBox) {
    refused(
        desk,
        Who::Developer,
        &["unshare --user true", "sudo -n true", "mount -t tmpfs tmpfs /tmp"],
    );
    // add_key(2): keyrings are the kernel's, and so all boxes' of this machine.
    let key = r#"perl -e 'my ($t, $n, $v) = ("user", "a", "b");
        exit(syscall($^V && `uname -m` =~ /x86_64/ ? 248 : 217, $t, $n, $v, 1, -4) < 0)'"#;
    refused(desk, Who::Developer, &[key]);
    assert!(says(desk, Who::DeveloperOutside, key).is_ok(), "without the filter it could");
}

fn connect(path: &str) -> String {
    format!("perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(q({path}))'")
}

/// Those of agent and nginx.
pub(crate) fn sockets(desk: &TestBox) {
    let agent = connect("/run/hotdesk/front/agent.sock");
    let nginx = connect("/run/hotdesk/nginx/nginx.sock");
    let editor = connect("/run/hotdesk/editor/editor.sock");
    for who in [Who::Developer, Who::DeveloperOutside] {
        refused(desk, who, &[&agent, &nginx]);
        assert!(says(desk, who, &editor).is_ok(), "their own");
    }
}

/// With servers at these addresses, in the network that the user has.
pub(crate) fn metadata_and_probe(desk: &TestBox) {
    let serve = r#"
        ip address add 169.254.169.254/32 dev lo
        ip address add fd00:ec2::254/128 dev lo nodad
        perl -MIO::Socket::IP -e '
            my @all = map { IO::Socket::IP->new(LocalAddr => "::", V6Only => 0, LocalPort => $_, Listen => 9)
                or die "$_: $@" } 80, 8081, 8082;
            for my $server (@all) { next if fork; while (my $got = $server->accept) { close $got } }
        ' >/dev/null 2>&1 &"#;
    says(desk, Who::Root, serve).unwrap();
    let to = |address: &str, port: u16| {
        format!(
            "perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => q({address}), PeerPort => {port}, Timeout => 5)'"
        )
    };
    until("the servers", || says(desk, Who::Root, &to("127.0.0.1", 8082)).ok());
    let metadata = [to("169.254.169.254", 80), to("fd00:ec2::254", 80)];
    let probe = [to("127.0.0.1", 8081), to("10.0.2.100", 8081), to("::1", 8081)];
    for closed in metadata.iter().chain(&probe) {
        assert!(says(desk, Who::Root, closed).is_ok(), "somebody listens: {closed}");
        refused(desk, Who::Developer, &[closed]);
    }
    for closed in &metadata {
        refused(desk, Who::Agent, &[closed]);
    }
    assert!(says(desk, Who::Agent, &probe[0]).is_ok(), "the port is the agent's");
    assert!(says(desk, Who::Developer, &to("127.0.0.1", 8082)).is_ok(), "their own servers");
    // The gateway stands for this machine, where the box's real probe is.
    let port = desk.probe.rsplit(':').next().unwrap().parse().unwrap();
    refused(desk, Who::Root, &[&to("10.0.2.2", port), &to("127.0.0.1", port)]);
}

/// What they see of others.
pub(crate) fn processes(desk: &TestBox, other: &TestBox) {
    let seen = says(desk, Who::Developer, "ps -eo user:20=,args=").unwrap();
    assert!(seen.lines().all(|line| line.starts_with("developer ")), "{seen}");
    let all = says(desk, Who::Root, "ps -eo args=").unwrap();
    assert!(all.contains(&desk.instance) && !all.contains(&other.instance), "{all}");
    // What it prints goes through a pipe: no file of this machine is open in it.
    let log = desk.log();
    for file in fs::read_dir(format!("/proc/{}/fd", desk.editor())).unwrap().flatten() {
        assert_ne!(fs::read_link(file.path()).ok().as_ref(), Some(&log));
    }
}
