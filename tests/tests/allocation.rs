//! Many requests at once, against real Redis and DynamoDB (moto).

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use futures::future::join_all;
use hotdesk::{
    clock::{Clock, SystemClock},
    seats::Seats,
    store::Store,
};
use hotdesk_tests::desk::{Desk, open_boxes};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_dispatches_of_fifty_users_give_fifty_seats() {
    let desk = Arc::new(Desk::start().await);
    desk.stock(50).await;
    let requests = (0..200).map(|n| {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let user = format!("user{}", n % 50);
            let sent = desk.open(&user).await.expect("there is a spare for everybody");
            (user, sent.instance)
        })
    });
    let mut boxes = BTreeMap::new();
    for answer in join_all(requests).await {
        let (user, instance) = answer.unwrap();
        let first = boxes.entry(user.clone()).or_insert_with(|| instance.clone());
        assert_eq!(*first, instance, "{user} was sent to two boxes");
    }
    let items = desk.seats().scan().await.unwrap();
    let open = open_boxes(&items);
    assert_eq!((boxes.len(), open.len()), (50, 50));
    assert!(boxes.values().all(|instance| open.contains(instance)));
    let demand = desk.store().demand(SystemClock.now()).await.unwrap();
    assert_eq!((demand.active, demand.pool, demand.waiting), (50, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_tabs_of_one_user_get_one_box() {
    let desk = Arc::new(Desk::start().await);
    desk.stock(20).await;
    let tabs = (0..20).map(|_| {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { desk.open("alice").await.expect("a box").instance })
    });
    let boxes: Vec<_> = join_all(tabs).await.into_iter().map(Result::unwrap).collect();
    assert!(boxes.windows(2).all(|two| two[0] == two[1]), "{boxes:?}");
    assert_eq!(desk.store().demand(SystemClock.now()).await.unwrap().pool, 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fewer_spares_than_users_serve_as_many_and_queue_the_rest() {
    let desk = Arc::new(Desk::start().await);
    desk.stock(5).await;
    let requests = (0..12).map(|n| {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { desk.open(&format!("user{n}")).await })
    });
    let served =
        join_all(requests).await.into_iter().filter(|a| a.as_ref().unwrap().is_some()).count();
    let demand = desk.store().demand(SystemClock.now()).await.unwrap();
    assert_eq!((served, demand.active, demand.waiting), (5, 5, 7));
}
