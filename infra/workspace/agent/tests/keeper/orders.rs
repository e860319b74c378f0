//! What the keeper is asked, and in which order.

use std::{fs, sync::Arc, time::Duration};

use hotdesk::homes::{Stage, Trouble};
use hotdesk_agent::{
    Runtime,
    keeper::{Files, Keeper, Order, Settings},
};
use tempfile::TempDir;

use crate::ground::{Ground, TestVolume, until};

#[tokio::test]
async fn a_box_has_one_home() {
    let (volume, other) = (TestVolume::new(), TestVolume::new());
    let mut ground = Ground::new();
    ground.attach(&volume);
    ground.attach(&other);
    ground.start().await;
    assert_eq!(ground.report().await, hotdesk_agent::keeper::Report::default());
    ground.opens(&volume.order("alice", true)).await;
    assert_eq!(ground.order(&volume.order("alice", false)).await, 200, "said again");
    for refused in [volume.order("bob", true), other.order("alice", true)] {
        assert_eq!(ground.order(&refused).await, 409);
    }
    ground.start().await;
    assert_eq!(ground.order(&other.order("alice", true)).await, 409, "it remembers");
    ground.is_open().await;
    assert!(other.devices().is_empty());
}

/// A keeper on a desk without root, in this process.
fn of_files(folder: &TempDir) -> Arc<Keeper> {
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("home")).unwrap();
    fs::create_dir_all(path("volumes")).unwrap();
    let settings = Settings {
        volumes: Some(path("volumes")),
        home: path("home"),
        owner: 1,
        editor_control: "true".into(),
        sys_block: "/sys/block".into(),
        dev: "/dev".into(),
        missing_after: Duration::from_millis(50),
        again_after: Duration::from_millis(20),
    };
    Keeper::start(settings, Runtime::open(path("keeper")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_volume_that_is_missing_is_said_and_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = of_files(&folder);
    let (user, volume) = ("alice".parse().unwrap(), "vol-01234567".parse().unwrap());
    keeper.order(Order { user, volume, size: 1, new: true }).unwrap();
    assert_eq!(keeper.report().await.stage, Some(Stage::Attaching));
    let missing = async || (keeper.report().await.trouble == Some(Trouble::Missing)).then_some(());
    until("it is missing", missing).await;
    assert_eq!(keeper.report().await.stage, Some(Stage::Failed));

    // Without root a volume is a folder.
    let files = folder.path().join("volumes/vol-01234567/files");
    fs::create_dir_all(&files).unwrap();
    fs::write(files.join("file"), "of alice").unwrap();
    let open = async || (keeper.report().await.stage == Some(Stage::Mounted)).then_some(());
    until("it is open", open).await;
    assert_eq!(keeper.report().await.trouble, None);
    let home = folder.path().join("home");
    assert_eq!(fs::read_to_string(home.join("file")).unwrap(), "of alice");
    until("saved", async || (keeper.let_go() == Files::Saved).then_some(())).await;
    assert!(!home.exists());
    assert!(files.join("file").exists());
}

#[tokio::test]
async fn what_the_box_cannot_do_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = of_files(&folder);
    // A file where the link has to be put, in a folder that is none.
    let home = folder.path().join("home");
    fs::remove_dir(&home).unwrap();
    fs::write(&home, "in the way").unwrap();
    fs::create_dir_all(folder.path().join("volumes/vol-01234567/files")).unwrap();
    let (user, volume) = ("alice".parse().unwrap(), "vol-01234567".parse().unwrap());
    keeper.order(Order { user, volume, size: 1, new: true }).unwrap();
    let fails = async || (keeper.report().await.trouble == Some(Trouble::System)).then_some(());
    until("it fails", fails).await;
    fs::remove_file(&home).unwrap();
    let open = async || (keeper.report().await.stage == Some(Stage::Mounted)).then_some(());
    until("it is open", open).await;
}
