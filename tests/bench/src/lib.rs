//! What the functions cost to start and to call, each figure beside a bare handler's and a Node router's in
//! the same run on the same machine.
//!
//! All sides are the programs that would be deployed, under a Lambda Runtime API of our own ([`api`]), before
//! a real Redis and moto's DynamoDB, behind wires that count round trips ([`tap`]). A side that did not really
//! do its work fails the run: what it should have written is read back.

pub mod api;
pub mod cost;
pub mod figures;
pub mod measure;
pub mod report;
pub mod side;
pub mod stage;
pub mod tap;
