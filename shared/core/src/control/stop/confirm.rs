//! Whether a stop is still meant, by the store and by the table.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use tracing::warn;

use super::{Confirmed, Reason};
use crate::{
    allocate::settle,
    clock::Clock,
    control::{ControlPlane, PARALLEL},
    error::Error,
    fleet::{Boxes, Fleet},
    id::{Epoch, InstanceId, UserId},
    seats::{BoxItem, Seats, Truth, UserItem, UserState, Write},
    store::{Stop, Store},
};

/// What the table says of a box that is to be stopped.
enum Say {
    Stop(Reason),
    /// The store is wrong: the item wins.
    Not(Truth),
    /// Nothing yet: the item is to say so first.
    Nothing,
    /// Two items contradict each other; the next pass reads them again.
    Unclear,
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Keeps the stops that are still meant, and sees to it that the item of each says so. Where
    /// the items say that a box must not stop, the store learns it.
    pub(super) async fn confirm(&self, stops: Vec<Stop>) -> Result<Confirmed, Error> {
        if stops.is_empty() {
            return Ok(Confirmed::new());
        }
        let ids: Vec<InstanceId> = stops.iter().map(|stop| stop.instance.clone()).collect();
        let stamps = self.store.known(&ids).await?.into_iter().map(|known| known.stamp);
        let still = stops.into_iter().zip(stamps);
        let still: Vec<Stop> =
            still.filter(|(stop, now)| *now == Some(stop.stamp)).map(|(stop, _)| stop).collect();
        let ids: Vec<InstanceId> = still.iter().map(|stop| stop.instance.clone()).collect();
        let (items, users) = self.items_of(&ids).await?;
        let users: BTreeMap<UserId, UserItem> =
            users.into_iter().map(|item| (item.seat.user.clone(), item)).collect();

        let (mut confirmed, mut wrong, mut absent) = (Confirmed::new(), Vec::new(), Vec::new());
        for stop in still {
            match say(&stop.instance, items.get(&stop.instance), &users) {
                Say::Stop(reason) => drop(confirmed.insert(stop.instance.clone(), (stop, reason))),
                Say::Not(truth) => wrong.push(truth),
                Say::Nothing => absent.push(stop),
                Say::Unclear => warn!(instance_id = %stop.instance, "two items disagree"),
            }
        }
        if !wrong.is_empty() {
            warn!(
                boxes = wrong.len(),
                "the store meant to stop boxes that the table says are in use"
            );
            settle(&self.store, &self.seats, &wrong, &self.clock).await?;
        }
        let parks = stream::iter(absent).map(|stop| async move {
            // Refused: somebody opened a seat on it just now; the next pass reads which.
            let parked = self.seats.park(&stop.instance).await? == Write::Done;
            Ok::<_, Error>(parked.then_some((stop.instance.clone(), (stop, Reason::Parked))))
        });
        for parked in parks.buffer_unordered(PARALLEL).collect::<Vec<_>>().await {
            confirmed.extend(parked?);
        }
        Ok(confirmed)
    }
}

fn say(instance: &InstanceId, item: Option<&BoxItem>, users: &BTreeMap<UserId, UserItem>) -> Say {
    let (user, epoch): (&UserId, Epoch) = match item {
        None => return Say::Nothing,
        Some(BoxItem::Parked) => return Say::Stop(Reason::Parked),
        Some(BoxItem::Waking) => return Say::Not(Truth::Waking(instance.clone())),
        Some(BoxItem::Seat { user, epoch }) => (user, *epoch),
    };
    match users.get(user) {
        Some(item) if item.seat.instance != *instance || item.seat.epoch != epoch => Say::Unclear,
        Some(item) if item.state == UserState::Open => {
            Say::Not(Truth::User(item.seat.clone(), item.state))
        }
        Some(item) => Say::Stop(Reason::Ending(Box::new(item.clone()))),
        None => Say::Unclear,
    }
}
