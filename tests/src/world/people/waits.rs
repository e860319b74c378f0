//! Those who wait, and ask where they stand.

use std::{sync::atomic::Ordering, time::Duration};

use hotdesk::{clock::Clock, web::Reply};
use http::header;

use super::Door;

/// A page asks with one session for so long at most.
const SIGNED_IN: Duration = Duration::from_secs(600);

/// What somebody is told who waits.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where they stand; the body of the answer.
    pub standing: serde_json::Value,
    /// After what time they are to ask again.
    pub again: Duration,
}

impl Door {
    /// `GET /status` of a user who signed in just now; the body of the answer.
    pub async fn status(&self, user: &str) -> Option<serde_json::Value> {
        if self.0.closed.load(Ordering::Relaxed) {
            return None;
        }
        let reply = self.dispatch(self.request(user, "GET", "/status", "")).await?;
        serde_json::from_str(reply.body()).ok()
    }

    /// `GET /status`, as the waiting page asks it: with the session that it has had for a while, as to
    /// sign one costs more than to answer.
    pub async fn told(&self, user: &str) -> Option<Told> {
        if self.0.closed.load(Ordering::Relaxed) {
            return None;
        }
        let request = Self::request_with(&self.cookie(user), "GET", "/status", "");
        let reply = self.dispatch(request).await?;
        let told = Self::read(&reply);
        if told.is_none() {
            self.0.cookies.lock().expect("not poisoned").remove(user);
        }
        told
    }

    fn read(reply: &Reply) -> Option<Told> {
        let again = reply.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        let standing = serde_json::from_str(reply.body()).ok()?;
        Some(Told { standing, again: Duration::from_secs(again) })
    }

    fn cookie(&self, user: &str) -> String {
        let now = self.0.dispatch.clock.now();
        let mut cookies = self.0.cookies.lock().expect("not poisoned");
        if let Some((until, cookie)) = cookies.get(user)
            && now < *until
        {
            return cookie.clone();
        }
        let cookie = self.0.signer.sign(&self.sign_in(user).0).expect("signed");
        let until = now.plus(SIGNED_IN);
        cookies.insert(user.to_owned(), (until, cookie.clone()));
        cookie
    }
}
