//! Names of boxes: nobody is sent to a name that does not lead to the box. Every world looks at that
//! whenever somebody is sent anywhere (see `Zone::misleads`).

use std::{net::Ipv4Addr, time::Duration};

use hotdesk::{
    control::{Policy, arrivals::TOO_LATE},
    names::{NOWHERE, Which},
    spares::Spares,
    store::{BoxPhase, REST},
};
use hotdesk_tests::world::{Beginning, World, people::Seen, policy};

use super::stage::*;

const MINUTE: Duration = Duration::from_secs(60);

fn named(which: Which) -> Policy {
    Policy { names: Some(which), ..policy() }
}

fn address(world: &World, instance: &hotdesk::id::InstanceId, which: Which) -> Option<Ipv4Addr> {
    let instances = world.cloud.look(|sim| sim.instances());
    let found = instances.into_iter().find(|found| found.id == instance.as_str())?;
    match which {
        Which::Public => found.public_ip,
        Which::Private => found.private_ip,
    }
}

fn changes(world: &World) -> usize {
    world.gate.counts().get("ChangeResourceRecordSets").copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_box_has_its_name_before_anybody_is_given_it() {
    for which in [Which::Public, Which::Private] {
        let world =
            with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..named(which) }).await;
        let alice = world.seated("alice").await;
        let says = world.zone.says(alice.instance.as_str());
        assert_eq!(says, address(&world, &alice.instance, which));
        assert!(says.is_some());
        world.run_typing(&[alice], MINUTE * 2).await;
        world.check_at_rest().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_leads_nowhere_while_its_box_is_stopped_and_to_its_new_address_after_that() {
    let world = with_policy(named(Which::Public)).await;
    let zoe = world.seated("zoe").await;
    let old = address(&world, &zoe.instance, Which::Public);
    world.door.leave(&zoe).await.unwrap();
    world
        .pass_until("parked", async |world| phase(world, &zoe.instance).await == BoxPhase::Standby)
        .await;
    world.run(REST + MINUTE).await;
    assert_eq!(world.zone.says(zoe.instance.as_str()), Some(NOWHERE));
    world.check_at_rest().await;
    let spare = world.seated("alice").await;
    let typing = std::slice::from_ref(&spare);
    world.run_typing(typing, MINUTE * 3).await;
    assert_eq!(pool(&world).await, one(&zoe.instance), "woken");
    let new = address(&world, &zoe.instance, Which::Public);
    assert_ne!(new, old);
    assert_eq!(world.zone.says(zoe.instance.as_str()), new);
    let bob = world.seated("bob").await;
    assert_eq!(bob.instance, zoe.instance);
    world.run_typing(&[spare, bob], MINUTE * 2).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_keeps_its_address_is_woken_without_a_change_to_its_name() {
    let world = with_policy(named(Which::Private)).await;
    let parked = parked(&world).await;
    let (before, written) = (world.zone.says(parked.as_str()), changes(&world));
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    assert_eq!(pool(&world).await, one(&parked), "woken");
    assert_eq!((world.zone.says(parked.as_str()), changes(&world)), (before, written));
    assert_eq!(before, address(&world, &parked, Which::Private));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_box_that_is_gone_is_removed() {
    for which in [Which::Public, Which::Private] {
        let world = with_policy(named(which)).await;
        let alice = world.seated("alice").await;
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
        world.lose(&alice.instance);
        world.passes(6).await;
        assert_eq!(world.zone.says(alice.instance.as_str()), None);
        world.check_at_rest().await;
    }
}

/// Where no pass could remove it in time, nothing but the zone remembers the box.
#[tokio::test(start_paused = true)]
async fn the_name_of_a_box_of_which_nobody_remembers_anything_is_removed() {
    let world = with_policy(named(Which::Public)).await;
    world.zone.write("i-0123456789abcdef0", Some(Ipv4Addr::new(198, 51, 100, 7)));
    world.zone.write("i-no-box", Some(Ipv4Addr::new(198, 51, 100, 8)));
    world.passes(2).await;
    assert_eq!(world.zone.says("i-0123456789abcdef0"), None);
    assert!(world.zone.says("i-no-box").is_some(), "not ours");
    world.zone.write("i-no-box", None);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_changed_is_mended_by_the_next_pass() {
    let world = with_policy(named(Which::Public)).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    for meddled in [None, Some(Ipv4Addr::new(198, 51, 100, 7))] {
        world.zone.write(alice.instance.as_str(), meddled);
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
        let right = address(&world, &alice.instance, Which::Public);
        assert_eq!(world.zone.says(alice.instance.as_str()), right);
    }
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn boxes_that_were_there_before_names_were_get_theirs() {
    let mut world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    assert_eq!(changes(&world), 0, "nothing is called where boxes have no names");
    world.set_policy(|policy| policy.names = Some(Which::Public));
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    world.check_at_rest().await;
    let bob = world.seated("bob").await;
    world.run_typing(&[alice, bob], MINUTE * 3).await;
    world.check_at_rest().await;
}

/// For an hour; boxes that boot wait for it, and are not thrown away.
#[tokio::test(start_paused = true)]
async fn while_route_53_does_not_answer_nobody_is_sent_to_a_new_box_and_nobody_loses_one() {
    for fault in [(503, "ServiceUnavailable"), (400, "Throttling"), (403, "AccessDenied")] {
        let world = with_policy(named(Which::Public)).await;
        let alice = world.seated("alice").await;
        let typing = std::slice::from_ref(&alice);
        world.run_typing(typing, MINUTE * 3).await;
        let [spare] = &pool(&world).await[..] else { panic!("a spare") };
        world.zone.fail(Some(fault));
        let bob = world.seated("bob").await;
        assert_eq!(bob.instance, *spare, "whoever has a name is given away");
        let typing = &[alice.clone(), bob];
        assert!(matches!(world.door.open("carol").await, Seen::Waiting(_)));
        let asking = async {
            loop {
                world.door.status("carol").await;
                tokio::time::sleep(MINUTE / 2).await;
            }
        };
        tokio::select! {
            () = world.run_typing(typing, TOO_LATE * 6) => {}
            () = asking => {}
        }
        let told = world.door.status("carol").await.unwrap();
        assert_eq!(told["state"], "waiting");
        for sent in typing {
            assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Running);
        }
        let launched = world.cloud.look(|sim| sim.instances()).len();
        assert!(launched <= 5, "{launched} boxes were launched");
        world.zone.fail(None);
        let carol = world.seated("carol").await;
        let typing = [&typing[..], &[carol]].concat();
        world.run_typing(&typing, MINUTE * 5).await;
        world.check_at_rest().await;
    }
}

/// What was noted is lost again and again: names are written again, and waited for.
#[tokio::test(start_paused = true)]
async fn a_store_that_forgets_delays_names_and_misleads_nobody() {
    let world = with_policy(named(Which::Public)).await;
    let mut sent = Vec::new();
    for user in ["alice", "bob", "carol"] {
        sent.push(world.seated(user).await);
        world.flush();
        world.run_typing(&sent, MINUTE).await;
        world.flush();
        world.run_typing(&sent, MINUTE).await;
    }
    world.run_typing(&sent, MINUTE * 3).await;
    world.check_at_rest().await;
}

/// Functions that follow each other wait for the same change.
#[tokio::test(start_paused = true)]
async fn a_change_that_takes_longer_than_a_function_lives_is_waited_for() {
    let world = with_policy(named(Which::Public)).await;
    world.zone.slow(MINUTE * 3);
    let mut sent = Vec::new();
    for user in ["alice", "bob", "carol"] {
        sent.push(world.seated(user).await);
    }
    assert!(changes(&world) < 12, "{} changes", changes(&world));
    world.run_typing(&sent, MINUTE * 8).await;
    world.check_at_rest().await;
}

/// What EC2 lists is 5 s old; Route 53 is throttled now and then.
#[tokio::test(start_paused = true)]
async fn lists_that_are_late_mislead_nobody() {
    let world = with_policy(named(Which::Public)).await;
    lag(&world, 5_000);
    let mut typing = Vec::new();
    for round in 0..4 {
        let leaving = world.seated(&format!("leaver{round}")).await;
        typing.push(world.seated(&format!("user{round}")).await);
        world.zone.fail(Some((400, "Throttling")));
        world.run_typing(&typing, MINUTE).await;
        world.zone.fail(None);
        world.door.leave(&leaving).await;
        world.run_typing(&typing, MINUTE * 4).await;
    }
    lag(&world, 0);
    world.run_typing(&typing, MINUTE * 5).await;
    world.check_at_rest().await;
}

/// A storm of boxes is named in a handful of calls.
#[tokio::test(start_paused = true)]
async fn many_boxes_are_named_in_few_calls() {
    const MANY: usize = 60;
    let group = hotdesk_sim::GroupSpec { max: 100, ..hotdesk_tests::world::group() };
    let policy = Policy { spares: Spares::Fixed(MANY), ..named(Which::Public) };
    let world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == MANY).await;
    world.check_at_rest().await;
    assert!(changes(&world) < 25, "{} changes", changes(&world));
}
