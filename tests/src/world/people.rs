//! People: they open workspaces and type. dispatch and ping are called as API Gateway does it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hotdesk::{
    clock::Clock,
    config::{Times, WebConfig},
    id::{InstanceId, UserId},
    token::{SessionClaims, Signer, TicketClaims, Verifier, generate},
    web::Reply,
};
use http::{StatusCode, header};
use lambda_http::{Body, Request};

use super::{
    World, WorldPlane, boxes::WorldBoxes, clock::WorldClock, gate::invoke, seats::WorldSeats,
    store::WorldStore,
};
use crate::{desk::BASE_URL, iam::on_behalf};

/// The page beats so often while it is visible.
pub const BEAT: Duration = Duration::from_secs(30);

/// dispatch and ping. Clones are the same.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    dispatch: dispatch::App<WorldStore, WorldSeats, WorldClock>,
    ping: ping::App<WorldStore, WorldClock>,
    boxes: WorldBoxes,
    signer: Signer,
    verifier: Verifier,
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
    pub(super) fn new(plane: &WorldPlane, sent: impl Fn(&str) + Send + Sync + 'static) -> Self {
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
            signer,
            verifier,
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
        let cookie = format!("hotdesk={}", self.0.signer.sign(&session.0).expect("signed"));
        let request = http::Request::builder().method(method).uri(format!("{BASE_URL}{path}"));
        let request = request.header(header::COOKIE, cookie).header(header::ORIGIN, BASE_URL);
        let form = "application/x-www-form-urlencoded";
        let request = request.header(header::CONTENT_TYPE, form);
        request.body(Body::from(body)).expect("a request")
    }

    async fn dispatch(&self, request: Request) -> Option<Reply> {
        on_behalf("dispatch", invoke(dispatch::handle(&self.0.dispatch, request))).await
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

    /// `GET /status`, as the waiting page asks it; the body of the answer.
    pub async fn status(&self, user: &str) -> Option<serde_json::Value> {
        if self.0.closed.load(Ordering::Relaxed) {
            return None;
        }
        let request = self.request(user, "GET", "/status", "");
        let reply = self.dispatch(request).await?;
        serde_json::from_str(reply.body()).ok()
    }

    /// `GET` of any other address.
    pub async fn look(&self, user: &str, path: &str) -> Option<StatusCode> {
        Some(self.dispatch(self.request(user, "GET", path, "")).await?.status())
    }

    /// `POST /stop` of that seat.
    pub async fn leave(&self, sent: &Sent) -> Option<StatusCode> {
        let body = format!("epoch={}", sent.ticket.epoch);
        let request = self.request(sent.ticket.sub.as_str(), "POST", "/stop", &body);
        Some(self.dispatch(request).await?.status())
    }

    /// `POST /revoke` by an operator.
    pub async fn revoke(&self, user: &str) -> Option<StatusCode> {
        self.operate("/revoke", &format!("user={user}")).await
    }

    /// What an operator asks for.
    pub async fn operate(&self, path: &str, form: &str) -> Option<StatusCode> {
        let request = self.request(OPERATOR, "POST", path, form);
        Some(self.dispatch(request).await?.status())
    }

    /// A heartbeat of the page on the box: its agent notes it, then `POST /ping`. The headers of
    /// the answer are for the page.
    ///
    /// # Panics
    /// If the request cannot be made.
    pub async fn beat(&self, sent: &Sent) -> Option<http::Response<String>> {
        self.ping(sent, false).await
    }

    /// A heartbeat whose user says that they stay.
    ///
    /// # Panics
    /// As [`Door::beat`].
    pub async fn stay(&self, sent: &Sent) -> Option<http::Response<String>> {
        self.ping(sent, true).await
    }

    async fn ping(&self, sent: &Sent, stay: bool) -> Option<http::Response<String>> {
        if !self.0.boxes.heartbeat(&sent.instance) || self.0.closed.load(Ordering::Relaxed) {
            return None;
        }
        let Sent { instance, ticket } = sent;
        let body = serde_json::json!({ "user": ticket.sub, "instanceId": instance, "stay": stay });
        // The page renews its seat token; here each beat has a new one.
        let now = self.0.ping.clock.now();
        let lifetime = self.0.ping.token_lifetime;
        let claims = hotdesk::token::SeatClaims::new(
            sent.ticket.sub.clone(),
            sent.instance.clone(),
            sent.ticket.epoch,
            now,
            lifetime,
        );
        let token = self.0.signer.sign(&claims).expect("signed");
        let request = http::Request::post(format!("{BASE_URL}/ping"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let run = invoke(ping::handle(&self.0.ping, request.expect("a request")));
        let reply = on_behalf("ping", run).await?;
        let (parts, body) = reply.into_parts();
        Some(http::Response::from_parts(parts, body))
    }

    /// Opens the workspace as a page does: again and again until there is a box, but not for longer
    /// than `patience`.
    pub async fn wait_for_box(&self, user: &str, patience: Duration) -> Option<Sent> {
        let end = tokio::time::Instant::now() + patience;
        loop {
            if let Seen::Sent(sent) = self.open(user).await {
                return Some(sent);
            }
            while tokio::time::Instant::now() < end {
                tokio::time::sleep(Duration::from_secs(2)).await;
                let state = self.status(user).await.unwrap_or_default()["state"].clone();
                if state == "running" || state == "stopped" {
                    break;
                }
            }
            if tokio::time::Instant::now() >= end {
                return None;
            }
        }
    }
}

impl World {
    /// A user who opens their workspace, waiting if they must.
    ///
    /// # Panics
    /// If there is no box within ten minutes.
    pub async fn seated(&self, user: &str) -> Sent {
        // The schedule goes on meanwhile.
        let passes = async {
            loop {
                tokio::time::sleep(Duration::from_secs(60)).await;
                self.lambdas.pass().await;
            }
        };
        let sent = tokio::select! {
            sent = self.door.wait_for_box(user, Duration::from_secs(600)) => sent,
            () = passes => None,
        };
        match sent {
            Some(sent) => sent,
            None => panic!("{user} got no box\n{}", self.picture().await),
        }
    }

    /// Waits until the user of this box has their home there; what they find in it.
    ///
    /// # Panics
    /// If they have not within five minutes.
    pub async fn at_home(&self, sent: &Sent) -> Vec<String> {
        for _ in 0..300 {
            if let Some(files) = self.plane.boxes.read(&sent.instance) {
                return files;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("{} has no home on {}\n{}", sent.ticket.sub, sent.instance, self.picture().await);
    }

    /// The user of this box writes something down, if their home is open.
    pub fn write(&self, sent: &Sent) -> bool {
        let note = self.written.load(Ordering::Relaxed).to_string();
        let written = self.plane.boxes.write(&sent.instance, &note);
        if written {
            self.written.fetch_add(1, Ordering::Relaxed);
            let mut notes = self.notes.lock().expect("not poisoned");
            notes.entry(sent.ticket.sub.clone()).or_default().push(note);
        }
        written
    }

    /// What a user has written that must be in their home; from now on only this.
    ///
    /// # Panics
    /// If somebody panicked who wrote.
    pub fn expect_files(&self, user: &str, files: Vec<String>) {
        let user = user.parse().expect("a user name");
        self.notes.lock().expect("not poisoned").insert(user, files);
    }

    /// Lets time pass while these users type, and the reaper with it.
    pub async fn run_typing(&self, sent: &[Sent], time: Duration) {
        let typing = async {
            loop {
                for sent in sent {
                    self.door.beat(sent).await;
                    self.write(sent);
                }
                tokio::time::sleep(BEAT).await;
            }
        };
        tokio::select! {
            () = self.run(time) => {}
            () = typing => {}
        }
    }
}
