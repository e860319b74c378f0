//! The first pass that sees a row does it: that another row would, some passes later, is no excuse.

use std::time::Duration;

use hotdesk::{
    fleet::{Lifecycle, Power},
    seats::{BoxItem, Seats, Write},
    store::{BoxPhase, Store},
};
use hotdesk_sim::Call;
use hotdesk_tests::world::{GROUP, World};

use crate::fleet::stage::*;

/// Waits until that is so, for up to two hours, without a pass.
async fn comes(world: &World, what: &str, mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..7200 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("{what} never comes\n{}", world.picture().await);
}

#[tokio::test(start_paused = true)]
async fn a_terminated_spare_is_nobodys_after_one_pass() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    world.lose(&spare);
    world.passes(1).await;
    assert_eq!(phase(&world, &spare).await, BoxPhase::Gone);
}

/// Its hook has timed out: nobody was told, and the machine still runs down.
#[tokio::test(start_paused = true)]
async fn a_box_that_the_group_terminates_is_evicted_before_ec2_is_done_with_it() {
    let world = with_spares(1).await;
    deaf(&world);
    let alice = world.seated("alice").await.instance;
    let id = alice.to_string();
    call(&world, Call::TerminateInstanceInAutoScalingGroup { id, decrement: false });
    let terminating = async || lifecycle(&world, &alice).await == Some(Lifecycle::Terminating);
    comes(&world, "its end", terminating).await;
    assert_ne!(power(&world, &alice).await, Some(Power::Terminated));
    world.lambdas.pass().await.expect("a pass");
    assert_eq!(phase(&world, &alice).await, BoxPhase::Gone);
}

/// The group, which would replace it, has not looked yet.
#[tokio::test(start_paused = true)]
async fn a_spare_that_is_stopped_is_given_to_nobody_after_one_pass() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    call(&world, Call::StopInstances { ids: vec![spare.to_string()] });
    comes(&world, "its stop", async || power(&world, &spare).await != Some(Power::Running)).await;
    assert_eq!(lifecycle(&world, &spare).await, Some(Lifecycle::InService));
    world.lambdas.pass().await.expect("a pass");
    assert_ne!(phase(&world, &spare).await, BoxPhase::Spare);
}

#[tokio::test(start_paused = true)]
async fn a_woken_box_in_service_is_received_though_nobody_expects_it() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    let at = now(&world).await;
    assert_eq!(world.plane.store.wake(1, at).await.unwrap(), one(&standby));
    assert_eq!(world.plane.seats.waking(&standby).await.unwrap(), Write::Done);
    call(&world, Call::StartInstances { ids: vec![standby.to_string()] });
    comes(&world, "its start", async || power(&world, &standby).await == Some(Power::Running))
        .await;
    call(&world, Call::ExitStandby { group: GROUP.into(), ids: vec![standby.to_string()] });
    let serves = async || lifecycle(&world, &standby).await == Some(Lifecycle::InService);
    comes(&world, "its service", serves).await;
    let arriving = redis::cmd("DEL").arg("fleet:arriving").exec(&mut world.redis());
    arriving.expect("forgotten");
    world.passes(2).await;
    assert_eq!(phase(&world, &standby).await, BoxPhase::Spare);
    assert_eq!(item(&world, &standby).await, None);
    world.passes(2).await;
    world.check_at_rest().await;
}

/// Whoever found it in standby without an item would take it for clean and free.
#[tokio::test(start_paused = true)]
async fn a_stopped_standby_box_whose_item_is_gone_is_parked_again() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    assert_eq!(world.plane.seats.waking(&standby).await.unwrap(), Write::Done);
    assert_eq!(world.plane.seats.clear(&standby).await.unwrap(), Write::Done);
    world.passes(3).await;
    assert_eq!(item(&world, &standby).await, Some(BoxItem::Parked));
    assert_eq!(phase(&world, &standby).await, BoxPhase::Standby);
    world.check_at_rest().await;
}
