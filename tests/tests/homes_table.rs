//! The homes and the ledger in DynamoDB (as moto understands it): what seats write there, and what a
//! comparison with the tables in memory does not show.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod homes_table {
    pub(crate) mod ahead;
    pub(crate) mod colliding;
    pub(crate) mod records;
    pub(crate) mod sessions;
    pub(crate) mod stage;
}
