//! Ways to break the protocol, to see that exploring notices.

/// What is broken in an exploration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broken(pub &'static [Mutant]);

impl Broken {
    /// All is as it should be.
    pub const NOTHING: Self = Self(&[]);

    /// Whether it is broken in that way, among others.
    #[must_use]
    pub fn has(self, mutant: Mutant) -> bool {
        self.0.contains(&mutant)
    }
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// Whatever ends a seat does not compare epochs.
    NoEpochCheck,
    /// A spare is taken from the pool in one step and given in another.
    PopWithoutAssign,
    /// A box is stopped without a word in the store or the table.
    StopOutsideTheStopFlow,
    /// A box may be woken at once.
    NoRest,
    /// A box is admitted before its launch hook is answered.
    AdmitBeforeContinue,
    /// What is not in a list is dead.
    EvictOnAbsence,
    /// A seat opens whatever the item of its box says.
    OpenWhateverTheBoxSays,
    /// The store does not learn what the table says.
    DeafToTheTable,
    /// Stops of a box are not told apart.
    NoStamp,
    /// A box is parked whatever its item says.
    ParkWhateverTheItemSays,
    /// Nobody waits in front of a box that is admitted.
    PoolPastTheQueue,
    /// The item of a woken box is left waking.
    NeverCleared,
}
