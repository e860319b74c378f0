//! The agents on the boxes, over HTTP on their probe port, which only the functions' security group
//! reaches.

use std::time::Duration;

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    homes::{Stage, Trouble},
    id::InstanceId,
    ledger::Farewell,
    seats::Addresses,
    token::{Claims, DrainClaims, HomeClaims, ORDER_LIFETIME, Signer},
};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, de::DeserializeOwned};
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

/// What a box says to the order to let go.
#[derive(Deserialize)]
struct Letting {
    files: Files,
}

/// What becomes of the files.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Files {
    Saving,
    Saved,
    Nothing,
}

/// What a box says to the order to open a home.
#[derive(Deserialize)]
struct Opening {
    stage: Stage,
    trouble: Option<Trouble>,
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

    /// Orders a box to do something; `None` if that could not be signed or it does not answer.
    async fn order(
        &self,
        at: &Addresses,
        path: &str,
        claims: &impl Claims,
    ) -> Option<reqwest::Response> {
        let order = match self.signer.sign(claims) {
            Ok(order) => order,
            Err(e) => {
                error!(error = %e, "no order to a box can be signed");
                return None;
            }
        };
        let request = self.client.post(self.url(at, path)).timeout(ORDER_TIMEOUT);
        self.send(request.header(CONTENT_TYPE, "text/plain").body(order), path).await
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
        let claims = DrainClaims::new(instance, SystemClock.now());
        let Some(answer) = self.order(at, "/drain", &claims).await else {
            return Drained::Unreachable;
        };
        match said::<Letting>(instance, answer).await {
            Ok(Letting { files: Files::Saving }) => Drained::Saving,
            Ok(Letting { files: Files::Saved }) => Drained::Done(Farewell::Saved),
            Ok(Letting { files: Files::Nothing }) => Drained::Done(Farewell::Nothing),
            Err(_) => Drained::Unreachable,
        }
    }

    async fn open_home(&self, order: &HomeOrder, at: &Addresses) -> HomeAnswer {
        let Some(answer) = self.order(at, "/home", &claims(order, SystemClock.now())).await else {
            return HomeAnswer::Unreachable;
        };
        match said::<Opening>(&order.instance, answer).await {
            Ok(Opening { stage, trouble }) => HomeAnswer::At(stage, trouble),
            Err(Some(StatusCode::FORBIDDEN | StatusCode::CONFLICT)) => HomeAnswer::Refused,
            Err(_) => HomeAnswer::Unreachable,
        }
    }
}

/// What a box says to an order; else the status with which it refuses, or `None` where it says
/// something else.
async fn said<T: DeserializeOwned>(
    instance: &InstanceId,
    answer: reqwest::Response,
) -> Result<T, Option<StatusCode>> {
    let status = answer.status();
    if status != StatusCode::OK {
        error!(instance_id = %instance, %status, "the box does not take an order");
        return Err(Some(status));
    }
    answer.json().await.map_err(|e| {
        error!(instance_id = %instance, error = %e, "the box answers an order in other words");
        None
    })
}

/// The order, as a box checks it.
fn claims(order: &HomeOrder, now: Ms) -> HomeClaims {
    let iat = now.seconds();
    HomeClaims {
        aud: HomeClaims::audience_of(&order.instance),
        sub: order.user.clone(),
        epoch: order.epoch,
        volume: order.volume.clone(),
        size: order.size,
        new: order.new,
        files_of: order.files_of,
        iat,
        exp: iat + ORDER_LIFETIME.as_secs(),
    }
}
