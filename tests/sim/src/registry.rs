//! What people know of their boxes, which is what a promise is kept or broken by.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use hotdesk::id::{Epoch, UserId};
use tokio::time::Instant;

/// Where somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Not at the desk.
    #[default]
    Away,
    /// Waits for a box.
    Waits,
    /// Types.
    Types,
}

#[derive(Clone, Debug, Default)]
struct Person {
    standing: Standing,
    /// Their last heartbeat that was acknowledged: of which seat, and when it was sent.
    noted: Option<(Epoch, Instant)>,
    /// The seat that they gave back.
    left: Option<Epoch>,
}

/// Everybody.
#[derive(Debug, Default)]
pub struct Registry(Mutex<BTreeMap<UserId, Person>>);

impl Registry {
    /// Somebody is somewhere else now.
    pub(crate) fn stands(&self, user: &UserId, standing: Standing) {
        self.people().entry(user.clone()).or_default().standing = standing;
    }

    /// A heartbeat that was sent then was acknowledged.
    pub(crate) fn noted(&self, user: &UserId, epoch: Epoch, sent: Instant) {
        self.people().entry(user.clone()).or_default().noted = Some((epoch, sent));
    }

    /// Somebody gives their seat back.
    pub(crate) fn leaves(&self, user: &UserId, epoch: Epoch) {
        self.people().entry(user.clone()).or_default().left = Some(epoch);
    }

    /// How long ago the last acknowledged heartbeat of a seat was sent.
    pub(crate) fn pinged(&self, user: &UserId, epoch: Epoch) -> Option<Duration> {
        let people = self.people();
        let (of, sent) = people.get(user)?.noted?;
        (of == epoch).then(|| sent.elapsed())
    }

    /// Whether a seat was given back.
    pub(crate) fn has_left(&self, user: &UserId, epoch: Epoch) -> bool {
        self.people().get(user).is_some_and(|person| person.left == Some(epoch))
    }

    /// Those who wait, and those who think that they type though no heartbeat was acknowledged for
    /// so long.
    pub(crate) fn unserved(&self, silent: Duration) -> Vec<String> {
        let people = self.people();
        let unserved = people.iter().filter_map(|(user, person)| match person.standing {
            Standing::Away => None,
            Standing::Waits => Some(format!("{user} waits")),
            Standing::Types => {
                let since = person.noted.map(|(_, sent)| sent.elapsed());
                let deaf = since.is_none_or(|since| since > silent);
                deaf.then(|| format!("{user} types, last heard {since:?} ago"))
            }
        });
        unserved.collect()
    }

    fn people(&self) -> MutexGuard<'_, BTreeMap<UserId, Person>> {
        self.0.lock().expect("not poisoned")
    }
}
