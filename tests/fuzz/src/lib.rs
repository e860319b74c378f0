//! What anybody may send, tried in every reader that meets it first: tokens, cookies, the body of a
//! heartbeat, forms, names, key sets.
//!
//! The first byte of an input chooses the reader. None may panic, and more: no token is taken that
//! was not signed, and what is taken as a name is one. `make fuzz` runs it under libFuzzer; the
//! tests here run it on the seeds, good and spoilt.

mod seeds;

use hotdesk::{
    clock::Ms,
    config::BaseUrl,
    id::{InstanceId, SnapshotId, UserId, VolumeId},
    session,
    token::{Claims, DrainClaims, HomeClaims, SeatClaims, SessionClaims, TicketClaims, Verifier},
    web,
};
use hotdesk_agent::cookie::{self, PassKey};
use http::{HeaderMap, HeaderValue, Request, header};
use ping::Beat;
use serde::Deserialize;

pub use seeds::{Seeds, corpus, seeds};

/// How many readers there are.
pub const READERS: u8 = 8;

/// When the seeds are signed, and looked at.
const NOW: Ms = Ms(1_795_165_200_000);

/// A form with a name in it, as `/revoke` takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    user: UserId,
}

/// A form with a snapshot in it, as `/homes/{user}/restore` takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restore {
    snapshot: SnapshotId,
}

/// Gives an input to its reader.
///
/// # Panics
/// If the reader takes what it must not.
pub fn try_input(data: &[u8]) {
    let Some((reader, data)) = data.split_first() else { return };
    let seeds = seeds();
    match reader % READERS {
        0 => try_token(seeds, data),
        1 => try_spoilt(seeds, data),
        2 => try_session_cookies(seeds, data),
        3 => try_box_cookies(data),
        4 => try_beat(data),
        5 => try_form(data),
        6 => try_names(data),
        _ => try_key_set(data),
    }
}

/// Any text as a token, for every purpose.
fn try_token(Seeds { verifier, signed }: &Seeds, data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else { return };
    if purposes(verifier, token) > 0 {
        assert!(signed.iter().any(|one| one == token), "a token that nobody signed: {token}");
    }
    let _ = verifier.lacks_key_of(token);
}

/// A signed token with some of its bytes replaced: pairs of a place and what is put there.
fn try_spoilt(Seeds { verifier, signed }: &Seeds, data: &[u8]) {
    let Some((which, edits)) = data.split_first() else { return };
    let good = &signed[usize::from(*which) % signed.len()];
    let mut bytes = good.clone().into_bytes();
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % bytes.len();
        bytes[at] = edit[2];
    }
    let Ok(token) = String::from_utf8(bytes) else { return };
    if token == *good {
        assert_eq!(purposes(verifier, &token), 1, "a token is for one purpose");
    } else {
        assert_eq!(purposes(verifier, &token), 0, "a spoilt token is taken: {token}");
    }
}

/// For how many purposes a token is good.
fn purposes(verifier: &Verifier, token: &str) -> usize {
    fn good<C: Claims>(verifier: &Verifier, token: &str, audience: &str) -> usize {
        usize::from(verifier.verify::<C>(token, audience, NOW).is_ok())
    }
    let instance = seeds::instance();
    good::<SessionClaims>(verifier, token, SessionClaims::AUDIENCE)
        + good::<SeatClaims>(verifier, token, SeatClaims::AUDIENCE)
        + good::<TicketClaims>(verifier, token, instance.as_str())
        + good::<DrainClaims>(verifier, token, &DrainClaims::audience_of(&instance))
        + good::<HomeClaims>(verifier, token, &HomeClaims::audience_of(&instance))
}

fn try_session_cookies(Seeds { verifier, signed }: &Seeds, data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
    for base in ["http://localhost:9000", "https://desk.example"] {
        let Ok(base) = base.parse::<BaseUrl>() else { continue };
        if session::read(&headers, &base, verifier, NOW).is_some() {
            let text = String::from_utf8_lossy(data);
            assert!(signed.iter().any(|one| text.contains(one)), "a session that nobody signed");
        }
    }
}

/// Any header as the cookies of somebody at a box, signed by nobody.
fn try_box_cookies(data: &[u8]) {
    let key = PassKey::new(&[1; 32]);
    assert!(key.find(data, "hotdesk_box", NOW).is_err(), "a pass that nobody signed");
    for name in ["hotdesk_box", "__Host-hotdesk_box", ""] {
        for value in cookie::values(data, name) {
            assert!(!value.contains(&b';'), "a value that is more than one");
        }
    }
}

fn try_beat(data: &[u8]) {
    if let Ok(beat) = Beat::read(data) {
        assert!(data.len() <= web::MAX_BODY);
        is_name(&beat.user);
        is_instance(&beat.instance_id);
    }
}

fn try_form(data: &[u8]) {
    let form = "application/x-www-form-urlencoded";
    let request = Request::post("/").header(header::CONTENT_TYPE, form).body(data);
    let request = request.expect("a request");
    if let Ok(Form { user }) = web::form(&request) {
        is_name(&user);
    }
    if let Ok(Restore { snapshot }) = web::form(&request) {
        is_aws_id(snapshot.as_str(), "snap-");
    }
}

fn try_names(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(user) = text.parse::<UserId>() {
        is_name(&user);
        assert_eq!(user.as_str(), text);
    }
    if let Ok(instance) = text.parse::<InstanceId>() {
        is_instance(&instance);
        assert_eq!(instance.as_str(), text);
    }
    if let Ok(volume) = text.parse::<VolumeId>() {
        is_aws_id(volume.as_str(), "vol-");
        assert_eq!(volume.as_str(), text);
    }
}

/// A set that is taken can be published and taken again, and nothing private is in it.
fn try_key_set(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(verifier) = Verifier::from_jwks(text) else { return };
    let set: serde_json::Value = serde_json::from_str(verifier.jwks()).expect("JSON");
    let keys = set["keys"].as_array().expect("keys");
    assert!(keys.iter().all(|key| key.get("d").is_none()), "a private key is published");
    assert!(Verifier::from_jwks(verifier.jwks()).is_ok(), "{}", verifier.jwks());
}

/// What every reader of names may rely on: safe in keys of Redis, in addresses and in HTML.
fn is_name(user: &UserId) {
    let name = user.as_str();
    let safe = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    assert!((1..=64).contains(&name.len()) && name.bytes().all(safe), "{name:?}");
    assert!(name != "pings" && name != "pool", "{name:?}");
}

fn is_instance(instance: &InstanceId) {
    is_aws_id(instance.as_str(), "i-");
}

fn is_aws_id(id: &str, kind: &str) {
    let digits = id.strip_prefix(kind).expect("its kind");
    assert!(matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_tried_in_every_reader() {
        for seed in corpus() {
            for reader in 0..READERS {
                let mut input = seed.clone();
                input[0] = reader;
                try_input(&input);
            }
        }
    }

    #[test]
    fn each_seed_token_is_good_for_its_one_purpose() {
        let Seeds { verifier, signed } = seeds();
        for token in signed {
            assert_eq!(purposes(verifier, token), 1, "{token}");
        }
    }

    #[test]
    #[should_panic(expected = "a token that nobody signed")]
    fn a_token_of_a_key_that_is_known_and_not_a_seed_is_noticed() {
        let (verifier, other) = (seeds().verifier.clone(), seeds().signed[0].clone());
        try_token(&Seeds { verifier, signed: Vec::new() }, other.as_bytes());
    }
}
