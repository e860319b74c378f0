//! Tokens that do not hold.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac, digest::KeyInit};
use hotdesk::token::{Signer, generate};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

use crate::{
    browser::{Browser, refused},
    desk::{Desk, HTTPS, desk},
    provider::{Any, CLIENT, SECRET},
};

/// Brings back a code for the token that `forge` makes for this nonce.
async fn brings(
    desk: &Desk,
    forge: impl FnOnce(&Value) -> Option<String>,
) -> (Browser, hotdesk::web::Reply) {
    let mut mallory = Browser::default();
    let asked = mallory.begin(desk, "/").await;
    let token = forge(&desk.alice(&asked.get("nonce")));
    desk.provider.set(|stage| stage.id_token = token);
    let reply = mallory.back(desk, &asked.get("state")).await;
    (mallory, reply)
}

async fn is_refused(desk: &Desk, what: &str, forge: impl FnOnce(&Value) -> Option<String>) {
    let (mallory, reply) = brings(desk, forge).await;
    assert_eq!(reply.status(), 400, "{what}");
    refused(desk, &mallory, &reply, 400, "sign-in-failed");
    assert_eq!(mallory.attempts(), [], "{what}: the attempt is over");
}

fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    format!("{}.{}", unsigned(header, claims), URL_SAFE_NO_PAD.encode(signature))
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The signature of an algorithm of RFC 7518, section 3.2.
fn mac<M: Mac + KeyInit>(secret: &[u8], message: &str) -> Vec<u8> {
    let mac = <M as Mac>::new_from_slice(secret).unwrap();
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

fn changed(claims: &Value, name: &str, value: &Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value.clone();
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn a_good_token_is_taken() {
    let desk = desk(HTTPS, &[]).await;
    let (alice, reply) = brings(&desk, |claims| Some(desk.provider.sign(claims))).await;
    assert_eq!(reply.status(), 303);
    assert!(desk.session(&alice).is_some());
}

#[tokio::test]
async fn what_a_token_says_has_to_fit() {
    let desk = desk(HTTPS, &[]).await;
    let issuer = desk.provider.issuer.clone();
    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", json!(null)),
        ("aud", json!("another-client")),
        ("aud", json!([CLIENT, "another-client"])),
        ("aud", json!([])),
        ("aud", json!(null)),
        ("azp", json!("another-client")),
        ("iss", json!("https://id.example")),
        ("iss", json!(format!("{issuer}/"))),
        ("iss", json!(null)),
        ("exp", json!(desk.now())),
        ("exp", json!(desk.now() - 3600)),
        ("exp", json!(null)),
        ("exp", json!("soon")),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!("a".repeat(256))),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("email_verified", json!("perhaps")),
    ] {
        is_refused(&desk, &format!("{name}: {value}"), |claims| {
            Some(desk.provider.sign(&changed(claims, name, &value)))
        })
        .await;
    }
    for (name, value) in [("azp", json!(CLIENT)), ("aud", json!([CLIENT]))] {
        let good = |claims: &Value| Some(desk.provider.sign(&changed(claims, name, &value)));
        assert_eq!(brings(&desk, good).await.1.status(), 303, "{name}");
    }
}

