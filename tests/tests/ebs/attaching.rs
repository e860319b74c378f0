//! Volumes attached and detached, and what the box says of it.

use hotdesk::{
    fleet::{Power, Refusal},
    id::{InstanceId, VolumeId},
    volumes::{Attachment, Ebs, VolumeState},
};
use hotdesk_sim::faults::CallFault;

use super::stage::{Stage, ZONES, no_volume, spec};

#[tokio::test]
async fn a_volume_goes_from_box_to_box() {
    let stage = Stage::new(4).await;
    let boxes = stage.boxes();
    let volume = stage.volume("a").await;
    for instance in &boxes[..2] {
        let machine = stage.machine(instance).await;
        assert_eq!((machine.zone.as_str(), machine.home), (ZONES[0], None));
        assert_eq!(stage.fleet.attach(&volume, instance).await.unwrap(), None);
        let attached = stage.described(&volume).await.unwrap();
        assert_eq!(attached.state, VolumeState::InUse);
        let expected = Attachment { instance: instance.clone(), leaving: false };
        assert_eq!(attached.attachment, Some(expected));
        stage.pass(5);
        assert_eq!(stage.machine(instance).await.home, Some(volume.clone()));

        stage.stop(instance).await;
        assert_eq!(stage.machine(instance).await.power, Power::Stopped);
        assert_eq!(stage.fleet.detach(&volume, instance).await.unwrap(), None);
        stage.pass(10);
        assert_eq!(stage.machine(instance).await.home, None);
        let free = stage.described(&volume).await.unwrap();
        assert_eq!((free.state, free.attachment), (VolumeState::Available, None));
    }
}

#[tokio::test]
async fn what_a_running_box_holds_is_leaving() {
    let stage = Stage::new(1).await;
    let (instance, volume) = (stage.boxes().remove(0), stage.volume("a").await);
    stage.fleet.attach(&volume, &instance).await.unwrap();
    stage.pass(5);
    assert_eq!(stage.fleet.detach(&volume, &instance).await.unwrap(), None);
    stage.pass(60);
    let expected = Attachment { instance: instance.clone(), leaving: true };
    assert_eq!(stage.described(&volume).await.unwrap().attachment, Some(expected));
    assert_eq!(stage.machine(&instance).await.home, Some(volume.clone()), "it is still there");
}

#[tokio::test]
async fn a_box_takes_one_home_and_a_home_one_box() {
    let stage = Stage::new(4).await;
    let boxes = stage.boxes();
    let (first, second) = (stage.volume("a").await, stage.volume("b").await);
    assert_eq!(stage.fleet.attach(&first, &boxes[0]).await.unwrap(), None);
    let attach = async |volume: &VolumeId, instance: &InstanceId| {
        stage.fleet.attach(volume, instance).await.unwrap()
    };
    assert_eq!(attach(&second, &boxes[0]).await, Some(Refusal::NotNow), "the device is taken");
    assert_eq!(attach(&first, &boxes[1]).await, Some(Refusal::NotNow), "the volume is in use");
    assert_eq!(attach(&first, &boxes[0]).await, Some(Refusal::NotNow), "as it is already");
    assert_eq!(attach(&second, &boxes[3]).await, Some(Refusal::Never), "another zone");
    assert_eq!(attach(&no_volume(), &boxes[1]).await, Some(Refusal::Unlisted));
    let nobody = "i-0123456789abcdef0".parse().unwrap();
    assert_eq!(attach(&second, &nobody).await, Some(Refusal::Unlisted));
    let delete = stage.fleet.delete_volume(&first).await.unwrap();
    assert_eq!(delete, Some(Refusal::NotNow), "a volume in use");
    let fresh = stage.fleet.create_volume(&spec("c")).await.unwrap().unwrap();
    assert_eq!(attach(&fresh, &boxes[1]).await, Some(Refusal::NotNow), "not made yet");
}

#[tokio::test]
async fn a_volume_that_grows_is_attached_later() {
    let stage = Stage::new(1).await;
    let (instance, volume) = (stage.boxes().remove(0), stage.volume("a").await);
    stage.fleet.grow(&volume, 9).await.unwrap();
    assert_eq!(stage.fleet.attach(&volume, &instance).await.unwrap(), Some(Refusal::NotNow));
    stage.pass(15);
    assert_eq!(stage.fleet.attach(&volume, &instance).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_not_attached_there_is_detached() {
    let stage = Stage::new(4).await;
    let boxes = stage.boxes();
    let volume = stage.volume("a").await;
    let detach = async |volume: &VolumeId, instance: &InstanceId| {
        stage.fleet.detach(volume, instance).await.unwrap()
    };
    assert_eq!(detach(&volume, &boxes[0]).await, None, "available");
    stage.fleet.attach(&volume, &boxes[0]).await.unwrap();
    stage.pass(5);
    assert_eq!(detach(&volume, &boxes[1]).await, None, "attached elsewhere");
    let attachment = stage.described(&volume).await.unwrap().attachment;
    assert_eq!(attachment, Some(Attachment { instance: boxes[0].clone(), leaving: false }));
    assert_eq!(detach(&no_volume(), &boxes[0]).await, Some(Refusal::Unlisted));
}

#[tokio::test]
async fn a_lost_reply_to_either_leaves_it_done() {
    let stage = Stage::new(1).await;
    let (instance, volume) = (stage.boxes().remove(0), stage.volume("a").await);
    stage.fault("AttachVolume", CallFault::LoseReply, 1);
    let again = stage.fleet.attach(&volume, &instance).await.unwrap();
    assert_eq!(again, Some(Refusal::NotNow), "the SDK's second try finds it in use");
    let attachment = stage.described(&volume).await.unwrap().attachment.unwrap();
    assert_eq!(attachment.instance, instance);

    stage.stop(&instance).await;
    stage.fault("DetachVolume", CallFault::LoseReply, 1);
    stage.fleet.detach(&volume, &instance).await.unwrap();
    stage.pass(10);
    assert_eq!(stage.described(&volume).await.unwrap().attachment, None);
}

#[tokio::test]
async fn a_throttled_call_is_sent_again() {
    let stage = Stage::new(1).await;
    let (instance, volume) = (stage.boxes().remove(0), stage.volume("a").await);
    stage.fault("AttachVolume", CallFault::Throttle, 1);
    assert_eq!(stage.fleet.attach(&volume, &instance).await.unwrap(), None);
    let calls = stage.calls("AttachVolume");
    assert_eq!((calls.throttled, calls.answered), (1, 1));
}
