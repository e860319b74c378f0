//! Orders of a home: whose box it becomes, what the keeper is told, and who is let in when.

use hotdesk::{
    homes::{Stage, Trouble},
    token::{HomeClaims, Signer, generate},
};
use serde_json::{Value, json};

use crate::{
    desk::{BOOT, INSTANCE, TestBox},
    minder::Minder,
};

#[tokio::test]
async fn whichever_comes_first_ticket_or_order_the_box_is_that_users() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 200);
    assert_eq!(desk.probe("/activity").await.1["user"], "alice");
    assert_eq!(desk.open(&desk.ticket("bob", 8)).await.status(), 403);
    desk.sit_down("alice", 7).await;
    let bobs = desk.order_home(&desk.home_claims("bob", 8)).await;
    assert_eq!(bobs, (403, Value::Null));
    assert!(!minder.orders().is_empty());
    assert!(minder.orders().iter().all(|order| order.user.as_str() == "alice"));

    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    desk.sit_down("alice", 7).await;
    assert_eq!(desk.order_home(&desk.home_claims("bob", 8)).await.0, 403);
    assert!(minder.orders().is_empty());
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 200);
    assert_eq!(desk.probe("/activity").await.1["epoch"], 7);
}

#[tokio::test]
async fn only_a_fresh_order_of_the_control_plane_to_this_box_is_one() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    let (stranger, _) = generate().unwrap();
    let claims = desk.home_claims("alice", 7);
    let with = |spoil: &dyn Fn(&mut HomeClaims)| {
        let mut spoiled = claims.clone();
        spoil(&mut spoiled);
        desk.signer.sign(&spoiled).unwrap().into_bytes()
    };
    for (what, order) in [
        ("wrong key", Signer::from_jwk(&stranger).unwrap().sign(&claims).unwrap().into_bytes()),
        ("another box's", with(&|claims| claims.aud = "home:i-00000000000000000".into())),
        ("a drain order's audience", with(&|claims| claims.aud = format!("drain:{INSTANCE}"))),
        ("a ticket's audience", with(&|claims| claims.aud = INSTANCE.into())),
        ("before the boot", with(&|claims| claims.iat = BOOT / 1000)),
        ("a drain order", desk.drain_order().into_bytes()),
        ("a ticket", desk.ticket("alice", 7).into_bytes()),
        ("nothing", Vec::new()),
        ("no text", vec![0xff; 100]),
    ] {
        assert_eq!(desk.order_to("/home", order).await.0, 403, "{what}");
    }
    assert_eq!(desk.order_to("/home", vec![b'x'; 5000]).await.0, 413);
    let order = desk.signer.sign(&claims).unwrap();
    assert_eq!(desk.order_to("/drain", order.clone()).await.0, 403, "nor does it drain");
    desk.clock.advance(33_000);
    assert_eq!(desk.order_to("/home", order).await.0, 403, "over");
    assert_eq!(desk.probe("/activity").await.1["user"], Value::Null, "none of them binds it");
    assert!(minder.orders().is_empty());
    assert!(!desk.folder.path().join("home.json").exists());
}

#[tokio::test]
async fn a_box_without_homes_takes_none_and_says_nothing_was_saved() {
    let desk = TestBox::start().await;
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 403);
    assert_eq!(desk.probe("/activity").await.1["user"], Value::Null);
    assert_eq!(desk.drain().await, "nothing");
}

#[tokio::test]
async fn the_answer_is_what_the_keeper_says_and_another_volume_is_refused() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    let claims = desk.home_claims("alice", 7);
    for (stage, trouble, answer) in [
        (Stage::Attaching, None, json!({ "stage": "attaching" })),
        (Stage::Checking, None, json!({ "stage": "checking" })),
        (
            Stage::Failed,
            Some(Trouble::NotBlank),
            json!({ "stage": "failed", "trouble": "not-blank" }),
        ),
        (Stage::Mounted, None, json!({ "stage": "mounted" })),
    ] {
        minder.is_at(stage, trouble);
        assert_eq!(desk.order_home(&claims).await, (200, answer));
    }
    let other = HomeClaims { volume: "vol-00000000".parse().unwrap(), ..claims.clone() };
    assert_eq!(desk.order_home(&other).await.0, 403);
    let newer = HomeClaims { epoch: hotdesk::id::Epoch(9), size: 40, ..claims };
    assert_eq!(desk.order_home(&newer).await.0, 200);
    let last = minder.orders().pop().unwrap();
    assert_eq!((last.size, last.volume.as_str()), (40, "vol-0123456789abcdef0"));
    assert_eq!(desk.probe("/activity").await.1["epoch"], 9);
}

#[tokio::test]
async fn an_order_outlives_the_agent_and_what_cannot_be_kept_is_not_taken() {
    let mut desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    let file = desk.folder.path().join("home.json");
    std::fs::create_dir(&file).unwrap();
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 500);
    assert!(minder.orders().is_empty());
    std::fs::remove_dir(&file).unwrap();
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 200);
    let before = minder.orders().len();

    desk.restart().await;
    desk.clock.advance(1000);
    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.status("/auth", &cookie).await, 503);
    assert!(minder.orders().len() > before, "the keeper may have missed it");
    minder.is_at(Stage::Mounted, None);
    assert_eq!(desk.status("/auth", &cookie).await, 204);
}