#[tokio::test]
async fn only_the_providers_own_keys_sign() {
    let desk = desk(HTTPS, &[]).await;
    let jwks: Value = desk.provider.set(|stage| serde_json::from_str(&stage.jwks).unwrap());
    let key = jwks["keys"][0].clone();
    let kid = key["kid"].as_str().unwrap().to_owned();

    is_refused(&desk, "no signature", |claims| {
        Some(raw(&json!({ "alg": "none", "typ": "JWT" }), claims, b""))
    })
    .await;
    is_refused(&desk, "no signature, of a known key", |claims| {
        Some(raw(&json!({ "alg": "none", "typ": "JWT", "kid": kid }), claims, b""))
    })
    .await;
    for (what, secret) in [
        ("our secret", SECRET.as_bytes().to_vec()),
        ("the public key", URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap()),
        ("the public key's text", key["x"].as_str().unwrap().into()),
        ("the key set", jwks.to_string().into()),
        ("nothing", Vec::new()),
    ] {
        for (alg, sign) in [
            ("HS256", mac::<Hmac<Sha256>> as fn(&[u8], &str) -> Vec<u8>),
            ("HS512", mac::<Hmac<Sha512>>),
        ] {
            let header = json!({ "alg": alg, "typ": "JWT", "kid": kid });
            is_refused(&desk, what, |claims| {
                Some(raw(&header, claims, &sign(&secret, &unsigned(&header, claims))))
            })
            .await;
        }
    }
    let (private, _) = generate().unwrap();
    let mut private: Value = serde_json::from_str(&private).unwrap();
    private["kid"] = kid.clone().into();
    let other = Signer::from_jwk(&private.to_string()).unwrap();
    is_refused(&desk, "another key under a known id", |claims| {
        Some(other.sign(&Any(claims.clone())).unwrap())
    })
    .await;
    is_refused(&desk, "a signature for other claims", |claims| {
        let good = desk.provider.sign(claims);
        let parts: Vec<&str> = good.split('.').collect();
        let claims = changed(claims, "sub", &json!("subject-of-bob"));
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        Some(format!("{}.{claims}.{}", parts[0], parts[2]))
    })
    .await;
    is_refused(&desk, "a key in the header", |claims| {
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "jwk": key, "crit": ["jwk"] });
        Some(raw(&header, claims, &[0; 64]))
    })
    .await;
    for nonsense in ["", "a", "a.b", "a.b.c", "e30.e30.", "..", "eyJhbGciOiJFZERTQSJ9.e30.AAAA"] {
        is_refused(&desk, nonsense, |_| Some(nonsense.to_owned())).await;
    }
    is_refused(&desk, "no token", |_| None).await;
}

#[tokio::test]
async fn tokens_of_ours_are_no_tokens_of_the_provider() {
    let desk = desk(HTTPS, &[]).await;
    is_refused(&desk, "signed by us", |claims| {
        Some(desk.app.signer.sign(&Any(claims.clone())).unwrap())
    })
    .await;
}

#[tokio::test]
async fn the_provider_changes_its_keys_and_nobody_notices() {
    let desk = desk(HTTPS, &[]).await;
    let good = |claims: &Value| Some(desk.provider.sign(claims));
    assert_eq!(brings(&desk, good).await.1.status(), 303);
    desk.provider.rotate();
    assert_eq!(brings(&desk, good).await.1.status(), 303);
    assert_eq!((desk.provider.asked("discovery"), desk.provider.asked("jwks")), (1, 2));
    // What no published key signed has the keys fetched at most once a minute.
    let (private, _) = generate().unwrap();
    let stranger = Signer::from_jwk(&private).unwrap();
    for _ in 0..3 {
        is_refused(&desk, "of a stranger", |claims| {
            Some(stranger.sign(&Any(claims.clone())).unwrap())
        })
        .await;
    }
    assert_eq!(desk.provider.asked("jwks"), 2);
    desk.turn(60);
    desk.provider.rotate();
    assert_eq!(brings(&desk, good).await.1.status(), 303);
    assert_eq!((desk.provider.asked("discovery"), desk.provider.asked("jwks")), (1, 3));
}

#[tokio::test]
async fn a_key_that_the_provider_withdrew_is_forgotten_within_the_hour() {
    let desk = desk(HTTPS, &[]).await;
    let old = desk.provider.set(|stage| stage.signer.clone());
    let by_old = |claims: &Value| Some(old.sign(&Any(claims.clone())).unwrap());
    assert_eq!(brings(&desk, by_old).await.1.status(), 303);
    desk.provider.rotate();
    desk.turn(3600);
    is_refused(&desk, "by the old key", by_old).await;
}
