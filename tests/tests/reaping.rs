//! The reaper on real Redis, moto and the simulator: who loses a box, and what becomes of it.

use std::{sync::Arc, time::Duration};

use hotdesk::{
    allocate::{Allocation, allocate},
    clock::{Clock, SystemClock},
    control::Policy,
    fleet::{Fleet, Lifecycle, Power},
    id::UserId,
    seats::{BoxItem, Identity, Seats, UserState},
    store::{Store, Workspace},
};
use hotdesk_aws::tags;
use hotdesk_tests::{
    boxes::ReadyBoxes,
    desk::Desk,
    fleet::{App, Cloud, Plane, deliver_until},
};
use http::StatusCode;

const POLICY: Policy = Policy { idle_timeout: Duration::from_secs(300), spares: 1, min_boxes: 1 };

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
    let plane = cloud.plane(&desk, boxes, POLICY).await;
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
    let pass = cloud.plane(&desk, boxes, POLICY).await.pass("test").await.expect("a pass");
    assert_eq!((pass.begun, pass.revived), (0, 1));
}

#[tokio::test]
async fn back_at_299_seconds_is_safe() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.expect("a box");
    age(&desk, "alice", Duration::from_secs(299));
    let cloud = Cloud::start().await;
    let plane = cloud.plane(&desk, ReadyBoxes::default(), POLICY).await;
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

#[tokio::test]
async fn an_idle_box_ends_in_standby_stopped_and_unassigned() {
    let desk = Arc::new(Desk::start().await);
    let cloud = Arc::new(Cloud::start().await);
    let plane = cloud.plane(&desk, ReadyBoxes::default(), POLICY).await;
    let app = lifecycle::App { plane: plane.clone(), group: "hotdesk".into() };

    // An empty group gets its spare; alice takes it, and another one boots.
    plane.pass("boot").await.expect("a pass");
    boots(&cloud, &app, 1).await;
    let alice: UserId = "alice".parse().unwrap();
    let identity = Identity { issuer: "local".into(), subject: "alice".into() };
    let allocation = allocate(&plane.store, &plane.seats, &plane.clock, &alice, &identity).await;
    let Allocation::Ready(seat) = allocation.unwrap() else { panic!("there was a spare") };
    plane.fleet.tag_owner(std::slice::from_ref(&seat.instance), Some(&seat.user)).await.unwrap();
    plane.pass("replace").await.expect("a pass");
    boots(&cloud, &app, 1).await;
    assert_eq!(plane.fleet.group().await.unwrap().desired, 2);

    age(&desk, "alice", Duration::from_secs(301));
    let pass = plane.pass("reap").await.expect("a pass");
    assert_eq!(pass.begun, 1);
    deliver_until(&cloud, &app, async || workspace(&plane, "alice").await == Workspace::Stopped)
        .await;

    let group = plane.fleet.group().await.unwrap();
    assert_eq!(group.lifecycle(&seat.instance), Some(Lifecycle::Standby));
    assert_eq!(group.desired, 1, "active + 1");
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
