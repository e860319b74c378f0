#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use clap::Parser;
use hotdesk::{
    id::Epoch,
    ledger::End,
    seats::{Addresses, Identity, Open, Seats},
    spares::Spares,
};
use hotdesk_tests::world::{chance::Chance, trace::Trace};

use super::*;
use crate::options::Options;

/// A stage with a box and somebody who has it.
async fn seated() -> (Arc<Stage>, Seat) {
    let options = Options::parse_from(["hotdesk-simulate", "--model"]);
    let mut plan = Plan::new(&options, Vec::new(), &mut Chance::new(1));
    (plan.policy.spares, plan.policy.max_lifetime) = (Spares::Fixed(1), None);
    let stage = Stage::new(1, plan, Fate::new(1, Trace::new(true))).await;
    stage.world.pass_until("a box", async |world| is_there(world)).await;
    let instance = stage.world.cloud.look(|sim| sim.instances())[0].id.parse().unwrap();
    let (user, epoch) = ("alice".parse().unwrap(), Epoch(1));
    let (since, addresses) = (stage.world.now(), Addresses::default());
    let seat = Seat { user, instance, epoch, since, addresses };
    let identity = Identity { issuer: "local".into(), subject: "alice".into() };
    let opened = stage.world.plane.seats.open(&seat, &identity, since, since).await.unwrap();
    assert_eq!(opened, Open::Opened);
    (stage, seat)
}

fn is_there(world: &World) -> bool {
    world.cloud.look(|sim| sim.instances()).iter().any(|i| i.state == InstanceState::Running)
}

fn ending(stage: &Stage, why: Why) -> Ending {
    Ending { why, at: stage.world.now(), last_seen: None, by: None }
}

fn violations(stage: &Stage) -> Vec<String> {
    stage.world.violations.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn whoever_loses_a_box_that_they_pinged_for_is_noticed() {
    let minute = Duration::from_secs(60);
    for (ago, noticed) in [(minute, true), (minute * 6, false)] {
        let (stage, seat) = seated().await;
        stage.registry.noted(&seat.user, seat.epoch, Instant::now());
        tokio::time::sleep(ago).await;
        stage.world.plane.seats.end(&seat, &ending(&stage, Why::Idle)).await.unwrap();
        assert_eq!(!violations(&stage).is_empty(), noticed, "{ago:?}: {:?}", violations(&stage));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_loses_a_box_that_saw_them_is_noticed() {
    let (stage, seat) = seated().await;
    assert!(stage.world.plane.boxes.heartbeat(&seat.instance));
    tokio::time::sleep(OLDEST * 2).await;
    stage.world.plane.seats.end(&seat, &ending(&stage, Why::Idle)).await.unwrap();
    assert!(violations(&stage)[0].contains("it saw them"), "{:?}", violations(&stage));
}

#[tokio::test(start_paused = true)]
async fn a_seat_that_nobody_gave_back_and_one_of_a_living_box_are_noticed() {
    for left in [false, true] {
        let (stage, seat) = seated().await;
        if left {
            stage.registry.leaves(&seat.user, seat.epoch);
        }
        stage.world.plane.seats.end(&seat, &ending(&stage, Why::Left)).await.unwrap();
        assert_eq!(violations(&stage).is_empty(), left);
    }
    for dies in [false, true] {
        let (stage, seat) = seated().await;
        if dies {
            stage.world.lose(&seat.instance);
        }
        let (ending, at) = (ending(&stage, Why::Lost), stage.world.now());
        let end = End { seat, ending, farewell: None, at };
        stage.world.plane.seats.close_dead(&end).await.unwrap();
        assert_eq!(violations(&stage).is_empty(), dies);
    }
}
