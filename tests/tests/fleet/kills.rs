//! A function is killed after each of its calls, to AWS, to the table, to the store: every one of
//! them, by enumeration. The next passes finish the work; no box leaks, none is stopped under a live
//! user.
//!
//! `KILLS=1 cargo test ... kills` tries each call; by default it is every fifth, as it takes long,
//! beginning with another one in each run.

use std::{
    future::Future,
    hash::{BuildHasher, RandomState},
    pin::Pin,
    sync::LazyLock,
    time::Duration,
};

use hotdesk::{
    control::{Policy, WAKE_LIMIT, arrivals::TOO_LATE},
    names::Which,
    spares::Spares,
    store::Store,
};
use hotdesk_sim::GroupSpec;
use hotdesk_tests::world::{
    Beginning, World, group,
    people::{Seen, Sent},
    policy, server,
};

use super::stage::*;

type Telling<'a> = Pin<Box<dyn Future<Output = Vec<Sent>> + 'a>>;

/// A story, told in a world in which one function dies somewhere; it returns who still types at its
/// end.
type Story = for<'a> fn(&'a mut World) -> Telling<'a>;

/// Of how many calls one is tried.
fn every() -> usize {
    std::env::var("KILLS").ok().and_then(|every| every.parse().ok()).unwrap_or(5)
}

/// Those of so many calls after which somebody is killed in this run. One that fails says its number,
/// and `KILLS=1` has it again.
pub(super) fn tried(calls: usize) -> impl Iterator<Item = usize> {
    static FIRST: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("first"));
    let first = usize::try_from(*FIRST % every() as u64).expect("small");
    (1..=calls).filter(move |fatal| fatal % every() == first)
}

/// Each story is told by so many tests, side by side.
const SHARDS: usize = 2;

const MINUTE: Duration = Duration::from_secs(60);

/// Boxes boot, two are used, one is idle and one is left; one is woken.
fn a_day(world: &mut World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        let alice = world.seated("alice").await;
        let bob = world.seated("bob").await;
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 7).await;
        world.door.leave(&bob).await;
        world.passes(3).await;
        let carol = world.seated("carol").await;
        let dave = world.seated("dave").await;
        assert!(alice.ticket.epoch != carol.ticket.epoch);
        world.run_typing(&[carol.clone(), dave.clone()], MINUTE * 2).await;
        vec![carol, dave]
    })
}

/// The same where boxes have names.
fn a_day_with_names(world: &mut World) -> Telling<'_> {
    a_day(world)
}

/// A box in use dies, a spare is taken back by AWS, a Spot instance cannot be stopped, a boot is
/// given up.
fn losses(world: &mut World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        let alice = world.seated("alice").await;
        let bob = world.seated("bob").await;
        world.run_typing(&[alice.clone(), bob.clone()], MINUTE).await;
        world.lose(&alice.instance);
        world.run_typing(std::slice::from_ref(&bob), MINUTE).await;
        for spare in pool(world).await {
            world.forgive(&spare);
            world.cloud.act(|sim| sim.interrupt(spare.as_str())).unwrap();
        }
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 2).await;
        // Nobody looks for a while, so that the story is short: the boot is too late then.
        world.plane.boxes.break_all(true);
        world.deliveries.set(|_| Vec::new());
        let carol = world.door.open("carol").await;
        assert!(matches!(carol, Seen::Sent(_) | Seen::Waiting(_) | Seen::Nothing));
        tokio::time::sleep(TOO_LATE + MINUTE).await;
        world.plane.boxes.break_all(false);
        world.passes(1).await;
        world.deliveries.set(|_| vec![MINUTE / 60]);
        world.door.leave(&bob).await;
        world.passes(3).await;
        let alice = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
        vec![alice]
    })
}

