//! A desk whose every answer is held against the description.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use hotdesk::{
    clock::{Clock, SystemClock},
    token::SessionClaims,
    web::Reply,
};
use hotdesk_stack::environment;
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Builder};
use lambda_http::{Body, Request};
use serde_json::Value;

use super::description::{Answer, Description, is_page};

/// Addresses that have no page.
const PROGRAMS: [&str; 2] = ["/health", "/.well-known/jwks.json"];

/// The desk, the description, and the answers that were met.
pub(crate) struct Stage {
    pub(crate) desk: Desk,
    pub(crate) description: Description,
    pub(crate) met: BTreeSet<Answer>,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        let desk = Desk::start().await;
        Self { desk, description: Description::read(), met: BTreeSet::new() }
    }

    /// Asks, and expects an answer of that status which is described.
    pub(crate) async fn ask(&mut self, request: Request, status: u16) -> Reply {
        let (method, address) = (request.method().clone(), request.uri().path().to_owned());
        let path = self.description.path_of(&address).expect("a path of the document");
        let reply = self.answer(request).await;
        assert_eq!(reply.status(), status, "{method} {address}: {}", reply.body());
        if let Err(wrong) = self.description.check(&method, &path, &reply) {
            panic!(
                "{method} {address}: {status}: {wrong}\n{:?}\n{}",
                reply.headers(),
                reply.body()
            );
        }
        self.met.insert((method.to_string(), path, status));
        reply
    }

    /// Asks the function that the address belongs to.
    pub(crate) async fn answer(&self, request: Request) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let wants_page = request.headers().get(header::ACCEPT).is_some_and(is_page);
        if path == "/ping" {
            return ping::handle(&self.desk.ping, request).await;
        }
        let reply = dispatch::handle(&self.desk.dispatch, request).await;
        if let Some(kind) = reply.headers().get(header::CONTENT_TYPE) {
            let page = wants_page && !PROGRAMS.contains(&path.as_str());
            assert_eq!(is_page(kind), page, "{method} {path} is answered by `Accept`: {kind:?}");
        }
        let (headers, status) = (reply.headers(), reply.status().as_u16());
        if !PROGRAMS.contains(&path.as_str()) && (status >= 400 || status == 200) {
            assert_eq!(headers[header::VARY], "accept", "{method} {path}: {status}");
        }
        reply
    }

    /// A request of somebody who is signed in.
    pub(crate) fn by(&self, user: &str, method: &str, path: &str) -> Builder {
        anybody(method, path).header(header::COOKIE, self.desk.cookie(user))
    }

    /// The session cookie of somebody of that name with an account elsewhere.
    pub(crate) fn cookie_from_elsewhere(&self, user: &str) -> String {
        let (elsewhere, hour) = ("elsewhere".to_owned(), Duration::from_secs(3600));
        let claims = SessionClaims::new(
            user.parse().unwrap(),
            (elsewhere, user.into()),
            false,
            SystemClock.now(),
            (hour, hour),
        );
        format!("hotdesk={}", self.desk.dispatch.signer.sign(&claims).unwrap())
    }

    /// `POST /stop` of somebody.
    pub(crate) fn stop(&self, user: &str, form: &str) -> Request {
        let request = self.by(user, "POST", "/stop").header(header::ORIGIN, BASE_URL);
        let kind = "application/x-www-form-urlencoded";
        request.header(header::CONTENT_TYPE, kind).body(form.into()).unwrap()
    }

    /// `POST /revoke` of an operator.
    pub(crate) fn revoke(&self, operator: &str, form: &str) -> Request {
        self.operate(operator, "POST", "/revoke", form)
    }

    /// A request of an operator.
    pub(crate) fn operate(&self, operator: &str, method: &str, path: &str, form: &str) -> Request {
        let request = anybody(method, path).header(header::ORIGIN, BASE_URL);
        let request = request.header(header::COOKIE, self.desk.operators_cookie(operator));
        let kind = "application/x-www-form-urlencoded";
        request.header(header::CONTENT_TYPE, kind).body(form.into()).unwrap()
    }

    /// Has Redis say that somebody's sessions are revoked until no time that there is.
    pub(crate) fn revoked_is_broken(&self, user: &str) {
        let mut zadd = redis::cmd("ZADD");
        zadd.arg("fleet:revoked").arg("0.5").arg(user).exec(&mut self.desk.redis()).unwrap();
    }

    /// Writes a record of a home that hotdesk would not, if it is none of its own.
    pub(crate) async fn put_home(&self, home: Value) {
        let client = aws_sdk_dynamodb::Client::new(&self.desk.moto.sdk_config().await);
        let text = |value: &Value| AttributeValue::S(value.as_str().unwrap().into());
        let number = |value: &Value| AttributeValue::N(value.to_string());
        let item = home.as_object().unwrap().iter().map(|(name, value)| {
            (name.clone(), if value.is_number() { number(value) } else { text(value) })
        });
        let put = client.put_item().table_name(environment::tables().homes);
        put.set_item(Some(item.collect())).send().await.unwrap();
    }

    /// Does to Redis what no script would.
    pub(crate) fn meddle(&self, user: &str, fields: &[(&str, &str)]) {
        let mut hset = redis::cmd("HSET");
        hset.arg(format!("ws:{user}")).arg(fields).exec(&mut self.desk.redis()).unwrap();
    }
}

/// A request of somebody who is not signed in.
pub(crate) fn anybody(method: &str, path: &str) -> Builder {
    http::Request::builder()
        .method(method)
        .uri(format!("{BASE_URL}{path}"))
        .header(header::ACCEPT, "application/json")
}

/// Without a body.
pub(crate) fn bare(request: Builder) -> Request {
    request.body(Body::Empty).unwrap()
}

/// The same request by a browser.
pub(crate) fn as_page(request: Request) -> Request {
    with(request, header::ACCEPT, "text/html")
}

/// The same request with another header.
pub(crate) fn with(mut request: Request, name: HeaderName, value: &str) -> Request {
    let headers: &mut HeaderMap = request.headers_mut();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    request
}

/// A heartbeat with that seat token.
pub(crate) fn beat(seat_token: &str, body: impl Into<Body>) -> Request {
    let request = http::Request::post(format!("{BASE_URL}/ping"))
        .header(header::AUTHORIZATION, format!("Bearer {seat_token}"))
        .header(header::CONTENT_TYPE, "application/json");
    request.body(body.into()).unwrap()
}
