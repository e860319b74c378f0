//! The reaper on real Redis, moto and the simulator: who loses a box, and what becomes of it.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use hotdesk::{
    allocate::{Allocation, allocate},
    clock::{Clock, Ms, SystemClock},
    control::Policy,
    fleet::{Fleet, Lifecycle, Power},
    id::UserId,
    seats::{BoxItem, Identity, Seat, Seats, UserState},
    spares::Spares,
    store::{REST, Store, Workspace},
};
use hotdesk_aws::tags;
use hotdesk_tests::{
    boxes::ReadyBoxes,
    desk::Desk,
    fleet::{App, Cloud, Plane, deliver_until},
    world::policy,
};
use http::StatusCode;

fn desk_policy() -> Policy {
    policy()
}

/// Makes a user's last heartbeat that much older, in both tables.
fn age(desk: &Desk, user: &str, by: Duration) {
    let seen = SystemClock.now().minus(by).0;
    let mut redis = desk.redis();
    redis::cmd("ZADD").arg("ws:pings").arg(seen).arg(user).exec(&mut redis).unwrap();
    redis::cmd("HSET")
        .arg(format!("ws:{user}"))
        .arg("lastSeen")
        .arg(seen)
        .exec(&mut redis)
        .unwrap();
}

#[tokio::test]
async fn a_ping_between_the_reapers_list_and_its_act_saves_the_box() {
    let desk = Arc::new(Desk::start().await);
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    age(&desk, "alice", Duration::from_secs(301));
    // The reaper asks the box after it listed alice as idle and before it decides: just then she
    // comes back.
    let (back, ticket) = (Arc::clone(&desk), sent.clone());
    let boxes = ReadyBoxes::when_asked(move || {
        let (desk, sent) = (Arc::clone(&back), ticket.clone());
        async move {
            assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
            None
        }
    });
    let cloud = Cloud::start().await;
    let plane = cloud.plane(&desk, boxes, desk_policy()).await;
    let pass = plane.pass("test").await.expect("a pass");
    assert_eq!((pass.found, pass.begun, pass.revived), (1, 0, 1));
    assert_eq!(desk.open("alice").await.expect("still hers").instance, sent.instance);
}

#[tokio::test]
async fn a_box_that_saw_a_heartbeat_is_not_taken() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.expect("a box");
    age(&desk, "alice", Duration::from_secs(301));
    let cloud = Cloud::start().await;
    let boxes = ReadyBoxes::when_asked(|| async { Some(SystemClock.now()) });
    let pass = cloud.plane(&desk, boxes, desk_policy()).await.pass("test").await.expect("a pass");
    assert_eq!((pass.begun, pass.revived), (0, 1));
}

#[tokio::test]
async fn a_ping_that_the_store_lost_before_the_reapers_act_saves_the_box() {
    let desk = Arc::new(Desk::start().await);
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    age(&desk, "alice", Duration::from_secs(301));
    // The box has answered that it saw nothing, when alice comes back, and Redis fails over to a copy
    // that knows nothing of it. Asked again, the box does.
    let (back, asked) = (Arc::clone(&desk), Arc::new(AtomicUsize::new(0)));
    let boxes = ReadyBoxes::when_asked(move || {
        let (desk, sent, first) = (back.clone(), sent.clone(), asked.fetch_add(1, Relaxed) == 0);
        async move {
            if !first {
                return Some(SystemClock.now());
            }
            assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
            age(&desk, "alice", Duration::from_secs(301));
            None
        }
    });
    let cloud = Cloud::start().await;
    let plane = cloud.plane(&desk, boxes, desk_policy()).await;
    let pass = plane.pass("test").await.expect("a pass");
    assert_eq!((pass.found, pass.begun, pass.revived), (1, 0, 1));
    assert!(matches!(workspace(&plane, "alice").await, Workspace::Running { .. }));
    let item = plane.seats.user(&"alice".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(item.state, UserState::Open);
}

#[tokio::test]
async fn back_at_299_seconds_is_safe() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.expect("a box");
    age(&desk, "alice", Duration::from_secs(299));
    let cloud = Cloud::start().await;
    let plane = cloud.plane(&desk, ReadyBoxes::default(), desk_policy()).await;
    assert_eq!(plane.pass("test").await.expect("a pass").found, 0);
}

