//! The Redis tables that a state means, and the same read from a real Redis.

use std::collections::BTreeMap;

use redis::{Commands, Connection, RedisResult};

use super::{BoxPhase, Model, Phase};

/// Tables by key: hashes and sorted sets as maps from field or member to value or score, sets as
/// maps to nothing, lists as maps from index to element, strings under the field "".
pub type Tables = BTreeMap<String, BTreeMap<String, String>>;

impl Model {
    /// The tables of this state, without a key prefix.
    #[must_use]
    pub fn tables(&self) -> Tables {
        let mut tables = Tables::new();
        let mut put = |key: String, field: &str, value: String| {
            tables.entry(key).or_default().insert(field.to_owned(), value);
        };
        if let Some(ready) = self.ready {
            put("fleet:ready".into(), "", ready.to_string());
        }
        if let Some(walk) = &self.walk {
            put("fleet:walk".into(), "", walk.clone());
        }
        if let Some((limit, until)) = self.limit {
            put("fleet:limit".into(), "reason", limit.name().into());
            put("fleet:limit".into(), "until", until.to_string());
        }
        for (n, took) in self.boots.iter().enumerate() {
            put("fleet:boots".into(), &n.to_string(), took.as_millis().to_string());
        }
        if let Some((spares, until)) = self.spares {
            put("fleet:spares".into(), "number", spares.to_string());
            put("fleet:spares".into(), "until", until.to_string());
        }
        for (user, at) in &self.revoked {
            put("fleet:revoked".into(), user.as_str(), at.to_string());
        }
        for (id, since) in &self.arriving {
            put("fleet:arriving".into(), id.as_str(), since.to_string());
        }
        for (name, user) in &self.users {
            let key = || format!("ws:{name}");
            let (state, instance) = match &user.phase {
                Phase::None => (None, None),
                Phase::Stopped => (Some("STOPPED"), None),
                Phase::Starting { asked } => {
                    put("fleet:asking".into(), name.as_str(), asked.to_string());
                    let since = user.since.unwrap_or_default();
                    put("fleet:waiting".into(), name.as_str(), since.to_string());
                    (Some("STARTING"), None)
                }
                Phase::Running(instance) => {
                    let seen = user.last_seen.unwrap_or_default();
                    put("ws:pings".into(), name.as_str(), seen.to_string());
                    (Some("RUNNING"), Some(instance))
                }
                Phase::Stopping(instance) => (Some("STOPPING"), Some(instance)),
            };
            if let Some(state) = state {
                put(key(), "state", state.into());
            }
            if let Some(instance) = instance {
                let addresses = self.boxes[instance].addresses.clone().unwrap_or_default();
                put(key(), "instanceId", instance.to_string());
                put(key(), "publicIp", addresses.public_ip);
                let box_key = format!("fleet:instance:{instance}");
                put(box_key.clone(), "owner", name.to_string());
                put(box_key, "epoch", user.epoch.unwrap_or_default().to_string());
            }
            if let Some(warning) = user.warning {
                put(key(), "warning", format!("{} {}", warning.threat.name(), warning.at));
            }
            for (field, value) in [
                ("epoch", user.epoch.map(|e| e.0)),
                ("lastSeen", user.last_seen.map(|t| t.0)),
                ("ts", user.ts.map(|t| t.0)),
                ("since", user.since.map(|t| t.0)),
                ("ends", user.ends.map(|t| t.0)),
                ("stayed", user.stayed.map(|t| t.0)),
            ] {
                if let Some(value) = value {
                    put(key(), field, value.to_string());
                }
            }
        }
        for (id, machine) in &self.boxes {
            let key = || format!("fleet:instance:{id}");
            let (state, table, at) = match machine.phase {
                BoxPhase::Spare => ("SPARE", "ws:pool", None),
                BoxPhase::Running => ("RUNNING", "", None),
                BoxPhase::Stopping(at) => ("STOPPING", "fleet:stopping", Some(at)),
                BoxPhase::Standby(at) => ("STANDBY", "fleet:standby", Some(at)),
                BoxPhase::Waking(at) => ("WAKING", "fleet:waking", Some(at)),
                BoxPhase::Gone => ("GONE", "", None),
            };
            if !table.is_empty() {
                put(table.into(), id.as_str(), at.map_or(String::new(), |at| at.to_string()));
            }
            put(key(), "state", state.into());
            put(key(), "since", machine.since.to_string());
            if let Some(addresses) = &machine.addresses {
                put(key(), "publicIp", addresses.public_ip.clone());
                put(key(), "privateIp", addresses.private_ip.clone());
            }
        }
        tables
    }
}

/// Everything in a Redis database whose keys begin with `prefix`, without it.
///
/// # Errors
/// Redis' own.
pub fn read(redis: &mut Connection, prefix: &str) -> RedisResult<Tables> {
    let keys: Vec<String> = redis.keys(format!("{prefix}*"))?;
    let mut tables = Tables::new();
    // What is counted of logins is no text; the step `logins` reads it.
    for key in keys.into_iter().filter(|key| !key[prefix.len()..].starts_with("fleet:logins:")) {
        let kind: String = redis::cmd("TYPE").arg(&key).query(redis)?;
        let table: BTreeMap<String, String> = match kind.as_str() {
            "hash" => redis.hgetall(&key)?,
            "zset" => redis.zrange_withscores(&key, 0, -1)?,
            "list" => redis
                .lrange::<_, Vec<String>>(&key, 0, -1)?
                .into_iter()
                .enumerate()
                .map(|(n, element)| (n.to_string(), element))
                .collect(),
            "set" => redis
                .smembers::<_, Vec<String>>(&key)?
                .into_iter()
                .map(|m| (m, String::new()))
                .collect(),
            _ => BTreeMap::from([(String::new(), redis.get(&key)?)]),
        };
        tables.insert(key[prefix.len()..].to_owned(), table);
    }
    Ok(tables)
}
