//! Requests that are refused, and parts that do not answer.

use hotdesk_tests::desk::{BASE_URL, Sent};
use http::{Method, StatusCode, header};
use lambda_http::{Body, Request};

use super::{
    served::body,
    stage::{Stage, anybody, as_page, bare, beat, with},
};

/// Addresses of one user's own.
const OWN: [&str; 3] = ["/", "/dispatch", "/status"];

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// Nobody is signed in, or the wrong person.
pub(crate) async fn strangers(stage: &mut Stage, sent: &Sent) {
    for path in OWN {
        stage.ask(bare(anybody("GET", path)), 401).await;
        let to_sign_in = stage.ask(as_page(bare(anybody("GET", path))), 302).await;
        let next = path.replace('/', "%2F");
        let address = format!("{BASE_URL}/login?next={next}");
        assert_eq!(to_sign_in.headers()[header::LOCATION], address.as_str());
    }
    let unsigned = |stage: &Stage| without(stage.stop("alice", ""), &header::COOKIE);
    stage.ask(unsigned(stage), 401).await;
    stage.ask(as_page(unsigned(stage)), 401).await;
    let namesake = stage.cookie_from_elsewhere(sent.ticket.sub.as_str());
    let namesakes = || bare(anybody("GET", "/dispatch").header(header::COOKIE, &namesake));
    stage.ask(namesakes(), 403).await;
    stage.ask(as_page(namesakes()), 403).await;
    let foreign = with(stage.stop("alice", ""), header::ORIGIN, "http://localhost:9001");
    stage.ask(foreign, 403).await;
    stage.ask(without(stage.stop("alice", ""), &header::ORIGIN), 403).await;
    stage.ask(without(stage.revoke("olivia", "user=bob"), &header::COOKIE), 401).await;
    stage.ask(without(stage.revoke("olivia", "user=bob"), &header::ORIGIN), 403).await;
    let cookie = stage.desk.cookie("alice");
    let no_operator = with(stage.revoke("olivia", "user=bob"), header::COOKIE, &cookie);
    stage.ask(as_page(no_operator), 403).await;
    for path in OWN {
        for site in ["same-site", "cross-site"] {
            let in_passing = bare(stage.by("alice", "GET", path).header("sec-fetch-site", site));
            stage.ask(in_passing, 403).await;
        }
    }
    stage.ask(beat("e30.e30.e30", body(sent, "")), 401).await;
    stage.ask(without(beat("", body(sent, "")), &header::AUTHORIZATION), 401).await;
}

/// What is sent is not what is described.
pub(crate) async fn malformed(stage: &mut Stage, sent: &Sent) {
    for form in ["epoch=soon", "epoch=-1", "epoch=1&epoch=1", "closing=maybe", "else=1"] {
        stage.ask(stage.stop("alice", form), 400).await;
        stage.ask(as_page(stage.stop("alice", form)), 400).await;
    }
    stage.ask(stage.stop("alice", "epoch=1"), 409).await;
    stage.ask(stage.stop("alice", &"x".repeat(4097)), 413).await;
    for form in ["", "user=", "user=Bob", "user=pool", "user=bob&user=carol", "name=bob"] {
        stage.ask(stage.revoke("olivia", form), 400).await;
    }
    stage.ask(stage.revoke("olivia", &"x".repeat(4097)), 413).await;
    let json = with(stage.revoke("olivia", "{}"), header::CONTENT_TYPE, "application/json");
    stage.ask(json, 415).await;
    let json = with(stage.stop("alice", "{}"), header::CONTENT_TYPE, "application/json");
    stage.ask(json, 415).await;
    let token = &sent.ticket.seat_token;
    stage.ask(beat(token, "no JSON"), 400).await;
    stage.ask(beat(token, r#"{"user":"pool","instanceId":"i-00000000"}"#), 400).await;
    stage.ask(beat(token, " ".repeat(4097)), 413).await;
    stage.ask(bare(anybody("GET", "/problems/none")), 404).await;
    stage.ask(as_page(bare(anybody("GET", "/problems/none"))), 404).await;
}

/// A heartbeat of a seat that is over.
pub(crate) async fn stale(stage: &mut Stage, sent: &Sent) {
    stage.ask(beat(&sent.ticket.seat_token, body(sent, "")), 409).await;
}

/// Methods and addresses that there are not: of no operation, so no answer of one.
pub(crate) async fn nowhere(stage: &mut Stage) {
    let mut refused = 0;
    for (path, taken) in stage.description.paths() {
        let path = path.replace("{slug}", "stale").replace("{user}", "hank");
        for method in METHODS.map(|name| name.parse::<Method>().unwrap()) {
            if taken.contains(&method) {
                continue;
            }
            let request = bare(stage.by("alice", method.as_str(), &path));
            let reply = stage.answer(request).await;
            assert_eq!(reply.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            stage.description.check_as("/components/responses/method-not-allowed", &reply).unwrap();
            let allowed: Vec<_> = taken.iter().map(Method::as_str).collect();
            assert_eq!(reply.headers()[header::ALLOW], allowed.join(", "), "{method} {path}");
            refused += 1;
        }
    }
    assert!(refused >= 12 * 7, "{refused}");
    for path in ["/logins", "/status/", "/Status", "//", "/problems", "/ping/x"] {
        let reply = stage.answer(bare(stage.by("alice", "GET", path))).await;
        assert_eq!(reply.status(), StatusCode::NOT_FOUND, "{path}");
        stage.description.check_as("/components/responses/not-found", &reply).unwrap();
    }
}

/// Redis holds what no script writes: hotdesk's mistake, or somebody else's.
pub(crate) async fn broken(stage: &mut Stage, sent: &Sent) {
    for user in ["dora", "dirk"] {
        stage.meddle(user, &[("state", "RUNNING"), ("instanceId", "none"), ("epoch", "1")]);
    }
    everything(stage, "dora", 500).await;
    stage.ask(stage.revoke("olivia", "user=dirk"), 500).await;
    stage.meddle(sent.ticket.sub.as_str(), &[("warning", "nothing 1")]);
    stage.ask(beat(&sent.ticket.seat_token, body(sent, "")), 500).await;
}

/// Redis is gone.
pub(crate) async fn away(stage: &mut Stage, sent: &Sent) {
    stage.desk.redis.process().terminate().await.unwrap();
    everything(stage, "alice", 503).await;
    stage.ask(stage.revoke("olivia", "user=alice"), 503).await;
    stage.ask(beat(&sent.ticket.seat_token, body(sent, "")), 503).await;
}

async fn everything(stage: &mut Stage, user: &str, status: u16) {
    for path in OWN {
        stage.ask(bare(stage.by(user, "GET", path)), status).await;
        stage.ask(as_page(bare(stage.by(user, "GET", path))), status).await;
    }
    stage.ask(stage.stop(user, "epoch=1"), status).await;
}

fn without(mut request: Request, name: &header::HeaderName) -> http::Request<Body> {
    request.headers_mut().remove(name);
    request
}
