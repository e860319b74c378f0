//! A thousand homes at once, under AWS's rates.

use hotdesk::{clock::Ms, control::Policy, spares::Spares, store::Store};
use hotdesk_sim::GroupSpec;
use hotdesk_tests::world::{Beginning, group, policy};

use super::*;

const PEOPLE: usize = 1000;

#[tokio::test(start_paused = true)]
async fn a_thousand_homes_are_drained_within_five_minutes() {
    let people = u32::try_from(PEOPLE).unwrap();
    let group = GroupSpec { max: people + 10, ..group() };
    // It takes some minutes until all are there.
    let idle_timeout = MINUTE * 60;
    let policy =
        Policy { spares: Spares::Fixed(PEOPLE), max_standby: PEOPLE, idle_timeout, ..policy() };
    let mut world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == PEOPLE).await;
    let names: Vec<String> = (0..PEOPLE).map(|n| format!("user{n}")).collect();
    let mut sent = Vec::new();
    for name in &names {
        sent.push(world.seated(name).await);
        // As fast as the account makes volumes for people who never had one.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    world.set_policy(|policy| policy.spares = Spares::Fixed(0));
    let all_open =
        async |world: &World| sent.iter().filter(|sent| world.write(sent)).count() == PEOPLE;
    let typing = async {
        loop {
            for sent in &sent {
                world.door.beat(sent).await;
            }
            tokio::time::sleep(MINUTE / 2).await;
        }
    };
    tokio::select! {
        () = world.pass_until("all have their homes", all_open) => {}
        () = typing => {}
    }
    let throttled = throttles(&world);

    // All give their boxes back at once.
    for sent in &sent {
        assert_eq!(world.door.leave(sent).await.unwrap(), 202);
    }
    let began = world.plane.clock.now();
    let attached = || volumes(&world).iter().filter(|v| v.attachment.is_some()).count();
    let drained = async {
        while attached() > 0 {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        since(&world, began)
    };
    let reported = async {
        for _ in 0..10 {
            world.passes(1).await;
            println!("{:?} after the stop {} are attached", since(&world, began), attached());
        }
    };
    let took = tokio::select! {
        took = drained => Some(took),
        () = reported => None,
    };
    println!("drained within {took:?}; throttled {}", throttles(&world) - throttled);
    assert!(took.is_some_and(|took| took <= MINUTE * 5), "{took:?}");
    // Each session in the ledger, each box parked.
    world.pass_until("closed", async |world| stopping(world).await == 0).await;
    world.check().await;
}

async fn stopping(world: &World) -> usize {
    world.plane.store.view().await.unwrap().stopping.len()
}

fn since(world: &World, began: Ms) -> Duration {
    world.plane.clock.now().since(began)
}

fn throttles(world: &World) -> u64 {
    world.cloud.calls().values().map(|calls| calls.throttled).sum()
}
