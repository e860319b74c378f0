//! A fleet with its people in simulated time, with everything going wrong, from one seed.
//!
//! A run is a world ([`hotdesk_tests::world`]: the functions' own code, the scripts in a real Redis or the
//! reference model as the store, the real SDK in front of the simulator's core) in one thread, with one
//! clock. A seed decides how long each call is on its way, so what completes next; what goes wrong
//! ([`hotdesk_tests::world::fate`], `weather`); who the people are and what they do (`person`); how the
//! operator has set it up ([`plan`]). So a run repeats exactly from its seed: all that happens in it is
//! one number ([`run::Outcome::hash`]).
//!
//! What must hold is looked at after every step of the store, whenever a seat ends, and each simulated
//! second; at last nothing goes wrong any more, and within [`run::PASSES`] passes all is as it should
//! be.

pub mod options;
mod person;
pub mod plan;
mod progress;
pub mod registry;
pub mod report;
pub mod rhythm;
pub mod run;
pub mod seeds;
pub mod stage;
pub mod visits;
mod weather;
