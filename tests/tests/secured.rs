//! The store by TLS, as the template's user: what the scripts need is allowed, and nothing else is.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{collections::BTreeSet, error::Error as _, fs};

use hotdesk::{
    clock::Ms,
    config::StoreConfig,
    store::{Store, StoreError, redis::RedisStore},
};
use hotdesk_stack::tools;
use hotdesk_tests::secured::{Secured, access};

/// What went wrong, with all of its causes.
fn causes(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn refused(at: &StoreConfig) -> String {
    let store = RedisStore::open(at).unwrap();
    causes(&store.ask(&"alice".parse().unwrap(), Ms(1_000_000)).await.unwrap_err())
}

/// The commands that the scripts call.
fn called() -> BTreeSet<String> {
    let folder = tools::root().join("shared/core/src/store/lua");
    let mut called = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for after in text.split("call('").skip(1) {
            called.insert(after.split('\'').next().unwrap().to_lowercase());
        }
    }
    called
}

#[test]
fn the_user_may_call_what_the_scripts_call_and_no_more() {
    let access = access();
    let allowed = access.split_whitespace().filter_map(|rule| rule.strip_prefix('+'));
    let by_hand = ["evalsha", "script|load"];
    let allowed: BTreeSet<_> =
        allowed.filter(|c| !by_hand.contains(c)).map(str::to_owned).collect();
    assert_eq!(allowed, called());
}

/// `StoreError::Cold` is an answer of the script: the store was never built.
#[tokio::test]
async fn a_server_whose_certificate_is_of_the_authority_that_was_told_is_believed() {
    let server = Secured::start();
    let store = RedisStore::open(&server.config()).unwrap();
    let answer = store.ask(&"alice".parse().unwrap(), Ms(1_000_000)).await;
    assert!(matches!(answer, Err(StoreError::Cold)), "{answer:?}");
}

#[tokio::test]
async fn a_server_with_another_certificate_is_not_spoken_to() {
    let server = Secured::start();
    let told = server.config();
    let public = StoreConfig { redis_ca: String::new(), ..told.clone() };
    let others = StoreConfig { redis_ca: Secured::start().config().redis_ca, ..told.clone() };
    let redis_url = told.redis_url.replace("localhost", "127.0.0.1");
    let another_name = StoreConfig { redis_url, ..told };
    for at in [public, others, another_name] {
        let why = refused(&at).await;
        assert!(why.contains("certificate"), "{why}");
    }
}

#[tokio::test]
async fn whoever_has_no_password_or_no_tls_gets_nothing() {
    let server = Secured::start();
    let told = server.config();
    let redis_url = told.redis_url.replace("correct", "wrong");
    let guessed = refused(&StoreConfig { redis_url, ..told.clone() }).await;
    assert!(guessed.contains("WRONGPASS") || guessed.contains("AuthenticationFailed"), "{guessed}");
    let redis_url = told.redis_url.replace("rediss:", "redis:");
    refused(&StoreConfig { redis_url, redis_ca: String::new(), ..told }).await;
}

#[test]
fn authorities_that_are_none_are_refused_before_serving() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let redis_url = "rediss://hotdesk:x@localhost:6379".to_owned();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned();
    let at = StoreConfig { redis_url, redis_ca: broken, key_prefix: String::new() };
    assert!(RedisStore::open(&at).is_err());
}
