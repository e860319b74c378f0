//! Between ticket and editor.

use reqwest::{Response, header};
use serde_json::{Value, json};

use crate::{
    desk::{HOME, TestBox},
    refusals::is_a_page,
    stand::TestFront,
};

const STARTING: &str = "The editor is starting.";
const WRONG: &str = "role=\"alert\"><p class=\"note bad\">";

fn starting(late: bool) -> Value {
    json!({ "stage": "editor", "words": STARTING, "ready": false, "late": late, "full": false })
}

fn location(answer: &Response) -> &str {
    answer.headers()[header::LOCATION].to_str().unwrap()
}

async fn standing(desk: &TestBox) -> Value {
    let answer = desk.ask_json("/opening").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers()[header::VARY], "accept");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_ticket_leads_to_the_editor_once_it_answers_and_to_a_page_before() {
    let desk = TestBox::start().await;
    let early = desk.open(&desk.ticket("alice", 7)).await;
    assert_eq!((early.status().as_u16(), location(&early)), (303, "/_hotdesk/opening"));
    assert_eq!(standing(&desk).await, starting(false));
    let page = is_a_page(desk.ask("/opening", "").await, 200).await;
    assert!(page.contains(STARTING) && !page.contains(WRONG), "{page}");
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>"));

    desk.start_editor();
    let open = json!({ "stage": "open", "words": "Your workspace is open.", "ready": true, "late": false, "full": false });
    assert_eq!(standing(&desk).await, open);
    let moved = desk.ask("/opening", "").await;
    assert_eq!((moved.status().as_u16(), location(&moved)), (303, "/"));
    let later = desk.open(&desk.ticket("alice", 7)).await;
    assert_eq!((later.status().as_u16(), location(&later)), (303, "/"));
}

#[tokio::test]
async fn after_a_minute_something_is_wrong() {
    let desk = TestBox::start().await;
    desk.sit_down("alice", 7).await;
    for _ in 0..5 {
        desk.clock.advance(11_900);
        assert_eq!(standing(&desk).await, starting(false));
    }
    desk.clock.advance(500);
    assert_eq!(standing(&desk).await, starting(true));
    let page = is_a_page(desk.ask("/opening", "").await, 200).await;
    assert!(page.contains(WRONG), "{page}");
    assert!(page.contains(&format!("href=\"{HOME}/\">Try another time</a>")));
    // Whoever comes back after all have gone waits anew.
    desk.clock.advance(20_000);
    assert_eq!(standing(&desk).await, starting(false));
    // So does whoever comes after the editor was there.
    desk.start_editor();
    assert_eq!(standing(&desk).await["ready"], true);
    std::fs::remove_file(desk.folder.path().join("editor.sock")).unwrap();
    desk.clock.advance(10_000);
    assert_eq!(standing(&desk).await["late"], false);
}

#[tokio::test]
async fn an_editor_that_takes_the_question_and_says_nothing_does_not_answer() {
    let desk = TestBox::start().await;
    let _silent = tokio::net::UnixListener::bind(desk.folder.path().join("editor.sock")).unwrap();
    assert_eq!(standing(&desk).await, starting(false));
}

#[tokio::test]
async fn in_the_place_of_the_workbench_stands_the_same_page() {
    let front = TestFront::without_editor().await;
    let cookie = front.sit_down("alice").await;
    let instead = front.get("/?folder=/home", &cookie).await;
    assert_eq!(instead.headers()[header::RETRY_AFTER], "2");
    let html = is_a_page(instead, 503).await;
    assert!(html.contains(STARTING) && !html.contains("heartbeat"), "{html}");
    assert_eq!(front.get("/static/a.js", &cookie).await.status(), 502, "only the document");
    let page = is_a_page(front.get("/_hotdesk/opening", &cookie).await, 200).await;
    assert!(page.contains(STARTING));
    let json = front.get_json("/_hotdesk/opening", &cookie).await;
    assert_eq!(json.json::<Value>().await.unwrap(), starting(false));

    front.start_editor();
    assert_eq!(front.get("/?folder=/home", &cookie).await.status(), 200);
    let json = front.get_json("/_hotdesk/opening", &cookie).await;
    assert_eq!(json.json::<Value>().await.unwrap()["ready"], true);
    let moved = front.get("/_hotdesk/opening", &cookie).await;
    assert_eq!((moved.status().as_u16(), location(&moved)), (303, "/"));
}

#[tokio::test]
async fn who_has_no_pass_does_not_learn_how_far_it_is() {
    let front = TestFront::without_editor().await;
    front.sit_down("alice").await;
    for path in ["/_hotdesk/opening", "/"] {
        assert_eq!(front.get(path, "").await.status(), 401);
        let json = front.get_json(path, "").await;
        assert_eq!(json.status(), 401);
        assert_eq!(json.json::<Value>().await.unwrap()["status"], 401);
    }
}
