//! People: they open workspaces and type. dispatch and ping are called as API Gateway does it.

mod asks;
mod beats;
mod typing;
mod waits;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms},
    config::{Times, WebConfig},
    id::{InstanceId, UserId},
    token::{SeatClaims, SessionClaims, Signer, TicketClaims, Verifier, generate},
    web::Reply,
};
use http::{StatusCode, header};
use lambda_http::{Body, Request};

use super::{
    WorldPlane, boxes::WorldBoxes, clock::WorldClock, gate::Gate, seats::WorldSeats,
    store::WorldStore,
};
use crate::{desk::BASE_URL, iam::on_behalf};

pub use waits::Told;

/// The page beats so often while it is visible.
pub const BEAT: Duration = Duration::from_secs(30);

/// dispatch and ping. Clones are the same.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    dispatch: dispatch::App<WorldStore, WorldSeats, WorldClock>,
    ping: ping::App<WorldStore, WorldClock>,
    boxes: WorldBoxes,
    gate: Gate,
    signer: Signer,
    verifier: Verifier,
    /// Everybody's last seat token.
    tokens: Mutex<BTreeMap<UserId, (SeatClaims, String)>>,
    /// The cookies of those whose waiting page asks, and until when they are used.
    cookies: Mutex<BTreeMap<String, (Ms, String)>>,
    /// Nobody reaches the API.
    closed: AtomicBool,
    /// Looks at the host to which somebody is sent.
    sent: Box<dyn Fn(&str) + Send + Sync>,
}

/// The one who may end other people's sessions.
pub const OPERATOR: &str = "operator";

/// Somebody's session, which lasts for a day.
#[derive(Clone, Debug)]
pub struct Session(SessionClaims);

/// What a user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Sent to this box.
    Sent(Sent),
    /// Told to wait; the body of the answer.
    Waiting(serde_json::Value),
    /// Anything else.
    Refused(StatusCode),
    /// No answer at all.
    Nothing,
}

/// Where a user was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The box.
    pub instance: InstanceId,
    /// What the ticket says.
    pub ticket: TicketClaims,
}

impl Door {
    pub(super) fn new(
        plane: &WorldPlane,
        gate: &Gate,
        sent: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let (private, public) = generate().expect("keys");
        let signer = Signer::from_jwk(&private).expect("a private key");
        let verifier = Verifier::from_jwks(&public).expect("public keys");
        let lifetime = Duration::from_secs(900);
        let WorldPlane { store, seats, clock, boxes, .. } = plane.clone();
        Self(Arc::new(Inner {
            dispatch: dispatch::App {
                store: store.clone(),
                seats,
                clock: clock.clone(),
                signer: signer.clone(),
                verifier: verifier.clone(),
                seat_token_lifetime: lifetime,
                times: Times {
                    idle: plane.policy.idle_timeout,
                    longest: plane.policy.max_lifetime,
                },
                web: WebConfig::new(BASE_URL, "https://{instanceId}.desk.invalid").expect("URLs"),
            },
            ping: ping::App {
                store,
                clock,
                signer: signer.clone(),
                verifier: verifier.clone(),
                token_lifetime: lifetime,
            },
            boxes,
            gate: gate.clone(),
            signer,
            verifier,
            tokens: Mutex::default(),
            cookies: Mutex::default(),
            closed: AtomicBool::new(false),
            sent: Box::new(sent),
        }))
    }

    /// Whether anybody reaches the API.
    pub fn close(&self, closed: bool) {
        self.0.closed.store(closed, Ordering::Relaxed);
    }

    /// Signs a user in, now; an operator, if it is [`OPERATOR`].
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn sign_in(&self, user: &str) -> Session {
        let name: UserId = user.parse().expect("a user name");
        let (account, day) = (("local".into(), user.into()), Duration::from_secs(86_400));
        let now = self.0.dispatch.clock.now();
        Session(SessionClaims::new(name, account, user == OPERATOR, now, (day, day)))
    }

    fn request(&self, user: &str, method: &str, path: &str, body: &str) -> Request {
        self.request_of(&self.sign_in(user), method, path, body)
    }

    fn request_of(&self, session: &Session, method: &str, path: &str, body: &str) -> Request {
        let cookie = self.0.signer.sign(&session.0).expect("signed");
        Self::request_with(&cookie, method, path, body)
    }

    fn request_with(cookie: &str, method: &str, path: &str, body: &str) -> Request {
        let cookie = format!("hotdesk={cookie}");
        let request = http::Request::builder().method(method).uri(format!("{BASE_URL}{path}"));
        let request = request.header(header::COOKIE, cookie).header(header::ORIGIN, BASE_URL);
        let form = "application/x-www-form-urlencoded";
        let request = request.header(header::CONTENT_TYPE, form);
        request.body(Body::from(body)).expect("a request")
    }

    async fn dispatch(&self, request: Request) -> Option<Reply> {
        let run = self.0.gate.invoke("dispatch", dispatch::handle(&self.0.dispatch, request));
        on_behalf("dispatch", run).await
    }

    /// `GET /dispatch` of a user who signed in just now.
    ///
    /// # Panics
    /// As [`Door::open_with`].
    pub async fn open(&self, user: &str) -> Seen {
        self.open_with(&self.sign_in(user)).await
    }

    /// `GET /dispatch`.
    ///
    /// # Panics
    /// If the user is sent anywhere but to a box, or with a ticket that is none.
    pub async fn open_with(&self, session: &Session) -> Seen {
        if self.0.closed.load(Ordering::Relaxed) {
            return Seen::Nothing;
        }
        let request = self.request_of(session, "GET", "/dispatch", "");
        let Some(reply) = self.dispatch(request).await else {
            return Seen::Nothing;
        };
        match reply.status() {
            StatusCode::FOUND => {
                let location = reply.headers()[header::LOCATION].to_str().expect("text");
                let url = url::Url::parse(location).expect("a URL");
                let host = url.host_str().expect("a host").to_owned();
                (self.0.sent)(&host);
                let instance = host.split('.').next().and_then(|id| id.parse().ok());
                let instance: InstanceId = instance.expect("a box");
                let ticket = url.query_pairs().find(|(name, _)| name == "ticket").expect("one").1;
                let now = self.0.dispatch.clock.now();
                let ticket = self.0.verifier.verify(&ticket, instance.as_str(), now);
                Seen::Sent(Sent { instance, ticket: ticket.expect("a ticket for that box") })
            }
            StatusCode::ACCEPTED => {
                Seen::Waiting(serde_json::from_str(reply.body()).expect("JSON"))
            }
            status => Seen::Refused(status),
        }
    }
}
