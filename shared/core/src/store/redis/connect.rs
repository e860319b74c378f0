//! The connection to the server.

use std::time::Duration;

use redis::{
    Client, RedisResult, TlsCertificates,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

/// How long a reply may take. The crate's default of 500 ms is less than a rebuild or a failover
/// takes; API Gateway ends the request at 30 s.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long connecting may take.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);

/// Connects at the first use, and again when the connection is lost. With `rediss://` the server's
/// certificate is checked against `ca` (PEM), or if that is empty against the authorities that
/// browsers trust, with the cryptography that the process has installed ([`crate::tls::install`]).
///
/// # Errors
/// The URL is none, or the PEM.
pub(super) fn connect(url: &str, ca: &str) -> RedisResult<ConnectionManager> {
    let client = if ca.is_empty() {
        Client::open(url)?
    } else {
        let root_cert = Some(ca.as_bytes().to_vec());
        Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?
    };
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_min_delay(Duration::from_millis(50))
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
        .set_connection_timeout(Some(CONNECTION_TIMEOUT));
    ConnectionManager::new_lazy_with_config(client, config)
}
