//! Good tokens and bodies to begin with.

use std::{sync::OnceLock, time::Duration};

use hotdesk::{
    id::{Epoch, InstanceId},
    token::{DrainClaims, HomeClaims, SeatClaims, SessionClaims, Signer, TicketClaims, Verifier},
};

use crate::NOW;

/// The example of RFC 8037, appendix A.1, with a key id: known to everybody, so that a seed is the
/// same in every run.
const PRIVATE: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"example","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const PUBLIC: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"example","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// One token of each kind, and who checks them.
#[derive(Debug)]
pub struct Seeds {
    /// Knows the key.
    pub verifier: Verifier,
    /// The tokens.
    pub signed: Vec<String>,
}

pub(crate) fn instance() -> InstanceId {
    "i-0123456789abcdef0".parse().expect("an instance id")
}

/// The seeds, signed once.
///
/// # Panics
/// Never: the key is one.
pub fn seeds() -> &'static Seeds {
    static SEEDS: OnceLock<Seeds> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let signer = Signer::from_jwk(PRIVATE).expect("a key");
        let verifier = Verifier::from_jwks(PUBLIC).expect("a key set");
        Seeds { verifier, signed: sign_all(&signer).expect("signed") }
    })
}

fn sign_all(signer: &Signer) -> Result<Vec<String>, hotdesk::token::TokenError> {
    let hour = Duration::from_secs(3600);
    let user = || "alice".parse().expect("a name");
    let account = ("https://issuer.example".to_owned(), "1".to_owned());
    let session = SessionClaims::new(user(), account, true, NOW, (hour, hour));
    let seat = SeatClaims::new(user(), instance(), Epoch(NOW.0), NOW, hour);
    let seat = signer.sign(&seat)?;
    let ticket = TicketClaims {
        aud: instance().to_string(),
        sub: user(),
        epoch: Epoch(NOW.0),
        session_exp: session.ends,
        seat_token: seat.clone(),
        jti: "1".into(),
        iat: NOW.seconds(),
        exp: NOW.seconds() + 60,
    };
    let drain = DrainClaims::new(&instance(), NOW);
    let home = HomeClaims {
        aud: HomeClaims::audience_of(&instance()),
        sub: user(),
        epoch: Epoch(NOW.0),
        volume: "vol-0123456789abcdef0".parse().expect("a volume id"),
        size: 8,
        new: true,
        files_of: None,
        iat: NOW.seconds(),
        exp: NOW.seconds() + 60,
    };
    let orders = [signer.sign(&drain)?, signer.sign(&home)?];
    Ok([signer.sign(&session)?, seat, signer.sign(&ticket)?].into_iter().chain(orders).collect())
}

/// What the fuzzer begins with, and the tests try: the first byte is the reader.
#[must_use]
pub fn corpus() -> Vec<Vec<u8>> {
    let Seeds { signed, .. } = seeds();
    let mut corpus: Vec<Vec<u8>> = Vec::new();
    let mut add = |reader: u8, text: &str| corpus.push([&[reader], text.as_bytes()].concat());
    for token in signed {
        add(0, token);
        add(2, &format!("a=b; hotdesk={token}; hotdesk=x"));
        add(2, &format!("__Host-hotdesk={token}"));
        add(3, &format!("hotdesk_box={token};hotdesk_box=\u{7f};;=;x"));
    }
    add(1, "\0\0\0A");
    add(1, "\u{1}");
    add(4, r#"{"user":"alice","instanceId":"i-0123456789abcdef0","stay":true}"#);
    add(5, "user=alice");
    add(5, "snapshot=snap-0123456789abcdef0");
    add(6, "alice.b_c-1");
    add(6, "i-0123456789abcdef0");
    add(6, "vol-0123456789abcdef0");
    add(7, PUBLIC);
    add(7, PRIVATE);
    corpus
}