async fn boots(cloud: &Arc<Cloud>, app: &App, spares: usize) {
    deliver_until(cloud, app, async || {
        app.plane.store.demand(SystemClock.now()).await.unwrap().pool == spares
    })
    .await;
}

async fn workspace(plane: &Plane, user: &str) -> Workspace {
    plane.store.workspace(&user.parse().unwrap()).await.unwrap()
}

/// A desk whose user alice was given a box of the cloud, which was taken back again.
struct AfterAlice {
    desk: Arc<Desk>,
    cloud: Arc<Cloud>,
    app: App,
    seat: Seat,
}

impl AfterAlice {
    async fn came_and_left() -> Self {
        let desk = Arc::new(Desk::start().await);
        let cloud = Arc::new(Cloud::start().await);
        let plane = cloud.plane(&desk, ReadyBoxes::default(), desk_policy()).await;
        let app = lifecycle::App { plane: plane.clone(), group: "hotdesk".into() };

        // An empty group gets its spare; alice takes it, and another one boots.
        plane.pass("boot").await.expect("a pass");
        boots(&cloud, &app, 1).await;
        let while_ago = Late(Duration::from_secs(100));
        let seat = claim(&plane, &while_ago, "alice").await.expect("there was a spare");
        let ids = std::slice::from_ref(&seat.instance);
        plane.fleet.tag_owner(ids, Some(&seat.user)).await.unwrap();
        plane.pass("replace").await.expect("a pass");
        boots(&cloud, &app, 1).await;
        assert_eq!(plane.fleet.sizes().await.unwrap().desired, 2);

        age(&desk, "alice", Duration::from_secs(301));
        assert_eq!(plane.pass("reap").await.expect("a pass").begun, 1);
        let left = async || workspace(&plane, "alice").await == Workspace::Stopped;
        deliver_until(&cloud, &app, left).await;
        Self { desk, cloud, app, seat }
    }
}

/// A clock that is late by that.
struct Late(Duration);

impl Clock for Late {
    fn now(&self) -> Ms {
        SystemClock.now().minus(self.0)
    }
}

async fn claim(plane: &Plane, clock: &impl Clock, user: &str) -> Option<Seat> {
    let identity = Identity { issuer: "local".into(), subject: user.into() };
    let user: UserId = user.parse().unwrap();
    let began = clock.now();
    let (store, seats) = (&plane.store, &plane.seats);
    match allocate(store, seats, clock, &user, &identity, began).await.unwrap() {
        Allocation::Ready(seat) => Some(seat),
        _ => None,
    }
}

#[tokio::test]
async fn an_idle_box_ends_in_standby_stopped_and_unassigned() {
    let AfterAlice { desk: _desk, cloud, app, seat } = AfterAlice::came_and_left().await;
    let plane = &app.plane;
    let group = plane.fleet.group().await.unwrap();
    assert_eq!(group.lifecycle(&seat.instance), Some(Lifecycle::Standby));
    assert_eq!(group.sizes.desired, 1, "active + 1");
    let machines = plane.fleet.machines(std::slice::from_ref(&seat.instance)).await.unwrap();
    assert_eq!(machines[&seat.instance].power, Power::Stopped);
    let owner = cloud.sim.look(|sim| {
        let instances = sim.instances();
        let instance = instances.iter().find(|i| i.id == seat.instance.as_str()).unwrap();
        instance.tags.get(tags::OWNER_TAG).cloned()
    });
    assert_eq!(owner.as_deref(), Some(tags::UNASSIGNED));
    assert_eq!(plane.seats.instance(&seat.instance).await.unwrap(), Some(BoxItem::Parked));
    let item = plane.seats.user(&seat.user).await.unwrap().expect("an item");
    assert_eq!(item.state, UserState::Closed);
    let view = plane.store.view().await.unwrap();
    assert!(view.standby.contains_key(&seat.instance) && view.stopping.is_empty());
}

