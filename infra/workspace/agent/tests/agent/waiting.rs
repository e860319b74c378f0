//! Who gets where before a home is there, and after it is to go.

use hotdesk::{
    clock::Ms,
    homes::{Stage, Trouble},
    token::HomeClaims,
};
use hotdesk_agent::keeper::Files;
use serde_json::{Value, json};

use crate::{
    desk::TestBox, minder::Minder, refusals::is_a_page, socket::Socket, stand::TestFront, until,
};

#[tokio::test]
async fn nobody_reaches_the_editor_before_the_home_is_there() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    desk.start_editor();
    let cookie = desk.sit_down("alice", 7).await;
    let passes =
        async || (desk.status("/auth", &cookie).await, desk.status("/pass", &cookie).await);
    assert_eq!(passes().await, (503, 204), "no order yet");
    desk.order_home(&desk.home_claims("alice", 7)).await;
    for stage in [Stage::Attaching, Stage::Checking, Stage::Mounting, Stage::Failed] {
        minder.is_at(stage, None);
        assert_eq!(passes().await, (503, 204), "{stage:?}");
        assert_eq!(desk.status("/tunnel/", &cookie).await, 503);
    }
    minder.is_at(Stage::Mounted, None);
    assert_eq!(passes().await, (204, 204));
    // It stays so without a question for each request.
    minder.stop();
    assert_eq!(passes().await, (204, 204));
}

/// Whoever waits for their files sends no heartbeats yet, and is there all the same.
#[tokio::test]
async fn waiting_for_the_files_is_no_idleness() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    desk.start_editor();
    let cookie = desk.sit_down("alice", 7).await;
    desk.order_home(&desk.home_claims("alice", 7)).await;
    minder.is_at(Stage::Failed, Some(Trouble::Damaged));
    assert_eq!(desk.status("/opening", &cookie).await, 200);
    assert!(desk.probe("/activity").await.1["lastHeartbeat"].is_null(), "nothing is under way");
    minder.is_at(Stage::Attaching, None);
    assert_eq!(desk.status("/opening", &cookie).await, 200);
    assert!(desk.probe("/activity").await.1["lastHeartbeat"].is_u64());
}

#[tokio::test]
async fn in_the_place_of_the_editor_stands_the_page_until_the_home_is_there() {
    let front = TestFront::of(TestBox::with_homes().await).await;
    let minder = Minder::start(&front.desk);
    front.start_editor();
    let cookie = front.sit_down("alice").await;
    let instead = front.get("/?folder=/home", &cookie).await;
    assert_eq!(instead.headers()["retry-after"], "2");
    let page = is_a_page(instead, 503).await;
    assert!(page.contains("data-stage=\"attaching\""), "{page}");
    assert_eq!(front.get("/static/a.js", &cookie).await.status(), 503);
    let headers = format!("Cookie: {cookie}\r\n");
    let refused = Socket::open(&front.address, "/echo", &headers).await.unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    is_a_page(front.get("/_hotdesk/opening", &cookie).await, 200).await;
    assert_eq!(front.ping(&cookie).await.headers()["heartbeat"], "noted", "its user waits");
    assert!(front.seen.lock().unwrap().is_empty(), "the editor was asked for nothing");

    minder.is_at(Stage::Mounted, None);
    let files_of = Some(Ms(1_795_200_300_000));
    let claims = HomeClaims { files_of, ..front.desk.home_claims("alice", 7) };
    front.desk.order_home(&claims).await;
    let page = is_a_page(front.get("/", &cookie).await, 503).await;
    assert!(page.contains("id=\"files-of\""), "{page}");
    assert_eq!(front.tell("https://evil.example", &cookie).await.status(), 403);
    assert_eq!(front.tell(&front.address, "").await.status(), 401);
    assert_eq!(front.get("/static/a.js", &cookie).await.status(), 503);
    let told = front.tell(&front.address, &cookie).await;
    assert_eq!(
        (told.status().as_u16(), &told.headers()["location"]),
        (303, &"/_hotdesk/opening".parse().unwrap())
    );
    assert_eq!(front.get("/", &cookie).await.status(), 200);
}

