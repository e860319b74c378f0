//! What wakes functions that nobody calls by HTTP: the schedule, the event bus, the seats' stream.

pub mod bus;
pub mod mapping;
pub mod schedule;
pub mod stream;
mod stream_event;
