//! What all sides stand on: Redis and DynamoDB behind taps, people with boxes, and events.

use std::{collections::BTreeMap, fs, io, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use hotdesk_stack::environment;
use hotdesk_tests::{
    desk::{BASE_URL, Desk, Sent},
    secured::certify,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tap::{Server, Tap};

/// The authorities that Debian and Amazon Linux 2023 trust: where the SDK looks for them in Lambda.
const TRUSTED: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// Redis and DynamoDB, with a tap before each.
pub struct Stage {
    /// The parts.
    pub desk: Desk,
    /// Before Redis.
    pub redis: Tap,
    /// Before DynamoDB.
    pub dynamodb: Tap,
    secured: Secured,
}

/// The same two by TLS, as they are in AWS.
struct Secured {
    redis: Tap,
    dynamodb: Tap,
    /// With `ca.pem`, and `trusted.pem`: it and all that the machine trusts.
    folder: TempDir,
}

impl Stage {
    /// A store that is ready and empty.
    ///
    /// # Errors
    /// A part does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let desk = Desk::start().await;
        let socket = desk.redis.url().strip_prefix("redis+unix://").context("a socket")?;
        let redis = Server::Socket(PathBuf::from(socket));
        let port = desk.moto.endpoint().rsplit(':').next().and_then(|port| port.parse().ok());
        let dynamodb = Server::Port(port.context("moto's port")?);
        let secured = Secured::before(redis.clone(), dynamodb.clone()).await?;
        let (redis, dynamodb) =
            (Tap::before(redis, None).await?, Tap::before(dynamodb, None).await?);
        Ok(Self { desk, redis, dynamodb, secured })
    }

    /// What a function is told, as the template tells it.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let (private, public) = &self.desk.keys;
        let tables = environment::tables();
        [
            ("REDIS_URL", format!("redis://127.0.0.1:{}", self.redis.port)),
            ("SEATS_TABLE", tables.seats),
            ("HOMES_TABLE", tables.homes),
            ("SESSIONS_TABLE", tables.sessions),
            ("BASE_URL", BASE_URL.into()),
            ("WORKSPACE_URL", "http://{publicIp}:8080".into()),
            ("SIGNING_KEY", private.clone()),
            ("PUBLIC_KEYS", public.clone()),
            ("ASG_NAME", "bench".into()),
            ("FLEET", "bench".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", "bench".into()),
            ("AWS_SECRET_ACCESS_KEY", "bench".into()),
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.dynamodb.port)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The same, with connections by TLS.
    ///
    /// # Errors
    /// The authority's certificate is gone.
    pub fn secured_environment(&self) -> io::Result<BTreeMap<String, String>> {
        let Secured { redis, dynamodb, folder } = &self.secured;
        let mut environment = self.environment();
        environment.extend(
            [
                ("REDIS_URL", format!("rediss://localhost:{}", redis.port)),
                ("REDIS_CA", fs::read_to_string(folder.path().join("ca.pem"))?),
                ("AWS_ENDPOINT_URL", format!("https://localhost:{}", dynamodb.port)),
                ("SSL_CERT_FILE", folder.path().join("trusted.pem").display().to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(environment)
    }

    /// Somebody with a box, as they were sent there.
    ///
    /// # Errors
    /// There is no spare.
    pub async fn seated(&self, user: &str) -> anyhow::Result<Sent> {
        self.desk.open(user).await.with_context(|| format!("{user} got no box"))
    }

    /// When the store last saw somebody, in ms since 1970.
    ///
    /// # Errors
    /// It never did.
    pub fn seen(&self, user: &str) -> anyhow::Result<u64> {
        let mut hget = redis::cmd("HGET");
        let seen: Option<u64> =
            hget.arg(format!("ws:{user}")).arg("lastSeen").query(&mut self.desk.redis())?;
        seen.with_context(|| format!("{user} was never seen"))
    }
}

impl Stage {
    /// Lets the store know nothing of somebody.
    ///
    /// # Errors
    /// It does not answer.
    pub fn forget(&self, user: &str) -> anyhow::Result<()> {
        Ok(redis::cmd("DEL").arg(format!("ws:{user}")).exec(&mut self.desk.redis())?)
    }

    /// Whether the store knows of somebody.
    ///
    /// # Errors
    /// It does not answer.
    pub fn knows(&self, user: &str) -> anyhow::Result<bool> {
        Ok(redis::cmd("EXISTS").arg(format!("ws:{user}")).query(&mut self.desk.redis())?)
    }

    /// What is before Redis and before DynamoDB, by TLS.
    #[must_use]
    pub fn secured_taps(&self) -> (&Tap, &Tap) {
        (&self.secured.redis, &self.secured.dynamodb)
    }

    /// The round trips to DynamoDB, by whichever wire.
    #[must_use]
    pub fn table_trips(&self) -> u64 {
        self.dynamodb.trips() + self.secured.dynamodb.trips()
    }
}

impl Secured {
    async fn before(redis: Server, dynamodb: Server) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("hotdesk-bench-").tempdir()?;
        let file = |name: &str| folder.path().join(name);
        certify(folder.path())?;
        let trusted = TRUSTED.into_iter().find_map(|bundle| fs::read(bundle).ok());
        let trusted = trusted.context("no authorities that this machine trusts")?;
        fs::write(file("trusted.pem"), [trusted, fs::read(file("ca.pem"))?].concat())?;
        let certificates = vec![CertificateDer::from_pem_file(file("server.pem"))?];
        let key = PrivateKeyDer::from_pem_file(file("server.key"))?;
        let cryptography = Arc::new(ring::default_provider());
        let tls = ServerConfig::builder_with_provider(cryptography)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth();
        let tls = Some(Arc::new(tls.with_single_cert(certificates, key)?));
        let redis = Tap::before(redis, tls.clone()).await?;
        Ok(Self { redis, dynamodb: Tap::before(dynamodb, tls).await?, folder })
    }
}

/// A heartbeat, as API Gateway hands it over.
#[must_use]
pub fn beat(sent: &Sent) -> Value {
    let body = json!({ "user": sent.ticket.sub, "instanceId": sent.instance }).to_string();
    let token = format!("Bearer {}", sent.ticket.seat_token);
    let headers = json!({ "authorization": token, "content-type": "application/json" });
    event("POST", "/ping", headers, &[], &body)
}

/// A click, as API Gateway hands it over.
#[must_use]
pub fn click(cookie: &str) -> Value {
    event("GET", "/dispatch", json!({ "accept": "text/html" }), &[cookie], "")
}

/// A request in payload format 2.0. [docs: API Gateway Developer Guide, "Create AWS Lambda proxy integrations
/// for HTTP APIs"]
fn event(method: &str, path: &str, headers: Value, cookies: &[&str], body: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "cookies": cookies, "headers": headers,
        "requestContext": {
            "accountId": "1", "apiId": "api", "domainName": "localhost", "domainPrefix": "localhost",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1",
                      "sourceIp": "127.0.0.1", "userAgent": "bench" },
            "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "20/Nov/2026:09:00:00 +0000", "timeEpoch": 1_795_165_200_000_u64,
        },
        "isBase64Encoded": false, "body": body,
    })
}
