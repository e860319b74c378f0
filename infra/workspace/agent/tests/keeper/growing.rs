//! A home grows with its volume, and says when it is full.

use std::fs::{self, File};

use crate::ground::{Ground, MIB, TestVolume, until};

const LARGER: u64 = 600 * MIB;
const LARGEST: u64 = 1024 * MIB;

/// How large the file system is, bytes.
fn size(ground: &Ground) -> u64 {
    let output = ground.command("stat").args(["-fc", "%b %S"]).arg(ground.path("home")).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    let (blocks, of) = text.trim().split_once(' ').unwrap();
    blocks.parse::<u64>().unwrap() * of.parse::<u64>().unwrap()
}

fn has_sys_resource() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let has = status.lines().find_map(|line| line.strip_prefix("CapEff:\t")).unwrap();
    u64::from_str_radix(has, 16).unwrap() >> 24 & 1 == 1
}

#[tokio::test]
async fn it_grows_when_it_is_opened_and_while_it_is_open() {
    let volume = TestVolume::of("alice").await;
    let image = File::options().write(true).open(&volume.image).unwrap();
    image.set_len(LARGER).unwrap();
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    until("it has grown", async || (size(&ground) > 450 * MIB).then_some(())).await;
    assert_eq!(fs::read_to_string(ground.inside("kept")).unwrap(), "alice");

    if !has_sys_resource() {
        eprintln!("not tested: a root without CAP_SYS_RESOURCE lets nothing grow that is mounted");
        return;
    }
    image.set_len(LARGEST).unwrap();
    until("it has grown", async || (size(&ground) > 900 * MIB).then_some(())).await;
    assert_eq!(fs::read_to_string(ground.inside("kept")).unwrap(), "alice");
}

#[tokio::test]
async fn a_full_one_is_open_and_says_so() {
    let volume = TestVolume::of("alice").await;
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    assert!(!ground.report().await.full);
    let mut fill = ground.command("dd");
    fill.args(["if=/dev/zero", "bs=1M", "status=none"]);
    fill.arg(format!("of={}", ground.path("home/filling").display()));
    assert!(!fill.status().unwrap().success(), "it filled up");
    assert!(ground.report().await.full);
    fs::remove_file(ground.inside("filling")).unwrap();
    until("there is room again", async || (!ground.report().await.full).then_some(())).await;
}
