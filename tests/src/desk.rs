//! dispatch and ping on real Redis and moto, called as Lambda calls them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    config::{Times, WebConfig},
    id::{InstanceId, UserId},
    seats::{Addresses, Items, Seats, UserState},
    store::{Store, redis::RedisStore},
    token::{SeatClaims, SessionClaims, Signer, TicketClaims, Verifier, generate},
    web::Reply,
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{environment, moto::Moto, redis::Redis, tables};
use http::{StatusCode, header};
use lambda_http::{Body, Request};

/// Where the API pretends to be.
pub const BASE_URL: &str = "http://localhost:9000";

/// A desk of one's own: Redis, DynamoDB, and the two functions that people and boxes reach.
pub struct Desk {
    /// The server behind the store.
    pub redis: Redis,
    /// DynamoDB.
    pub moto: Moto,
    /// dispatch.
    pub dispatch: dispatch::App<RedisStore, DynamoSeats, SystemClock>,
    /// ping.
    pub ping: ping::App<RedisStore, SystemClock>,
    /// The private key, a JWK, and the set of public ones, as functions are told them.
    pub keys: (String, String),
    signer: Signer,
    verifier: Verifier,
}

/// Where a user was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The box.
    pub instance: InstanceId,
    /// What the ticket says.
    pub ticket: TicketClaims,
}

impl Desk {
    /// A desk whose store is ready and empty.
    ///
    /// # Panics
    /// If a part does not start.
    pub async fn start() -> Self {
        let desk = Self::cold().await;
        desk.store().rebuild(&[], &[], SystemClock.now()).await.expect("rebuilt");
        desk
    }

    /// A desk whose store was never built.
    ///
    /// # Panics
    /// If a part does not start.
    pub async fn cold() -> Self {
        let redis = Redis::start().await.expect("redis");
        let moto = Moto::start().await.expect("moto");
        let dynamodb = aws_sdk_dynamodb::Client::new(&moto.sdk_config().await);
        tables::create(&dynamodb, &environment::tables()).await.expect("tables");
        let store = RedisStore::new(redis.url(), "").expect("a store");
        let (private, public) = generate().expect("keys");
        let signer = Signer::from_jwk(&private).expect("a private key");
        let verifier = Verifier::from_jwks(&public).expect("public keys");
        let lifetime = Duration::from_secs(900);
        let dispatch = dispatch::App {
            store: store.clone(),
            seats: DynamoSeats::new(dynamodb, environment::tables(), 0),
            clock: SystemClock,
            signer: signer.clone(),
            verifier: verifier.clone(),
            seat_token_lifetime: lifetime,
            times: Times { idle: Duration::from_secs(300), longest: None },
            web: WebConfig::new(BASE_URL, "http://{publicIp}:8080").expect("URLs"),
        };
        let ping = ping::App {
            store,
            clock: SystemClock,
            signer: signer.clone(),
            verifier: verifier.clone(),
            token_lifetime: lifetime,
        };
        Self { redis, moto, dispatch, ping, keys: (private, public), signer, verifier }
    }

    /// The fast store.
    #[must_use]
    pub fn store(&self) -> &RedisStore {
        &self.dispatch.store
    }

    /// The durable seats.
    #[must_use]
    pub fn seats(&self) -> &DynamoSeats {
        &self.dispatch.seats
    }

    /// A connection to Redis, to look and to meddle behind the store's back.
    ///
    /// # Panics
    /// If Redis is gone.
    #[must_use]
    pub fn redis(&self) -> redis::Connection {
        redis::Client::open(self.redis.url())
            .expect("a URL")
            .get_connection()
            .expect("redis answers")
    }

    /// Puts `n` spares into the pool.
    ///
    /// # Panics
    /// If the store does not answer.
    pub async fn stock(&self, n: usize) {
        for i in 0..n {
            self.store().admit(&spare(i), &address(i), SystemClock.now()).await.expect("admitted");
        }
    }