#[tokio::test]
async fn a_rested_box_is_woken_before_another_is_launched() {
    let AfterAlice { desk, cloud, app, seat } = AfterAlice::came_and_left().await;
    let plane = &app.plane;
    let rested = SystemClock.now().minus(REST + Duration::from_secs(1)).0;
    let mut zadd = redis::cmd("ZADD");
    zadd.arg("fleet:standby")
        .arg(rested)
        .arg(seat.instance.as_str())
        .exec(&mut desk.redis())
        .unwrap();

    let bob = claim(plane, &SystemClock, "bob").await.expect("the spare");
    assert_ne!(bob.instance, seat.instance);
    let woken = async || {
        plane.pass("wake").await.expect("a pass");
        plane.store.view().await.unwrap().pool == [seat.instance.clone()]
    };
    deliver_until(&cloud, &app, woken).await;

    let group = plane.fleet.group().await.unwrap();
    assert_eq!((group.sizes.desired, group.members.len()), (2, 2), "nothing was launched");
    assert_eq!(plane.seats.instance(&seat.instance).await.unwrap(), None, "free to give");
    let carol = claim(plane, &SystemClock, "carol").await.expect("the woken box");
    assert_eq!(carol.instance, seat.instance);
    let before = &seat.addresses;
    assert_ne!(carol.addresses.public_ip, before.public_ip, "a new address at each start");
    assert_eq!(carol.addresses.private_ip, before.private_ip);
}

#[tokio::test]
async fn a_terminated_box_costs_its_user_one_click() {
    let desk = Arc::new(Desk::start().await);
    let cloud = Arc::new(Cloud::start().await);
    let policy = Policy { spares: Spares::Fixed(2), ..desk_policy() };
    let plane = cloud.plane(&desk, ReadyBoxes::default(), policy).await;
    let app = lifecycle::App { plane: plane.clone(), group: "hotdesk".into() };
    plane.pass("boot").await.expect("a pass");
    boots(&cloud, &app, 2).await;
    let first = claim(&plane, &SystemClock, "alice").await.expect("a spare");
    let ec2 = cloud.ec2().await;
    ec2.terminate_instances().instance_ids(first.instance.as_str()).send().await.unwrap();
    let lost = async || workspace(&plane, "alice").await == Workspace::Stopped;
    deliver_until(&cloud, &app, lost).await;
    let second = claim(&plane, &SystemClock, "alice").await.expect("the other spare");
    assert_ne!(first.instance, second.instance);
    assert!(second.epoch > first.epoch);
}

#[tokio::test]
async fn spares_that_nobody_needs_are_retired() {
    let desk = Arc::new(Desk::start().await);
    let cloud = Arc::new(Cloud::start().await);
    let mut plane = cloud
        .plane(&desk, ReadyBoxes::default(), Policy { spares: Spares::Fixed(3), ..desk_policy() })
        .await;
    let app = lifecycle::App { plane: plane.clone(), group: "hotdesk".into() };
    plane.pass("boot").await.expect("a pass");
    boots(&cloud, &app, 3).await;
    plane.policy.spares = Spares::Fixed(1);
    // They are stopped there when no list can be of before that (`fleet/traces`).
    let out_of_service = async || {
        plane.pass("fewer").await.expect("a pass");
        let members = plane.fleet.group().await.unwrap().members;
        members.values().filter(|member| member.lifecycle == Lifecycle::Standby).count() == 2
    };
    deliver_until(&cloud, &app, out_of_service).await;
    assert_eq!(plane.fleet.sizes().await.unwrap().desired, 1);
    assert_eq!(plane.store.demand(SystemClock.now()).await.unwrap().pool, 1);
}

#[tokio::test]
async fn a_flushed_store_gets_its_spares_and_its_stops_back() {
    let AfterAlice { desk, cloud, app, seat } = AfterAlice::came_and_left().await;
    let plane = &app.plane;
    let before = plane.store.view().await.unwrap();
    redis::cmd("FLUSHDB").exec(&mut desk.redis()).unwrap();
    let whole = async || {
        plane.pass("rebuild").await.expect("a pass");
        let view = plane.store.view().await.unwrap();
        view.pool == before.pool && view.standby.contains_key(&seat.instance)
    };
    deliver_until(&cloud, &app, whole).await;
    assert_eq!(plane.fleet.sizes().await.unwrap().desired, 1, "nothing was launched or stopped");
}
