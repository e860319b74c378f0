//! Replies of the steps about users.

use super::Reply;
use crate::{
    clock::Ms,
    store::{
        Answer, Ask, BeginStop, Claim, Expire, Idle, Leave, Revoke, StoreError, Touch, Warn,
        Workspace,
    },
};

impl Reply {
    pub(in crate::store::redis) fn claim(mut self) -> Answer<Claim> {
        match self.outcome.as_str() {
            "RUNNING" => Ok(Claim::Running(self.seat()?)),
            "ASSIGNED" => Ok(Claim::Assigned(self.seat()?)),
            "WAITING" => Ok(Claim::Waiting(self.place()?)),
            "STOPPING" => Ok(Claim::Stopping),
            "REVOKED" => Ok(Claim::Revoked),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn ask(mut self) -> Answer<Ask> {
        match self.outcome.as_str() {
            "RUNNING" => Ok(Ask::Running(self.seat()?)),
            "WAITING" => Ok(Ask::Waiting(self.place()?)),
            "STOPPING" => Ok(Ask::Stopping),
            "NOT_QUEUED" => Ok(Ask::NotQueued),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn logins(mut self) -> Answer<Vec<(usize, u16)>> {
        self.all(|reply| Ok((reply.read()?, reply.read()?)))
    }

    pub(in crate::store::redis) fn touch(mut self) -> Answer<Touch> {
        match self.outcome.as_str() {
            "OK" => Ok(Touch::Ok(self.any_warning()?)),
            "STALE" => Ok(Touch::Stale),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn idle(mut self) -> Answer<Vec<Idle>> {
        self.all(|reply| Ok(Idle { seat: reply.seat()?, last_seen: reply.read()? }))
    }

    pub(in crate::store::redis) fn begin_stop(mut self) -> Answer<BeginStop> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(BeginStop::Begun(self.stop()?)),
            "REVIVED" => Ok(BeginStop::Revived),
            "ALREADY_GONE" => Ok(BeginStop::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn expire(mut self) -> Answer<Expire> {
        match self.outcome.as_str() {
            "NOT_YET" => Ok(Expire::NotYet),
            "WARNED" => Ok(Expire::Warned(self.read()?)),
            "BEGUN" => Ok(Expire::Begun(self.stop()?)),
            "ALREADY_GONE" => Ok(Expire::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn leave(mut self) -> Answer<Leave> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(Leave::Begun(self.stop()?)),
            "LEFT" => Ok(Leave::Left),
            "ALREADY_GONE" => Ok(Leave::AlreadyGone),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn revoke(mut self) -> Answer<Revoke> {
        match self.outcome.as_str() {
            "BEGUN" => Ok(Revoke::Begun(self.stop()?)),
            "LEFT" => Ok(Revoke::Left),
            "NOTHING" => Ok(Revoke::Nothing),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn revoked(mut self) -> Answer<Option<Ms>> {
        match self.outcome.as_str() {
            "REVOKED" => self.unless_empty(),
            _ => self.unexpected(),
        }
    }

    pub(in crate::store::redis) fn workspace(mut self) -> Answer<Workspace> {
        match self.text()?.as_str() {
            "" | "STOPPED" => Ok(Workspace::Stopped),
            "STARTING" => Ok(Workspace::Starting),
            "STOPPING" => Ok(Workspace::Stopping),
            "RUNNING" => Ok(Workspace::Running {
                instance: self.read()?,
                epoch: self.read()?,
                since: self.read()?,
                renewed: self.read()?,
                last_seen: self.read()?,
                warning: self.any_warning()?,
            }),
            other => Err(StoreError::Corrupt(format!("user state {other:?}"))),
        }
    }

    pub(in crate::store::redis) fn warn(mut self) -> Answer<Warn> {
        match self.outcome.as_str() {
            "WARNED" => Ok(Warn::Warned(self.read()?)),
            "ALREADY_GONE" => Ok(Warn::AlreadyGone),
            _ => self.unexpected(),
        }
    }
}
