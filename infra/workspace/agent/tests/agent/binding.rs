//! The binding: a box has one owner until its runtime folder is wiped.

use std::os::unix::fs::PermissionsExt;

use crate::desk::{TestBox, set_cookies};

#[tokio::test]
async fn another_user_is_refused_even_with_a_valid_ticket() {
    let desk = TestBox::start().await;
    desk.sit_down("alice", 7).await;
    let refused = desk.open(&desk.ticket("bob", 8)).await;
    assert_eq!(refused.status(), 403);
    assert!(set_cookies(&refused).is_empty());
    assert!(!refused.text().await.unwrap().contains("alice"), "the page does not say whose it is");
    assert_eq!(desk.probe("/activity").await.1["user"], "alice");
}

#[tokio::test]
async fn of_two_who_come_at_once_one_gets_the_box() {
    let desk = TestBox::start().await;
    let (alice, bob) = (desk.ticket("alice", 7), desk.ticket("bob", 8));
    let (first, second) = tokio::join!(desk.open(&alice), desk.open(&bob));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
}

#[tokio::test]
async fn the_binding_and_the_cookies_survive_the_agent_but_not_the_folder() {
    let mut desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    desk.restart().await;
    desk.clock.advance(1000);
    assert_eq!(desk.status("/auth", &cookie).await, 204);
    assert_eq!(desk.open(&desk.ticket("bob", 8)).await.status(), 403);

    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    desk.restart().await;
    desk.clock.advance(1000);
    assert_eq!(desk.status("/auth", &cookie).await, 401);
    desk.sit_down("bob", 8).await;
    assert_eq!(desk.status("/auth", &cookie).await, 401, "another boot's cookie stays refused");
}

#[tokio::test]
async fn the_owner_may_come_again_with_a_newer_seat() {
    let desk = TestBox::start().await;
    let first = desk.sit_down("alice", 7).await;
    let second = desk.sit_down("alice", 9).await;
    let slow_tab = desk.sit_down("alice", 8).await;
    for cookie in [first, second, slow_tab] {
        assert_eq!(desk.status("/auth", &cookie).await, 204);
    }
    assert_eq!(desk.probe("/activity").await.1["epoch"], 9);
}

#[tokio::test]
async fn its_files_are_for_the_agent_only() {
    let desk = TestBox::start().await;
    desk.sit_down("alice", 7).await;
    let mode = |name: &str| {
        std::fs::metadata(desk.folder.path().join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("owner.json"), 0o600);
    assert_eq!(mode("cookie.key"), 0o600);
    assert_eq!(mode("agent.sock"), 0o660);
}
