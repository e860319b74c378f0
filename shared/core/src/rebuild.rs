//! Building a cold store from the truth: the durable items, and the group where it may be asked.

use std::collections::BTreeSet;

use tracing::info;

use crate::{
    clock::Clock,
    error::Error,
    fleet::{Fleet, Lifecycle, Power},
    id::InstanceId,
    seats::Seats,
    store::{Answer, Rebuild, Spare, Store, StoreError},
};

/// Rebuilds from the items alone. The functions that people wait for may not ask EC2; spares come
/// back with the reaper's next pass, which admits every box in service that has no item.
///
/// # Errors
/// The store or the table did not answer.
pub async fn from_items<S: Store, D: Seats>(
    store: &S,
    seats: &D,
    clock: &impl Clock,
) -> Result<(), Error> {
    let items = seats.scan().await?;
    report(store.rebuild(&items.truths(), &[], clock.now()).await?, items.users.len(), 0);
    Ok(())
}

/// What a step of the store answers; if that is [`StoreError::Cold`], rebuilds it from the items and
/// takes the step again.
///
/// # Errors
/// The store or the table did not answer.
pub async fn warm<S: Store, D: Seats, T, F: Future<Output = Answer<T>>>(
    store: &S,
    seats: &D,
    clock: &impl Clock,
    step: impl Fn() -> F,
) -> Result<T, Error> {
    match step().await {
        Err(StoreError::Cold) => {
            from_items(store, seats, clock).await?;
            Ok(step().await?)
        }
        answer => Ok(answer?),
    }
}

/// Rebuilds from the items and the group: boxes in service that run and have no item are spares.
///
/// # Errors
/// The store, the table or AWS did not answer.
pub async fn from_all<S: Store, D: Seats, F: Fleet>(
    store: &S,
    seats: &D,
    fleet: &F,
    clock: &impl Clock,
) -> Result<(), Error> {
    // The group first: a box that gets an item after it was listed is then seen to have one.
    let group = fleet.group().await?;
    let items = seats.scan().await?;
    let taken: BTreeSet<&InstanceId> = items.boxes.iter().map(|(id, _)| id).collect();
    let free = group.members.values().filter(|member| {
        let serves = member.lifecycle == Lifecycle::InService && member.healthy;
        serves && !taken.contains(&member.instance)
    });
    let free: Vec<InstanceId> = free.map(|member| member.instance.clone()).collect();
    // Only these need a look: in a large fleet nearly every box has an item.
    let machines = fleet.machines(&free).await?;
    let running = machines.into_values().filter(|machine| machine.power == Power::Running);
    let spares: Vec<Spare> =
        running.map(|m| Spare { instance: m.instance, addresses: m.addresses }).collect();
    report(
        store.rebuild(&items.truths(), &spares, clock.now()).await?,
        items.users.len(),
        spares.len(),
    );
    Ok(())
}

fn report(outcome: Rebuild, users: usize, spares: usize) {
    match outcome {
        Rebuild::Rebuilt => info!(users, spares, "store rebuilt from the truth"),
        Rebuild::AlreadyReady => {}
        Rebuild::Busy => info!("store is being rebuilt by somebody else"),
    }
}
