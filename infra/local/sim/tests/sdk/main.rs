//! The HTTP face, driven by the real SDK clients.

mod desk;
mod stage;
mod wire;
