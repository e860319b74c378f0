//! What the template makes fits the functions: a stack of it in moto, with what moto can make
//! (`infra/aws/stack/rest.py` names the rest), and the functions on the tables, the group, the tags and
//! the settings that are in it.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod template {
    mod events;
    mod flow;
    mod routes;
    mod settings;
    mod stage;
    mod tables;
}
