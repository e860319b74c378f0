//! Redis and the reference model side by side.

use std::{any::Any, time::Duration};

use hotdesk::{
    clock::Ms,
    id::InstanceId,
    spares::logins::day_of,
    store::{Claim, Stop, Store, StoreError, Threat, Warning, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;
use hotdesk_tests::{
    model::{Cold, Model, tables},
    secured::Secured,
};
use proptest::prelude::*;

use super::ops::{BOXES, LONGEST, NOTICE, Op, USERS, World, instance, user};

/// Both sides of a comparison.
pub(crate) struct Pair {
    runtime: tokio::runtime::Runtime,
    store: RedisStore,
    redis: redis::Connection,
    model: Model,
    prefix: &'static str,
    _server: Box<dyn Any>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(Redis::start()).unwrap();
        let prefix = "t:";
        let store = {
            let _inside = runtime.enter();
            RedisStore::new(server.url(), prefix).unwrap()
        };
        let redis = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
        Self { runtime, store, redis, model: Model::default(), prefix, _server: Box::new(server) }
    }

    /// With the rights that the store of the template gives, by TLS.
    pub(crate) fn secured() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = Secured::start();
        let store = {
            let _inside = runtime.enter();
            RedisStore::open(&server.config()).unwrap()
        };
        let redis = server.admin().unwrap();
        let (model, prefix) = (Model::default(), "");
        Self { runtime, store, redis, model, prefix, _server: Box::new(server) }
    }

    pub(crate) fn clear(&mut self) {
        redis::cmd("FLUSHALL").exec(&mut self.redis).unwrap();
        self.model = Model::default();
    }

    /// Runs a step on both; equal answers and equal states, or an account of the difference.
    pub(crate) fn step(&mut self, op: &Op, world: &mut World) -> Result<(), TestCaseError> {
        let Self { runtime, store, redis, model, prefix, .. } = self;
        let now = world.now;
        macro_rules! both {
            ($store:expr, $model:expr) => {{
                let answer = match runtime.block_on($store) {
                    Ok(answer) => Ok(answer),
                    Err(StoreError::Cold) => Err(Cold),
                    Err(e) => return Err(TestCaseError::fail(format!("{op:?}: {e:?}"))),
                };
                let expected = $model(&answer);
                prop_assert_eq!(&answer, &expected, "{:?}", op);
            }};
        }
        match op {
            Op::Wait(ms) => world.now = Ms(now.0 + ms),
            Op::Flush => {
                redis::cmd("FLUSHALL").exec(redis).unwrap();
                *model = Model::default();
            }
            Op::Claim(u, ago) => {
                let (u, began) = (user(*u), Ms(now.0 - ago));
                both!(store.claim(&u, began, now), |given: &Result<Claim, Cold>| {
                    let given =
                        given.clone().ok().and_then(|c| c.seat().map(|s| s.instance.clone()));
                    model.claim(&u, began, now, &|pool| {
                        pool.iter().find(|i| Some(*i) == given.as_ref()).unwrap_or(&pool[0]).clone()
                    })
                });
            }
            Op::Ask(u) => {
                both!(store.ask(&user(*u), now), |_: &_| model.ask(&user(*u), now));
            }
            Op::Touch(u, i, e) => {
                let (u, i) = (user(*u), instance(*i));
                let i = world.instance_of(model, &u).unwrap_or(i);
                let e = world.epoch_of(model, &u, *e);
                both!(store.touch(&u, &i, e, now), |_: &_| model.touch(&u, &i, e, now));
            }
            Op::Stay(u, i, e) => {
                let (u, i) = (user(*u), instance(*i));
                let i = world.instance_of(model, &u).unwrap_or(i);
                let e = world.epoch_of(model, &u, *e);
                both!(store.stay(&u, &i, e, now), |_: &_| model.stay(&u, &i, e, now));
            }
            Op::Closing(u) => {
                both!(store.closing(&user(*u), now), |_: &_| model.closing(&user(*u), now));
            }
            Op::Admit(i) => {
                let (i, at) = (instance(*i), world.addresses(*i));
                both!(store.admit(&i, &at, now), |_: &_| model.admit(&i, &at, now));
            }
            Op::Adopt(items) => {
                let items = world.truths(model, items);
                both!(store.adopt(&items, now), |_: &_| model.adopt(&items, now));
            }
            Op::Rebuild(items, spares) => {
                let (items, spares) = world.whole_truth(items, spares);
                both!(store.rebuild(&items, &spares, now), |_: &_| Ok(
                    model.rebuild(&items, &spares, now)
                ));
            }
            Op::Idle(ago) => {
                let cutoff = Ms(now.0 - ago);
                both!(store.idle(cutoff, 100), |_: &_| model.idle(cutoff));
            }
            Op::BeginStop(u, e, ago) => {
                let (u, cutoff) = (user(*u), Ms(now.0 - ago));
                let e = world.epoch_of(model, &u, *e);
                both!(store.begin_stop(&u, e, cutoff, now), |_: &_| {
                    model.begin_stop(&u, e, cutoff, now)
                });
            }
            Op::Expire(u, e, longer) => {
                let u = user(*u);
                let e = world.epoch_of(model, &u, *e);
                let longest = LONGEST + Duration::from_millis(*longer);
                both!(store.expire(&u, e, longest, NOTICE, now), |_: &_| {
                    model.expire(&u, e, longest, NOTICE, now)
                });
            }
            Op::Leave(u, e) => {
                let u = user(*u);
                let e = world.epoch_of(model, &u, *e);
                both!(store.leave(&u, e, now), |_: &_| model.leave(&u, e, now));
            }
            Op::Revoke(u) => {
                both!(store.revoke(&user(*u), now), |_: &_| model.revoke(&user(*u), now));
            }
            Op::Retire(n) => {
                both!(store.retire(*n, now), |stops: &Result<Vec<Stop>, Cold>| {
                    let chosen = stops.clone().unwrap_or_default();
                    let chosen: Vec<_> = chosen.into_iter().map(|s| s.instance).collect();
                    let pool = model.pool();
                    assert!(chosen.iter().all(|i| pool.contains(i)), "retired what is no spare");
                    assert!(chosen.len() == pool.len().min(*n) || model.ready.is_none());
                    model.retire(&chosen, now)
                });
            }
            Op::Orphan(i) => {
                both!(store.orphan(&instance(*i), now), |_: &_| model.orphan(&instance(*i), now));
            }
            Op::FinishStop(i, right) => {
                let i = instance(*i);
                let stamp = world.stamp_of(model, &i, *right);
                both!(store.finish_stop(&i, stamp, now), |_: &_| model.finish_stop(&i, stamp, now));
            }
            Op::Wake(n) => {
                both!(store.wake(*n, now), |_: &_| model.wake(*n, now));
            }
            Op::Drop(i) => {
                both!(store.drop_box(&instance(*i), now), |_: &_| model
                    .drop_box(&instance(*i), now));
            }
            Op::Evict(i) => {
                both!(store.evict(&instance(*i), now), |_: &_| model.evict(&instance(*i), now));
            }
            Op::Arriving(i) => {
                let ids = [instance(*i), instance((*i + 1) % 2)];
                both!(store.arriving(&ids, now), |_: &_| model.arriving(&ids, now));
            }
            Op::Booted(ms) => {
                let took = Duration::from_millis(*ms);
                both!(store.booted(took), |_: &_| model.booted(took));
            }
            Op::Want(n, ms) => {
                let until = Ms(now.0 + ms);
                both!(store.want(*n, until), |_: &_| model.want(*n, until));
            }
            Op::Warn(i, spot) => {
                let threat = if *spot { Threat::Interruption } else { Threat::Rebalance };
                let warning = Warning { threat, at: Ms(now.0 + 120_000) };
                both!(store.warn(&instance(*i), warning), |_: &_| model
                    .warn(&instance(*i), warning));
            }
            Op::Constrain(limit, ms) => {
                let (limit, until) = (*limit, Ms(now.0 + ms));
                both!(store.constrain(limit, until), |_: &_| model.constrain(limit, until));
            }
            Op::Walk(next) => {
                let next = next.map(|n| format!("user#{n}"));
                both!(store.walk_to(next.as_deref()), |_: &_| model.walk_to(next.as_deref()));
                both!(store.walk(), |_: &_| model.walk());
            }
            Op::Look => {
                both!(store.demand(now), |_: &_| model.demand(now));
                both!(store.boots(), |_: &_| model.boots());
                let boxes: Vec<InstanceId> = (0..BOXES).map(instance).collect();
                let known = runtime.block_on(store.known(&boxes)).ok();
                prop_assert_eq!(known, model.ready.map(|_| model.known(&boxes)));
                let day = day_of(now);
                for day in [day - 1, day] {
                    both!(store.logins(day), |_: &_| model.logins(day));
                }
                let mut view = runtime.block_on(store.view()).ok();
                if let Some(view) = &mut view {
                    view.pool.sort();
                }
                prop_assert_eq!(view, model.view().ok());
                for u in (0..USERS).map(user) {
                    both!(store.workspace(&u), |_: &_| model.workspace(&u));
                    both!(store.revoked(&u), |_: &_| model.revoked(&u));
                }
            }
        }
        prop_assert_eq!(tables::read(redis, prefix).unwrap(), model.tables(), "after {:?}", op);
        prop_assert!(
            model.pool().is_empty() || model.queue().is_empty(),
            "somebody waits: {:?}",
            op
        );
        Ok(())
    }
}
