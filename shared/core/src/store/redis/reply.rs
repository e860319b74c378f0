//! Replies of the scripts: a list of texts that begins with the outcome's name.

use std::{fmt::Debug, str::FromStr, vec::IntoIter};

use super::super::{
    Admit, Adopt, Answer, Ask, BeginStop, BoxPhase, Claim, Demand, Dropped, Evict, FinishStop,
    Idle, Known, Leave, Limit, Lock, Place, Rebuild, Stop, StoreError, Threat, Touch, Unlock, View,
    Warn, Warning, Workspace,
};
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
        let position = self.read()?;
        let limit = match self.text()?.as_str() {
            "" => None,
            name if name == Limit::MaxSize.name() => Some(Limit::MaxSize),
            other => return Err(StoreError::Corrupt(format!("limit {other:?}"))),
        };
        Ok(Place { position, limit })
    }

    fn warning(&mut self) -> Answer<Warning> {
        let name = self.text()?;
        let threat =
            [Threat::Interruption, Threat::Rebalance].into_iter().find(|t| t.name() == name);
        let threat = threat.ok_or_else(|| StoreError::Corrupt(format!("threat {name:?}")))?;
        Ok(Warning { threat, at: self.read()? })
    }

    /// Reads items until the reply is at its end.
    fn all<T>(&mut self, mut read: impl FnMut(&mut Self) -> Answer<T>) -> Answer<Vec<T>> {
        let mut items = Vec::new();
        while self.rest.len() > 0 {
            items.push(read(self)?);
        }
        Ok(items)
    }

    pub(super) fn claim(mut self) -> Answer<Claim> {
        match self.outcome.as_str() {
            "RUNNING" => Ok(Claim::Running(self.seat()?)),
            "ASSIGNED" => Ok(Claim::Assigned(self.seat()?)),
            "WAITING" => Ok(Claim::Waiting(self.place()?)),
            "STOPPING" => Ok(Claim::Stopping),
            _ => self.unexpected(),
        }
    }

    pub(super) fn ask(mut self) -> Answer<Ask> {
        match self.outcome.as_str() {
            "RUNNING" => Ok(Ask::Running(self.seat()?)),
            "WAITING" => Ok(Ask::Waiting(self.place()?)),
            "STOPPING" => Ok(Ask::Stopping),
            "NOT_QUEUED" => Ok(Ask::NotQueued),
            _ => self.unexpected(),
        }
    }

    pub(super) fn touch(mut self) -> Answer<Touch> {
        match self.outcome.as_str() {
            "OK" if self.rest.len() == 0 => Ok(Touch::Ok(None)),
            "OK" => Ok(Touch::Ok(Some(self.warning()?))),
            "STALE" => Ok(Touch::Stale),
            _ => self.unexpected(),
        }
    }

    pub(super) fn admit(mut self) -> Answer<Admit> {
        match self.outcome.as_str() {
            "ASSIGNED" => Ok(Admit::AssignedTo(self.seat()?)),
            "POOLED" => Ok(Admit::Pooled),
            "KNOWN" => Ok(Admit::Known),
            _ => self.unexpected(),
        }
    }

    pub(super) fn adopt(mut self) -> Answer<Adopt> {
        match self.outcome.as_str() {
            "ADOPTED" => Ok(Adopt { changed: self.read()?, dead: self.all(Self::read)? }),
            _ => self.unexpected(),
        }
    }

    pub(super) fn idle(mut self) -> Answer<Vec<Idle>> {
        self.all(|reply| Ok(Idle { seat: reply.seat()?, last_seen: reply.read()? }))
    }

    pub(super) fn begin_stop(mut self) -> Answer<BeginStop> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(BeginStop::Begun(self.stop()?)),
            "REVIVED" => Ok(BeginStop::Revived),
            "ALREADY_GONE" => Ok(BeginStop::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(super) fn leave(mut self) -> Answer<Leave> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(Leave::Begun(self.stop()?)),
            "LEFT" => Ok(Leave::Left),
            "ALREADY_GONE" => Ok(Leave::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(super) fn retire(mut self) -> Answer<Vec<Stop>> {
        self.all(Self::stop)
    }

    pub(super) fn orphan(mut self) -> Answer<Option<Stop>> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(Some(self.stop()?)),
            "ALREADY_GONE" => Ok(None),
            _ => self.unexpected(),
        }
    }

    pub(super) fn finish_stop(self) -> Answer<FinishStop> {
        match self.outcome.as_str() {
            "FINISHED" => Ok(FinishStop::Finished),
            "ALREADY_GONE" => Ok(FinishStop::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(super) fn wake<T: FromStr<Err: Debug>>(mut self) -> Answer<Vec<T>> {
        self.all(Self::read)
    }

    pub(super) fn dropped(self) -> Answer<Dropped> {
        match self.outcome.as_str() {
            "DROPPED" => Ok(Dropped::Dropped),
            "ALREADY_GONE" => Ok(Dropped::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(super) fn evict(mut self) -> Answer<Evict> {
        match self.outcome.as_str() {
            "WAS_SPARE" => Ok(Evict::WasSpare),
            "WAS_ASSIGNED" => Ok(Evict::WasAssigned { user: self.read()?, epoch: self.read()? }),
            "UNKNOWN" => Ok(Evict::Unknown),
            _ => self.unexpected(),
        }
    }

    pub(super) fn demand(mut self) -> Answer<Demand> {
        Ok(Demand {
            active: self.read()?,
            waiting: self.read()?,
            pool: self.read()?,
            stopping: self.read()?,
            standby: self.read()?,
            waking: self.read()?,
        })
    }

    /// `None` while there is more to come.
    pub(super) fn rebuild(self) -> Answer<Option<Rebuild>> {
        match self.outcome.as_str() {
            "REBUILT" => Ok(Some(Rebuild::Rebuilt)),
            "ALREADY_READY" => Ok(Some(Rebuild::AlreadyReady)),
            "BUSY" => Ok(Some(Rebuild::Busy)),
            "MORE" => Ok(None),
            _ => self.unexpected(),
        }
    }

    pub(super) fn view(mut self) -> Answer<View> {
        let mut view = View::default();
        while self.rest.len() > 0 {
            let (set, instance) = (self.text()?, self.read()?);
            match set.as_str() {
                "pool" => {
                    self.text()?;
                    view.pool.push(instance);
                    continue;
                }
                "stopping" => view.stopping.insert(instance, self.read()?),
                "standby" => view.standby.insert(instance, self.read()?),
                "waking" => view.waking.insert(instance, self.read()?),
                "arriving" => view.arriving.insert(instance, self.read()?),
                _ => return self.unexpected(),
            };
        }
        Ok(view)
    }

    pub(super) fn known(mut self) -> Answer<Vec<Known>> {
        self.all(|reply| {
            let phase = match reply.text()?.as_str() {
                "" => BoxPhase::Unknown,
                "SPARE" => BoxPhase::Spare,
                "RUNNING" => BoxPhase::Running,
                "STOPPING" => BoxPhase::Stopping,
                "STANDBY" => BoxPhase::Standby,
                "WAKING" => BoxPhase::Waking,
                "GONE" => BoxPhase::Gone,
                other => return Err(StoreError::Corrupt(format!("box state {other:?}"))),
            };
            let (owner, epoch, since) = (reply.text()?, reply.text()?, reply.text()?);
            let owner = owner.parse().ok().zip(epoch.parse().ok());
            Ok(Known { phase, owner, since: since.parse().ok() })
        })
    }

    pub(super) fn workspace(mut self) -> Answer<Workspace> {
        match self.text()?.as_str() {
            "" | "STOPPED" => Ok(Workspace::Stopped),
            "STARTING" => Ok(Workspace::Starting),
            "STOPPING" => Ok(Workspace::Stopping),
            "RUNNING" => Ok(Workspace::Running {
                instance: self.read()?,
                epoch: self.read()?,
                since: self.read()?,
                last_seen: self.read()?,
            }),
            other => Err(StoreError::Corrupt(format!("user state {other:?}"))),
        }
    }

    pub(super) fn warn(mut self) -> Answer<Warn> {
        match self.outcome.as_str() {
            "WARNED" => Ok(Warn::Warned(self.read()?)),
            "ALREADY_GONE" => Ok(Warn::AlreadyGone),
            _ => self.unexpected(),
        }
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
