//! One test for each trace that a rule answers.

mod capacity;
mod stops;
