//! [`Store`] on Redis or Valkey: node-based, cluster mode off, `noeviction`.
//!
//! One Lua script a step, in `lua/`, each with its arguments, replies and the invariant it keeps.

mod reply;
mod scripts;
mod write;

use std::time::Duration;

use ::redis::{
    Client, FromRedisValue, RedisError, Value,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use reply::Reply;
use scripts::{Scripts, Step};

use super::{
    Admit, Adopt, Answer, Ask, BeginStop, Claim, Demand, Dropped, Evict, FinishStop, Idle, Known,
    Leave, Lock, REST, Rebuild, Spare, Stop, Store, StoreError, Touch, Unlock, View, Workspace,
};
use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Truth},
};

/// How long a reply may take. The crate's default of 500 ms is less than a rebuild or a failover
/// takes; API Gateway ends the request at 30 s.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long connecting may take.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);

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
    /// [`StoreError::Away`] if the URL is none. An unreachable server is found out at the first use.
    pub fn new(url: &str, prefix: &str) -> Answer<Self> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(50))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_connection_timeout(Some(CONNECTION_TIMEOUT));
        let client = Client::open(url).map_err(away)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(away)?;
        Ok(Self { connection, scripts: Scripts::default(), prefix: prefix.to_owned() })
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
        let fields = Vec::<String>::from_redis_value(value.map_err(away)?)
            .map_err(|e| StoreError::Corrupt(e.to_string()))?;
        Reply::new(fields)
    }
}

fn away(error: RedisError) -> StoreError {
    StoreError::Away(Box::new(error))
}

impl Store for RedisStore {
    async fn claim(&self, user: &UserId, now: Ms) -> Answer<Claim> {
        self.run(Step::Claim, &[user.as_str(), &now.to_string()]).await?.claim()
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

    async fn leave(&self, user: &UserId, epoch: Epoch, now: Ms) -> Answer<Leave> {
        let args = [user.as_str(), &epoch.to_string(), &now.to_string()];
        self.run(Step::Leave, &args).await?.leave()
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
        let args = [now.to_string(), write::truth(items, spares)];
        self.run(Step::Rebuild, &[&args[0], &args[1]]).await?.rebuild()
    }

    async fn view(&self) -> Answer<View> {
        self.run(Step::View, &[]).await?.view()
    }

    async fn known(&self, instances: &[InstanceId]) -> Answer<Vec<Known>> {
        let args: Vec<&str> = instances.iter().map(InstanceId::as_str).collect();
        self.run(Step::Known, &args).await?.known()
    }

    async fn workspace(&self, user: &UserId) -> Answer<Workspace> {
        self.run(Step::Workspace, &[user.as_str()]).await?.workspace()
    }

    async fn lock(&self, owner: &str, lease: Duration) -> Answer<Lock> {
        self.run(Step::Lock, &[owner, &lease.as_millis().to_string()]).await?.lock()
    }

    async fn unlock(&self, owner: &str, lease: Duration) -> Answer<Unlock> {
        self.run(Step::Unlock, &[owner, &lease.as_millis().to_string()]).await?.unlock()
    }
}
