//! The ledger: every session that ended, why, by what evidence, and what it cost.
//!
//! A row is written in the transaction that closes the seat, so a seat is closed if and only if its
//! session is in the ledger.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::Seat,
};

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// No heartbeat for the idle time.
    Idle,
    /// Its user gave the box back.
    Left,
    /// The longest lifetime was over, and its user did not say that they stay.
    Lifetime,
    /// An operator revoked its user's sessions.
    Revoked,
    /// The box died: terminated, taken back by AWS, or gone.
    Lost,
}

/// How the box let go of the user's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Farewell {
    /// The editor was stopped, the file system written out and unmounted.
    Saved,
    /// The box had no home to let go of.
    Nothing,
    /// It was not done within the limit: the box was stopped all the same.
    Late,
    /// The box did not answer: it was stopped all the same.
    Silent,
}

/// The decision that a session ends, and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// Why.
    pub why: Why,
    /// When it was decided.
    pub at: Ms,
    /// The last heartbeat that was known then, where that was the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Ms>,
    /// Who asked for it, if anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A session that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// Which of theirs.
    pub epoch: Epoch,
    /// On which box.
    pub instance: InstanceId,
    /// When it began.
    pub began: Ms,
    /// When its box was stopped or known to be dead.
    pub ended: Ms,
    /// Why it ended.
    #[serde(flatten)]
    pub ending: Ending,
    /// How the box let go of the user's files; nothing where nobody could ask it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub farewell: Option<Farewell>,
    /// What the box cost meanwhile, in millionths of the currency of `BOX_PRICE_PER_HOUR`.
    pub cost: u64,
}

/// The end of a seat, as whoever closes it knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The seat.
    pub seat: Seat,
    /// Why it ends.
    pub ending: Ending,
    /// How its box let go of the user's files.
    pub farewell: Option<Farewell>,
    /// Now: its box is stopped, or known to be dead.
    pub at: Ms,
}

impl End {
    /// Whether the user had their home mounted on it: their box has let go of it.
    #[must_use]
    pub fn was_at_home(&self) -> bool {
        self.farewell == Some(Farewell::Saved)
    }
}

impl Session {
    /// The session that ends so; `price`: of an hour, in millionths.
    #[must_use]
    pub fn of(end: &End, price: u64) -> Self {
        let End { seat, ending, farewell, at } = end;
        let lasted = u64::try_from(at.since(seat.since).as_millis()).unwrap_or(u64::MAX);
        Self {
            user: seat.user.clone(),
            epoch: seat.epoch,
            instance: seat.instance.clone(),
            began: seat.since,
            ended: *at,
            ending: ending.clone(),
            farewell: *farewell,
            cost: cost(lasted, price),
        }
    }
}

/// What so many ms cost at that price of an hour, rounded up.
fn cost(ms: u64, price: u64) -> u64 {
    let cost = (u128::from(ms) * u128::from(price)).div_ceil(3_600_000);
    u64::try_from(cost).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_costs_its_price_and_a_moment_something() {
        assert_eq!(cost(3_600_000, 83_200), 83_200);
        assert_eq!(cost(1, 83_200), 1);
        assert_eq!(cost(0, 83_200), 0);
        assert_eq!(cost(u64::MAX, u64::MAX), u64::MAX);
    }
}
