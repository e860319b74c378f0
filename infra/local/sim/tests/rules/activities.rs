//! What the log of activities says of launches, moves and terminations.

use hotdesk_sim::{
    Activity, ActivityStatus, Call, GroupSpec, HookResult, Lifecycle, Page, Process, Reply,
    Transition,
};

use crate::world::*;

const CAUSE: &str = "At 2021-01-13T00:12:37Z an instance was started in response to a difference \
                     between desired and actual capacity, increasing the capacity from 0 to 1.";

/// What the last activity of the list says: its description without ids, its status and its message.
fn first(world: &World) -> (String, ActivityStatus, Option<String>) {
    let Activity { description, status, message, .. } = world.sim.activities().remove(0);
    let words = description.split(' ').filter(|word| !word.starts_with("i-"));
    (words.collect::<Vec<_>>().join(" "), status, message)
}

fn page(
    world: &mut World,
    size: Option<u32>,
    token: Option<String>,
) -> (Vec<Activity>, Option<String>) {
    let page = Page { size, token };
    let list = Call::DescribeScalingActivities { group: Some(GROUP.into()), page };
    let Reply::ActivityLog(activities, next) = world.ok(list) else { unreachable!() };
    (activities, next)
}

#[test]
fn a_launch_is_under_way_until_its_instance_is_in_service() {
    let mut world = World::new(GroupSpec {
        hooks: vec![hook("up", Transition::Launching, HookResult::Abandon)],
        ..group(1)
    });
    world.run(GROUP_MS);
    let id = world.sim.instances()[0].id.clone();
    let launch = world.sim.activities().remove(0);
    assert_eq!(launch.description, format!("Launching a new EC2 instance: {id}"));
    assert_eq!((launch.cause.as_str(), launch.zone.as_str()), (CAUSE, "us-east-1a"));
    assert_eq!((launch.started_at, launch.ended_at), (START + GROUP_MS, None));
    assert_eq!(launch.status, ActivityStatus::PreInService);
    world.run(GROUP_MS);
    assert_eq!(world.sim.activities()[0].status, ActivityStatus::MidLifecycleAction);
    world.run(BOOT_MS);
    world.ok(complete("up", &id, HookResult::Continue));
    world.run(LONG_MS);
    assert_eq!(world.sim.activities().len(), 1);
    let done = world.sim.activities().remove(0);
    assert_eq!((done.id, done.status, done.message), (launch.id, ActivityStatus::Successful, None));
    assert_eq!(done.description, launch.description);
    assert_eq!(done.ended_at, Some(START + 3 * GROUP_MS + BOOT_MS));
}

#[test]
fn a_launch_without_room_fails_at_once_and_once_an_attempt() {
    let mut world = World::new(group(0));
    world.sim.set_capacity(Some(1));
    world.ok(desire(4));
    world.run(GROUP_MS);
    let message = "We currently do not have sufficient t3.medium capacity in the Availability Zone \
                   you requested (us-east-1a). Our system will be working on provisioning \
                   additional capacity. Launching EC2 instance failed.";
    let all = world.sim.activities();
    assert_eq!(all.len(), 2, "one is launched, and of the others one is tried: {all:?}");
    let failed = all.into_iter().find(|a| a.status == ActivityStatus::Failed).expect("one");
    assert_eq!(failed.message.as_deref(), Some(message));
    let description = format!("Launching a new EC2 instance.  Status Reason: {message}");
    assert_eq!(failed.description, description);
    assert!(failed.cause.ends_with("increasing the capacity from 0 to 4."), "{}", failed.cause);
    assert_eq!(failed.ended_at, Some(failed.started_at));
    let failures = |world: &World| {
        let all = world.sim.activities();
        all.into_iter().filter(|a| a.status == ActivityStatus::Failed).count()
    };
    world.run(RETRY_MS - 1);
    assert_eq!(failures(&world), 1);
    world.run(1);
    assert_eq!(failures(&world), 2);
    world.sim.set_capacity(None);
    world.run(RETRY_MS + LONG_MS);
    assert_eq!((failures(&world), world.count(Lifecycle::InService)), (2, 4));
    assert_eq!(first(&world).1, ActivityStatus::Successful);
}

#[test]
fn spot_has_a_sentence_of_its_own() {
    let mut world = World::new(GroupSpec { spot: true, ..group(1) });
    world.sim.set_capacity(Some(0));
    world.run(GROUP_MS);
    let expected = "There is no Spot capacity available that matches your request. Launching EC2 \
                    instance failed.";
    assert_eq!(first(&world).2.as_deref(), Some(expected));
}

#[test]
fn an_error_fails_every_launch_and_no_start() {
    let (mut world, members) = World::in_service(group(1));
    world.ok(enter(&[&members[0]], false));
    world.run(LONG_MS);
    world.ok(stop(&[&members[0]]));
    world.run(LONG_MS);
    world.sim.set_launch_error(Some("The image is gone.".into()));
    world.ok(desire(2));
    world.run(GROUP_MS);
    let (_, status, message) = first(&world);
    let expected = Some("The image is gone. Launching EC2 instance failed.".to_owned());
    assert_eq!((status, message), (ActivityStatus::Failed, expected));
    assert_eq!(world.sim.group().members.len(), 2, "those of before");
    world.ok(start(&[&members[0]]));
    world.sim.set_launch_error(None);
    world.run(RETRY_MS);
    assert_eq!(world.sim.group().members.len(), 3);
}

