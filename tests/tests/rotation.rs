//! Keys change while people work, and nobody notices: in each step of a rotation functions of the
//! step before still run, and each takes what the others signed.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{path::Path, time::Duration};

use hotdesk::{
    clock::{Clock, SystemClock},
    token::{SeatClaims, SessionClaims, Signer, TicketClaims, Verifier},
};
use hotdesk_keys::{Cli, Command, run};
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::{StatusCode, header};
use lambda_http::{Body, Request};
use tempfile::TempDir;

/// A token's life that is half over, so that whoever takes it signs the next one.
const HALF: Duration = Duration::from_secs(600);

/// What a function was deployed with.
#[derive(Clone)]
struct Keys {
    signer: Signer,
    verifier: Verifier,
}

fn keys(folder: &Path) -> Keys {
    let text = |name| std::fs::read_to_string(folder.join(name)).unwrap();
    Keys {
        signer: Signer::from_jwk(&text("signing-key.json")).unwrap(),
        verifier: Verifier::from_jwks(&text("public-keys.json")).unwrap(),
    }
}

fn deploy(desk: &mut Desk, Keys { signer, verifier }: &Keys) {
    (desk.dispatch.signer, desk.dispatch.verifier) = (signer.clone(), verifier.clone());
    (desk.ping.signer, desk.ping.verifier) = (signer.clone(), verifier.clone());
}

/// Everything that somebody carries around, each signed by a function with those keys.
struct Carried {
    session: String,
    ticket: String,
    seat: String,
}

/// Opens the workspace with a session, at functions with `now`; the tokens that came of it.
async fn open(desk: &mut Desk, now: &Keys, session: &str) -> Carried {
    deploy(desk, now);
    let request = http::Request::get(format!("{BASE_URL}/dispatch"));
    let request = request.header(header::COOKIE, format!("hotdesk={session}"));
    let reply = dispatch::handle(&desk.dispatch, request.body(Body::Empty).unwrap()).await;
    assert_eq!(reply.status(), StatusCode::FOUND, "{}", reply.body());
    let next = reply.headers()[header::SET_COOKIE].to_str().unwrap();
    let next = next.strip_prefix("hotdesk=").unwrap().split(';').next().unwrap().to_owned();
    let to = reply.headers()[header::LOCATION].to_str().unwrap();
    let ticket = to.split_once("ticket=").unwrap().1.to_owned();
    let claims: TicketClaims = ticket_of(&ticket, now).unwrap();
    Carried { session: aged(&next, now), ticket, seat: claims.seat_token }
}

fn ticket_of(ticket: &str, keys: &Keys) -> Option<TicketClaims> {
    keys.verifier.verify(ticket, "i-00000000", SystemClock.now()).ok()
}

/// The same session, with half of its token's life over.
fn aged(session: &str, keys: &Keys) -> String {
    let now = SystemClock.now();
    let claims: SessionClaims = keys.verifier.verify(session, "session", now).unwrap();
    let (iat, exp) = (now.minus(HALF).seconds(), now.plus(HALF).seconds());
    keys.signer.sign(&SessionClaims { iat, exp, ..claims }).unwrap()
}

/// A heartbeat with that seat token, half over; the next one, as the answer carries it.
async fn beat(desk: &mut Desk, signed_by: &Keys, taken_by: &Keys, seat: &str) -> String {
    let now = SystemClock.now();
    let claims: SeatClaims = taken_by.verifier.verify(seat, "ping", now).unwrap();
    let (iat, exp) = (now.minus(HALF).seconds(), now.plus(HALF).seconds());
    let body = format!(r#"{{"user":"alice","instanceId":"{}"}}"#, claims.instance);
    let token = signed_by.signer.sign(&SeatClaims { iat, exp, ..claims }).unwrap();
    deploy(desk, taken_by);
    let request: Request = http::Request::post(format!("{BASE_URL}/ping"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.into())
        .unwrap();
    let reply = ping::handle(&desk.ping, request).await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT, "{}", reply.body());
    reply.headers()["seat-token"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_notices_a_rotation() {
    let temp = TempDir::new().unwrap();
    let step = |command| run(&Cli { folder: temp.path().to_owned(), command }).unwrap();
    step(Command::Make);
    let first = keys(temp.path());
    let mut stages = vec![first.clone()];
    for command in [Command::Add, Command::Switch, Command::Retire] {
        step(command);
        stages.push(keys(temp.path()));
    }
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let now = SystemClock.now();
    let account = ("local".into(), "alice".into());
    let long = (HALF * 2, HALF * 100);
    let session = SessionClaims::new("alice".parse().unwrap(), account, false, now, long);
    let mut session = aged(&first.signer.sign(&session).unwrap(), &first);
    let mut opened = 0;
    // While a step is being deployed, a request may meet functions of it or of the one before.
    for pair in stages.windows(2) {
        for (signs, takes) in [(0, 1), (1, 0), (0, 0), (1, 1)].map(|(a, b)| (&pair[a], &pair[b])) {
            let carried = open(&mut desk, signs, &session).await;
            session = open(&mut desk, takes, &carried.session).await.session;
            // A box that has fetched the keys of either.
            assert!(ticket_of(&carried.ticket, takes).is_some());
            let next = beat(&mut desk, signs, takes, &carried.seat).await;
            beat(&mut desk, takes, signs, &next).await;
            opened += 1;
        }
    }
    assert_eq!(opened, 12);
    let forgotten = first.signer.sign(&SessionClaims::new(
        "alice".parse().unwrap(),
        ("local".into(), "alice".into()),
        false,
        now,
        long,
    ));
    let request = http::Request::get(format!("{BASE_URL}/dispatch"));
    let cookie = format!("hotdesk={}", forgotten.unwrap());
    let request = request.header(header::COOKIE, cookie).body(Body::Empty).unwrap();
    deploy(&mut desk, &stages[3]);
    let reply = dispatch::handle(&desk.dispatch, request).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "the old key is forgotten");
}
