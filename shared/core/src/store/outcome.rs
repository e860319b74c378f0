//! What the steps answer. None of these is an error: `Revived` or `AlreadyGone` is the step's way
//! of saying that the world moved on.

mod boxes;
mod locks;
mod users;

pub use boxes::{
    Admit, Adopt, BoxPhase, Demand, Dropped, Evict, FinishStop, Known, Rebuild, Spare, Stop, View,
};
pub use locks::{Duty, Lock, Unlock};
pub use users::{
    Ask, BeginStop, Claim, Expire, Idle, Leave, Limit, Place, Revoke, Threat, Touch, Warn, Warning,
    Workspace,
};
