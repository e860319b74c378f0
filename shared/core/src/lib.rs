//! What hotdesk is, without AWS: names, tokens, the allocation protocol on Redis, the flows of the
//! functions over ports, configuration and errors.

pub mod allocate;
pub mod audit;
pub mod clock;
mod closing;
pub mod config;
pub mod control;
pub mod error;
pub mod fleet;
pub mod homes;
pub mod id;
pub mod ledger;
pub mod metrics;
pub mod names;
pub mod problem;
pub mod rebuild;
pub mod seats;
pub mod session;
pub mod spares;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod token;
pub mod visit;
pub mod volumes;
pub mod web;
