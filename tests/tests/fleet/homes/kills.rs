//! A function is killed after each of its calls on the way of a home: made, attached, let go of,
//! snapshotted, put away, restored, moved on to the next box.

use std::{future::Future, pin::Pin};

use hotdesk::{control::Policy, spares::Spares};
use hotdesk_tests::world::{Beginning, policy, server};

use super::*;
use crate::fleet::kills::tried;

type Telling<'a> = Pin<Box<dyn Future<Output = Option<Sent>> + 'a>>;

/// What is told in a world in which one function dies somewhere; it returns who works at its end.
type Story = for<'a> fn(&'a World) -> Telling<'a>;

/// A session that need not get anywhere: who comes, writes if they can, and leaves.
async fn visit(world: &World, user: &str) {
    let sent = world.seated(user).await;
    world.run_typing(std::slice::from_ref(&sent), MINUTE * 2).await;
    world.door.leave(&sent).await;
    world.passes(3).await;
}

/// Made, written, let go of, snapshotted, on the next box.
fn assign_and_stop(world: &World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        visit(world, "alice").await;
        world.passes(3).await;
        let again = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&again), MINUTE * 2).await;
        Some(again)
    })
}

/// Its box dies under it, and it is on the next one.
fn box_lost(world: &World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        let alice = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
        world.lose(&alice.instance);
        // A function that dies over the news is called again after a minute.
        world.passes(3).await;
        let again = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&again), MINUTE * 3).await;
        Some(again)
    })
}

/// Put away for the operator, and back by itself; then what was there before is restored.
fn away_and_restored(world: &World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        visit(world, "alice").await;
        world.passes(4).await;
        // Two days on.
        tokio::time::sleep(DAY * 2).await;
        world.passes(6).await;
        visit(world, "alice").await;
        if let Some(taken) = home(world, "alice").await.snapshot {
            let form = format!("snapshot={}", taken.snapshot);
            world.door.operate("/homes/alice/restore", &form).await;
            world.passes(6).await;
        }
        world.passes(2).await;
        let again = world.seated("alice").await;
        let files = world.at_home(&again).await;
        world.expect_files("alice", files);
        world.run_typing(std::slice::from_ref(&again), MINUTE * 2).await;
        Some(again)
    })
}

fn beginning(name: &str) -> Beginning {
    let mut policy = Policy { spares: Spares::Fixed(2), ..policy() };
    if name == "away_and_restored" {
        policy.homes.archive_after = Some(DAY);
    }
    Beginning { policy, ..Beginning::default() }
}

/// Tells the story once for each call in it that [`tried`] picks.
async fn every_call(name: &str, story: Story) {
    let redis = server();
    let world = World::on(&redis, beginning(name)).await;
    world.gate.arm(None);
    let typing = story(&world).await;
    let calls = world.gate.passed();
    world.run_typing(typing.as_slice(), MINUTE * 3).await;
    world.check_at_rest().await;
    drop(world);

    println!("{name}: {} calls", calls.len());
    let mut killed = 0;
    for fatal in tried(calls.len()) {
        let world = World::on(&redis, beginning(name)).await;
        world.gate.arm(Some(fatal));
        let typing = story(&world).await;
        let last = world.gate.passed().get(fatal - 1).cloned();
        world.gate.arm(None);
        let typing = typing.as_slice();
        world.run_typing(typing, MINUTE * 5).await;
        if !world.unrest().await.is_empty() {
            world.run_typing(typing, MINUTE * 5).await;
        }
        let unrest = world.unrest().await;
        assert!(
            unrest.is_empty(),
            "{name}: killed after call {fatal}, {last:?}: {unrest:#?}\n{}",
            world.picture().await
        );
        world.check_at_rest().await;
        for sent in typing {
            world.at_home(sent).await;
        }
        killed += world.lambdas.outcomes().iter().filter(|(o, _)| o.ends_with("killed")).count();
    }
    println!("{name}: {killed} functions of the schedule, the bus and the stream killed");
    assert!(killed > 0);
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_call_of_assign_and_stop() {
    every_call("assign_and_stop", assign_and_stop).await;
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_call_when_a_box_is_lost() {
    every_call("box_lost", box_lost).await;
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_call_of_snapshot_and_restore() {
    every_call("away_and_restored", away_and_restored).await;
}
