//! Durable items as JSON, for the scripts that take many. Numbers go as texts: Lua's JSON would
//! turn epochs into floating point.

use serde_json::{Value, json};

use super::super::Spare;
use crate::{
    id::InstanceId,
    seats::{Addresses, Seat, Truth, UserState},
};

/// How many items one call of `adopt` takes: a script holds up everybody else for as long as it
/// runs, and this many take a few milliseconds.
pub(super) const ADOPT_BATCH: usize = 200;

/// The items for `adopt`.
pub(super) fn items(items: &[Truth]) -> String {
    let item = |item: &Truth| match item {
        Truth::User(seat, state) => user(seat, *state),
        Truth::Parked(instance) => json!({ "instance": instance, "box": "parked" }),
        Truth::Waking(instance) => json!({ "instance": instance, "box": "waking" }),
    };
    Value::Array(items.iter().map(item).collect()).to_string()
}

/// The truth for `rebuild`.
pub(super) fn truth(items: &[Truth], spares: &[Spare]) -> String {
    let (mut users, mut closed) = (Vec::new(), Vec::new());
    let (mut parked, mut waking) = (Vec::<&InstanceId>::new(), Vec::<&InstanceId>::new());
    for item in items {
        match item {
            Truth::User(seat, UserState::Closed) => {
                closed.push(json!({ "user": seat.user, "epoch": seat.epoch.to_string() }));
            }
            Truth::User(seat, state) => users.push(user(seat, *state)),
            Truth::Parked(instance) => parked.push(instance),
            Truth::Waking(instance) => waking.push(instance),
        }
    }
    let spare = |Spare { instance, addresses: Addresses { public_ip, private_ip } }: &Spare| json!({ "instance": instance, "publicIp": public_ip, "privateIp": private_ip });
    let spares: Vec<Value> = spares.iter().map(spare).collect();
    json!({ "users": users, "closed": closed, "parked": parked, "waking": waking, "spares": spares })
        .to_string()
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
