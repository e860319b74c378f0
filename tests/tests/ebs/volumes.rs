//! Volumes made, described, grown and deleted.

use hotdesk::{
    fleet::Refusal,
    volumes::{Ebs, Volume, VolumeSpec, VolumeState},
};
use hotdesk_sim::{Sim, faults::CallFault};

use super::stage::{FLEET, KEY, Stage, ZONES, no_snapshot, no_volume, spec};

#[tokio::test]
async fn a_volume_is_encrypted_and_says_whose_it_is() {
    let stage = Stage::new(0).await;
    let volume = stage.fleet.create_volume(&spec("a")).await.unwrap().unwrap();
    let made = |state| {
        let zone = ZONES[0].into();
        Some(Volume { volume: volume.clone(), state, zone, size: 8, attachment: None })
    };
    assert_eq!(stage.described(&volume).await, made(VolumeState::Creating));
    stage.pass(5);
    assert_eq!(stage.described(&volume).await, made(VolumeState::Available));

    let [view] = &stage.sim.look(Sim::volumes)[..] else { panic!("one volume") };
    assert!(view.encrypted);
    assert_eq!(view.kms_key.as_deref(), Some(KEY));
    let tags = [("Fleet", FLEET), ("Home", "alice"), ("Name", "hotdesk home of alice")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(view.tags, tags);
}

#[tokio::test]
async fn one_token_makes_one_volume_whatever_is_lost() {
    let stage = Stage::new(0).await;
    stage.fault("CreateVolume", CallFault::LoseReply, 1);
    let first = stage.fleet.create_volume(&spec("a")).await.unwrap().unwrap();
    let again = stage.fleet.create_volume(&spec("a")).await.unwrap().unwrap();
    assert_eq!(first, again);
    assert_eq!(stage.sim.look(Sim::volumes).len(), 1, "the SDK has sent it twice");
    assert_eq!((stage.calls("CreateVolume").cut, stage.calls("CreateVolume").answered), (1, 2));
    let other = stage.fleet.create_volume(&spec("b")).await.unwrap().unwrap();
    assert_ne!(first, other);
    let larger = VolumeSpec { size: 9, ..spec("a") };
    assert_eq!(stage.fleet.create_volume(&larger).await.unwrap(), Err(Refusal::Never));
    stage.pass(5);
    assert_eq!(stage.fleet.delete_volume(&first).await.unwrap(), None);
    assert_eq!(stage.fleet.create_volume(&spec("a")).await.unwrap(), Err(Refusal::Never));
}

#[tokio::test]
async fn a_zone_without_room_is_asked_once() {
    let stage = Stage::new(0).await;
    stage.sim.act(|sim| sim.set_volume_capacity(Some(10)));
    stage.volume("a").await;
    let full = stage.fleet.create_volume(&spec("b")).await.unwrap();
    assert_eq!(full, Err(Refusal::NoCapacity));
    assert_eq!(stage.calls("CreateVolume").refused, 1, "status 500, and not sent again");
    let elsewhere = VolumeSpec { zone: ZONES[1].into(), ..spec("c") };
    assert!(stage.fleet.create_volume(&elsewhere).await.unwrap().is_ok());
    stage.sim.act(|sim| sim.set_volume_limit(Some(16)));
    let elsewhere = VolumeSpec { token: "d".into(), ..elsewhere };
    assert_eq!(stage.fleet.create_volume(&elsewhere).await.unwrap(), Err(Refusal::NoCapacity));
}

#[tokio::test]
async fn a_volume_from_no_snapshot_is_refused() {
    let stage = Stage::new(0).await;
    let from = VolumeSpec { from: Some(no_snapshot()), ..spec("a") };
    assert_eq!(stage.fleet.create_volume(&from).await.unwrap(), Err(Refusal::Unlisted));
}

#[tokio::test]
async fn those_that_are_not_listed_do_not_hide_the_others() {
    let stage = Stage::new(0).await;
    let (first, second) = (stage.volume("a").await, stage.volume("b").await);
    let ids = [no_volume(), first.clone(), "vol-0123456789abcdef1".parse().unwrap(), second];
    let listed = stage.fleet.volumes(&ids).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(stage.fleet.volumes(&[no_volume()]).await.unwrap().is_empty());
    assert!(stage.fleet.volumes(&[]).await.unwrap().is_empty());
}

/// Each volume is seen or not, as it was some seconds ago, call by call.
#[tokio::test]
async fn a_list_that_is_late_lacks_volumes_and_is_no_error() {
    let stage = Stage::new(0).await;
    stage.sim.act(|sim| sim.set_lag_ms(10_000));
    stage.pass(20);
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(stage.fleet.create_volume(&spec(&n.to_string())).await.unwrap().unwrap());
    }
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8 {
        stage.pass(1);
        seen.insert(stage.fleet.volumes(&ids).await.unwrap().len());
    }
    assert!(seen.len() > 1, "{seen:?}");
    stage.pass(20);
    assert_eq!(stage.fleet.volumes(&ids).await.unwrap().len(), ids.len());
}

#[tokio::test]
async fn a_volume_grows_and_says_when_it_cannot() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    assert_eq!(stage.fleet.grow(&volume, 9).await.unwrap(), None);
    assert_eq!(stage.fleet.grow(&volume, 10).await.unwrap(), Some(Refusal::NotNow));
    stage.pass(15);
    assert_eq!(stage.described(&volume).await.unwrap().size, 9);
    for size in [8, 9] {
        assert_eq!(stage.fleet.grow(&volume, size).await.unwrap(), None, "it is as large");
    }
    assert_eq!(stage.described(&volume).await.unwrap().size, 9);
    for size in 10..13 {
        stage.pass(100);
        assert_eq!(stage.fleet.grow(&volume, size).await.unwrap(), None);
    }
    stage.pass(100);
    let refused = stage.fleet.grow(&volume, 20).await.unwrap();
    assert_eq!(refused, Some(Refusal::NotNow), "as often as a day allows");
    assert_eq!(stage.fleet.grow(&no_volume(), 9).await.unwrap(), Some(Refusal::Unlisted));
}

#[tokio::test]
async fn what_is_deleted_twice_is_deleted() {
    let stage = Stage::new(0).await;
    let volume = stage.volume("a").await;
    stage.fault("DeleteVolume", CallFault::LoseReply, 1);
    assert_eq!(stage.fleet.delete_volume(&volume).await.unwrap(), None);
    stage.pass(10);
    assert_eq!(stage.fleet.delete_volume(&volume).await.unwrap(), None);
    assert_eq!(stage.fleet.delete_volume(&no_volume()).await.unwrap(), None);
    let gone = stage.described(&volume).await;
    assert!(gone.is_none_or(|volume| volume.state == VolumeState::Deleted));
}
