//! The agents on the boxes, over HTTP on their probe port, which only the functions' security group
//! reaches.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    fleet::{Boxes, Readiness},
    seats::Addresses,
};
use serde::Deserialize;
use tracing::debug;

/// How long a box may take to answer; one that is up answers in milliseconds.
const TIMEOUT: Duration = Duration::from_secs(2);

/// [`Boxes`] over HTTP.
#[derive(Clone, Debug)]
pub struct AgentBoxes {
    client: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    last_heartbeat: Option<Ms>,
}

impl AgentBoxes {
    /// Agents at `url`, in which `{privateIp}` and `{publicIp}` stand for a box's addresses.
    ///
    /// # Errors
    /// The HTTP client could not be built.
    pub fn new(url: &str) -> Result<Self, reqwest::Error> {
        // A box is on the fleet's own network: never by way of a proxy.
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { client, url: url.to_owned() })
    }

    async fn get(&self, at: &Addresses, path: &str) -> Option<reqwest::Response> {
        let base =
            self.url.replace("{privateIp}", &at.private_ip).replace("{publicIp}", &at.public_ip);
        match self.client.get(format!("{base}{path}")).send().await {
            Ok(answer) => Some(answer),
            Err(e) => {
                debug!(path, error = %e, "the box does not answer");
                None
            }
        }
    }
}

impl Boxes for AgentBoxes {
    async fn readiness(&self, at: &Addresses) -> Readiness {
        match self.get(at, "/ready").await {
            Some(answer) if answer.status().is_success() => Readiness::Ready,
            _ => Readiness::NotReady,
        }
    }

    async fn last_heartbeat(&self, at: &Addresses) -> Option<Ms> {
        let answer = self.get(at, "/activity").await?;
        answer.json::<Activity>().await.ok()?.last_heartbeat
    }
}
