//! [`Store`] on Redis or Valkey: node-based, cluster mode off, `noeviction`.
//!
//! One Lua script a step, in `lua/`, each with its arguments, replies and the invariant it keeps.

mod connect;
mod reply;
mod scripts;
mod write;

use std::time::Duration;

use ::redis::{FromRedisValue, RedisError, Value, aio::ConnectionManager};
use connect::connect;
use reply::Reply;
use scripts::{Scripts, Step};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    ASKING, Admit, Adopt, Answer, Ask, BeginStop, CLOSING, Claim, Demand, Dropped, Duty, Evict,
    Expire, FinishStop, Idle, Known, Leave, Limit, Lock, REST, Rebuild, Revoke, Spare, Stop, Store,
    StoreError, Touch, Unlock, View, Warn, Warning, Workspace,
};
use crate::{
    clock::Ms,
    config::StoreConfig,
    id::{Epoch, InstanceId, UserId},
    metrics::{self, Reading},
    names::Written,
    seats::{Addresses, KEPT_REVOKED, Truth},
};

/// How many boxes one call names: it takes a few milliseconds, and holds up everybody else.
const KNOWN_BATCH: usize = 500;

/// How long a function waits for a connection before it begins without.
const SOON: Duration = Duration::from_millis(500);

/// How many boots are remembered.
const BOOTS: usize = 16;

/// A rebuild that is not done after this time is given up: whoever comes next begins anew.
const REBUILD_LEASE: Duration = Duration::from_secs(20);

/// The fast store on one Redis, connected at the first use and again when the connection is lost.
#[derive(Clone)]
pub struct RedisStore {
    connection: ConnectionManager,
    scripts: Scripts,
    prefix: String,
}

impl RedisStore {
    /// A store on `url` (`redis://`, `redis+unix://`), all keys behind `prefix`.
    ///
    /// # Errors
    /// As [`RedisStore::open`].
    pub fn new(url: &str, prefix: &str) -> Answer<Self> {
        let (redis_url, key_prefix) = (url.to_owned(), prefix.to_owned());
        Self::open(&StoreConfig { redis_url, redis_ca: String::new(), key_prefix })
    }

    /// The store that the settings name.
    ///
    /// # Errors
    /// [`StoreError::Away`] if the URL is none, or the authorities are. An unreachable server, and one
    /// with another certificate, is found out at the first use.
    pub fn open(at: &StoreConfig) -> Answer<Self> {
        let connection = connect(&at.redis_url, &at.redis_ca).map_err(away)?;
        Ok(Self { connection, scripts: Scripts::default(), prefix: at.key_prefix.clone() })
    }

    /// Connects before the first use, so that whoever comes first need not wait for it. A server that does
    /// not answer soon is no reason not to begin: the first use says what is wrong.
    pub async fn connect(&self) {
        let mut connection = self.connection.clone();
        // The functions' user may not; that is an answer, too.
        let ping = ::redis::cmd("PING");
        let _ = timeout(SOON, ping.exec_async(&mut connection)).await;
    }

    /// Runs a step. One that may be repeated is tried again when the connection turns out to be
    /// dead, as it does after a long freeze; the others might have happened.
    async fn run(&self, step: Step, args: &[&str]) -> Answer<Reply> {
        let script = self.scripts.get(step);
        let mut call = script.arg(self.prefix.as_str());
        for arg in args {
            call.arg(*arg);
        }
        let mut connection = self.connection.clone();
        let mut value = call.invoke_async::<Value>(&mut connection).await;
        if step.may_repeat() && value.as_ref().is_err_and(RedisError::is_unrecoverable_error) {
            value = call.invoke_async::<Value>(&mut connection).await;
        }
        let value = value.map_err(|error| {
            metrics::emit(&[Reading::CallErrors(1)]);
            away(error)
        })?;
        let fields = Vec::<String>::from_redis_value(value)
            .map_err(|e| StoreError::Corrupt(e.to_string()))?;
        Reply::new(fields)
    }
}

fn away(error: RedisError) -> StoreError {
    StoreError::Away(Box::new(error))
}

impl Store for RedisStore {
    async fn claim(&self, user: &UserId, began: Ms, now: Ms) -> Answer<Claim> {
        let args = [user.as_str(), &began.to_string(), &now.to_string()];
        self.run(Step::Claim, &args).await?.claim()
    }

    async fn ask(&self, user: &UserId, now: Ms) -> Answer<Ask> {
        self.run(Step::Ask, &[user.as_str(), &now.to_string()]).await?.ask()
    }

