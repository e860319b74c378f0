//! The fleet under fire, in whole worlds (see [`hotdesk_tests::world`]): each row of the reconcile
//! table, each trace that a rule answers, each event lost, doubled, late or out of order.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod fleet {
    pub(crate) mod stage;

    mod boots;
    mod events;
    mod homes;
    mod kills;
    mod large;
    mod lifetime;
    mod limits;
    mod names;
    mod never;
    mod outage;
    mod revoked;
    mod rows;
    mod spares;
    mod spot;
    mod storm;
    mod thrift;
    mod told;
    mod traces;
}
