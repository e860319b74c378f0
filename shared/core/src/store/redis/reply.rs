//! Replies of the scripts: a list of texts that begins with the outcome's name.

mod boxes;
mod users;

use std::{fmt::Debug, str::FromStr, time::Duration, vec::IntoIter};

use super::super::{Answer, Limit, Lock, Place, Stop, StoreError, Threat, Unlock, Warning};
use crate::seats::{Addresses, Seat};

/// A reply, read from left to right.
#[derive(Debug)]
pub(super) struct Reply {
    outcome: String,
    rest: IntoIter<String>,
}

impl Reply {
    /// Takes the outcome off; a cold store's answer becomes its error here, for all steps.
    pub(super) fn new(fields: Vec<String>) -> Answer<Self> {
        let mut rest = fields.into_iter();
        match rest.next() {
            Some(outcome) if outcome == "COLD" => Err(StoreError::Cold),
            Some(outcome) => Ok(Self { outcome, rest }),
            None => Err(StoreError::Corrupt("nothing".into())),
        }
    }

    fn unexpected<T>(self) -> Answer<T> {
        Err(StoreError::Corrupt(self.outcome))
    }

    fn text(&mut self) -> Answer<String> {
        self.rest.next().ok_or_else(|| StoreError::Corrupt(format!("a short {}", self.outcome)))
    }

    fn read<T: FromStr>(&mut self) -> Answer<T>
    where
        T::Err: Debug,
    {
        let text = self.text()?;
        text.parse().map_err(|_| StoreError::Corrupt(format!("{} with {text:?}", self.outcome)))
    }

    /// `None` where the script wrote nothing.
    fn unless_empty<T: FromStr<Err: Debug>>(&mut self) -> Answer<Option<T>> {
        match self.rest.as_slice() {
            [next, ..] if next.is_empty() => self.text().map(|_| None),
            _ => self.read().map(Some),
        }
    }

    fn seat(&mut self) -> Answer<Seat> {
        Ok(Seat {
            user: self.read()?,
            instance: self.read()?,
            epoch: self.read()?,
            since: self.read()?,
            addresses: Addresses { public_ip: self.text()?, private_ip: self.text()? },
        })
    }

    fn stop(&mut self) -> Answer<Stop> {
        Ok(Stop { instance: self.read()?, stamp: self.read()? })
    }

    fn place(&mut self) -> Answer<Place> {
        Ok(Place {
            position: self.read()?,
            since: self.read()?,
            booting: self.unless_empty()?,
            boot: self.unless_empty::<u64>()?.map(Duration::from_millis),
            limit: match self.text()?.as_str() {
                "" => None,
                name => {
                    let limit = Limit::ALL.into_iter().find(|limit| limit.name() == name);
                    Some(limit.ok_or_else(|| StoreError::Corrupt(format!("limit {name:?}")))?)
                }
            },
        })
    }

    fn warning(&mut self) -> Answer<Warning> {
        let name = self.text()?;
        let all = [Threat::Interruption, Threat::Rebalance, Threat::Lifetime];
        let threat = all.into_iter().find(|threat| threat.name() == name);
        let threat = threat.ok_or_else(|| StoreError::Corrupt(format!("threat {name:?}")))?;
        Ok(Warning { threat, at: self.read()? })
    }

    /// The rest, if there is one, is a warning.
    fn any_warning(&mut self) -> Answer<Option<Warning>> {
        if self.rest.len() == 0 { Ok(None) } else { self.warning().map(Some) }
    }

    /// Reads items until the reply is at its end.
    fn all<T>(&mut self, mut read: impl FnMut(&mut Self) -> Answer<T>) -> Answer<Vec<T>> {
        let mut items = Vec::new();
        while self.rest.len() > 0 {
            items.push(read(self)?);
        }
        Ok(items)
    }

    pub(super) fn walk(mut self) -> Answer<Option<String>> {
        Ok(Some(self.text()?).filter(|at| !at.is_empty()))
    }

    pub(super) fn lock(self) -> Answer<Lock> {
        match self.outcome.as_str() {
            "LOCKED" => Ok(Lock::Locked),
            "BUSY" => Ok(Lock::Busy),
            _ => self.unexpected(),
        }
    }

    pub(super) fn unlock(self) -> Answer<Unlock> {
        match self.outcome.as_str() {
            "RELEASED" => Ok(Unlock::Released),
            "AGAIN" => Ok(Unlock::Again),
            "LOST" => Ok(Unlock::Lost),
            _ => self.unexpected(),
        }
    }
}
