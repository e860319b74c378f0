//! A home that is damaged is neither repaired nor mounted nor made anew: somebody looks at it.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use hotdesk::homes::Trouble;
use hotdesk_agent::keeper::Files;

use crate::ground::{Ground, TestVolume};

#[tokio::test]
async fn a_damaged_home_is_left_as_it_is() {
    let whole = TestVolume::of("alice").await;
    let write = |volume: &TestVolume, bytes: &[u8], at: u64| {
        File::options().write(true).open(&volume.image).unwrap().write_all_at(bytes, at).unwrap();
    };
    type Spoil<'a> = &'a dyn Fn(&TestVolume);
    let cases: [(&str, Spoil<'_>); 7] = [
        ("its first blocks are cleared", &|v| write(v, &[0; 65_536], 0)),
        ("its superblock is garbage", &|v| write(v, &[0xa5; 1024], 1024)),
        ("its superblock has another sum", &|v| write(v, &[0xa5], 1024 + 0x10)),
        ("the kernel found errors", &|v| v.debugfs("set_super_value state 3")),
        ("its group descriptors are garbage", &|v| write(v, &[0xa5; 4096], 4096)),
        ("its root is gone", &|v| v.debugfs("clri <2>")),
        ("its journal is gone", &|v| v.debugfs("clri <8>")),
    ];
    for (what, spoil) in cases {
        for new in [false, true] {
            let volume = whole.copy();
            spoil(&volume);
            let before = volume.copy();
            let mut ground = Ground::new();
            ground.attach(&volume);
            ground.start().await;
            let trouble = ground.fails(&volume.order("alice", new)).await;
            assert_eq!(trouble, Trouble::Damaged, "{what}: {}", ground.log());
            assert_eq!(ground.editor(), ["stop"], "{what}");
            ground.lets_go(Files::Nothing).await;
            assert!(volume.is_as(&before), "{what}, new {new}: {}", ground.log());
        }
    }
}

#[tokio::test]
async fn a_home_that_was_cut_off_is_opened_with_all_that_was_written_out() {
    let volume = TestVolume::of("alice").await;
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.start().await;
    ground.opens(&volume.order("alice", false)).await;
    for n in 0..100 {
        let file = File::create(ground.inside(&format!("file-{n}"))).unwrap();
        file.write_all_at(b"written", 0).unwrap();
        file.sync_all().unwrap();
    }
    // As a machine leaves it that loses its power.
    let cut = volume.copy();
    let mut next = Ground::new();
    next.attach(&cut);
    next.start().await;
    next.opens(&cut.order("alice", false)).await;
    for n in 0..100 {
        let file = fs::read(next.inside(&format!("file-{n}"))).unwrap();
        assert_eq!(file, b"written", "{n}");
    }
}
