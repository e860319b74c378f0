//! Homes in whole worlds: what somebody wrote is on their next box, whatever happens on the way.

mod asleep;
mod cost;
mod kills;
mod lost;
mod many;
mod parting;
mod snapshots;

use std::time::Duration;

use hotdesk::{
    clock::Clock,
    homes::{Home, Homes},
    id::InstanceId,
    ledger::Session,
    spares::Spares,
    store::BoxPhase,
};
use hotdesk_sim::{Call, Volume};
use hotdesk_tests::world::{World, people::Sent};

use super::stage::*;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

async fn home(world: &World, user: &str) -> Home {
    let users = [user.parse().unwrap()];
    world.plane.seats.table.homes(&users).await.unwrap().remove(0)
}

async fn sessions(world: &World, user: &str) -> Vec<Session> {
    world.plane.seats.table.sessions(&user.parse().unwrap(), 100).await.unwrap()
}

fn volumes(world: &World) -> Vec<Volume> {
    world.cloud.look(|sim| sim.volumes())
}

/// Gives the box back, and waits until its stop has come to its end.
async fn leave(world: &World, sent: &Sent) {
    assert_eq!(world.door.leave(sent).await.unwrap(), 202);
    let id = &sent.instance;
    let over =
        async |world: &World| matches!(phase(world, id).await, BoxPhase::Standby | BoxPhase::Gone);
    world.pass_until("given back", over).await;
}

/// Lets days pass, with a pass of the reaper an hour, so that it does not take long.
async fn pass_time(world: &World, time: Duration) {
    let end = tokio::time::Instant::now() + time;
    while tokio::time::Instant::now() < end {
        tokio::time::sleep(MINUTE * 59).await;
        world.passes(1).await;
    }
}

/// A session in which something is written.
async fn session(world: &World, user: &str) -> Sent {
    let sent = world.seated(user).await;
    world.at_home(&sent).await;
    assert!(world.write(&sent));
    leave(world, &sent).await;
    sent
}

#[tokio::test(start_paused = true)]
async fn what_alice_wrote_is_on_her_next_box() {
    let world = with_spares(2).await;
    let first = session(&world, "alice").await;
    let bob = world.seated("bob").await;
    assert!(world.at_home(&bob).await.is_empty(), "a home of his own");
    let second = world.seated("alice").await;
    assert_ne!(first.instance, second.instance);
    assert_eq!(world.at_home(&second).await, ["0"]);
    assert_eq!(volumes(&world).len(), 2);
    assert_eq!(world.plane.boxes.disks.formatted(), 2, "each once");
    world.run_typing(&[bob, second], MINUTE * 3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_home_is_gp3_and_encrypted_and_says_whose_it_is() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    let volume = volumes(&world).remove(0);
    assert!(volume.encrypted);
    assert_eq!(volume.size, world.plane.policy.homes.size);
    assert_eq!(volume.tags["Home"], "alice");
    assert_eq!(volume.tags["Fleet"], "hotdesk");
    assert_eq!(volume.attachment.unwrap().device, hotdesk::volumes::HOME_DEVICE);
}

/// Several tabs, several functions, one record, one volume.
#[tokio::test(start_paused = true)]
async fn concurrent_dispatches_make_one_volume() {
    let world = with_spares(1).await;
    let tabs = (0..10).map(|_| world.door.open("alice"));
    futures::future::join_all(tabs).await;
    let users = ["alice".parse().unwrap()];
    let tending = (0..5).map(|_| world.plane.tend_homes(&users));
    for tended in futures::future::join_all(tending).await {
        tended.unwrap();
    }
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    assert_eq!(volumes(&world).len(), 1);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn without_the_stream_the_pass_brings_the_home() {
    let world = with_spares(1).await;
    world.lambdas.lose_records(true);
    let alice = world.seated("alice").await;
    world.passes(2).await;
    assert!(world.at_home(&alice).await.is_empty());
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    assert!(home(&world, "alice").await.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_larger_size_grows_a_home_at_its_next_session() {
    let mut world = with_spares(1).await;
    session(&world, "alice").await;
    world.set_policy(|policy| policy.homes.size = 50);
    world.passes(2).await;
    assert_eq!(volumes(&world)[0].size, 20, "not before it is used");
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
    let grown = async |world: &World| volumes(world)[0].size == 50;
    world.pass_until("grown", grown).await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    assert_eq!(home(&world, "alice").await.size, 50);
    world.check_at_rest().await;
}

/// A function that was paused before AttachVolume: the box is stopped by then, and its user elsewhere.
#[tokio::test(start_paused = true)]
async fn a_late_attach_is_taken_off_before_the_box_is_woken() {
    let mut world = with_spares(1).await;
    world.set_policy(|policy| policy.spares = Spares::Fixed(0));
    let first = session(&world, "alice").await;
    world.run(MINUTE * 2).await;
    let volume = home(&world, "alice").await.volume.unwrap();
    attach(&world, volume.as_str(), &first.instance);
    assert_eq!(phase(&world, &first.instance).await, BoxPhase::Standby);
    let bob = world.seated("bob").await;
    assert_eq!(world.at_home(&bob).await, [""; 0]);
    let at = volumes(&world).into_iter().find(|v| v.id == volume.as_str()).unwrap();
    assert!(at.attachment.is_none_or(|a| a.instance != bob.instance.as_str()));
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"]);
    world.run_typing(&[alice, bob], MINUTE * 4).await;
    world.check_at_rest().await;
}

/// The same, and nobody wakes the box: the pass sees it.
#[tokio::test(start_paused = true)]
async fn a_late_attach_to_a_parked_box_does_not_keep_the_home_from_its_user() {
    let world = with_spares(2).await;
    let first = session(&world, "alice").await;
    let volume = home(&world, "alice").await.volume.unwrap();
    attach(&world, volume.as_str(), &first.instance);
    world.passes(2).await;
    assert!(volumes(&world)[0].attachment.is_none());
    attach(&world, volume.as_str(), &first.instance);
    let alice = world.seated("alice").await;
    assert_eq!(world.at_home(&alice).await, ["0"], "whoever comes first takes it off");
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 4).await;
    world.check_at_rest().await;
}

fn attach(world: &World, volume: &str, instance: &InstanceId) {
    let device = hotdesk::volumes::HOME_DEVICE.into();
    call(
        world,
        Call::AttachVolume { volume: volume.into(), instance: instance.to_string(), device },
    );
}

/// A record that somebody else has moved on is not written over by a late step.
#[tokio::test(start_paused = true)]
async fn a_late_step_of_an_earlier_seat_changes_nothing() {
    use hotdesk::seats::Write;

    let world = with_spares(2).await;
    session(&world, "alice").await;
    let stale = home(&world, "alice").await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    let late = world.plane.seats.table.save_home(&stale).await.unwrap();
    assert_eq!(late, Write::Refused);
    assert_eq!(home(&world, "alice").await.epoch, alice.ticket.epoch);
    let now = world.plane.clock.now();
    assert!(home(&world, "alice").await.due.is_none_or(|due| due.0 < now.0 + 120_000));
}
