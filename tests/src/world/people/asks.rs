//! What people ask for but the workspace itself, and what operators do.

use std::time::Duration;

use http::StatusCode;

use super::{Door, OPERATOR, Seen, Sent};

impl Door {
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

    /// The page of one who waits is closed: `POST /stop` with `closing`.
    pub async fn close_page(&self, user: &str) -> Option<StatusCode> {
        let request = self.request(user, "POST", "/stop", "closing=true");
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
