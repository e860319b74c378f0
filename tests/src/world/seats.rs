//! The table in memory, behind a gate.

mod port;

use std::{
    fmt::{self, Debug, Write as _},
    sync::{Arc, Mutex},
};

use hotdesk::{
    id::UserId,
    ledger::Ending,
    seats::{Answer, Seat, Seats, SeatsError, UserState},
};
use tokio::sync::Notify;

use super::{
    beginning::Recording,
    fate::Outcome,
    gate::{Gate, Kind},
    real::Real,
    words::Words,
};
use crate::seats::MemorySeats;

/// [`MemorySeats`] behind a gate. Clones are the same table.
#[derive(Clone)]
pub struct WorldSeats {
    /// The table itself.
    pub table: MemorySeats,
    /// Somebody called it.
    pub(super) called: Arc<Notify>,
    gate: Gate,
    real: Option<Real>,
    /// Is told of each seat whose end was decided, in the moment when the table takes it.
    ended: Arc<Mutex<Option<Arc<Ended>>>>,
}

type Ended = dyn Fn(&Seat, &Ending) + Send + Sync;

/// Calls that are one transaction over several items: another one may be at one of them.
const TRANSACTIONS: [&str; 4] = ["open", "revoke", "close_and_park", "close_dead"];

/// Calls that are done on a condition.
const CONDITIONAL: [&str; 11] = [
    "open",
    "end",
    "part",
    "park",
    "close_and_park",
    "close_dead",
    "bury",
    "waking",
    "give_up_wake",
    "clear",
    "save_home",
];

impl WorldSeats {
    pub(super) fn new(
        gate: &Gate,
        recording: Option<&Recording>,
        violations: &Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let real = recording.map(|recording| Real::new(recording, violations));
        let (table, called, ended) = <_>::default();
        Self { table, called, gate: gate.clone(), real, ended }
    }

    /// From now on `ended` is told of each open seat whose end was decided, in the moment when the table
    /// takes it.
    ///
    /// # Panics
    /// If it has panicked.
    pub fn on_end(&self, ended: impl Fn(&Seat, &Ending) + Send + Sync + 'static) {
        *self.ended.lock().expect("not poisoned") = Some(Arc::new(ended));
    }

    fn tell_end(&self, seat: &Seat, ending: &Ending) {
        let ended = self.ended.lock().expect("not poisoned").clone();
        if let Some(ended) = ended {
            ended(seat, ending);
        }
    }

    async fn is(&self, user: &UserId, state: UserState) -> bool {
        matches!(self.table.user(user).await, Ok(Some(item)) if item.state == state)
    }

    /// A call: there, what becomes of it, and back.
    async fn call<T: Debug>(
        &self,
        name: &str,
        question: impl Fn(&mut Words) -> fmt::Result,
        run: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        self.gate.enter(Kind::Table).await;
        let outcome = match self.gate.fate() {
            Some(fate) => fate.table(TRANSACTIONS.contains(&name)),
            None => Outcome::Answered,
        };
        let answer = match outcome {
            Outcome::Answered => run.await,
            Outcome::Throttled => Err(SeatsError::Busy("throttled".into())),
            Outcome::Conflict => Err(SeatsError::Busy("another transaction".into())),
            Outcome::Unreached => Err(SeatsError::Away("unreachable".into())),
            Outcome::ReplyLost => {
                let _ = run.await;
                Err(SeatsError::Away("the answer is lost".into()))
            }
        };
        if let Some(fate) = self.gate.fate().filter(|_| CONDITIONAL.contains(&name)) {
            let said = format!("{answer:?}");
            let not_met = said.starts_with("Ok(Refused") || said.starts_with("Ok(Conflict");
            fate.hit("DynamoDB condition not met", u64::from(not_met));
        }
        self.called.notify_one();
        let words = || {
            Words::of(|words| {
                question(words)?;
                write!(words, " -> {answer:?}")
            })
        };
        self.gate.leave(Kind::Table, name, words).await;
        answer
    }
}
