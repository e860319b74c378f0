//! A browser: it keeps cookies as it is told to, and brings codes back.

use std::{collections::BTreeMap, net::IpAddr};

use hotdesk::web::Reply;
use http::{Method, header};
use lambda_http::{
    Body, Request, RequestExt, aws_lambda_events::apigw::ApiGatewayV2httpRequestContext,
    request::RequestContext,
};
use serde_json::{Value, json};
use sign_in::handle;
use url::{Url, form_urlencoded};

use crate::{desk::Desk, provider::CODE};

pub(crate) const ADDRESS: &str = "192.0.2.7";
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

#[derive(Clone, Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
}

/// What the provider was asked by `/login`.
#[derive(Clone, Debug)]
pub(crate) struct Asked(pub(crate) Url);

impl Asked {
    pub(crate) fn get(&self, name: &str) -> String {
        let mut found = self.0.query_pairs().filter(|(own, _)| own == name);
        let value = found.next().unwrap_or_else(|| panic!("{name} in {}", self.0)).1.into_owned();
        assert!(found.next().is_none(), "{name} comes once");
        value
    }
}

impl Browser {
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The cookies of attempts: names and values.
    pub(crate) fn attempts(&self) -> Vec<(String, String)> {
        let all = self.cookies.iter().filter(|(name, _)| name.contains("hotdesk-login-"));
        all.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Bytes of the header `Cookie`.
    pub(crate) fn weight(&self) -> usize {
        self.header().len()
    }

    fn header(&self) -> String {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        cookies.collect::<Vec<_>>().join("; ")
    }

    /// Sends a request as a browser does, with these headers too, and keeps the cookies of the
    /// answer.
    pub(crate) async fn send(
        &mut self,
        desk: &Desk,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", desk.site))
            .header(header::ACCEPT, HTML)
            .header(header::COOKIE, self.header())
            .body(Body::Empty)
            .unwrap();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let reply = handle(&desk.app, from_gateway(request)).await;
        for cookie in reply.headers().get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        assert_eq!(reply.headers()[header::CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(reply.headers()[header::VARY], "accept", "{path}");
        reply
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0;") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) async fn get(&mut self, desk: &Desk, path: &str) -> Reply {
        self.send(desk, Method::GET, path, &[]).await
    }

    /// To the provider, wanting to go to `next` in the end.
    pub(crate) async fn begin(&mut self, desk: &Desk, next: &str) -> Asked {
        let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let reply = self.get(desk, &format!("/login?next={query}")).await;
        assert_eq!(reply.status(), 302, "{}", reply.body());
        Asked(Url::parse(location(&reply)).unwrap())
    }

    /// Back from the provider with a code for that state.
    pub(crate) async fn back(&mut self, desk: &Desk, state: &str) -> Reply {
        self.get(desk, &format!("/callback?code={CODE}&state={state}")).await
    }

    /// Signs in where the provider says `change`d things of alice, in a token that it signs well.
    pub(crate) async fn sign_in(&mut self, desk: &Desk, change: Value) -> Reply {
        let asked = self.begin(desk, "/dispatch").await;
        let mut claims = desk.alice(&asked.get("nonce"));
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let token = desk.provider.sign(&claims);
        desk.provider.set(|stage| stage.id_token = Some(token));
        self.back(desk, &asked.get("state")).await
    }
}

fn from_gateway(request: http::Request<Body>) -> Request {
    let source: IpAddr = ADDRESS.parse().unwrap();
    let context = json!({
        "http": { "method": "GET", "sourceIp": source },
        "timeEpoch": 0,
    });
    let context: ApiGatewayV2httpRequestContext = serde_json::from_value(context).unwrap();
    request.with_request_context(RequestContext::ApiGatewayV2(context))
}

pub(crate) fn location(reply: &Reply) -> &str {
    reply.headers()[header::LOCATION].to_str().unwrap()
}

/// That nobody was signed in: the problem, and no session.
pub(crate) fn refused(desk: &Desk, browser: &Browser, reply: &Reply, status: u16, slug: &str) {
    assert_eq!(reply.status(), status, "{}", reply.body());
    assert!(reply.body().contains(&format!("/problems/{slug}")), "{}", reply.body());
    assert_eq!(desk.session(browser), None);
}
