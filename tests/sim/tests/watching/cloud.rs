//! What breaks in the cloud: the group's largest size, homes, boxes under their users.

use std::{collections::BTreeMap, time::Duration};

use hotdesk_sim::{Call, VolumeRequest};
use hotdesk_tests::world::World;
use tokio::time::sleep;

use super::stage::{pool, violations, with_alice, with_spares};

#[tokio::test(start_paused = true)]
async fn more_members_than_max_size_are_noticed() {
    let world = with_spares(3).await;
    assert_eq!(world.wrong_in_cloud(), [""; 0]);
    // AWS lowers desired too, and may not take members that are protected.
    world.cloud.act(|sim| sim.set_max_size(1)).unwrap();
    let wrong = world.wrong_in_cloud().join(", ");
    assert!(wrong.contains("above MaxSize"), "{wrong}");
}

#[tokio::test(start_paused = true)]
async fn a_home_that_is_attached_twice_is_noticed() {
    let (world, _) = with_alice(1).await;
    assert_eq!(world.wrong_in_cloud(), [""; 0]);
    let spare = pool(&world).await.remove(0);
    attach_another(&world, "alice", spare.as_str()).await;
    let wrong = world.wrong_in_cloud().join(", ");
    assert!(wrong.contains("a home of alice is attached to"), "{wrong}");
    let wrong = world.unrest().await.join(", ");
    assert!(wrong.contains("volumes: "), "and as a volume that no record knows: {wrong}");
}

/// Another volume that says that it is somebody's home.
async fn attach_another(world: &World, user: &str, instance: &str) {
    let zone = world.cloud.look(|sim| sim.instances())[0].zone.clone();
    let tags = BTreeMap::from([("Home".to_owned(), user.to_owned())]);
    let (size, encrypted) = (Some(20), true);
    let request =
        VolumeRequest { zone, size, snapshot: None, encrypted, kms_key: None, token: None, tags };
    let before = world.cloud.look(|sim| sim.volumes());
    world.cloud.call(Call::CreateVolume(request)).unwrap();
    sleep(Duration::from_secs(60)).await;
    let after = world.cloud.look(|sim| sim.volumes());
    let volume = after.iter().find(|v| before.iter().all(|b| b.id != v.id)).unwrap().id.clone();
    let (instance, device) = (instance.to_owned(), "/dev/sdh".to_owned());
    world.cloud.call(Call::AttachVolume { volume, instance, device }).unwrap();
    sleep(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_stops_under_its_user_is_noticed() {
    let (world, sent) = with_alice(1).await;
    let ids = vec![sent.instance.to_string()];
    world.cloud.call(Call::StopInstances { ids }).unwrap();
    sleep(Duration::from_secs(60)).await;
    assert!(violations(&world).contains("stopped under alice"), "{}", violations(&world));
}
