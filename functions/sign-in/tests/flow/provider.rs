//! An identity provider that says what a test has it say.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hotdesk::token::{Claims, Signer, generate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const CLIENT: &str = "hotdesk-client";
pub(crate) const SECRET: &str = "a secret: 100% +&";
pub(crate) const CODE: &str = "the-code";

/// What an endpoint answers.
#[derive(Clone)]
pub(crate) enum Says {
    /// As a provider does.
    Truth,
    /// This, instead.
    This(u16, &'static str, String),
    /// Go there, where the truth is.
    Moved,
    /// Nothing, ever.
    Nothing,
}

impl Says {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::This(status, "application/json", body.to_string())
    }

    /// The answer where it is not the truth.
    async fn instead(self, path: &str) -> Option<Response> {
        let kind = |kind: &'static str| [(header::CONTENT_TYPE, kind)];
        match self {
            Self::Truth => None,
            Self::This(status, of, body) => {
                Some((StatusCode::from_u16(status).unwrap(), kind(of), body).into_response())
            }
            Self::Moved => {
                let there = [(header::LOCATION, format!("/moved/{path}"))];
                Some((StatusCode::TEMPORARY_REDIRECT, there).into_response())
            }
            Self::Nothing => std::future::pending().await,
        }
    }
}

/// Signs any claims.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Any(pub(crate) Value);

impl Claims for Any {
    fn audience(&self) -> &str {
        ""
    }

    fn expires(&self) -> u64 {
        0
    }
}

/// What the provider is like now.
pub(crate) struct Stage {
    pub(crate) discovery: Says,
    pub(crate) keys: Says,
    pub(crate) token: Says,
    pub(crate) userinfo: Says,
    /// Members of the discovery document, over the usual ones; `null` leaves one out.
    pub(crate) metadata: Value,
    /// The ID token that is given for the code.
    pub(crate) id_token: Option<String>,
    pub(crate) access_token: String,
    pub(crate) signer: Signer,
    pub(crate) jwks: String,
    /// Requests: path, headers, body.
    pub(crate) seen: Vec<(&'static str, HeaderMap, String)>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    stage: Arc<Mutex<Stage>>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let (private, jwks) = generate().unwrap();
        let stage = Stage {
            discovery: Says::Truth,
            keys: Says::Truth,
            token: Says::Truth,
            userinfo: Says::This(500, "text/plain", "not to be asked".to_owned()),
            metadata: json!({}),
            id_token: None,
            access_token: "the-access-token".to_owned(),
            signer: Signer::from_jwk(&private).unwrap(),
            jwks,
            seen: Vec::new(),
        };
        let this = Self { issuer, stage: Arc::new(Mutex::new(stage)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/moved/discovery", get(async |State(it): State<Self>| true_discovery(&it)))
            .route("/moved/jwks", get(async |State(it): State<Self>| true_keys(&it)))
            .route("/moved/token", post(async |State(it): State<Self>| true_token(&it)))
            .route("/moved/userinfo", get(async || true_userinfo()))
            .with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    pub(crate) fn set<T>(&self, change: impl FnOnce(&mut Stage) -> T) -> T {
        change(&mut self.stage.lock().unwrap())
    }

    /// Signs with other keys from now on. The old ones are no longer published.
    pub(crate) fn rotate(&self) {
        let (private, jwks) = generate().unwrap();
        self.set(|stage| (stage.signer, stage.jwks) = (Signer::from_jwk(&private).unwrap(), jwks));
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.set(|stage| stage.signer.sign(&Any(claims.clone())).unwrap())
    }

    /// How often that path was asked.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.set(|stage| stage.seen.iter().filter(|(seen, ..)| *seen == path).count())
    }

    fn note(&self, path: &'static str, headers: HeaderMap, body: &Bytes) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.set(|stage| stage.seen.push((path, headers, body)));
    }
}

async fn discovery(State(this): State<Provider>, headers: HeaderMap) -> Response {
    this.note("discovery", headers, &Bytes::new());
    let says = this.set(|stage| stage.discovery.clone());
    says.instead("discovery").await.unwrap_or_else(|| true_discovery(&this))
}

fn true_discovery(this: &Provider) -> Response {
    let issuer = &this.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // What it says it signs with is not believed: see the tokens with HS256 and none.
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
    });
    for (name, value) in this.set(|stage| stage.metadata.clone()).as_object().unwrap() {
        document[name] = value.clone();
    }
    document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    axum::Json(document).into_response()
}

async fn keys(State(this): State<Provider>, headers: HeaderMap) -> Response {
    this.note("jwks", headers, &Bytes::new());
    let says = this.set(|stage| stage.keys.clone());
    says.instead("jwks").await.unwrap_or_else(|| true_keys(&this))
}

fn true_keys(this: &Provider) -> Response {
    let jwks = this.set(|stage| stage.jwks.clone());
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], jwks).into_response()
}

async fn token(State(this): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    this.note("token", headers, &body);
    let says = this.set(|stage| stage.token.clone());
    says.instead("token").await.unwrap_or_else(|| true_token(&this))
}

fn true_token(this: &Provider) -> Response {
    let (id_token, access_token) =
        this.set(|stage| (stage.id_token.clone(), stage.access_token.clone()));
    let mut answer = json!({ "access_token": access_token, "token_type": "Bearer" });
    if let Some(id_token) = id_token {
        answer["id_token"] = id_token.into();
    }
    axum::Json(answer).into_response()
}

async fn userinfo(State(this): State<Provider>, headers: HeaderMap) -> Response {
    this.note("userinfo", headers, &Bytes::new());
    let says = this.set(|stage| stage.userinfo.clone());
    says.instead("userinfo").await.unwrap_or_else(true_userinfo)
}

fn true_userinfo() -> Response {
    let claims =
        json!({ "sub": "subject-of-alice", "email": "Alice@example.com", "email_verified": true });
    axum::Json(claims).into_response()
}
