//! The orders to a box, as they go over the wire: to let nobody in any more and to let go of the files,
//! and to open a home.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::IntoResponse,
    routing::any,
};
use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    homes::{Stage as At, Trouble},
    id::{Epoch, InstanceId},
    ledger::Farewell,
    seats::Addresses,
    token::{DrainClaims, HomeClaims, ORDER_LIFETIME, Signer, Verifier, generate},
};
use hotdesk_aws::AgentBoxes;
use tokio::net::TcpListener;

/// What the agent was sent.
#[derive(Clone, Debug)]
struct Asked {
    method: Method,
    path: String,
    kind: String,
    body: String,
}

#[derive(Clone)]
struct Agent {
    answers: (StatusCode, &'static str),
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn answer(State(agent): State<Agent>, request: Request) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = axum::body::to_bytes(body, 4096).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (method, path) = (parts.method, parts.uri.path().to_owned());
    agent.asked.lock().unwrap().push(Asked { method, path, kind, body });
    agent.answers
}

struct Stage {
    boxes: AgentBoxes,
    verifier: Verifier,
    at: Addresses,
    agent: Agent,
}

async fn agent_that_answers(status: StatusCode, body: &'static str) -> Stage {
    let agent = Agent { answers: (status, body), asked: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().fallback(any(answer)).with_state(agent.clone());
    tokio::spawn(async { axum::serve(listener, router).await });
    let (private, public) = generate().unwrap();
    let url = format!("http://{{privateIp}}:{port}");
    Stage {
        boxes: AgentBoxes::new(&url, Signer::from_jwk(&private).unwrap()).unwrap(),
        verifier: Verifier::from_jwks(&public).unwrap(),
        at: Addresses { public_ip: "192.0.2.1".into(), private_ip: "127.0.0.1".into() },
        agent,
    }
}

fn instance(n: u8) -> InstanceId {
    format!("i-0000000{n}").parse().unwrap()
}

fn order() -> HomeOrder {
    HomeOrder {
        user: "alice".parse().unwrap(),
        instance: instance(1),
        epoch: Epoch(7),
        volume: "vol-0123456789abcdef0".parse().unwrap(),
        size: 20,
        new: true,
        files_of: Some(Ms(5)),
    }
}

#[tokio::test]
async fn an_order_is_signed_for_one_box_and_half_a_minute() {
    let stage = agent_that_answers(StatusCode::OK, r#"{"files":"saved"}"#).await;
    let before = SystemClock.now();
    let drained = stage.boxes.drain(&instance(1), &stage.at).await;
    assert_eq!(drained, Drained::Done(Farewell::Saved));

    let asked = stage.agent.asked.lock().unwrap().clone();
    let [Asked { method, path, kind, body }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((method, path.as_str(), kind.as_str()), (&Method::POST, "/drain", "text/plain"));
    let verify = |n, at| {
        let audience = DrainClaims::audience_of(&instance(n));
        stage.verifier.verify::<DrainClaims>(body, &audience, at)
    };
    let claims = verify(1, SystemClock.now()).unwrap();
    assert_eq!(claims.exp - claims.iat, ORDER_LIFETIME.as_secs());
    assert!(claims.iat >= before.seconds());
    assert!(verify(2, SystemClock.now()).is_err(), "another box");
    let later = SystemClock.now().plus(ORDER_LIFETIME * 2);
    assert!(verify(1, later).is_err(), "too late");
}

#[tokio::test]
async fn the_order_for_a_home_says_all_of_it_to_that_box() {
    let stage = agent_that_answers(StatusCode::OK, r#"{"stage":"attaching"}"#).await;
    let answer = stage.boxes.open_home(&order(), &stage.at).await;
    assert_eq!(answer, HomeAnswer::At(At::Attaching, None));

    let asked = stage.agent.asked.lock().unwrap().clone();
    let [Asked { method, path, kind, body }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((method, path.as_str(), kind.as_str()), (&Method::POST, "/home", "text/plain"));
    let verify = |n, at| {
        let audience = HomeClaims::audience_of(&instance(n));
        stage.verifier.verify::<HomeClaims>(body, &audience, at)
    };
    let claims = verify(1, SystemClock.now()).unwrap();
    assert_eq!(claims.exp - claims.iat, ORDER_LIFETIME.as_secs());
    let said = HomeOrder {
        user: claims.sub,
        instance: instance(1),
        epoch: claims.epoch,
        volume: claims.volume,
        size: claims.size,
        new: claims.new,
        files_of: claims.files_of,
    };
    assert_eq!(said, order());
    assert!(verify(2, SystemClock.now()).is_err(), "another box");
    assert!(verify(1, SystemClock.now().plus(ORDER_LIFETIME * 2)).is_err(), "too late");
}

#[tokio::test]
async fn what_a_box_says_of_the_files_is_understood() {
    for (body, drained) in [
        (r#"{"files":"saving"}"#, Drained::Saving),
        (r#"{"files":"saved"}"#, Drained::Done(Farewell::Saved)),
        (r#"{"files":"nothing"}"#, Drained::Done(Farewell::Nothing)),
        // Nobody but the control plane says that it was late.
        (r#"{"files":"late"}"#, Drained::Unreachable),
        (r#"{}"#, Drained::Unreachable),
        ("", Drained::Unreachable),
    ] {
        let stage = agent_that_answers(StatusCode::OK, body).await;
        assert_eq!(stage.boxes.drain(&instance(1), &stage.at).await, drained, "{body}");
    }
}

#[tokio::test]
async fn what_a_box_says_of_a_home_is_understood() {
    let ok = StatusCode::OK;
    for (status, body, answer) in [
        (ok, r#"{"stage":"mounting"}"#, HomeAnswer::At(At::Mounting, None)),
        (ok, r#"{"stage":"mounted"}"#, HomeAnswer::At(At::Mounted, None)),
        (
            ok,
            r#"{"stage":"failed","trouble":"not-blank"}"#,
            HomeAnswer::At(At::Failed, Some(Trouble::NotBlank)),
        ),
        (ok, r#"{"stage":"flying"}"#, HomeAnswer::Unreachable),
        (ok, "", HomeAnswer::Unreachable),
        (StatusCode::FORBIDDEN, "", HomeAnswer::Refused),
        (StatusCode::CONFLICT, "", HomeAnswer::Refused),
        (StatusCode::SERVICE_UNAVAILABLE, "", HomeAnswer::Unreachable),
        (StatusCode::INTERNAL_SERVER_ERROR, "", HomeAnswer::Unreachable),
        // Of a box that knows of no homes.
        (StatusCode::NOT_FOUND, "", HomeAnswer::Unreachable),
    ] {
        let stage = agent_that_answers(status, body).await;
        assert_eq!(stage.boxes.open_home(&order(), &stage.at).await, answer, "{status} {body}");
    }
}

#[tokio::test]
async fn a_box_that_refuses_an_order_or_is_not_there_was_not_drained() {
    let saved = r#"{"files":"saved"}"#;
    for status in [StatusCode::FORBIDDEN, StatusCode::ACCEPTED, StatusCode::INTERNAL_SERVER_ERROR] {
        let stage = agent_that_answers(status, saved).await;
        assert_eq!(stage.boxes.drain(&instance(1), &stage.at).await, Drained::Unreachable);
    }
    let stage = agent_that_answers(StatusCode::OK, saved).await;
    // Nobody listens there.
    let elsewhere = Addresses { private_ip: "127.255.0.1".into(), ..stage.at.clone() };
    assert_eq!(stage.boxes.readiness(&elsewhere).await, Readiness::NotReady);
    assert_eq!(stage.boxes.drain(&instance(1), &elsewhere).await, Drained::Unreachable);
    assert_eq!(stage.boxes.open_home(&order(), &elsewhere).await, HomeAnswer::Unreachable);
    assert!(stage.agent.asked.lock().unwrap().is_empty());
}
