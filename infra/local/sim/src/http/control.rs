//! What people and tests ask of the simulator itself.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post, put},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Calls, Shared};
use crate::{
    AwsError, Conditions, Sim, SpotError,
    faults::{Active, Rule},
};

/// Why something is not done, in a sentence.
type Refusal = (StatusCode, String);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/state", get(state))
        .route("/_sim/faults", get(faults).put(set_faults))
        .route("/_sim/conditions", put(set_conditions))
        .route("/_sim/calls", get(calls))
        .route("/_sim/interrupt", post(interrupt))
        .route("/_sim/rebalance", post(rebalance))
}

async fn state(State(shared): State<Shared>) -> Json<Value> {
    shared.look(|sim| {
        Json(json!({
            "now": sim.now(),
            "group": sim.group(),
            "instances": sim.instances(),
            "volumes": sim.volumes(),
            "snapshots": sim.snapshots(),
            "activities": sim.activities(),
            "conditions": sim.conditions(),
        }))
    })
}

async fn faults(State(shared): State<Shared>) -> Json<Vec<Active>> {
    Json(shared.faults())
}

async fn set_faults(State(shared): State<Shared>, body: Bytes) -> Result<StatusCode, Refusal> {
    let rules: Vec<Rule> = parse(&body)?;
    match shared.set_faults(rules) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err((StatusCode::BAD_REQUEST, error.to_string())),
    }
}

async fn calls(State(shared): State<Shared>) -> Json<BTreeMap<String, Calls>> {
    Json(shared.calls())
}

/// New conditions; `None` leaves one as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    lag_ms: Option<u64>,
    /// In it, `None` is no bound.
    #[serde(default, deserialize_with = "given")]
    capacity: Option<Option<u32>>,
    throttle: Option<bool>,
    /// In it, `None` is that launches do not fail.
    #[serde(default, deserialize_with = "given")]
    launch_error: Option<Option<String>>,
    max_size: Option<u32>,
    /// In it, `None` is that all zones are there.
    #[serde(default, deserialize_with = "given")]
    lost_zone: Option<Option<String>>,
    /// In it, `None` is no bound.
    #[serde(default, deserialize_with = "given")]
    volume_limit: Option<Option<u64>>,
    /// In it, `None` is no bound.
    #[serde(default, deserialize_with = "given")]
    volume_capacity: Option<Option<u64>>,
}

/// A value that is there, even if it is `null`.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

async fn set_conditions(
    State(shared): State<Shared>,
    body: Bytes,
) -> Result<Json<Conditions>, Refusal> {
    let change: Change = parse(&body)?;
    let changed = shared.act(|sim| change.apply(sim));
    changed.map(Json).map_err(|error: AwsError| (StatusCode::CONFLICT, error.message))
}

impl Change {
    /// Makes all of it hold, or nothing.
    fn apply(self, sim: &mut Sim) -> Result<Conditions, AwsError> {
        if let Some(Some(zone)) = &self.lost_zone {
            sim.known_zone(zone)?;
        }
        // From here on this is the only one that can be refused.
        self.max_size.map_or(Ok(()), |max_size| sim.set_max_size(max_size))?;
        self.lost_zone.map_or(Ok(()), |zone| sim.set_lost_zone(zone))?;
        self.lag_ms.into_iter().for_each(|lag_ms| sim.set_lag_ms(lag_ms));
        self.capacity.into_iter().for_each(|capacity| sim.set_capacity(capacity));
        self.throttle.into_iter().for_each(|throttle| sim.set_throttle(throttle));
        self.launch_error.into_iter().for_each(|error| sim.set_launch_error(error));
        self.volume_limit.into_iter().for_each(|limit| sim.set_volume_limit(limit));
        self.volume_capacity.into_iter().for_each(|most| sim.set_volume_capacity(most));
        Ok(sim.conditions())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    instance: String,
}

async fn interrupt(State(shared): State<Shared>, body: Bytes) -> Result<StatusCode, Refusal> {
    to_spot(&shared, &body, Sim::interrupt)
}

async fn rebalance(State(shared): State<Shared>, body: Bytes) -> Result<StatusCode, Refusal> {
    to_spot(&shared, &body, Sim::recommend_rebalance)
}

fn to_spot(
    shared: &Shared,
    body: &[u8],
    act: fn(&mut Sim, &str) -> Result<(), SpotError>,
) -> Result<StatusCode, Refusal> {
    let Which { instance } = parse(body)?;
    shared.act(|sim| act(sim, &instance)).map(|()| StatusCode::NO_CONTENT).map_err(|error| {
        let status = match error {
            SpotError::Unknown(_) => StatusCode::NOT_FOUND,
            SpotError::OnDemand(_) | SpotError::Down(..) => StatusCode::CONFLICT,
        };
        (status, error.to_string())
    })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| (StatusCode::BAD_REQUEST, format!("this JSON will not do: {error}")))
}