    async fn touch(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Touch> {
        let args = [user.as_str(), instance.as_str(), &epoch.to_string(), &now.to_string()];
        self.run(Step::Touch, &args).await?.touch()
    }

    async fn stay(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Touch> {
        let args = [user.as_str(), instance.as_str(), &epoch.to_string(), &now.to_string()];
        self.run(Step::Stay, &args).await?.touch()
    }

    async fn closing(&self, user: &UserId, now: Ms) -> Answer<()> {
        let asked = now.minus(ASKING).plus(CLOSING).to_string();
        self.run(Step::Closing, &[user.as_str(), &asked]).await.map(drop)
    }

    async fn admit(&self, instance: &InstanceId, addresses: &Addresses, now: Ms) -> Answer<Admit> {
        let Addresses { public_ip, private_ip } = addresses;
        let args = [instance.as_str(), public_ip, private_ip, &now.to_string()];
        self.run(Step::Admit, &args).await?.admit()
    }

    async fn adopt(&self, items: &[Truth], now: Ms) -> Answer<Adopt> {
        let mut sum = Adopt::default();
        for some in items.chunks(write::ADOPT_BATCH) {
            let args = [now.to_string(), write::items(some)];
            let part = self.run(Step::Adopt, &[&args[0], &args[1]]).await?.adopt()?;
            sum.changed += part.changed;
            sum.dead.extend(part.dead);
        }
        Ok(sum)
    }

    async fn idle(&self, cutoff: Ms, limit: usize) -> Answer<Vec<Idle>> {
        self.run(Step::Idle, &[&cutoff.to_string(), &limit.to_string()]).await?.idle()
    }

    async fn begin_stop(
        &self,
        user: &UserId,
        epoch: Epoch,
        cutoff: Ms,
        now: Ms,
    ) -> Answer<BeginStop> {
        let args = [user.as_str(), &epoch.to_string(), &cutoff.to_string(), &now.to_string()];
        self.run(Step::BeginStop, &args).await?.begin_stop()
    }

    async fn expire(
        &self,
        user: &UserId,
        epoch: Epoch,
        longest: Duration,
        notice: Duration,
        now: Ms,
    ) -> Answer<Expire> {
        let (longest, notice) = (longest.as_millis().to_string(), notice.as_millis().to_string());
        let args = [user.as_str(), &epoch.to_string(), &longest, &notice, &now.to_string()];
        self.run(Step::Expire, &args).await?.expire()
    }

    async fn leave(&self, user: &UserId, epoch: Epoch, now: Ms) -> Answer<Leave> {
        let args = [user.as_str(), &epoch.to_string(), &now.to_string()];
        self.run(Step::Leave, &args).await?.leave()
    }

    async fn revoke(&self, user: &UserId, now: Ms) -> Answer<Revoke> {
        let args = [user.as_str(), &now.to_string(), &now.minus(KEPT_REVOKED).to_string()];
        self.run(Step::Revoke, &args).await?.revoke()
    }

    async fn revoked(&self, user: &UserId) -> Answer<Option<Ms>> {
        self.run(Step::Revoked, &[user.as_str()]).await?.revoked()
    }

    async fn retire(&self, n: usize, now: Ms) -> Answer<Vec<Stop>> {
        self.run(Step::Retire, &[&n.to_string(), &now.to_string()]).await?.retire()
    }

    async fn orphan(&self, instance: &InstanceId, now: Ms) -> Answer<Option<Stop>> {
        self.run(Step::Orphan, &[instance.as_str(), &now.to_string()]).await?.orphan()
    }

    async fn finish_stop(&self, instance: &InstanceId, stamp: Ms, now: Ms) -> Answer<FinishStop> {
        let args = [instance.as_str(), &stamp.to_string(), &now.to_string()];
        self.run(Step::FinishStop, &args).await?.finish_stop()
    }

    async fn wake(&self, n: usize, now: Ms) -> Answer<Vec<InstanceId>> {
        let args = [n.to_string(), now.minus(REST).to_string(), now.to_string()];
        self.run(Step::Wake, &[&args[0], &args[1], &args[2]]).await?.wake()
    }

    async fn drop_box(&self, instance: &InstanceId, now: Ms) -> Answer<Dropped> {
        self.run(Step::Drop, &[instance.as_str(), &now.to_string()]).await?.dropped()
    }

    async fn evict(&self, instance: &InstanceId, now: Ms) -> Answer<Evict> {
        self.run(Step::Evict, &[instance.as_str(), &now.to_string()]).await?.evict()
    }

    async fn demand(&self, now: Ms) -> Answer<Demand> {
        self.run(Step::Demand, &[&now.to_string()]).await?.demand()
    }

    async fn rebuild(&self, items: &[Truth], spares: &[Spare], now: Ms) -> Answer<Rebuild> {
        let until = now.plus(REBUILD_LEASE).to_string();
        let (now, owner) = (now.to_string(), Uuid::new_v4().to_string());
        let parts = write::truth(items, spares);
        let last = parts.len() - 1;
        for (n, part) in parts.iter().enumerate() {
            let (first, last) = (yes(n == 0), yes(n == last));
            let reply = self.run(Step::Rebuild, &[&now, &owner, &until, first, last, part]).await?;
            match reply.rebuild()? {
                None => {}
                Some(outcome) => return Ok(outcome),
            }
        }
        Err(StoreError::Corrupt("a rebuild without end".into()))
    }

    async fn view(&self) -> Answer<View> {
        self.run(Step::View, &[]).await?.view()
    }

    async fn known(&self, instances: &[InstanceId]) -> Answer<Vec<Known>> {
        let mut known = Vec::with_capacity(instances.len());
        for some in instances.chunks(KNOWN_BATCH) {
            let args: Vec<&str> = some.iter().map(InstanceId::as_str).collect();
            known.extend(self.run(Step::Known, &args).await?.known()?);
        }
        Ok(known)
    }

    async fn workspace(&self, user: &UserId) -> Answer<Workspace> {
        self.run(Step::Workspace, &[user.as_str()]).await?.workspace()
    }

    async fn arriving(&self, instances: &[InstanceId], now: Ms) -> Answer<()> {
        let now = now.to_string();
        for some in instances.chunks(KNOWN_BATCH) {
            let ids = some.iter().map(InstanceId::as_str);
            let args: Vec<&str> = std::iter::once(now.as_str()).chain(ids).collect();
            self.run(Step::Arriving, &args).await?;
        }
        Ok(())
    }

    async fn booted(&self, took: Duration) -> Answer<()> {
        let args = [took.as_millis().to_string(), BOOTS.to_string()];
        self.run(Step::Booted, &[&args[0], &args[1]]).await.map(drop)
    }

    async fn boots(&self) -> Answer<Vec<Duration>> {
        self.run(Step::Boots, &[]).await?.boots()
    }

    async fn logins(&self, day: u64) -> Answer<Vec<(usize, u16)>> {
        self.run(Step::Logins, &[&day.to_string()]).await?.logins()
    }

    async fn want(&self, spares: usize, until: Ms) -> Answer<()> {
        let args = [spares.to_string(), until.to_string()];
        self.run(Step::Want, &[&args[0], &args[1]]).await.map(drop)
    }

    async fn names(&self, instances: &[InstanceId]) -> Answer<Vec<Option<Written>>> {
        let mut names = Vec::with_capacity(instances.len());
        for some in instances.chunks(KNOWN_BATCH) {
            let args: Vec<&str> = some.iter().map(InstanceId::as_str).collect();
            names.extend(self.run(Step::Names, &args).await?.names()?);
        }
        Ok(names)
    }

    async fn note_names(&self, written: &[(InstanceId, Written)], kept: Duration) -> Answer<()> {
        let kept = kept.as_millis().to_string();
        for some in written.chunks(KNOWN_BATCH) {
            let notes: Vec<String> = some.iter().map(|(_, written)| written.to_string()).collect();
            let ids = some.iter().map(|(instance, _)| instance.as_str());
            let pairs = ids.zip(&notes).flat_map(|(id, note)| [id, note.as_str()]);
            let args: Vec<&str> = std::iter::once(kept.as_str()).chain(pairs).collect();
            self.run(Step::NoteNames, &args).await?;
        }
        Ok(())
    }

    async fn warn(&self, instance: &InstanceId, warning: Warning) -> Answer<Warn> {
        let args = [instance.as_str(), warning.threat.name(), &warning.at.to_string()];
        self.run(Step::Warn, &args).await?.warn()
    }

    async fn constrain(&self, limit: Option<Limit>, until: Ms) -> Answer<()> {
        let args = [limit.map_or("", Limit::name), &until.to_string()];
        self.run(Step::Constrain, &args).await.map(drop)
    }

    async fn walk(&self) -> Answer<Option<String>> {
        self.run(Step::Walk, &[]).await?.walk()
    }

    async fn walk_to(&self, next: Option<&str>) -> Answer<()> {
        self.run(Step::Walk, &[next.unwrap_or_default()]).await.map(drop)
    }

    async fn lock(&self, duty: Duty, owner: &str, lease: Duration, now: Ms) -> Answer<Lock> {
        let args = [key(duty), owner, &now.plus(lease).to_string(), &now.to_string()];
        self.run(Step::Lock, &args).await?.lock()
    }

    async fn unlock(&self, duty: Duty, owner: &str, lease: Duration, now: Ms) -> Answer<Unlock> {
        let args = [key(duty), owner, &now.plus(lease).to_string()];
        self.run(Step::Unlock, &args).await?.unlock()
    }

    async fn release(&self, duty: Duty, owner: &str) -> Answer<Unlock> {
        self.run(Step::Unlock, &[key(duty), owner, ""]).await?.unlock()
    }
}

/// Where the lock of a duty is, behind the prefix.
fn key(duty: Duty) -> &'static str {
    match duty {
        Duty::Scaling => "fleet:scaling",
        Duty::Arrivals => "fleet:arriving:lock",
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "" }
}
