//! The reference model as the store of a world: for worlds in which more happens than a real Redis is
//! needed for, as it is shown to do the same.

mod locks;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    names::Written,
    seats::Truth,
    store::{Answer, Claim, Dropped, Evict, Idle, Known, Rebuild, Spare, Stop, StoreError},
};

use locks::Held;

use super::fate::Fate;
use crate::model::{BoxPhase, Cold, Index, Model, tables::Tables};

/// The row of a dead box is kept so long, as in Redis.
const KEPT_GONE: Duration = Duration::from_secs(24 * 3600);

/// Rows that are too old are looked for so often, counted in boxes that died.
const TIDY_EVERY: usize = 64;

/// The store in memory; clones are the same. Every step is done at once.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Inner>>);

#[derive(Clone, Debug)]
struct Inner {
    model: Model,
    locks: BTreeMap<&'static str, Held>,
    names: BTreeMap<InstanceId, Written>,
    /// How many boxes died since old rows were looked for.
    died: usize,
}

fn cold(Cold: Cold) -> StoreError {
    StoreError::Cold
}

impl MemoryStore {
    /// A step of the model's.
    pub(super) fn step<T>(&self, step: impl FnOnce(&mut Model) -> Result<T, Cold>) -> Answer<T> {
        step(&mut self.inner().model).map_err(cold)
    }

    pub(super) fn claim(
        &self,
        user: &UserId,
        began: Ms,
        now: Ms,
        fate: Option<&Fate>,
    ) -> Answer<Claim> {
        let any = |pool: &[InstanceId]| chosen(pool.to_vec(), 1, fate).remove(0);
        self.step(|model| model.claim(user, began, now, &any))
    }

    pub(super) fn retire(&self, n: usize, now: Ms, fate: Option<&Fate>) -> Answer<Vec<Stop>> {
        let mut inner = self.inner();
        let mut chosen = chosen(inner.model.pool(), n, fate);
        chosen.sort();
        inner.model.retire(&chosen, now).map_err(cold)
    }

    pub(super) fn idle(&self, cutoff: Ms, limit: usize) -> Answer<Vec<Idle>> {
        let mut idle = self.step(|model| model.idle(cutoff))?;
        idle.truncate(limit);
        Ok(idle)
    }

    pub(super) fn drop_box(&self, instance: &InstanceId, now: Ms) -> Answer<Dropped> {
        let mut inner = self.inner();
        inner.tidy(now);
        inner.model.drop_box(instance, now).map_err(cold)
    }

    pub(super) fn evict(&self, instance: &InstanceId, now: Ms) -> Answer<Evict> {
        let mut inner = self.inner();
        inner.tidy(now);
        inner.model.evict(instance, now).map_err(cold)
    }

    pub(super) fn rebuild(&self, items: &[Truth], spares: &[Spare], now: Ms) -> Answer<Rebuild> {
        Ok(self.inner().model.rebuild(items, spares, now))
    }

    pub(super) fn known(&self, instances: &[InstanceId]) -> Answer<Vec<Known>> {
        let inner = self.inner();
        inner.model.ready.ok_or(StoreError::Cold)?;
        Ok(inner.model.known(instances))
    }

    pub(super) fn names(&self, instances: &[InstanceId]) -> Answer<Vec<Option<Written>>> {
        let inner = self.inner();
        inner.model.ready.ok_or(StoreError::Cold)?;
        Ok(instances.iter().map(|id| inner.names.get(id).cloned()).collect())
    }

    pub(super) fn note_names(&self, notes: &[(InstanceId, Written)], _: Duration) -> Answer<()> {
        let mut inner = self.inner();
        inner.model.ready.ok_or(StoreError::Cold)?;
        inner.names.extend(notes.iter().cloned());
        Ok(())
    }

    /// The tables that Redis would have.
    pub(super) fn tables(&self) -> Tables {
        self.inner().model.tables()
    }

    /// Looks at the model.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Model) -> T) -> T {
        look(&self.inner().model)
    }

    /// Another one that holds the same now.
    pub(super) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.inner().clone())))
    }

    /// Holds what the other one does.
    pub(super) fn set(&self, other: Self) {
        let other = other.inner().clone();
        *self.inner() = other;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("not poisoned")
    }
}

impl Default for Inner {
    fn default() -> Self {
        let model = Model { index: Some(Index::default()), ..Model::default() };
        Self { model, locks: BTreeMap::new(), names: BTreeMap::new(), died: 0 }
    }
}

impl Inner {
    /// Forgets the boxes that died long ago, now and then.
    fn tidy(&mut self, now: Ms) {
        self.died += 1;
        if self.died.is_multiple_of(TIDY_EVERY) {
            let old = now.minus(KEPT_GONE);
            let boxes = &mut self.model.boxes;
            boxes.retain(|_, machine| machine.phase != BoxPhase::Gone || machine.since > old);
            self.names.retain(|id, _| boxes.contains_key(id));
        }
    }
}

/// So many of the pool at most: those whom the seed chooses.
fn chosen(pool: Vec<InstanceId>, most: usize, fate: Option<&Fate>) -> Vec<InstanceId> {
    match fate {
        Some(fate) => fate.some(pool, most),
        None => pool.into_iter().take(most).collect(),
    }
}
