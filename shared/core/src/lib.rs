//! What hotdesk is, without AWS: names, tokens, the allocation protocol on Redis, the flows of the
//! functions over ports, configuration and errors.

pub mod clock;
pub mod id;
pub mod seats;
pub mod store;
pub mod token;
