//! Signing in and out, against a provider that misbehaves in every way there is.
#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod attempts;
mod away;
mod browser;
mod desk;
mod events;
mod forged;
mod letting_in;
mod logout;
mod provider;
mod trail;