#[tokio::test]
async fn open_pages_of_a_drained_box_have_a_moment_to_save() {
    let front = TestFront::of(TestBox::with_homes().await).await;
    let minder = Minder::start(&front.desk);
    minder.is_at(Stage::Mounted, None);
    front.start_editor();
    front.desk.order_home(&front.desk.home_claims("alice", 7)).await;
    let cookie = front.sit_down("alice").await;
    let mut socket = Socket::echo(&front.address, &cookie).await;
    assert_eq!(front.desk.drain().await, "saving");
    socket.says(b"the last words").await;
    let headers = format!("Cookie: {cookie}\r\n");
    assert!(Socket::open(&front.address, "/echo", &headers).await.is_err(), "none is new");
    assert_eq!(front.get("/static/a.js", &cookie).await.status(), 200);
    assert_eq!(front.navigate("/", &cookie).await.status(), 403);
    assert_eq!(minder.lets_go(), 0, "the editor still runs");
    socket.ends().await;
    assert_eq!(front.get("/static/a.js", &cookie).await.status(), 403);
    minder.has(Files::Saved);
    until("it is saved", async || front.desk.drain().await == "saved").await;
}

#[tokio::test]
async fn a_box_with_a_home_is_no_spare_and_one_without_a_keeper_is_none_either() {
    let desk = TestBox::with_homes().await;
    let waits = async |part: &str| {
        let waits = desk.probe("/ready").await.1["waitingFor"].clone();
        waits.as_array().is_some_and(|all| all.iter().any(|waits| waits == part))
    };
    assert!(waits("keeper").await && !waits("home").await);
    let minder = Minder::start(&desk);
    assert!(!waits("keeper").await);
    desk.order_home(&desk.home_claims("alice", 7)).await;
    assert!(waits("home").await);
    drop(minder);
}

#[tokio::test]
async fn a_keeper_that_is_silent_for_long_is_a_trouble_of_the_box() {
    let desk = TestBox::with_homes().await;
    let claims = desk.home_claims("alice", 7);
    assert_eq!(desk.order_home(&claims).await, (200, json!({ "stage": "attaching" })));
    desk.clock.advance(59_000);
    let claims = desk.home_claims("alice", 7);
    assert_eq!(desk.order_home(&claims).await, (200, json!({ "stage": "attaching" })));
    desk.clock.advance(1000);
    let claims = desk.home_claims("alice", 7);
    let failed = json!({ "stage": "failed", "trouble": "system" });
    assert_eq!(desk.order_home(&claims).await, (200, failed));
    let minder = Minder::start(&desk);
    assert_eq!(desk.order_home(&claims).await, (200, json!({ "stage": "attaching" })));
    assert_eq!(minder.orders().len(), 1);
}

#[tokio::test]
async fn a_drained_box_lets_go_of_its_home_and_takes_none() {
    let mut desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    minder.is_at(Stage::Mounted, None);
    desk.order_home(&desk.home_claims("alice", 7)).await;
    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.drain().await, "saving");
    assert_eq!(desk.order_home(&desk.home_claims("alice", 7)).await.0, 409);
    assert_eq!(desk.open(&desk.ticket("alice", 9)).await.status(), 403, "nothing new");
    assert_eq!(desk.status("/auth", &cookie).await, 204, "what is open may save");
    until("it is over", async || desk.status("/auth", &cookie).await == 403).await;
    until("the keeper lets go", async || minder.lets_go() > 0).await;
    assert_eq!(desk.drain().await, "saving");

    desk.restart().await;
    assert_eq!(desk.status("/auth", &cookie).await, 403, "at once: nothing is open");
    minder.has(Files::Saved);
    until("it is saved", async || desk.drain().await == "saved").await;
    minder.stop();
    assert_eq!(desk.drain().await, "saved", "it needs no keeper any more");
}

#[tokio::test]
async fn while_the_keeper_is_silent_nothing_is_saved() {
    let desk = TestBox::with_homes().await;
    desk.order_home(&desk.home_claims("alice", 7)).await;
    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.drain().await, "saving");
    until("it is over", async || desk.status("/pass", &cookie).await == 403).await;
    assert_eq!(desk.drain().await, "saving");
    let minder = Minder::start(&desk);
    minder.has(Files::Nothing);
    until("it was asked again", async || desk.drain().await == "nothing").await;
}

