//! Heartbeats of the pages on boxes.

use std::sync::atomic::Ordering;

use hotdesk::{clock::Clock, token::SeatClaims};
use http::header;
use lambda_http::Body;

use super::{Door, Sent};
use crate::{desk::BASE_URL, iam::on_behalf};

impl Door {
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
        let token = self.seat_token(sent);
        let request = http::Request::post(format!("{BASE_URL}/ping"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let handled = ping::handle(&self.0.ping, request.expect("a request"));
        let run = self.0.gate.invoke("ping", handled);
        let reply = on_behalf("ping", run).await?;
        let (parts, body) = reply.into_parts();
        Some(http::Response::from_parts(parts, body))
    }

    /// A page renews its seat token when half of its life is over, and so it is here.
    fn seat_token(&self, sent: &Sent) -> String {
        let (now, lifetime) = (self.0.ping.clock.now(), self.0.ping.token_lifetime);
        let Sent { instance, ticket } = sent;
        let mut tokens = self.0.tokens.lock().expect("not poisoned");
        if let Some((claims, token)) = tokens.get(&ticket.sub)
            && (claims.epoch, &claims.instance) == (ticket.epoch, instance)
            && !claims.wants_renewal(now)
        {
            return token.clone();
        }
        let (user, instance) = (ticket.sub.clone(), instance.clone());
        let claims = SeatClaims::new(user, instance, ticket.epoch, now, lifetime);
        let token = self.0.signer.sign(&claims).expect("signed");
        tokens.insert(ticket.sub.clone(), (claims, token.clone()));
        token
    }
}
