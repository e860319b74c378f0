//! The real store in simulated time: it answers in no time at all.
//!
//! Redis is a real server, so its replies take real time, in which the simulated clock must not
//! move. Its connections live in a runtime of their own, and a step blocks the world.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures::executor::block_on;
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    names::Written,
    seats::{Addresses, Truth},
    store::{
        Admit, Adopt, Answer, Ask, BeginStop, Claim, Demand, Dropped, Duty, Evict, Expire,
        FinishStop, Idle, Known, Leave, Limit, Lock, Rebuild, Revoke, Spare, Stop, Store, Touch,
        Unlock, View, Warn, Warning, Workspace, redis::RedisStore,
    },
};
use hotdesk_stack::redis::Redis;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Mutex,
    task::unconstrained,
};

use super::gate::{Gate, Kind};

static ASIDE: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});

/// A Redis whose start and connections know nothing of simulated time.
pub(super) fn start_redis() -> Redis {
    aside(async { ASIDE.spawn(Redis::start()).await.expect("no panic").expect("redis") })
}

/// Starts a stopped Redis again, empty.
pub(super) fn start_again(redis: Arc<Mutex<Redis>>) {
    aside(async {
        let again = ASIDE.spawn(async move {
            let mut redis = redis.lock().await;
            redis.start_again().await
        });
        again.await.expect("no panic").expect("redis");
    });
}

pub(super) fn aside<T>(future: impl Future<Output = T>) -> T {
    let _inside = ASIDE.enter();
    // Tokio would have a task that has done much yield to its scheduler, which is not to be had.
    block_on(unconstrained(future))
}

/// [`RedisStore`] behind a gate.
#[derive(Clone)]
pub struct WorldStore {
    store: RedisStore,
    gate: Gate,
}

impl WorldStore {
    pub(super) fn new(url: &str, gate: &Gate) -> Self {
        let _inside = ASIDE.enter();
        let store = RedisStore::new(url, "").expect("a store");
        Self { store, gate: gate.clone() }
    }
}

macro_rules! steps {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        impl Store for WorldStore {
            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                let answer = aside(self.store.$name($($arg),*));
                self.gate.leave(Kind::Store, stringify!($name)).await;
                answer
            })*
        }
    };
}

steps! {
    claim(user: &UserId, began: Ms, now: Ms) -> Claim;
    ask(user: &UserId, now: Ms) -> Ask;
    touch(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    stay(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    closing(user: &UserId, now: Ms) -> ();
    admit(instance: &InstanceId, addresses: &Addresses, now: Ms) -> Admit;
    adopt(items: &[Truth], now: Ms) -> Adopt;
    idle(cutoff: Ms, limit: usize) -> Vec<Idle>;
    begin_stop(user: &UserId, epoch: Epoch, cutoff: Ms, now: Ms) -> BeginStop;
    expire(user: &UserId, epoch: Epoch, longest: Duration, notice: Duration, now: Ms) -> Expire;
    leave(user: &UserId, epoch: Epoch, now: Ms) -> Leave;
    revoke(user: &UserId, now: Ms) -> Revoke;
    revoked(user: &UserId) -> Option<Ms>;
    retire(n: usize, now: Ms) -> Vec<Stop>;
    orphan(instance: &InstanceId, now: Ms) -> Option<Stop>;
    finish_stop(instance: &InstanceId, stamp: Ms, now: Ms) -> FinishStop;
    wake(n: usize, now: Ms) -> Vec<InstanceId>;
    drop_box(instance: &InstanceId, now: Ms) -> Dropped;
    evict(instance: &InstanceId, now: Ms) -> Evict;
    demand(now: Ms) -> Demand;
    rebuild(items: &[Truth], spares: &[Spare], now: Ms) -> Rebuild;
    view() -> View;
    known(instances: &[InstanceId]) -> Vec<Known>;
    workspace(user: &UserId) -> Workspace;
    arriving(instances: &[InstanceId], now: Ms) -> ();
    booted(took: Duration) -> ();
    names(instances: &[InstanceId]) -> Vec<Option<Written>>;
    note_names(written: &[(InstanceId, Written)], kept: Duration) -> ();
    warn(instance: &InstanceId, warning: Warning) -> Warn;
    constrain(limit: Option<Limit>, until: Ms) -> ();
    walk() -> Option<String>;
    walk_to(next: Option<&str>) -> ();
    lock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Lock;
    unlock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Unlock;
    release(duty: Duty, owner: &str) -> Unlock;
}
