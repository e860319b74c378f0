//! What each way of choosing spares would have given for a file of arrivals: how many of those who come
//! wait for a boot, and how many boxes are idle meanwhile.

pub mod hindsight;
pub mod made;
pub mod plot;
pub mod replay;
pub mod rules;
pub mod trace;
