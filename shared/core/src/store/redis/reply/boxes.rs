//! Replies of the steps about boxes.

use std::{fmt::Debug, str::FromStr, time::Duration};

use super::Reply;
use crate::store::{
    Admit, Adopt, Answer, BoxPhase, Demand, Dropped, Evict, FinishStop, Known, Rebuild, Stop,
    StoreError, View,
};

impl Reply {
    pub(in crate::store::redis) fn admit(mut self) -> Answer<Admit> {
        match self.outcome.as_str() {
            "ASSIGNED" => {
                let waited = Duration::from_millis(self.read()?);
                Ok(Admit::AssignedTo { seat: self.seat()?, waited })
            }
            "POOLED" => Ok(Admit::Pooled),
            "KNOWN" => Ok(Admit::Known),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn adopt(mut self) -> Answer<Adopt> {
        match self.outcome.as_str() {
            "ADOPTED" => Ok(Adopt { changed: self.read()?, dead: self.all(Self::read)? }),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn retire(mut self) -> Answer<Vec<Stop>> {
        self.all(Self::stop)
    }

    pub(in crate::store::redis) fn orphan(mut self) -> Answer<Option<Stop>> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(Some(self.stop()?)),
            "ALREADY_GONE" => Ok(None),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn finish_stop(self) -> Answer<FinishStop> {
        match self.outcome.as_str() {
            "FINISHED" => Ok(FinishStop::Finished),
            "ALREADY_GONE" => Ok(FinishStop::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn wake<T: FromStr<Err: Debug>>(mut self) -> Answer<Vec<T>> {
        self.all(Self::read)
    }

    pub(in crate::store::redis) fn dropped(self) -> Answer<Dropped> {
        match self.outcome.as_str() {
            "DROPPED" => Ok(Dropped::Dropped),
            "ALREADY_GONE" => Ok(Dropped::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn evict(mut self) -> Answer<Evict> {
        match self.outcome.as_str() {
            "WAS_SPARE" => Ok(Evict::WasSpare),
            "WAS_ASSIGNED" => Ok(Evict::WasAssigned { user: self.read()?, epoch: self.read()? }),
            "UNKNOWN" => Ok(Evict::Unknown),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn demand(mut self) -> Answer<Demand> {
        Ok(Demand {
            active: self.read()?,
            waiting: self.read()?,
            pool: self.read()?,
            stopping: self.read()?,
            standby: self.read()?,
            waking: self.read()?,
            longest: Duration::from_millis(self.read()?),
            spares: self.unless_empty()?,
        })
    }

    pub(in crate::store::redis) fn boots(mut self) -> Answer<Vec<Duration>> {
        self.all(|reply| reply.read().map(Duration::from_millis))
    }

    /// `None` while there is more to come.
    pub(in crate::store::redis) fn rebuild(self) -> Answer<Option<Rebuild>> {
        match self.outcome.as_str() {
            "REBUILT" => Ok(Some(Rebuild::Rebuilt)),
            "ALREADY_READY" => Ok(Some(Rebuild::AlreadyReady)),
            "BUSY" => Ok(Some(Rebuild::Busy)),
            "MORE" => Ok(None),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn view(mut self) -> Answer<View> {
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

    pub(in crate::store::redis) fn names<T: FromStr<Err: Debug>>(
        mut self,
    ) -> Answer<Vec<Option<T>>> {
        self.all(Self::unless_empty)
    }

    pub(in crate::store::redis) fn known(mut self) -> Answer<Vec<Known>> {
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
            Ok(Known { phase, owner, since: since.parse().ok(), stamp: reply.unless_empty()? })
        })
    }
}
