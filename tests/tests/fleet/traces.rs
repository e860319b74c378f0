//! One test for each trace that a rule answers.

mod between;
mod capacity;
mod returns;
mod stops;
