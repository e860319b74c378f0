//! Whatever is promised of the simulated fleet is noticed if it breaks: each check meets a breach that was
//! planted for it. Those of seats that end are in `src/stage/tests.rs`.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod watching {
    mod calls;
    mod cloud;
    mod rest;
    mod stage;
    mod store;
}
