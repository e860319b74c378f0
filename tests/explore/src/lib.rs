//! Every interleaving of hotdesk's flows, with crashes between any two of their steps and faults
//! around them, for a few users and boxes.
//!
//! | what | how |
//! | --- | --- |
//! | the functions | their own code, one call a step ([`flow`], [`replay`]) |
//! | the fast store | the reference model, shown equal to the scripts in Redis by `protocol.rs` |
//! | the durable seats | [`table`], compared with the tests' table |
//! | EC2 and Auto Scaling | [`cloud`] |
//! | time | [`names`]: lately or long ago |
//! | what must never happen | [`rules`] |
//! | what must happen now and then | [`outcome`] |
//! | how it is known that exploring would notice | [`mutant`], [`proof`] |

mod beginnings;
pub mod call;
pub mod cloud;
pub mod exploration;
pub mod explorer;
pub mod flow;
pub mod mutant;
pub mod names;
pub mod outcome;
mod perform;
mod ports;
pub mod proof;
pub mod replay;
pub mod rules;
mod settle;
pub mod sizes;
pub mod state;
mod symmetry;
pub mod table;

/// The reference model itself, compiled here: so it is optimised, and comes without the AWS SDK.
#[path = "../../src"]
pub mod reference {
    pub mod model;
}
