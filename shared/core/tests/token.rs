//! What a token must withstand.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hotdesk::{
    clock::Ms,
    id::Epoch,
    token::{SeatClaims, SessionClaims, Signer, TokenError, Verifier, generate},
};

const NOW: Ms = Ms(1_800_000_000_000);

fn keys() -> (Signer, Verifier) {
    let (private, public) = generate().unwrap();
    (Signer::from_jwk(&private).unwrap(), Verifier::from_jwks(&public).unwrap())
}

fn seat() -> SeatClaims {
    let instance = "i-07f1abc12345def00".parse().unwrap();
    SeatClaims::new("alice".parse().unwrap(), instance, Epoch(7), NOW, Duration::from_secs(900))
}

#[test]
fn what_was_signed_comes_back() {
    let (signer, verifier) = keys();
    let token = signer.sign(&seat()).unwrap();
    assert_eq!(verifier.verify::<SeatClaims>(&token, "ping", NOW), Ok(seat()));
}

#[test]
fn a_token_for_something_else_is_refused() {
    let (signer, verifier) = keys();
    let token = signer.sign(&seat()).unwrap();
    assert_eq!(verifier.verify::<SeatClaims>(&token, "session", NOW), Err(TokenError::Audience));
    assert_eq!(verifier.verify::<SessionClaims>(&token, "session", NOW), Err(TokenError::Invalid));
}

#[test]
fn a_token_ends() {
    let (signer, verifier) = keys();
    let token = signer.sign(&seat()).unwrap();
    let at = |s| verifier.verify::<SeatClaims>(&token, "ping", NOW.plus(Duration::from_secs(s)));
    assert!(at(899).is_ok());
    assert_eq!(at(903), Err(TokenError::Expired));
}

#[test]
fn tampered_unsigned_and_foreign_tokens_are_refused() {
    let (signer, verifier) = keys();
    let (stranger, _) = keys();
    let token = signer.sign(&seat()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let body = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let mallory = URL_SAFE_NO_PAD.encode(body.replace("alice", "mallo"));
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let none = URL_SAFE_NO_PAD.encode(header.replace("EdDSA", "none"));
    let hmac = URL_SAFE_NO_PAD.encode(header.replace("EdDSA", "HS256"));
    for bad in [
        format!("{}.{mallory}.{}", parts[0], parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{hmac}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        stranger.sign(&seat()).unwrap(),
        String::new(),
        "..".into(),
    ] {
        assert_eq!(verifier.verify::<SeatClaims>(&bad, "ping", NOW), Err(TokenError::Invalid));
    }
}

#[test]
fn two_keys_are_accepted_while_they_rotate() {
    let ((old, old_public), (new, new_public)) = (generate().unwrap(), generate().unwrap());
    let mut set: serde_json::Value = serde_json::from_str(&old_public).unwrap();
    let other: serde_json::Value = serde_json::from_str(&new_public).unwrap();
    set["keys"].as_array_mut().unwrap().push(other["keys"][0].clone());
    let verifier = Verifier::from_jwks(&set.to_string()).unwrap();
    for private in [old, new] {
        let token = Signer::from_jwk(&private).unwrap().sign(&seat()).unwrap();
        assert!(verifier.verify::<SeatClaims>(&token, "ping", NOW).is_ok());
    }
}

#[test]
fn keys_that_are_none_are_refused_before_serving() {
    let (private, public) = generate().unwrap();
    for bad in ["", "{}", &public, &private.replace("Ed25519", "X25519")] {
        assert!(Signer::from_jwk(bad).is_err());
    }
    for bad in ["", "{}", "{\"keys\":[]}", &public.replace("kid", "kod")] {
        assert!(Verifier::from_jwks(bad).is_err());
    }
}