/// Fewer spares are wanted; standby boxes are too many; a seat has lasted too long; a wake is given
/// up; the store is flushed.
fn surplus(world: &mut World) -> Telling<'_> {
    Box::pin(async {
        world.passes(2).await;
        let alice = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
        // From three spares to none.
        world.set_policy(|policy| policy.spares = Spares::Fixed(0));
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 4).await;
        for parked in world.plane.store.view().await.unwrap().standby.into_keys() {
            world.plane.boxes.break_box(&parked);
        }
        // Nobody looks for a while: the wake takes too long then.
        world.door.open("bob").await;
        world.door.close(true);
        world.deliveries.set(|_| Vec::new());
        tokio::time::sleep(WAKE_LIMIT + MINUTE).await;
        world.passes(1).await;
        world.deliveries.set(|_| vec![MINUTE / 60]);
        world.door.close(false);
        let bob = world.seated("bob").await;
        world.flush();
        world.set_policy(|policy| policy.max_lifetime = Some(MINUTE * 4));
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 6).await;
        world.set_policy(|policy| policy.max_lifetime = None);
        let carol = world.seated("carol").await;
        vec![carol]
    })
}

fn beginning(story: &str) -> Beginning {
    let (spot, mut group) = (story == "losses", group());
    if spot {
        // Longer than nobody looks.
        group.hooks.iter_mut().for_each(|hook| hook.heartbeat_seconds = 1200);
    }
    let policy = match story {
        "surplus" => Policy { spares: Spares::Fixed(3), min_boxes: 0, max_standby: 1, ..policy() },
        "a_day_with_names" => Policy { names: Some(Which::Public), ..policy() },
        _ => policy(),
    };
    Beginning { policy, group: GroupSpec { spot, ..group }, ..Beginning::default() }
}

/// Tells the story once for each call in it, of which this shard takes every `of`-th.
async fn every_call(name: &str, story: Story, shard: usize, of: usize) {
    let redis = server();
    let mut world = World::on(&redis, beginning(name)).await;
    world.gate.arm(None);
    let typing = story(&mut world).await;
    let calls = world.gate.passed();
    world.run_typing(&typing, MINUTE * 5).await;
    world.check_at_rest().await;
    drop(world);

    let aws = calls.iter().filter(|call| call.starts_with("Aws")).count();
    println!("{name}: {} calls, {aws} of them to AWS", calls.len());
    let mut killed = 0;
    for fatal in tried(calls.len()).filter(|fatal| fatal / every() % of == shard) {
        let mut world = World::on(&redis, beginning(name)).await;
        world.gate.arm(Some(fatal));
        let typing = story(&mut world).await;
        let last = world.gate.passed().get(fatal - 1).cloned();
        world.gate.arm(None);
        world.run_typing(&typing, MINUTE * 5).await;
        // A killed boot is made up for within the time that a boot takes.
        if !world.unrest().await.is_empty() {
            world.run_typing(&typing, MINUTE * 5).await;
        }
        let unrest = world.unrest().await;
        assert!(
            unrest.is_empty(),
            "{name}: killed after call {fatal}, {last:?}: {unrest:#?}\n{}",
            world.picture().await
        );
        world.check_at_rest().await;
        for sent in &typing {
            let again = world.seated(sent.ticket.sub.as_str()).await;
            assert_eq!(
                again.instance, sent.instance,
                "{name}: {fatal}: whoever typed has their box"
            );
        }
        killed += world.lambdas.outcomes().iter().filter(|(o, _)| o.ends_with("killed")).count();
    }
    println!(
        "{name}: shard {shard} of {of}: {killed} functions of the schedule, the bus and the stream killed"
    );
    assert!(killed > 0);
}

macro_rules! stories {
    ($($name:ident, $story:ident: $($shard:ident $n:literal),*;)*) => {
        $(mod $name {
            use super::{SHARDS, every_call, $story};
            $(#[tokio::test(start_paused = true)]
            async fn $shard() {
                every_call(stringify!($story), $story, $n, SHARDS).await;
            })*
        })*
    };
}

stories! {
    killed_during_a_day, a_day: a 0, b 1;
    killed_during_a_day_with_names, a_day_with_names: a 0, b 1;
    killed_during_losses, losses: a 0, b 1;
    killed_during_surplus, surplus: a 0, b 1;
}