    /// The session cookie of a user, as sign-in would set it.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn cookie(&self, user: &str) -> String {
        self.session(user, false)
    }

    /// The same of an operator.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn operators_cookie(&self, user: &str) -> String {
        self.session(user, true)
    }

    fn session(&self, user: &str, operator: bool) -> String {
        let name: UserId = user.parse().expect("a user name");
        let (account, now) = (("local".into(), user.into()), SystemClock.now());
        let hour = Duration::from_secs(3600);
        let claims = SessionClaims::new(name, account, operator, now, (hour, hour));
        format!("hotdesk={}", self.signer.sign(&claims).expect("signed"))
    }

    /// Signs tokens with the desk's key, good ones and others.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// All that Redis holds, to be compared with later: keys with their types and serialised values.
    ///
    /// # Panics
    /// If Redis is gone.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let mut redis = self.redis();
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut redis).expect("keys");
        let dump = |key: String| {
            let value = redis::cmd("DUMP").arg(&key).query(&mut redis).expect("a value");
            (key, value)
        };
        keys.into_iter().map(dump).collect()
    }

    /// All that the table holds.
    ///
    /// # Panics
    /// If the table does not answer.
    pub async fn seats_as_they_are(&self) -> Items {
        self.seats().scan().await.expect("an answer")
    }

    /// A request of a signed-in user.
    ///
    /// # Panics
    /// If the path is none.
    #[must_use]
    pub fn request(&self, user: &str, method: &str, path: &str, body: &str) -> Request {
        let request = http::Request::builder().method(method).uri(format!("{BASE_URL}{path}"));
        let request =
            request.header(header::COOKIE, self.cookie(user)).header(header::ORIGIN, BASE_URL);
        let form = "application/x-www-form-urlencoded";
        let request = request.header(header::CONTENT_TYPE, form);
        request.body(Body::from(body)).expect("a request")
    }

    /// `GET /dispatch`: where the user is sent, or `None` if they wait.
    ///
    /// # Panics
    /// If the answer is neither a redirect with a good ticket nor 202.
    pub async fn open(&self, user: &str) -> Option<Sent> {
        let reply =
            dispatch::handle(&self.dispatch, self.request(user, "GET", "/dispatch", "")).await;
        match reply.status() {
            StatusCode::FOUND => Some(self.sent(&reply)),
            StatusCode::ACCEPTED => None,
            status => panic!("{user}: {status}: {}", reply.body()),
        }
    }

    /// `POST /stop` for the user's current seat.
    ///
    /// # Panics
    /// If the table does not answer.
    pub async fn leave(&self, user: &str) -> StatusCode {
        let item = self.seats().user(&user.parse().expect("a user name")).await.expect("an answer");
        let epoch = item.map_or(0, |item| item.seat.epoch.0);
        let request = self.request(user, "POST", "/stop", &format!("epoch={epoch}"));
        dispatch::handle(&self.dispatch, request).await.status()
    }

    /// A heartbeat, as the box's nginx forwards it.
    ///
    /// # Panics
    /// If the request cannot be made.
    pub async fn beat(&self, sent: &Sent) -> StatusCode {
        let body = format!(r#"{{"user":"{}","instanceId":"{}"}}"#, sent.ticket.sub, sent.instance);
        let request = http::Request::post(format!("{BASE_URL}/ping"))
            .header(header::AUTHORIZATION, format!("Bearer {}", sent.ticket.seat_token));
        ping::handle(&self.ping, request.body(Body::from(body)).expect("a request")).await.status()
    }

    /// Where an answer sends its user.
    ///
    /// # Panics
    /// If that is to no box of ours, or with a ticket that is none.
    #[must_use]
    pub fn sent(&self, reply: &Reply) -> Sent {
        let location = reply.headers()[header::LOCATION].to_str().expect("text");
        let url = url::Url::parse(location).expect("a URL");
        let ticket = url.query_pairs().find(|(name, _)| name == "ticket").expect("a ticket").1;
        let now = SystemClock.now();
        for i in 0..1000 {
            if let Ok(ticket) =
                self.verifier.verify::<TicketClaims>(&ticket, spare(i).as_str(), now)
            {
                assert_eq!(url.host_str(), Some(address(i).public_ip.as_str()), "sent to its box");
                let seat = self.verifier.verify::<SeatClaims>(&ticket.seat_token, "ping", now);
                assert_eq!(seat.expect("a seat token").instance, spare(i));
                return Sent { instance: spare(i), ticket };
            }
        }
        panic!("a ticket for no box of ours");
    }
}

/// A store of its own that is ready at that time and has no boxes.
///
/// # Panics
/// If redis-server does not start.
pub async fn empty_store(now: Ms) -> (Redis, RedisStore) {
    let server = Redis::start().await.expect("redis-server");
    let store = RedisStore::new(server.url(), "").expect("a store");
    store.rebuild(&[], &[], now).await.expect("rebuilt");
    (server, store)
}

/// The id of the n-th box of [`Desk::stock`].
///
/// # Panics
/// Never: the id is well-formed.
#[must_use]
pub fn spare(n: usize) -> InstanceId {
    format!("i-{n:08x}").parse().expect("an instance id")
}

/// Where the n-th box of [`Desk::stock`] is.
#[must_use]
pub fn address(n: usize) -> Addresses {
    let (high, low) = (n / 250, n % 250 + 1);
    Addresses {
        public_ip: format!("127.1.{high}.{low}"),
        private_ip: format!("127.2.{high}.{low}"),
    }
}

/// The boxes with an open seat; panics if two seats share one.
///
/// # Panics
/// If a box is in two open seats.
#[must_use]
pub fn open_boxes(items: &Items) -> BTreeSet<InstanceId> {
    let mut boxes = BTreeSet::new();
    for item in items.users.iter().filter(|item| item.state == UserState::Open) {
        assert!(boxes.insert(item.seat.instance.clone()), "{} is given twice", item.seat.instance);
    }
    boxes
}
