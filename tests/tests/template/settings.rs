//! The functions' settings.

use std::{collections::BTreeSet, fs, path::Path};

use hotdesk::{
    config::{
        FleetConfig, KeyConfig, NamesConfig, SeatsConfig, SigningConfig, StoreConfig, TimesConfig,
        WebConfig,
    },
    store::redis::RedisStore,
};
use hotdesk_stack::tools;

use super::stage::{PASSWORD, Stage};

/// What the SDK, the telemetry and the metrics read.
const OTHERS: [&str; 3] = ["AWS_USE_DUALSTACK_ENDPOINT", "FLEET", "RUST_LOG"];

/// What no function is told, as its default is right in AWS: the store is this fleet's alone, agents are
/// where the network lets functions in, and ElastiCache's certificates are of an authority that is known.
const UNTOLD: [&str; 3] = ["KEY_PREFIX", "PROBE_URL", "REDIS_CA"];

/// What functions are told only where boxes have names in a zone.
const OF_A_ZONE: [&str; 2] = ["WORKSPACE_RECORD", "WORKSPACE_ZONE"];

/// Lambda's runtime and API Gateway end what takes longer.
const API: u64 = 30;

#[tokio::test]
async fn those_who_know_seats_and_people_start_with_their_settings_alone() {
    let stage = Stage::set().await;
    for function in ["dispatch", "ping"] {
        let keys: KeyConfig = stage.config(function);
        keys.keys().unwrap();
        let store: StoreConfig = stage.config(function);
        assert!(store.redis_url.contains(PASSWORD));
    }
    stage.config::<SeatsConfig>("dispatch");
    stage.config::<TimesConfig>("dispatch");
    let web: WebConfig = stage.config("dispatch");
    assert_eq!(web.base_url.0, "https://desk.example.org");
    assert_eq!(web.workspace_url.0, "https://{instanceId}.boxes.example.com");
}

#[tokio::test]
async fn those_who_move_boxes_start_with_their_settings_alone() {
    let stage = Stage::set().await;
    for function in ["idle-reaper", "lifecycle", "provision"] {
        stage.config::<StoreConfig>(function);
        stage.config::<SeatsConfig>(function);
        stage.config::<SigningConfig>(function).signer().unwrap();
        assert_eq!(stage.config::<NamesConfig>(function).zone().unwrap(), None);
        let fleet: FleetConfig = stage.config(function);
        assert_eq!((fleet.asg_name.as_str(), fleet.fleet()), ("desks", "desks"));
        assert_eq!(fleet.policy().homes.size, 30);
    }
}

/// With TLS, which the store demands.
#[tokio::test]
async fn a_function_can_speak_to_the_store_as_it_is_told() {
    let stage = Stage::set().await;
    for function in ["dispatch", "idle-reaper", "lifecycle", "ping", "provision"] {
        let store: StoreConfig = stage.config(function);
        assert!(store.redis_url.starts_with("rediss://"), "the store takes nothing else");
        let opened = RedisStore::open(&store);
        assert!(opened.is_ok(), "{function}: {:?}", opened.map(drop));
    }
}

/// Of seats and of tickets no two functions think otherwise.
#[tokio::test]
async fn what_two_functions_are_told_is_the_same() {
    let stage = Stage::set().await;
    let all: Vec<_> =
        stage.template.functions.keys().map(|function| stage.settings(function)).collect();
    for one in &all {
        for other in &all {
            for (name, value) in one {
                assert!(other.get(name).is_none_or(|told| told == value), "{name}");
            }
        }
    }
}

/// A setting that is misspelt would be read by nobody.
#[tokio::test]
async fn every_setting_is_one_that_is_read() {
    let mut read = read_by(&["shared/core/src", "functions/sign-in/src"]);
    read.extend(OTHERS.map(ToOwned::to_owned));
    let stage = Stage::set().await;
    for (function, of) in &stage.template.functions {
        for name in of.environment.keys() {
            assert!(read.contains(name), "{function}: {name}");
        }
    }
}

/// One that was forgotten would have its default, whatever the operator decided.
#[tokio::test]
async fn every_setting_that_is_read_is_told_unless_its_default_is_right() {
    let stage = Stage::set().await;
    let told: BTreeSet<&String> =
        stage.template.functions.values().flat_map(|of| of.environment.keys()).collect();
    let read = read_by(&["shared/core/src", "functions/sign-in/src"]);
    let untold: BTreeSet<&str> =
        read.iter().filter(|name| !told.contains(name)).map(String::as_str).collect();
    assert_eq!(untold, UNTOLD.into_iter().chain(OF_A_ZONE).collect());
    let own = read_by(&["functions/sign-in/src"]);
    let told: BTreeSet<String> = stage.settings("sign-in").into_keys().collect();
    assert!(own.is_subset(&told), "sign-in: {:?}", own.difference(&told));
}

/// They have one configuration; where boxes have no names in a zone, the settings are the same.
#[tokio::test]
async fn those_who_move_boxes_are_told_the_same() {
    let stage = Stage::set().await;
    let told = stage.settings("idle-reaper");
    for function in ["lifecycle", "provision"] {
        assert_eq!(stage.settings(function), told, "{function}");
    }
}

#[tokio::test]
async fn functions_probe_boxes_where_the_network_lets_them() {
    let stage = Stage::set().await;
    let fleet: FleetConfig = stage.config("idle-reaper");
    let (_, port) = fleet.probe_url.0.rsplit_once(':').expect("a port");
    let ends = stage.template.of("AWS::EC2::SecurityGroupEgress");
    let open: BTreeSet<String> = ends.map(|end| end.properties["FromPort"].to_string()).collect();
    assert!(open.contains(port), "{port} is not among {open:?}");
}

/// The variables that the sources in these folders name.
fn read_by(folders: &[&str]) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    for folder in folders {
        names(&tools::root().join(folder), &mut read);
    }
    read
}

/// The variables that the sources below a folder name.
fn names(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let parts = text.split("envconfig(from = \"").skip(1);
            found.extend(parts.filter_map(|part| Some(part.split_once('"')?.0.to_owned())));
        }
    }
}

/// A box rests for longer than any function lives.
#[tokio::test]
async fn every_function_ends_in_time() {
    let stage = Stage::set().await;
    for (function, of) in &stage.template.functions {
        let asked_by_http = ["dispatch", "ping", "sign-in"].contains(&function.as_str());
        let most = if asked_by_http { API } else { hotdesk::store::REST.as_secs() - 1 };
        assert!(of.timeout < most, "{function}: {} s", of.timeout);
    }
}
