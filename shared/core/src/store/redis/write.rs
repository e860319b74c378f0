//! Durable items as JSON, for the scripts that take many. Numbers go as texts: Lua's JSON would
//! turn epochs into floating point.

use serde_json::{Value, json};

use super::super::Spare;
use crate::{
    clock::Ms,
    id::UserId,
    seats::{Addresses, Seat, Truth, UserState},
};

/// How many items one call of `adopt` takes: a script holds up everybody else for as long as it
/// runs, and this many take a few milliseconds.
pub(super) const ADOPT_BATCH: usize = 200;

/// How many items one part of a rebuild takes; nobody else is served meanwhile anyhow, but Redis
/// must answer in time.
const REBUILD_BATCH: usize = 2000;

/// The items for `adopt`.
pub(super) fn items(items: &[Truth]) -> String {
    let item = |item: &Truth| match item {
        Truth::User(seat, state) => user(seat, *state),
        Truth::Parked(instance) => json!({ "instance": instance, "box": "parked" }),
        Truth::Waking(instance) => json!({ "instance": instance, "box": "waking" }),
        Truth::Revoked(user, at) => revoked(user, *at),
    };
    Value::Array(items.iter().map(item).collect()).to_string()
}

/// The truth for `rebuild`, in parts: users before boxes before spares, at least one part.
pub(super) fn truth(items: &[Truth], spares: &[Spare]) -> Vec<String> {
    let (mut users, mut boxes) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Truth::User(seat, UserState::Closed) => {
                users.push(json!({ "closed": seat.user, "epoch": seat.epoch.to_string() }));
            }
            Truth::User(seat, state) => users.push(user(seat, *state)),
            Truth::Revoked(user, at) => users.push(revoked(user, *at)),
            Truth::Parked(instance) => boxes.push(json!({ "parked": instance })),
            Truth::Waking(instance) => boxes.push(json!({ "waking": instance })),
        }
    }
    let spare = |Spare { instance, addresses: Addresses { public_ip, private_ip } }: &Spare| json!({ "spare": instance, "publicIp": public_ip, "privateIp": private_ip });
    let all: Vec<Value> = users.into_iter().chain(boxes).chain(spares.iter().map(spare)).collect();
    if all.is_empty() {
        return vec!["[]".into()];
    }
    all.chunks(REBUILD_BATCH).map(|part| Value::from(part).to_string()).collect()
}

fn revoked(user: &UserId, at: Ms) -> Value {
    json!({ "revoked": user, "at": at.to_string() })
}

fn user(seat: &Seat, state: UserState) -> Value {
    json!({
        "user": seat.user,
        "state": state,
        "instance": seat.instance,
        "epoch": seat.epoch.to_string(),
        "since": seat.since.to_string(),
        "publicIp": seat.addresses.public_ip,
        "privateIp": seat.addresses.private_ip,
    })
}
