//! The steps of the store, one by one.

use std::{fmt::Write as _, time::Duration};

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

use super::{WorldStore, aside};
use crate::world::{behind::Behind, words::Words};

/// Those that the model does as it is, those that need more than the model, and those that say themselves
/// what they ask.
macro_rules! steps {
    (
        $($plain:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*
        => $($own:ident($($own_arg:ident: $own_ty:ty),*) -> $own_out:ty;)*
        => $($by_hand:item)*
    ) => {
        impl Store for WorldStore {
            $(async fn $plain(&self $(, $arg: $ty)*) -> Answer<$out> {
                let question = |words: &mut Words| write!(words, "{:?}", ($(&$arg,)*));
                self.step(stringify!($plain), question, |behind| match behind {
                    Behind::Redis(store, _) => aside(store.$plain($($arg),*)),
                    Behind::Model(memory) => memory.step(|model| model.$plain($($arg),*)),
                }).await
            })*
            $(async fn $own(&self $(, $own_arg: $own_ty)*) -> Answer<$own_out> {
                let question = |words: &mut Words| write!(words, "{:?}", ($(&$own_arg,)*));
                self.step(stringify!($own), question, |behind| match behind {
                    Behind::Redis(store, _) => aside(store.$own($($own_arg),*)),
                    Behind::Model(memory) => memory.$own($($own_arg),*),
                }).await
            })*
            $($by_hand)*
        }
    };
}

steps! {
    ask(user: &UserId, now: Ms) -> Ask;
    touch(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    stay(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Touch;
    closing(user: &UserId, now: Ms) -> ();
    admit(instance: &InstanceId, addresses: &Addresses, now: Ms) -> Admit;
    adopt(items: &[Truth], now: Ms) -> Adopt;
    begin_stop(user: &UserId, epoch: Epoch, cutoff: Ms, now: Ms) -> BeginStop;
    expire(user: &UserId, epoch: Epoch, longest: Duration, notice: Duration, now: Ms) -> Expire;
    leave(user: &UserId, epoch: Epoch, now: Ms) -> Leave;
    revoke(user: &UserId, now: Ms) -> Revoke;
    revoked(user: &UserId) -> Option<Ms>;
    orphan(instance: &InstanceId, now: Ms) -> Option<Stop>;
    finish_stop(instance: &InstanceId, stamp: Ms, now: Ms) -> FinishStop;
    wake(n: usize, now: Ms) -> Vec<InstanceId>;
    demand(now: Ms) -> Demand;
    workspace(user: &UserId) -> Workspace;
    arriving(instances: &[InstanceId], now: Ms) -> ();
    booted(took: Duration) -> ();
    boots() -> Vec<Duration>;
    logins(day: u64) -> Vec<(usize, u16)>;
    want(spares: usize, until: Ms) -> ();
    warn(instance: &InstanceId, warning: Warning) -> Warn;
    constrain(limit: Option<Limit>, until: Ms) -> ();
    walk() -> Option<String>;
    walk_to(next: Option<&str>) -> ();
=>
    idle(cutoff: Ms, limit: usize) -> Vec<Idle>;
    drop_box(instance: &InstanceId, now: Ms) -> Dropped;
    evict(instance: &InstanceId, now: Ms) -> Evict;
    rebuild(items: &[Truth], spares: &[Spare], now: Ms) -> Rebuild;
    known(instances: &[InstanceId]) -> Vec<Known>;
    names(instances: &[InstanceId]) -> Vec<Option<Written>>;
    note_names(written: &[(InstanceId, Written)], kept: Duration) -> ();
    lock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Lock;
    unlock(duty: Duty, owner: &str, lease: Duration, now: Ms) -> Unlock;
    release(duty: Duty, owner: &str) -> Unlock;
=>
    async fn claim(&self, user: &UserId, began: Ms, now: Ms) -> Answer<Claim> {
        let question = |words: &mut Words| write!(words, "{:?}", (user, began, now));
        let fate = self.gate.fate();
        self.step("claim", question, |behind| match behind {
            Behind::Redis(store, _) => {
                self.with_chosen(1, behind, || aside(store.claim(user, began, now)))
            }
            Behind::Model(memory) => memory.claim(user, began, now, fate),
        }).await
    }

    async fn retire(&self, n: usize, now: Ms) -> Answer<Vec<Stop>> {
        let question = |words: &mut Words| write!(words, "{:?}", (n, now));
        let fate = self.gate.fate();
        let stops = self.step("retire", question, |behind| match behind {
            Behind::Redis(store, _) => {
                let mut stops = self.with_chosen(n, behind, || aside(store.retire(n, now)))?;
                stops.sort();
                Ok(stops)
            }
            Behind::Model(memory) => memory.retire(n, now, fate),
        });
        stops.await
    }

    // Redis lists a set in no order.
    async fn view(&self) -> Answer<View> {
        self.step("view", |_| Ok(()), |behind| {
            let mut view = match behind {
                Behind::Redis(store, _) => aside(store.view())?,
                Behind::Model(memory) => memory.step(|model| model.view())?,
            };
            view.pool.sort();
            Ok(view)
        }).await
    }
}
