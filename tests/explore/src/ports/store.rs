//! The store's port.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    names::Written,
    seats::{Addresses, Truth},
    store::{
        Admit, Adopt, Answer, Ask, BeginStop, Claim, Demand, Dropped, Duty, Evict, Expire,
        FinishStop, Idle, Known, Leave, Limit, Lock, Rebuild, Revoke, Spare, Stop, Store, Touch,
        Unlock, View, Warn, Warning, Workspace,
    },
};

use super::{Ports, store_error, unexplored};
use crate::{
    call::{Call, Reply, StoreCall},
    mutant::Mutant,
};

impl Ports {
    async fn claimed(&self, call: StoreCall) -> Answer<Claim> {
        match self.call(Call::Store(call)).await {
            Reply::Claim(claim) => Ok(claim),
            other => Err(store_error(&other)),
        }
    }
}

macro_rules! steps {
    (
        { $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty = $call:expr, $reply:ident;)* }
        { $($at_once:ident($($a:ident: $t:ty),*) -> $o:ty = $value:expr;)* }
        { $($other:ident($($b:ident: $u:ty),*) -> $p:ty;)* }
    ) => {
        impl Store for Ports {
            async fn claim(&self, user: &UserId, _: Ms, _: Ms) -> Answer<Claim> {
                if self.is(Mutant::PopWithoutAssign)
                    && let Reply::Ids(taken) = self.call(Call::Store(StoreCall::Pop)).await
                    && let Some(id) = taken.first()
                {
                    return self.claimed(StoreCall::Give(user.clone(), id.clone())).await;
                }
                self.claimed(StoreCall::Claim(user.clone())).await
            }

            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                $(let _ = &$arg;)*
                match self.call(Call::Store($call)).await {
                    Reply::$reply(answer) => Ok(answer),
                    other => Err(store_error(&other)),
                }
            })*
            $(async fn $at_once(&self $(, $a: $t)*) -> Answer<$o> {
                $(let _ = &$a;)*
                Ok($value)
            })*
            $(async fn $other(&self $(, $b: $u)*) -> Answer<$p> {
                $(let _ = &$b;)*
                unexplored(stringify!($other))
            })*
        }
    };
}

steps! {
    {
        touch(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch = StoreCall::Touch(user.clone(), instance.clone(), epoch), Touch;
        admit(instance: &InstanceId, addresses: &Addresses, now: Ms) -> Admit = StoreCall::Admit(instance.clone(), addresses.clone()), Admit;
        adopt(items: &[Truth], now: Ms) -> Adopt = StoreCall::Adopt(items.to_vec()), Adopt;
        idle(cutoff: Ms, limit: usize) -> Vec<Idle> = StoreCall::Idle(cutoff), Idle;
        begin_stop(user: &UserId, epoch: Epoch, cutoff: Ms, now: Ms) -> BeginStop = StoreCall::BeginStop(user.clone(), epoch, cutoff), BeginStop;
        leave(user: &UserId, epoch: Epoch, now: Ms) -> Leave = StoreCall::Leave(user.clone(), epoch), Leave;
        retire(n: usize, now: Ms) -> Vec<Stop> = StoreCall::Retire(n), Stops;
        orphan(instance: &InstanceId, now: Ms) -> Option<Stop> = StoreCall::Orphan(instance.clone()), Orphan;
        finish_stop(instance: &InstanceId, stamp: Ms, now: Ms) -> FinishStop = StoreCall::FinishStop(instance.clone(), stamp), FinishStop;
        wake(n: usize, now: Ms) -> Vec<InstanceId> = StoreCall::Wake(n), Ids;
        drop_box(instance: &InstanceId, now: Ms) -> Dropped = StoreCall::DropBox(instance.clone()), Dropped;
        evict(instance: &InstanceId, now: Ms) -> Evict = StoreCall::Evict(instance.clone()), Evict;
        demand(now: Ms) -> Demand = StoreCall::Demand, Demand;
        rebuild(items: &[Truth], spares: &[Spare], now: Ms) -> Rebuild = StoreCall::Rebuild(items.to_vec(), spares.to_vec()), Rebuild;
        view() -> View = StoreCall::View, View;
        known(instances: &[InstanceId]) -> Vec<Known> = StoreCall::Known(instances.to_vec()), Known;
        arriving(instances: &[InstanceId], now: Ms) -> () = StoreCall::Arriving(instances.to_vec()), Unit;
        lock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Lock = StoreCall::Lock(duty), Lock;
        unlock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Unlock = StoreCall::Unlock(duty), Unlock;
        release(duty: Duty, owner: &str) -> Unlock = StoreCall::Release(duty), Unlock;
    }
    // Notes that decide nothing about boxes and users: no step of their own.
    {
        booted(took: Duration) -> () = ();
        constrain(limit: Option<Limit>, until: Ms) -> () = ();
        walk() -> Option<String> = None;
        walk_to(next: Option<&str>) -> () = ();
    }
    {
        ask(user: &UserId, now: Ms) -> Ask;
        stay(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
        closing(user: &UserId, now: Ms) -> ();
        expire(user: &UserId, epoch: Epoch, longest: Duration, notice: Duration, now: Ms) -> Expire;
        revoke(user: &UserId, now: Ms) -> Revoke;
        revoked(user: &UserId) -> Option<Ms>;
        workspace(user: &UserId) -> Workspace;
        names(instances: &[InstanceId]) -> Vec<Option<Written>>;
        note_names(written: &[(InstanceId, Written)], kept: Duration) -> ();
        warn(instance: &InstanceId, warning: Warning) -> Warn;
        boots() -> Vec<Duration>;
        logins(day: u64) -> Vec<(usize, u16)>;
        want(spares: usize, until: Ms) -> ();
    }
}