#[tokio::test]
async fn files_of_an_earlier_time_are_said_once_for_each_seat() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    minder.is_at(Stage::Mounted, None);
    desk.start_editor();
    let claims = |epoch| HomeClaims {
        files_of: Some(Ms(1_795_200_300_000)),
        ..desk.home_claims("alice", epoch)
    };
    desk.order_home(&claims(7)).await;
    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.status("/auth", &cookie).await, 503, "nobody works on them unknowingly");
    let standing: Value = desk.ask_json("/opening").await.json().await.unwrap();
    assert_eq!((&standing["stage"], &standing["ready"]), (&json!("open"), &json!(false)));
    assert_eq!(standing["filesOf"], 1_795_200_300_000_u64);
    let page = desk.ask("/opening", "").await.text().await.unwrap();
    assert!(page.contains("20 November 2026, 18:45 UTC"), "{page}");
    assert!(page.contains("<button class=\"button main\">Open my workspace</button>"), "{page}");
    assert!(!page.contains("http-equiv=\"refresh\""), "it stops: {page}");

    assert_eq!(desk.post("/opening").await, 303);
    assert_eq!(desk.status("/auth", &cookie).await, 204);
    assert_eq!(desk.status("/opening", "").await, 303);
    desk.order_home(&claims(7)).await;
    assert_eq!(desk.status("/auth", &cookie).await, 204, "once");
    desk.order_home(&claims(8)).await;
    assert_eq!(desk.status("/auth", &cookie).await, 503, "and again in the next seat");
}

#[tokio::test]
async fn a_full_home_is_said_and_open() {
    let desk = TestBox::with_homes().await;
    let minder = Minder::start(&desk);
    minder.is_at(Stage::Mounted, None);
    minder.is_full();
    desk.start_editor();
    desk.order_home(&desk.home_claims("alice", 7)).await;
    let cookie = desk.sit_down("alice", 7).await;
    let standing: Value = desk.ask_json("/opening").await.json().await.unwrap();
    assert_eq!((&standing["ready"], &standing["full"]), (&json!(false), &json!(true)));
    assert!(desk.ask("/opening", "").await.text().await.unwrap().contains("id=\"full\""));
    assert_eq!(desk.status("/auth", &cookie).await, 204);
    assert_eq!(desk.post("/opening").await, 303);
    assert_eq!(desk.status("/opening", "").await, 303);
}

#[tokio::test]
async fn the_page_says_each_stage_and_what_keeps_it() {
    let desk = TestBox::with_homes().await;
    let page = async || desk.ask("/opening", "").await.text().await.unwrap();
    assert!(page().await.contains("data-stage=\"attaching\""), "no order yet");
    let minder = Minder::start(&desk);
    desk.order_home(&desk.home_claims("alice", 7)).await;
    for (stage, slug) in [
        (Stage::Attaching, "attaching"),
        (Stage::Checking, "checking"),
        (Stage::Mounting, "mounting"),
        (Stage::Mounted, "editor"),
    ] {
        minder.is_at(stage, None);
        assert!(page().await.contains(&format!("data-stage=\"{slug}\"")), "{slug}");
        let standing: Value = desk.ask_json("/opening").await.json().await.unwrap();
        assert_eq!((&standing["stage"], &standing["ready"]), (&json!(slug), &json!(false)));
    }
    minder.is_at(Stage::Failed, Some(Trouble::Damaged));
    let failed = page().await;
    assert!(
        failed.contains("data-stage=\"failed\"") && failed.contains("Nothing of them was changed")
    );
    assert!(failed.contains("data-said=\"failuredamaged\" role=\"alert\"><p class=\"note bad\">"));
    let standing: Value = desk.ask_json("/opening").await.json().await.unwrap();
    assert_eq!((&standing["trouble"], &standing["late"]), (&json!("damaged"), &json!(false)));

    minder.is_at(Stage::Attaching, None);
    for _ in 0..6 {
        desk.clock.advance(11_000);
        page().await;
    }
    let late = page().await;
    assert!(
        late.contains(
            "data-said=\"holding\" role=\"alert\"><p class=\"note bad\">This takes longer"
        )
    );
}