#[test]
fn nothing_is_tried_while_launches_are_suspended() {
    let mut world = World::new(group(0));
    world.sim.set_capacity(Some(0));
    world.ok(suspend(&[Process::Launch]));
    world.ok(desire(1));
    world.run(LONG_MS);
    assert!(world.sim.activities().is_empty());
}

#[test]
fn an_abandoned_launch_is_cancelled_and_says_how() {
    let hooks = vec![hook("up", Transition::Launching, HookResult::Abandon)];
    for (answered, end) in
        [(true, "Lifecycle Action Completed with ABANDON Result"), (false, "Heartbeat Timeout")]
    {
        let mut world = World::new(GroupSpec { hooks: hooks.clone(), ..group(1) });
        world.run(2 * GROUP_MS);
        let member = world.sim.group().members.remove(0);
        let token = &member.holds[0].token;
        if answered {
            world.ok(complete("up", &member.id, HookResult::Abandon));
        } else {
            world.run(60_000);
        }
        let all = world.sim.activities();
        let cancelled = all.iter().find(|a| a.status == ActivityStatus::Cancelled).expect("one");
        let expected = format!(
            "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token \
             {token} was abandoned: {end}"
        );
        assert_eq!(cancelled.message, Some(expected));
        assert_eq!(first(&world).0, "Terminating EC2 instance:");
    }
}

#[test]
fn moves_and_terminations_have_activities_of_their_own() {
    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    world.ok(enter(&[id], true));
    let moving = ("Moving EC2 instance to Standby:".to_owned(), ActivityStatus::InProgress, None);
    assert_eq!(first(&world), moving);
    world.run(GROUP_MS);
    assert_eq!(first(&world).1, ActivityStatus::Successful);
    world.ok(exit(&[id]));
    let back =
        ("Moving EC2 instance out of Standby:".to_owned(), ActivityStatus::PreInService, None);
    assert_eq!(first(&world), back);
    world.run(GROUP_MS);
    assert_eq!(first(&world).1, ActivityStatus::Successful);
    let Reply::Activities(begun) = world.ok(remove(id, true)) else { unreachable!() };
    assert_eq!(begun, [world.sim.activities().remove(0)]);
    let going = ("Terminating EC2 instance:".to_owned(), ActivityStatus::InProgress, None);
    assert_eq!(first(&world), going);
    let Reply::Activities(again) = world.ok(remove(id, false)) else { unreachable!() };
    assert_eq!(again, begun, "the same, not another one");
    world.run(LONG_MS);
    assert_eq!(first(&world).1, ActivityStatus::Successful);
    assert_eq!(world.sim.activities().len(), 4);
}

#[test]
fn those_under_way_come_first_and_then_the_latest_page_by_page() {
    let (mut world, members) = World::in_service(group(3));
    world.ok(enter(&[&members[0]], true));
    world.run(LONG_MS);
    world.ok(exit(&[&members[0]]));
    let all = world.sim.activities();
    assert_eq!(page(&mut world, None, None), (all.clone(), None));
    assert!(!all[0].status.is_over() && all[1..].iter().all(|a| a.status.is_over()));
    assert!(all[1].description.contains("to Standby"), "the latest");
    let (mut pages, mut token) = (Vec::new(), None);
    loop {
        let (some, next) = page(&mut world, Some(2), token);
        pages.extend(some);
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, all);
    let bad = |size, token: Option<&str>| Call::DescribeScalingActivities {
        group: None,
        page: Page { size, token: token.map(Into::into) },
    };
    assert_eq!(world.refused(bad(Some(101), None)).0, "ValidationError");
    assert_eq!(world.refused(bad(None, Some("after:nothing"))).0, "InvalidNextToken");
    assert_eq!(world.refused(bad(None, Some("nothing"))).0, "InvalidNextToken");
    let elsewhere =
        Call::DescribeScalingActivities { group: Some("other".into()), page: Page::default() };
    assert!(world.refused(elsewhere).1.starts_with("AutoScalingGroup name not found"));
}

#[test]
fn the_log_forgets_what_is_long_over() {
    let mut world = World::new(group(0));
    world.sim.set_capacity(Some(0));
    world.ok(desire(1));
    world.run(GROUP_MS + 300 * RETRY_MS);
    let all = world.sim.activities();
    assert_eq!(all.len(), 200);
    assert_eq!(all[0].started_at, START + GROUP_MS + 300 * RETRY_MS, "not the latest");
}

#[test]
fn max_size_lowered_under_desired_lowers_it_and_one_below_min_size_is_refused() {
    let mut world = World::new(GroupSpec { min: 1, ..group(3) });
    world.run(LONG_MS);
    world.sim.set_max_size(2).unwrap();
    world.run(LONG_MS);
    let group = world.sim.group();
    assert_eq!((group.max, group.desired, group.members.len()), (2, 2, 2));
    assert_eq!(world.refused(desire(3)).0, "ValidationError");
    let before = world.sim.clone();
    assert_eq!(world.sim.set_max_size(0).unwrap_err().code, "ValidationError");
    assert_eq!(world.sim, before);
    world.sim.set_max_size(4).unwrap();
    world.ok(desire(4));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 4);
}
