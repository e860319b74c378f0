//! A keeper that is killed goes on where it was when it is started again.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    time::Duration,
};

use hotdesk::homes::{Trouble, file_system};
use hotdesk_agent::keeper::Files;

use crate::ground::{Ground, MIB, SIZE, TestVolume};

/// Moments after an order, ms: formatting and mounting take some tens.
const MOMENTS: [u64; 8] = [0, 5, 10, 20, 35, 50, 80, 150];

#[tokio::test]
async fn whenever_it_is_killed_the_home_opens_in_the_end() {
    for moment in MOMENTS {
        let volume = TestVolume::new();
        let mut ground = Ground::new();
        ground.attach(&volume);
        ground.start().await;
        assert_eq!(ground.order(&volume.order("alice", true)).await, 200);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        ground.start().await;
        ground.is_open().await;
        assert_eq!(ground.editor().last().unwrap(), "start", "{moment}");
        fs::write(ground.inside("file"), "of alice").unwrap();

        let told = ground.editor();
        ground.start().await;
        ground.is_open().await;
        let after = ground.editor();
        let more = after.get(told.len()..).unwrap();
        assert!(more.iter().all(|word| word == "start"), "her editor goes on: {more:?}");
        assert!(ground.inside("file").exists());

        assert_eq!(ground.let_go().await, Files::Saving);
        tokio::time::sleep(Duration::from_millis(moment / 4)).await;
        ground.start().await;
        ground.lets_go(Files::Saved).await;
        ground.start().await;
        assert_eq!(ground.let_go().await, Files::Saved, "it remembers");
        assert_eq!(ground.order(&volume.order("alice", true)).await, 410);
        assert!(!ground.inside("file").exists());
    }
}

#[tokio::test]
async fn what_a_format_left_that_was_cut_off_is_formatted_if_nobody_had_it() {
    let id = file_system(&"alice".parse().unwrap());
    let mut mark = format!("hotdesk makes the file system {id}\n").into_bytes();
    mark.resize(4096, 0);
    for (new, user) in [(true, "alice"), (false, "alice"), (true, "bob")] {
        let volume = TestVolume::new();
        let image = File::options().write(true).open(&volume.image).unwrap();
        image.write_all_at(&mark, SIZE - 4 * MIB).unwrap();
        image.write_all_at(&[0xa5; 10_000], 4096).unwrap();
        let before = volume.copy();
        let mut ground = Ground::new();
        ground.attach(&volume);
        ground.start().await;
        let order = volume.order(user, new);
        if (new, user) == (true, "alice") {
            ground.opens(&order).await;
            ground.lets_go(Files::Saved).await;
            drop(ground);
            volume.is_free().await;
            let mut found = vec![0; mark.len()];
            let image = File::open(&volume.image).unwrap();
            image.read_exact_at(&mut found, SIZE - 4 * MIB).unwrap();
            assert_ne!(found, mark, "the next one is not formatted");
        } else {
            assert_eq!(ground.fails(&order).await, Trouble::NotBlank);
            assert!(volume.is_as(&before));
        }
    }
}
