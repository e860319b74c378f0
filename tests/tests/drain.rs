//! The order to a box to let nobody in any more, as it goes over the wire.

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
    clock::{Clock, SystemClock},
    fleet::{Boxes, Drained, Readiness},
    id::InstanceId,
    seats::Addresses,
    token::{DrainClaims, ORDER_LIFETIME, Signer, Verifier, generate},
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
    answers: StatusCode,
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

async fn agent_that_answers(answers: StatusCode) -> Stage {
    let agent = Agent { answers, asked: Arc::default() };
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

#[tokio::test]
async fn an_order_is_signed_for_one_box_and_half_a_minute() {
    let stage = agent_that_answers(StatusCode::NO_CONTENT).await;
    let before = SystemClock.now();
    assert_eq!(stage.boxes.drain(&instance(1), &stage.at).await, Drained::Done);

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
async fn a_box_that_refuses_an_order_or_is_not_there_was_not_drained() {
    for answers in [StatusCode::FORBIDDEN, StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR] {
        let stage = agent_that_answers(answers).await;
        assert_eq!(stage.boxes.drain(&instance(1), &stage.at).await, Drained::Unreachable);
    }
    let stage = agent_that_answers(StatusCode::NO_CONTENT).await;
    // Nobody listens there.
    let elsewhere = Addresses { private_ip: "127.255.0.1".into(), ..stage.at.clone() };
    assert_eq!(stage.boxes.readiness(&elsewhere).await, Readiness::NotReady);
    assert_eq!(stage.boxes.drain(&instance(1), &elsewhere).await, Drained::Unreachable);
    assert!(stage.agent.asked.lock().unwrap().is_empty());
}
