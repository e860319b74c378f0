//! The agents on the boxes, over HTTP on their probe port, which only the functions' security group
//! reaches.

use std::time::Duration;

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    fleet::{Boxes, Drained, Readiness},
    id::InstanceId,
    seats::Addresses,
    token::{DrainClaims, Signer},
};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use tracing::{debug, error};

/// How long a box may take to answer; one that is up answers in milliseconds.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a box may take to answer an order: whoever waits for many of them does so for 2 s.
const ORDER_TIMEOUT: Duration = Duration::from_secs(1);

/// [`Boxes`] over HTTP.
#[derive(Clone, Debug)]
pub struct AgentBoxes {
    client: reqwest::Client,
    url: String,
    signer: Signer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    last_heartbeat: Option<Ms>,
}

impl AgentBoxes {
    /// Agents at `url`, in which `{privateIp}` and `{publicIp}` stand for a box's addresses; `signer`
    /// signs what they are ordered.
    ///
    /// # Errors
    /// The HTTP client could not be built.
    pub fn new(url: &str, signer: Signer) -> Result<Self, reqwest::Error> {
        // A box is on the fleet's own network: never by way of a proxy.
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { client, url: url.to_owned(), signer })
    }

    fn url(&self, at: &Addresses, path: &str) -> String {
        let base =
            self.url.replace("{privateIp}", &at.private_ip).replace("{publicIp}", &at.public_ip);
        format!("{base}{path}")
    }

    async fn get(&self, at: &Addresses, path: &str) -> Option<reqwest::Response> {
        self.send(self.client.get(self.url(at, path)), path).await
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        path: &str,
    ) -> Option<reqwest::Response> {
        match request.send().await {
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

    async fn drain(&self, instance: &InstanceId, at: &Addresses) -> Drained {
        let order = match self.signer.sign(&DrainClaims::new(instance, SystemClock.now())) {
            Ok(order) => order,
            Err(e) => {
                error!(error = %e, "no order to a box can be signed");
                return Drained::Unreachable;
            }
        };
        let request = self.client.post(self.url(at, "/drain")).timeout(ORDER_TIMEOUT);
        let request = request.header(CONTENT_TYPE, "text/plain").body(order);
        match self.send(request, "/drain").await.map(|answer| answer.status()) {
            Some(StatusCode::NO_CONTENT) => Drained::Done,
            Some(status) => {
                error!(instance_id = %instance, %status, "the box does not take an order");
                Drained::Unreachable
            }
            None => Drained::Unreachable,
        }
    }
}
