//! All of hotdesk on one machine, with real parts: Redis, DynamoDB by moto, an identity provider,
//! the functions under cargo-lambda, EC2 and Auto Scaling simulated, and boxes that are real nginx,
//! agent and editor.
//!
//! [`stack`] puts them together; [`pump`] does what EventBridge and Lambda's event source mappings
//! do in AWS; [`guard`] sees to it that nothing stays. [`redis`], [`moto`] and [`tables`] are
//! for tests too.

pub mod boxes;
pub mod cli;
pub mod cloud;
pub mod console;
pub mod dead_letters;
pub mod descendants;
mod disks;
pub mod environment;
pub mod folders;
pub mod functions;
pub mod guard;
pub mod identity;
pub mod instances;
pub mod lambda;
pub mod localhost;
pub mod moto;
pub mod parts;
pub mod ports;
pub mod process;
pub mod pump;
pub mod redis;
pub mod runtime;
pub mod settings;
pub mod stack;
pub mod tables;
pub mod tools;
pub mod versions;
