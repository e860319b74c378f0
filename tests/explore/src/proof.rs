//! How it is known that exploring would notice: what is broken on purpose, and where that shows.

use crate::{
    exploration::Exploration,
    mutant::{
        Broken,
        Mutant::{self, *},
    },
    sizes::{CAPACITY, CRASHES, EAGER, LATE_EVENTS, LATE_STOPS, PASSES, REQUESTS},
};

/// Something is broken, and an exploration shows it.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// What is broken.
    pub broken: &'static [Mutant],
    /// Where it shows.
    pub by: Exploration,
    /// Whether it shows. What is broken and does not show is harmless as long as another guard
    /// stands: a proof beside it breaks both.
    pub shows: bool,
}

impl Proof {
    /// Explores until it shows; which rule it broke, after how many states.
    #[must_use]
    pub fn run(&self, threads: usize) -> Option<(&'static str, usize)> {
        let findings = self.by.run(Broken(self.broken), threads);
        let rule = findings.stories.first().map(|(rule, _)| *rule)?;
        Some((rule, findings.unique))
    }
}

const fn shows(broken: &'static [Mutant], by: Exploration) -> Proof {
    Proof { broken, by, shows: true }
}

const fn hides(broken: &'static [Mutant], by: Exploration) -> Proof {
    Proof { broken, by, shows: false }
}

/// For every change.
///
/// Stamps tell the stops of a box from each other. Whatever is done for a stop is also compared with the
/// items, and whoever meant another one is dead before the box has rested: so nobody loses anything
/// without stamps.
pub const PROOFS: &[Proof] = &[
    shows(&[PopWithoutAssign], CRASHES),
    shows(&[StopOutsideTheStopFlow], CRASHES),
    shows(&[AdmitBeforeContinue], CRASHES),
    shows(&[DeafToTheTable], CRASHES),
    shows(&[PoolPastTheQueue], CRASHES),
    shows(&[NeverCleared], CRASHES),
    shows(&[NoEpochCheck], EAGER),
    shows(&[OpenWhateverTheBoxSays], REQUESTS),
    shows(&[EvictOnAbsence], PASSES),
    shows(&[ParkWhateverTheItemSays], CAPACITY),
    shows(&[NoRest], LATE_EVENTS),
    hides(&[NoStamp], LATE_STOPS),
];

/// What takes longer.
///
/// Somebody who looks after a box that has stopped may come to it in its next life. That they are dead
/// before it has rested keeps them from there, and so does the epoch that they name: it takes both to be
/// gone. Where boxes do not rest, the items still stand in for stamps.
pub const LARGE_PROOFS: &[Proof] = &[
    hides(&[NoEpochCheck], LATE_STOPS),
    hides(&[NoRest], LATE_STOPS),
    shows(&[NoEpochCheck, NoRest], LATE_STOPS),
    hides(&[NoStamp, NoRest], LATE_STOPS),
];
