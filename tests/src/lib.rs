//! What holds hotdesk to its promises: the reference model, the harness around real Redis and
//! moto, and the tests in `tests/tests`.

pub mod boxes;
pub mod desk;
pub mod fleet;
pub mod iam;
pub mod model;
mod route53;
pub mod scripted;
pub mod seats;
pub mod secured;
pub mod template;
pub mod world;
