//! Rows of the reconcile table about boxes in standby, or on their way.

use hotdesk::fleet::{Lifecycle, Power};
use hotdesk::seats::{BoxItem, Seats};
use hotdesk::spares::Spares;
use hotdesk::store::{BoxPhase, Store};
use hotdesk_sim::Call;
use hotdesk_tests::world::GROUP;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::fleet::stage::*;

#[tokio::test(start_paused = true)]
async fn a_woken_box_in_service_is_admitted_and_its_item_deleted() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    // A function died between ExitStandby and the rest.
    let at = now(&world).await;
    assert_eq!(world.plane.store.wake(1, at).await.unwrap(), one(&standby));
    world.plane.seats.waking(&standby).await.unwrap();
    call(&world, Call::StartInstances { ids: vec![standby.to_string()] });
    tokio::time::sleep(Duration::from_secs(30)).await;
    call(&world, Call::ExitStandby { group: GROUP.into(), ids: vec![standby.to_string()] });
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(lifecycle(&world, &standby).await, Some(Lifecycle::InService));
    world.passes(1).await;
    assert_eq!(item(&world, &standby).await, None);
    assert_eq!(phase(&world, &standby).await, BoxPhase::Spare);
    world.passes(3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_standby_box_that_somebody_put_into_service_is_stopped_again() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    call(&world, Call::StartInstances { ids: vec![standby.to_string()] });
    tokio::time::sleep(Duration::from_secs(30)).await;
    call(&world, Call::ExitStandby { group: GROUP.into(), ids: vec![standby.to_string()] });
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.passes(5).await;
    assert_eq!(phase(&world, &standby).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_woken_box_that_runs_leaves_standby() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    let at = now(&world).await;
    world.plane.store.wake(1, at).await.unwrap();
    world.plane.seats.waking(&standby).await.unwrap();
    call(&world, Call::StartInstances { ids: vec![standby.to_string()] });
    world.passes(2).await;
    assert_eq!(phase(&world, &standby).await, BoxPhase::Spare);
    assert_eq!(lifecycle(&world, &standby).await, Some(Lifecycle::InService));
    world.passes(3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_wake_whose_start_was_never_sent_is_started() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    let at = now(&world).await;
    world.plane.store.wake(1, at).await.unwrap();
    world.plane.seats.waking(&standby).await.unwrap();
    world.passes(2).await;
    assert_eq!(phase(&world, &standby).await, BoxPhase::Spare);
    world.passes(3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_wake_that_takes_too_long_is_given_up() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    world.plane.boxes.break_box(&standby);
    let at = now(&world).await;
    world.plane.store.wake(1, at).await.unwrap();
    world.plane.seats.waking(&standby).await.unwrap();
    world.passes(2).await;
    assert_eq!(power(&world, &standby).await, Some(Power::Running));
    // A box may take minutes: it is given up after five, not before.
    tokio::time::sleep(Duration::from_secs(270) - now(&world).await.since(at)).await;
    world.lambdas.pass().await.expect("a pass");
    assert_eq!(phase(&world, &standby).await, BoxPhase::Waking);
    world.run(Duration::from_secs(180)).await;
    assert_eq!(item(&world, &standby).await, Some(BoxItem::Parked));
    world.passes(3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_standby_box_that_somebody_started_is_stopped() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    call(&world, Call::StartInstances { ids: vec![standby.to_string()] });
    tokio::time::sleep(Duration::from_secs(30)).await;
    world.passes(3).await;
    assert_eq!(power(&world, &standby).await, Some(Power::Stopped));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopped_standby_box_that_nobody_knows_is_parked() {
    let world = with_spares(1).await;
    let spare = pool(&world).await.remove(0);
    forget(&world, &spare);
    deaf(&world);
    let ids = vec![spare.to_string()];
    call(&world, Call::EnterStandby { group: GROUP.into(), ids: ids.clone(), decrement: true });
    tokio::time::sleep(Duration::from_secs(10)).await;
    call(&world, Call::StopInstances { ids });
    tokio::time::sleep(Duration::from_secs(60)).await;
    world.passes(4).await;
    assert_eq!(item(&world, &spare).await, Some(BoxItem::Parked));
    assert_eq!(phase(&world, &spare).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_was_begun_is_brought_to_its_end() {
    let world = with_spares(1).await;
    deaf(&world);
    let sent = world.seated("alice").await;
    world.door.leave(&sent).await.unwrap();
    world.passes(4).await;
    assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Standby);
    assert_eq!(power(&world, &sent.instance).await, Some(Power::Stopped));
    world.check_at_rest().await;
}

/// A function was paused, and tagged the box when its seat was over. Whoever wakes it as a spare, of which
/// no seat tells, has to take that off.
#[tokio::test(start_paused = true)]
async fn a_late_tag_is_taken_off_before_the_box_is_woken() {
    let mut world = with_spares(1).await;
    let standby = parked(&world).await;
    let tags = BTreeMap::from([("Owner".to_owned(), "zoe".to_owned())]);
    call(&world, Call::CreateTags { ids: vec![standby.to_string()], tags });
    world.set_policy(|policy| policy.spares = Spares::Fixed(2));
    world.pass_until("awake", async |world| pool(world).await.contains(&standby)).await;
    world.check_at_rest().await;
}
