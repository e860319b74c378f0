//! Good requests, in each state that a workspace can be in.

use std::time::Duration;

use hotdesk::{
    clock::{Clock, SystemClock},
    problem::Problem,
    store::{Limit, Store, Threat, Warning},
    token::SeatClaims,
};
use hotdesk_tests::desk::{Sent, spare};
use http::header;

use super::stage::{Stage, anybody, as_page, bare, beat, with};

const MINUTE: Duration = Duration::from_secs(60);

/// What needs no session.
pub(crate) async fn anybodys(stage: &mut Stage) {
    stage.ask(bare(anybody("GET", "/health")), 200).await;
    stage.ask(bare(anybody("GET", "/.well-known/jwks.json")), 200).await;
    for problem in Problem::ALL {
        let about = || bare(anybody("GET", &format!("/problems/{}", problem.slug())));
        stage.ask(about(), 200).await;
        stage.ask(as_page(about()), 200).await;
    }
}

/// Gives `user` the last of so many boxes, and looks at it in every way.
pub(crate) async fn running(stage: &mut Stage, user: &str, boxes: usize) -> Sent {
    stage.desk.stock(boxes).await;
    stage.ask(bare(stage.by(user, "GET", "/dispatch")), 302).await;
    let sent = stage.desk.open(user).await.expect("the same box");
    everywhere(stage, user).await;
    let now = SystemClock.now();
    let store = stage.desk.store().clone();
    for threat in [Threat::Rebalance, Threat::Interruption] {
        let warning = Warning { threat, at: now.plus(MINUTE) };
        store.warn(&sent.instance, warning).await.unwrap();
        everywhere(stage, user).await;
        let told = stage.ask(beat(&sent.ticket.seat_token, body(&sent, "")), 204).await;
        assert!(told.headers().contains_key("box-threat"));
    }
    sent
}

/// Somebody waits, while different things keep boxes from coming, until one boots.
pub(crate) async fn waiting(stage: &mut Stage, user: &str) {
    let prefetch = bare(stage.by(user, "GET", "/dispatch"));
    stage.ask(with(prefetch, "sec-purpose".parse().unwrap(), "prefetch"), 204).await;
    stage.ask(bare(stage.by(user, "GET", "/dispatch")), 202).await;
    let store = stage.desk.store().clone();
    for limit in Limit::ALL {
        let until = SystemClock.now().plus(MINUTE);
        store.constrain(Some(limit), until).await.unwrap();
        let status = stage.ask(bare(stage.by(user, "GET", "/status")), 200).await;
        assert!(status.body().contains(limit.name()), "{}", status.body());
        everywhere(stage, user).await;
    }
    store.constrain(None, SystemClock.now()).await.unwrap();
    store.booted(MINUTE).await.unwrap();
    store.arriving(&[spare(900)], SystemClock.now()).await.unwrap();
    let status = stage.ask(bare(stage.by(user, "GET", "/status")), 200).await;
    assert!(status.body().contains("booting"), "{}", status.body());
    everywhere(stage, user).await;
    for page in [false, true] {
        let ask = |stage: &Stage| {
            let request = bare(stage.by(user, "GET", "/status"));
            if page { as_page(request) } else { request }
        };
        let known = stage.ask(ask(stage), 200).await.headers()[header::ETAG].clone();
        let again = with(ask(stage), header::IF_NONE_MATCH, known.to_str().unwrap());
        stage.ask(again, 304).await;
    }
}

/// Whoever waits closes the page, leaves by it, and leaves as a program does.
pub(crate) async fn leaving(stage: &mut Stage, user: &str) {
    stage.ask(stage.stop(user, "closing=true"), 204).await;
    stage.ask(stage.stop(user, ""), 202).await;
    everywhere(stage, user).await;
    stage.ask(bare(stage.by(user, "GET", "/dispatch")), 202).await;
    stage.ask(as_page(stage.stop(user, "")), 303).await;
}

/// The seat says that it stays, in time and when its token is nearly over, and is given back.
pub(crate) async fn ending(stage: &mut Stage, sent: &Sent) {
    let user = sent.ticket.sub.as_str();
    stage.ask(beat(&sent.ticket.seat_token, body(sent, r#","stay":true"#)), 204).await;
    let old = SystemClock.now().minus(MINUTE);
    let (sub, instance) = (sent.ticket.sub.clone(), sent.instance.clone());
    let old = SeatClaims::new(sub, instance, sent.ticket.epoch, old, MINUTE * 2);
    let old = stage.desk.dispatch.signer.sign(&old).unwrap();
    let renewed = stage.ask(beat(&old, body(sent, "")), 204).await;
    assert!(renewed.headers().contains_key("seat-token"));
    stage.ask(stage.stop(user, &format!("epoch={}", sent.ticket.epoch)), 202).await;
    everywhere(stage, user).await;
    stage.ask(bare(stage.by(user, "GET", "/dispatch")), 202).await;
    stage.ask(as_page(bare(stage.by(user, "GET", "/dispatch"))), 202).await;
}

/// An operator ends the sessions of somebody who has the last of so many boxes, and of somebody who
/// has none.
pub(crate) async fn revoking(stage: &mut Stage, user: &str, boxes: usize) {
    stage.desk.stock(boxes).await;
    let session = stage.desk.cookie(user);
    stage.ask(bare(stage.by(user, "GET", "/dispatch")), 302).await;
    stage.ask(stage.revoke("olivia", &format!("user={user}")), 202).await;
    stage.ask(as_page(stage.revoke("olivia", "user=nobody")), 202).await;
    let of_before = |request| with(request, header::COOKIE, &session);
    for path in ["/", "/status", "/dispatch"] {
        stage.ask(of_before(bare(anybody("GET", path))), 401).await;
        stage.ask(as_page(of_before(bare(anybody("GET", path)))), 302).await;
    }
    let stop = stage.stop(user, "");
    stage.ask(of_before(stop), 401).await;
    stage.ask(bare(stage.by("olivia", "GET", "/")), 200).await;
}

/// The body of a heartbeat of that seat, with more members behind.
pub(crate) fn body(sent: &Sent, more: &str) -> String {
    format!(r#"{{"user":"{}","instanceId":"{}"{more}}}"#, sent.ticket.sub, sent.instance)
}

/// The workspace and the standing, as JSON and as pages.
pub(crate) async fn everywhere(stage: &mut Stage, user: &str) {
    for path in ["/", "/status"] {
        stage.ask(bare(stage.by(user, "GET", path)), 200).await;
        stage.ask(as_page(bare(stage.by(user, "GET", path))), 200).await;
    }
}
