//! The homes of others: good requests of operators, and bad ones.

use http::header;
use serde_json::json;

use super::stage::{Stage, anybody, as_page, bare, with};

const OLIVIA: &str = "olivia";

/// What can be asked for, with a form for it.
const DEEDS: [(&str, &str); 3] =
    [("restore", "snapshot=snap-000000bb"), ("export", ""), ("delete", "")];

/// A home that rests is looked at, and each thing is asked for of one like it.
pub(crate) async fn operated(stage: &mut Stage) {
    for user in ["hank", "hugo", "hope"] {
        let volume = format!("vol-{:08x}", u32::from(user.as_bytes()[2]));
        let home = json!({ "user": user, "rev": 1, "epoch": 5, "ended": 5, "mounted": 5,
            "instance": "i-000000aa", "volume": volume, "zone": "eu-west-1a", "size": 20,
            "endedAt": 1_795_165_200_000_u64 });
        stage.put_home(home).await;
    }
    let found = stage.operate(OLIVIA, "GET", "/homes?user=hank", "");
    stage.ask(found, 303).await;
    for (user, (deed, form)) in ["hank", "hugo", "hope"].into_iter().zip(DEEDS) {
        let look = |stage: &Stage| stage.operate(OLIVIA, "GET", &format!("/homes/{user}"), "");
        stage.ask(look(stage), 200).await;
        let path = format!("/homes/{user}/{deed}");
        stage.ask(stage.operate(OLIVIA, "POST", &path, form), 202).await;
        stage.ask(as_page(stage.operate(OLIVIA, "POST", &path, form)), 303).await;
        stage.ask(look(stage), 200).await;
        stage.ask(as_page(look(stage)), 200).await;
        for (other, form) in DEEDS.into_iter().filter(|(other, _)| *other != deed) {
            let busy = |stage: &Stage| {
                stage.operate(OLIVIA, "POST", &format!("/homes/{user}/{other}"), form)
            };
            stage.ask(busy(stage), 409).await;
            stage.ask(as_page(busy(stage)), 409).await;
        }
    }
}

/// Nobody is signed in, or no operator, or there is no such home, or the form is another's.
pub(crate) async fn refused(stage: &mut Stage, running: &str) {
    for path in ["/homes?user=hank", "/homes/hank"] {
        stage.ask(bare(anybody("GET", path)), 401).await;
        stage.ask(as_page(bare(anybody("GET", path))), 302).await;
        stage.ask(bare(stage.by("alice", "GET", path)), 403).await;
        stage.ask(as_page(bare(stage.by("alice", "GET", path))), 403).await;
    }
    let back = stage.ask(as_page(bare(anybody("GET", "/homes?user=hank"))), 302).await;
    let address = "http://localhost:9000/login?next=%2Fhomes%3Fuser%3Dhank";
    assert_eq!(back.headers()[header::LOCATION], address);
    for query in ["", "?user=", "?user=pool", "?user=a&user=b"] {
        stage.ask(stage.operate(OLIVIA, "GET", &format!("/homes{query}"), ""), 400).await;
    }
    stage.ask(as_page(stage.operate(OLIVIA, "GET", "/homes", "")), 400).await;
    for user in ["nobody", "Hank", "pool"] {
        let path = format!("/homes/{user}");
        stage.ask(stage.operate(OLIVIA, "GET", &path, ""), 404).await;
        stage.ask(as_page(stage.operate(OLIVIA, "GET", &path, "")), 404).await;
    }
    for (deed, form) in DEEDS {
        let of = |user: &str| format!("/homes/{user}/{deed}");
        let ask = |stage: &Stage, user: &str| stage.operate(OLIVIA, "POST", &of(user), form);
        stage.ask(ask(stage, "nobody"), 404).await;
        stage.ask(ask(stage, running), 409).await;
        let mut nobody = ask(stage, "hank");
        nobody.headers_mut().remove(header::COOKIE);
        stage.ask(nobody, 401).await;
        let cookie = stage.desk.cookie("hank");
        stage.ask(with(ask(stage, "hank"), header::COOKIE, &cookie), 403).await;
        let foreign = with(ask(stage, "hank"), header::ORIGIN, "http://localhost:9001");
        stage.ask(foreign, 403).await;
        stage.ask(stage.operate(OLIVIA, "POST", &of("hank"), "else=1"), 400).await;
        stage.ask(stage.operate(OLIVIA, "POST", &of("hank"), &"x".repeat(4097)), 413).await;
        let json = stage.operate(OLIVIA, "POST", &of("hank"), "{}");
        stage.ask(with(json, header::CONTENT_TYPE, "application/json"), 415).await;
    }
}

/// A record that hotdesk did not write, and an operator whose own key in Redis is none.
pub(crate) async fn broken(stage: &mut Stage) {
    stage.put_home(json!({ "user": "dirk", "epoch": "soon" })).await;
    everything(stage, OLIVIA, "dirk", 500).await;
    // The way to a home asks for nothing but whether the session holds.
    stage.revoked_is_broken("otto");
    stage.ask(stage.operate("otto", "GET", "/homes?user=dirk", ""), 500).await;
}

/// Redis is gone.
pub(crate) async fn away(stage: &mut Stage) {
    everything(stage, OLIVIA, "hank", 503).await;
    stage.ask(stage.operate(OLIVIA, "GET", "/homes?user=hank", ""), 503).await;
}

async fn everything(stage: &mut Stage, operator: &str, user: &str, status: u16) {
    let look = |stage: &Stage| stage.operate(operator, "GET", &format!("/homes/{user}"), "");
    stage.ask(look(stage), status).await;
    stage.ask(as_page(look(stage)), status).await;
    for (deed, form) in DEEDS {
        let path = format!("/homes/{user}/{deed}");
        stage.ask(stage.operate(operator, "POST", &path, form), status).await;
    }
}
