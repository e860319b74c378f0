//! Snapshots taken, found again, listed, kept and deleted.

use hotdesk::{
    clock::Ms,
    fleet::{FleetError, Refusal},
    id::UserId,
    volumes::{Ebs, Progress, Snapshot, SnapshotSpec, VolumeSpec},
};
use hotdesk_sim::{Sim, faults::CallFault};

use super::stage::{Stage, alice, no_snapshot, snapshot_of, spec};

#[tokio::test]
async fn a_snapshot_says_of_what_and_when_and_a_volume_comes_from_it() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    let snapshot = stage.fleet.take_snapshot(&snapshot_of(&volume, Ms(5))).await.unwrap().unwrap();
    let pending = Snapshot {
        snapshot: snapshot.clone(),
        volume: Some(volume),
        user: Some(alice()),
        taken: Ms(5),
        progress: Progress::Pending,
        kept: false,
    };
    assert_eq!(stage.snapshot(&snapshot).await, Some(pending.clone()));
    let from = VolumeSpec { from: Some(snapshot.clone()), ..spec("b") };
    let early = stage.fleet.create_volume(&from).await.unwrap();
    assert_eq!(early, Err(Refusal::NotNow));
    stage.pass(100);
    let completed = Snapshot { progress: Progress::Completed, ..pending };
    assert_eq!(stage.snapshot(&snapshot).await, Some(completed.clone()));
    assert!(stage.fleet.create_volume(&from).await.unwrap().is_ok());

    assert_eq!(stage.fleet.keep_snapshot(&snapshot).await.unwrap(), None);
    let kept = Snapshot { kept: true, ..completed };
    assert_eq!(stage.fleet.snapshots_of(&alice()).await.unwrap(), [kept]);
}

/// CreateSnapshot has no token: what the SDK would send twice would be two.
#[tokio::test]
async fn a_snapshot_whose_reply_was_lost_is_found_again() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    let spec = snapshot_of(&volume, stage.now());
    stage.fault("CreateSnapshot", CallFault::LoseReply, 1);
    let error = stage.fleet.take_snapshot(&spec).await.unwrap_err();
    assert!(matches!(error, FleetError::Away(..)), "{error}");
    let [made] = &stage.sim.look(Sim::snapshots)[..] else { panic!("sent once") };

    stage.pass(1);
    let found = stage.fleet.take_snapshot(&spec).await.unwrap().unwrap();

    assert_eq!(found.as_str(), made.id);
    assert_eq!(stage.calls("CreateSnapshot").answered, 0);
    let spec = SnapshotSpec { taken: Ms(spec.taken.0 + 1), ..spec };
    let soon = stage.fleet.take_snapshot(&spec).await.unwrap();
    assert_eq!(soon, Err(Refusal::NotNow), "that would be another, and too soon");
    stage.pass(20);
    assert_ne!(stage.fleet.take_snapshot(&spec).await.unwrap().unwrap(), found);
}

#[tokio::test]
async fn a_throttled_snapshot_is_sent_again_and_a_broken_one_is_not() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    stage.fault("CreateSnapshot", CallFault::Throttle, 1);
    assert!(stage.fleet.take_snapshot(&snapshot_of(&volume, Ms(1))).await.unwrap().is_ok());
    stage.pass(20);
    let message = "An internal error has occurred".into();
    let fault = CallFault::Error { code: "InternalError".into(), message, status: 500 };
    stage.fault("CreateSnapshot", fault, 1);
    let error = stage.fleet.take_snapshot(&snapshot_of(&volume, Ms(2))).await.unwrap_err();
    assert!(matches!(error, FleetError::Away(..)), "{error}");
    let calls = stage.calls("CreateSnapshot");
    assert_eq!((calls.throttled, calls.answered, calls.refused), (1, 1, 1));
}

#[tokio::test]
async fn those_that_are_not_listed_do_not_hide_the_others() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    let snapshot = stage.fleet.take_snapshot(&snapshot_of(&volume, Ms(1))).await.unwrap().unwrap();
    let listed = stage.fleet.snapshots(&[no_snapshot(), snapshot.clone()]).await.unwrap();
    assert_eq!(listed.into_iter().map(|s| s.snapshot).collect::<Vec<_>>(), [snapshot]);
    assert!(stage.fleet.snapshots(&[no_snapshot()]).await.unwrap().is_empty());
    assert!(stage.fleet.snapshots(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn everybody_sees_their_own_and_all_of_them() {
    const EACH: u64 = 12;
    let stage = Stage::new(0).await;
    let bob: UserId = "bob".parse().unwrap();
    for (user, token) in [(alice(), "a"), (bob.clone(), "b")] {
        let made = VolumeSpec { user: user.clone(), ..spec(token) };
        let volume = stage.fleet.create_volume(&made).await.unwrap().unwrap();
        stage.pass(5);
        for n in 0..EACH {
            let spec = SnapshotSpec { user: user.clone(), ..snapshot_of(&volume, Ms(n)) };
            stage.fleet.take_snapshot(&spec).await.unwrap().unwrap();
            stage.pass(70);
        }
    }
    for user in [alice(), bob] {
        let found = stage.fleet.snapshots_of(&user).await.unwrap();
        assert_eq!(found.len(), 12);
        assert!(found.iter().all(|snapshot| snapshot.user.as_ref() == Some(&user)));
    }
}

#[tokio::test]
async fn what_is_deleted_twice_is_deleted() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    let snapshot = stage.fleet.take_snapshot(&snapshot_of(&volume, Ms(1))).await.unwrap().unwrap();
    stage.pass(100);
    stage.fault("DeleteSnapshot", CallFault::LoseReply, 1);
    for _ in 0..2 {
        assert_eq!(stage.fleet.delete_snapshot(&snapshot).await.unwrap(), None);
    }
    assert!(stage.fleet.snapshots_of(&alice()).await.unwrap().is_empty());
    let keep = stage.fleet.keep_snapshot(&snapshot).await.unwrap();
    assert_eq!(keep, Some(Refusal::Unlisted));
}
