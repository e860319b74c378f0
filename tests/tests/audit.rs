//! The audit trail: a line for each thing done or refused, with who, what, when, from where and the
//! result, and never a token.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use hotdesk::{
    audit::TARGET,
    clock::SystemClock,
    homes::{Home, Homes},
    seats::Write,
    telemetry,
};
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::{StatusCode, header};
use lambda_http::Request;
use serde_json::{Value, json};

/// Where the requests come from.
const HERE: &str = "192.0.2.7";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of the trail, without their times, which are taken for good if they are now.
    fn trail(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let trail = lines.filter(|line| line["target"] == TARGET).map(|mut line| {
            let line = line.as_object_mut().unwrap();
            let at = line.remove("at").unwrap().as_u64().unwrap();
            let now = hotdesk::clock::Clock::now(&SystemClock).0;
            assert!((now - 60_000..=now).contains(&at), "{at}");
            line.remove("level");
            line.remove("target");
            Value::Object(line.clone())
        });
        trail.collect()
    }
}

/// The request as API Gateway hands it over.
fn event(method: &str, path: &str, cookie: &str, body: &str) -> Request {
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "cookies": [cookie],
        "headers": {
            "accept": "application/json", "origin": BASE_URL, "host": "localhost:9000",
            "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": "203.0.113.1",
        },
        "requestContext": {
            "accountId": "1", "apiId": "api", "domainName": "localhost", "domainPrefix": "localhost",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": HERE,
                      "userAgent": "test" },
            "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "20/Nov/2026:09:00:00 +0000", "timeEpoch": 1_795_165_200_000_u64,
        },
        "isBase64Encoded": false, "body": body,
    });
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

#[tokio::test]
async fn each_thing_done_or_refused_has_its_line_and_no_token_is_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = telemetry::subscriber(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let desk = Desk::start().await;
    desk.stock(2).await;
    let (alice, bob) = (desk.cookie("alice"), desk.cookie("bob"));
    let olivia = desk.operators_cookie("olivia");
    let asked = async |method: &str, path: &str, cookie: &str, body: &str| {
        let reply = dispatch::handle(&desk.dispatch, event(method, path, cookie, body)).await;
        (reply.status(), reply)
    };
    let (status, reply) = asked("GET", "/dispatch", &alice, "").await;
    assert_eq!(status, StatusCode::FOUND);
    let to = reply.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!(asked("POST", "/revoke", &bob, "user=alice").await.0, StatusCode::FORBIDDEN);
    let mut foreign = event("POST", "/stop", &alice, "");
    foreign.headers_mut().insert(header::ORIGIN, "https://elsewhere.example".parse().unwrap());
    dispatch::handle(&desk.dispatch, foreign).await;
    assert_eq!(asked("GET", "/dispatch", &bob, "").await.0, StatusCode::FOUND);
    let user = "bob".parse().unwrap();
    let epoch = hotdesk::seats::Seats::user(desk.seats(), &user).await.unwrap().unwrap().seat.epoch;
    let stopped = asked("POST", "/stop", &bob, &format!("epoch={epoch}")).await.0;
    assert_eq!(stopped, StatusCode::ACCEPTED);
    assert_eq!(asked("POST", "/revoke", &olivia, "user=alice").await.0, StatusCode::ACCEPTED);
    assert_eq!(asked("GET", "/dispatch", &alice, "").await.0, StatusCode::UNAUTHORIZED);
    let export = "/homes/alice/export";
    assert_eq!(asked("POST", export, &bob, "").await.0, StatusCode::FORBIDDEN);
    assert_eq!(asked("POST", export, &olivia, "").await.0, StatusCode::CONFLICT);
    assert_eq!(asked("GET", "/homes/carl", &bob, "").await.0, StatusCode::FORBIDDEN);
    let mut resting = Home::new("carl".parse().unwrap());
    resting.volume = Some("vol-000000aa".parse().unwrap());
    assert_eq!(desk.seats().save_home(&resting).await.unwrap(), Write::Done);
    let restore = asked("POST", "/homes/carl/restore", &olivia, "snapshot=snap-000000bb").await.0;
    assert_eq!(restore, StatusCode::ACCEPTED);

    let trail = log.trail();
    let boxes = trail.iter().filter(|line| line["what"] == "assign");
    let boxes: Vec<_> = boxes.map(|line| line["on"].clone()).collect();
    let of = |n: usize| boxes[n].clone();
    let expected = json!([
        { "what": "assign", "who": "alice", "on": of(0), "from": HERE, "result": "done" },
        { "what": "revoke", "who": "bob", "from": HERE, "result": "refused: no operator" },
        { "what": "request", "who": "alice", "on": "/stop", "from": HERE,
          "result": "refused: from another site" },
        { "what": "assign", "who": "bob", "on": of(1), "from": HERE, "result": "done" },
        { "what": "stop", "who": "bob", "on": of(1), "from": HERE, "result": "done" },
        { "what": "revoke", "who": "olivia", "on": "alice", "from": HERE, "result": "done" },
        { "what": "assign", "who": "alice", "from": HERE, "result": "refused: revoked" },
        { "what": "home", "who": "bob", "on": export, "from": HERE,
          "result": "refused: no operator" },
        { "what": "home", "who": "olivia", "on": export, "from": HERE,
          "result": "refused: home-in-use" },
        { "what": "home", "who": "bob", "on": "/homes/carl", "from": HERE,
          "result": "refused: no operator" },
        { "what": "home", "who": "olivia", "on": "/homes/carl/restore", "from": HERE,
          "result": "done" },
    ]);
    assert_eq!(Value::from(trail), expected);
    let text = log.text();
    assert!(of(0).as_str().unwrap().starts_with("i-"));
    for token in [&alice, &bob, &olivia, &to] {
        let signature = token.rsplit('.').next().unwrap();
        assert!(signature.len() > 40 && !text.contains(signature), "a token is in the log");
    }
    assert!(!text.contains("eyJ"), "what looks like a token is in the log");
}
