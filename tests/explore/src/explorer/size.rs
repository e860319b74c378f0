//! How large an exploration is.

use std::fmt;

use crate::flow::{Kind, Wishes};

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Users.
    pub users: usize,
    /// Boxes that may be known at a time.
    pub boxes: usize,
    /// MaxSize of the group.
    pub max: usize,
    /// Functions that run at a time, one call a step.
    pub actors: usize,
    /// Whether only one of them is slow.
    pub slow: Option<Slow>,
    /// Faults: the store is flushed, or falls back to a copy; a box is lost; a list lacks a box; a
    /// hook runs out.
    pub faults: u8,
    /// Whether the store may fall back to an older copy.
    pub copies: bool,
    /// Whether it is tried from every state without functions that passes bring everything to rest.
    pub settle: bool,
    /// Whether of states that differ only in who is who one is explored. Off, stories are easier to
    /// read.
    pub symmetric: bool,
    /// Whether functions begin too that would find nothing to do as things are.
    pub eager: bool,
    /// What the operator decided.
    pub wishes: Wishes,
}

/// One function is slow: it makes a call now and then, while others run from beginning to end in one
/// step. So it is seen what may become of a function that is paused for long, far beyond where all
/// interleavings can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// Which functions may be that one.
    pub kinds: &'static [Kind],
    /// How much else may happen before it begins: functions that run, and events.
    pub before: usize,
    /// How much else may happen while it runs.
    pub beside: u8,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { users, boxes, max, actors, slow, faults, copies, eager, wishes, .. } = self;
        write!(
            f,
            "{users} users, {boxes} boxes, MaxSize {max}, spares wanted: {}; ",
            wishes.spares
        )?;
        match slow {
            None => write!(f, "functions at a time: {actors}, each may die between two calls")?,
            Some(Slow { kinds, before, beside }) => {
                write!(
                    f,
                    "one slow function of {kinds:?}, steps before it: {before}, beside it: {beside}"
                )?;
            }
        }
        write!(f, "; faults: {faults}{}", if *copies { ", older copies too" } else { "" })?;
        f.write_str(if *eager { "; idle functions too" } else { "" })
    }
}
