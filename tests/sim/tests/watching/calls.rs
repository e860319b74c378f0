//! Calls to AWS that take a box from somebody, or let the group replace it.

use std::slice::from_ref as one;

use hotdesk::fleet::Fleet;

use super::stage::{pool, violations, with_alice, with_spares};

#[tokio::test(start_paused = true)]
async fn a_stop_of_a_box_in_service_is_noticed_and_one_in_standby_is_none() {
    for in_standby in [false, true] {
        let world = with_spares(1).await;
        let spare = pool(&world).await.remove(0);
        if in_standby {
            world.plane.fleet.enter_standby(one(&spare)).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        }
        world.plane.fleet.stop(one(&spare)).await.unwrap();
        let noticed = violations(&world).contains("which is InService");
        assert_eq!(noticed, !in_standby, "{}", violations(&world));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_a_box_from_its_user_is_noticed() {
    let (world, sent) = with_alice(1).await;
    world.plane.fleet.enter_standby(one(&sent.instance)).await.unwrap();
    assert!(violations(&world).contains("EnterStandby"), "{}", violations(&world));
    let (world, sent) = with_alice(1).await;
    world.plane.fleet.terminate(&sent.instance, true).await.unwrap();
    assert!(violations(&world).contains("which is somebody's"), "{}", violations(&world));
    let (world, _) = with_alice(1).await;
    let spare = pool(&world).await.remove(0);
    world.plane.fleet.terminate(&spare, true).await.unwrap();
    assert_eq!(violations(&world), "", "a spare is nobody's");
}
