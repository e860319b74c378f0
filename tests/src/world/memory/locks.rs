//! The locks of a store in memory.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    store::{Answer, Duty, Lock, Unlock},
};

use super::MemoryStore;

/// A lock that somebody has.
#[derive(Clone, Debug)]
pub(super) struct Held {
    owner: String,
    until: Ms,
    /// Somebody else came meanwhile.
    again: bool,
}

impl MemoryStore {
    pub(in crate::world) fn lock(
        &self,
        duty: Duty,
        owner: &str,
        lease: Duration,
        now: Ms,
    ) -> Answer<Lock> {
        let mut inner = self.inner();
        let held = inner.locks.get_mut(key(duty)).filter(|held| held.until > now);
        let again = match held {
            Some(held) if held.owner != owner => {
                held.again = true;
                return Ok(Lock::Busy);
            }
            Some(held) => held.again,
            None => false,
        };
        let held = Held { owner: owner.to_owned(), until: now.plus(lease), again };
        inner.locks.insert(key(duty), held);
        Ok(Lock::Locked)
    }

    pub(in crate::world) fn unlock(
        &self,
        duty: Duty,
        owner: &str,
        lease: Duration,
        now: Ms,
    ) -> Answer<Unlock> {
        let mut inner = self.inner();
        match inner.locks.get_mut(key(duty)).filter(|held| held.owner == owner) {
            None => Ok(Unlock::Lost),
            Some(held) if held.again => {
                (held.again, held.until) = (false, now.plus(lease));
                Ok(Unlock::Again)
            }
            Some(_) => {
                inner.locks.remove(key(duty));
                Ok(Unlock::Released)
            }
        }
    }

    pub(in crate::world) fn release(&self, duty: Duty, owner: &str) -> Answer<Unlock> {
        let mut inner = self.inner();
        if inner.locks.get(key(duty)).is_none_or(|held| held.owner != owner) {
            return Ok(Unlock::Lost);
        }
        let again = inner.locks.remove(key(duty)).is_some_and(|held| held.again);
        Ok(if again { Unlock::Again } else { Unlock::Released })
    }
}

fn key(duty: Duty) -> &'static str {
    match duty {
        Duty::Scaling => "scaling",
        Duty::Arrivals => "arrivals",
    }
}
