//! The agent on real sockets with real tokens, alone and behind a real nginx.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod audit;
mod binding;
mod closed;
mod cost;
mod desk;
mod drain;
mod foreign;
mod front;
mod headers;
mod heartbeats;
mod home;
mod keys;
mod minder;
mod opening;
mod passes;
mod publisher;
mod raw;
mod refusals;
mod socket;
mod stand;
mod tickets;
mod tunnel;
mod waiting;

use std::time::Duration;

/// Waits for a state, and fails if it does not come.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let comes = async {
        while !is().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), comes).await.expect(what);
}
