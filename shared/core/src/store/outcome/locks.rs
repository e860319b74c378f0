//! What the locks answer.

/// What only one function at a time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Changing capacity.
    Scaling,
    /// Receiving boxes that boot.
    Arrivals,
}

/// Of [`crate::store::Store::lock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Held, for the lease.
    Locked,
    /// Somebody else's; they will go round once more.
    Busy,
}

/// Of [`crate::store::Store::unlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// Free.
    Released,
    /// Still held, for a new lease: somebody left word, go round once more.
    Again,
    /// The lease had run out.
    Lost,
}
