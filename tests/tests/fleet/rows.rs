//! One test for each row of the reconcile table, without a single event: passes do it alone.

mod dead;
mod first;
mod service;
mod standby;
