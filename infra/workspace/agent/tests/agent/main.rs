//! The agent on real sockets with real tokens, alone and behind a real nginx.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod binding;
mod desk;
mod front;
mod heartbeats;
mod opening;
mod passes;
mod refusals;
mod stand;
mod tickets;
