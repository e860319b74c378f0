//! An AWS that answers as a test's script says, behind the SDK with our retries and timeouts.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::Credentials;
use axum::Router;
use hotdesk_aws::with_our_defaults;
use tokio::{net::TcpListener, task::JoinSet};

/// Serves the script on a free port of 127.0.0.1, until the set is dropped; and what a client of it
/// needs.
///
/// # Panics
/// If no port is free.
pub async fn aws(script: Router) -> (SdkConfig, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("a port"));
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, script).await.expect("served") });
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint);
    (with_our_defaults(loader).load().await, server)
}
