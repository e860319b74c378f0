//! A file system is made where there is nothing, and nowhere else.

use std::{
    fs::{self, File},
    os::unix::fs::{FileExt, MetadataExt},
};

use hotdesk::homes::{Trouble, file_system};
use hotdesk_agent::keeper::Files;

use crate::ground::{Ground, MIB, SIZE, TestVolume, says};

#[tokio::test]
async fn what_is_written_to_a_new_home_is_there_on_the_next_box() {
    let volume = TestVolume::new();
    let mut first = Ground::new();
    fs::write(first.path("home/below"), "of the spare").unwrap();
    first.attach(&volume);
    first.start().await;
    first.opens(&volume.order("alice", true)).await;
    assert_eq!(first.editor(), ["stop", "start"]);
    let home = fs::metadata(first.inside("")).unwrap();
    assert_eq!((home.uid(), home.gid(), home.mode() & 0o7777), (first.owner, first.owner, 0o700));
    assert_eq!(fs::read_dir(first.inside("")).unwrap().count(), 0, "nothing is in its way");
    fs::write(first.inside("file"), "of alice").unwrap();
    first.lets_go(Files::Saved).await;
    assert!(first.inside("below").exists() && !first.inside("file").exists());
    assert_eq!(first.editor(), ["stop", "start", "stop"]);
    drop(first);
    volume.is_free().await;
    assert_eq!(volume.tag("LABEL"), "hotdesk-home");
    assert_eq!(volume.tag("UUID"), file_system(&"alice".parse().unwrap()).to_string());

    let mut second = Ground::new();
    second.attach(&volume);
    second.start().await;
    second.opens(&volume.order("alice", false)).await;
    assert_eq!(fs::read_to_string(second.inside("file")).unwrap(), "of alice");
    assert_eq!(fs::metadata(second.inside("")).unwrap().uid(), second.owner);
    let output =
        second.command("findmnt").args(["-no", "OPTIONS"]).arg(second.path("home")).output();
    let options = String::from_utf8(output.unwrap().stdout).unwrap();
    for option in ["nosuid", "nodev", "noatime", "errors=remount-ro"] {
        assert!(options.trim().split(',').any(|has| has == option), "{option}: {options}");
    }
}

#[tokio::test]
async fn what_is_not_blank_or_not_new_is_left_as_it_is() {
    let write = |volume: &TestVolume, bytes: &[u8], at: u64| {
        File::options().write(true).open(&volume.image).unwrap().write_all_at(bytes, at).unwrap();
    };
    type Spoil<'a> = &'a dyn Fn(&TestVolume);
    let cases: [(&str, bool, Trouble, Spoil<'_>); 9] = [
        ("blank and used", false, Trouble::Blank, &|_| {}),
        ("the first byte", true, Trouble::NotBlank, &|v| write(v, b"x", 0)),
        ("the last byte", true, Trouble::NotBlank, &|v| write(v, b"x", SIZE - 1)),
        ("a byte at 128 MiB", true, Trouble::NotBlank, &|v| write(v, b"x", 128 * MIB)),
        ("garbage", true, Trouble::NotBlank, &|v| write(v, &[0xa5; 70_000], 0)),
        ("XFS", true, Trouble::NotBlank, &|v| write(v, b"XFSB\0\0\x10\0", 0)),
        ("swap", true, Trouble::NotBlank, &|v| {
            says("mkswap", &[v.image.to_str().unwrap()]);
        }),
        ("ext4 of no home", true, Trouble::Foreign, &|v| {
            says("mkfs.ext4", &["-q", v.image.to_str().unwrap()]);
        }),
        ("an ext4 that was cleared", true, Trouble::NotBlank, &|v| {
            says("mkfs.ext4", &["-q", v.image.to_str().unwrap()]);
            write(v, &[0; 4096], 0);
        }),
    ];
    for (what, new, trouble, spoil) in cases {
        let volume = TestVolume::new();
        spoil(&volume);
        let before = volume.copy();
        let mut ground = Ground::new();
        ground.attach(&volume);
        ground.start().await;
        assert_eq!(ground.fails(&volume.order("alice", new)).await, trouble, "{what}");
        assert_eq!(ground.editor(), ["stop"], "{what}");
        ground.lets_go(Files::Nothing).await;
        assert!(volume.is_as(&before), "{what}");
    }
}

#[tokio::test]
async fn the_home_of_somebody_else_is_left_as_it_is() {
    let volume = TestVolume::of("bob").await;
    let before = volume.copy();
    for new in [true, false] {
        let mut ground = Ground::new();
        ground.attach(&volume);
        ground.start().await;
        assert_eq!(ground.fails(&volume.order("alice", new)).await, Trouble::Foreign);
        assert!(volume.is_as(&before));
    }
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("bob", true)).await;
    assert_eq!(fs::read_to_string(ground.inside("kept")).unwrap(), "bob", "new, but not blank");
}
