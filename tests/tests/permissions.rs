//! What functions may do in AWS: exactly what they do, on what is the fleet's.
//!
//! Tours through whole worlds make each function send every call that its code can make; what was
//! sent is compared with the policies of the stack that the template makes, both ways. Policies are
//! also looked over by Parliament (`infra/aws/stack/lint`).

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod permissions {
    mod compare;
    mod implied;
    mod planted;
    mod sent;
    mod source;
    mod stage;
    mod tours;
}
