//! Dispatch: from a user who asks to a box they may be sent to.
//!
//! The fast store claims, the durable seat decides. Nobody is sent to a box before their seat is
//! open in the table, so a store that was flushed or is an older copy can delay somebody, but
//! neither give a box twice nor a second box to one user.

use std::time::Duration;

use tracing::{info, warn};

use crate::{
    clock::{Clock, Ms},
    closing::close_dead,
    error::Error,
    id::UserId,
    metrics::{self, Reading},
    rebuild,
    seats::{BoxItem, Identity, Open, Seat, Seats, Truth, UserItem, UserState},
    store::{Claim, Place, Store, StoreError},
};

/// How often a claim is made again after the store was found wrong. Each round makes it agree with
/// one more user and box; more than this many wrong ones in a row are left to the page's next try.
const ROUNDS: usize = 4;

/// Whoever is woken by the open seat has attached its home by then; otherwise the pass does it.
const TENDED: Duration = Duration::from_secs(15);

/// What became of a request for a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// The seat is open: send the user there.
    Ready(Seat),
    /// Queued.
    Waiting(Place),
    /// The user's last box is still being stopped.
    Stopping,
    /// The store is being rebuilt, or was wrong too often: ask again.
    Rebuilding,
    /// The user name belongs to somebody else.
    OtherPerson,
    /// The session was revoked: sign in again.
    Revoked,
}

/// Gives `user`, whose session began then, their box, or a place in the queue.
///
/// # Errors
/// The store or the table did not answer; what was claimed is found again by the next try.
pub async fn allocate<S: Store, D: Seats>(
    store: &S,
    seats: &D,
    clock: &impl Clock,
    user: &UserId,
    identity: &Identity,
    began: Ms,
) -> Result<Allocation, Error> {
    for _ in 0..ROUNDS {
        let claim = match store.claim(user, began, clock.now()).await {
            Err(StoreError::Cold) => {
                rebuild::from_items(store, seats, clock).await?;
                continue;
            }
            claim => claim?,
        };
        let (seat, fresh) = match claim {
            Claim::Running(seat) => (seat, false),
            Claim::Assigned(seat) => (seat, true),
            Claim::Waiting(place) => {
                seats.want_capacity(clock.now()).await?;
                return Ok(Allocation::Waiting(place));
            }
            Claim::Stopping => return Ok(Allocation::Stopping),
            Claim::Revoked => return Ok(Allocation::Revoked),
        };
        match seats.open(&seat, identity, began, clock.now().plus(TENDED)).await? {
            Open::Opened => {
                info!(%user, instance_id = %seat.instance, epoch = seat.epoch.0, "seat open");
                if fresh {
                    metrics::emit(&[Reading::Assignments(1), Reading::Wait(Duration::ZERO)]);
                }
                return Ok(Allocation::Ready(seat));
            }
            Open::OtherPerson => {
                warn!(%user, "the user name belongs to another identity: refused");
                if fresh {
                    store.leave(user, seat.epoch, clock.now()).await?;
                }
                return Ok(Allocation::OtherPerson);
            }
            Open::Revoked(at) => {
                warn!(%user, "the store did not know that the session was revoked: refused");
                take_back(store, seats, clock, &seat, at).await?;
                return Ok(Allocation::Revoked);
            }
            Open::Conflict { user: item, instance } => {
                warn!(%user, instance_id = %seat.instance, epoch = seat.epoch.0, "the store was wrong");
                correct(store, seats, clock, &seat, item, instance).await?;
            }
        }
    }
    Ok(Allocation::Rebuilding)
}

/// Makes the store agree with what the table says of the user and of the box.
async fn correct<S: Store, D: Seats>(
    store: &S,
    seats: &D,
    clock: &impl Clock,
    seat: &Seat,
    user: Option<UserItem>,
    instance: Option<BoxItem>,
) -> Result<(), Error> {
    let mut truths = Vec::new();
    match instance {
        Some(BoxItem::Parked) => truths.push(Truth::Parked(seat.instance.clone())),
        Some(BoxItem::Waking) => truths.push(Truth::Waking(seat.instance.clone())),
        Some(BoxItem::Seat { user, .. }) if user != seat.user => {
            let owner = seats.user(&user).await?;
            truths.extend(owner.map(|item| Truth::User(item.seat, item.state)));
        }
        Some(BoxItem::Seat { .. }) | None => {}
    }
    // The user's own item last: if it names a box that an item above frees, it is theirs.
    truths.extend(user.map(|item| Truth::User(item.seat, item.state)));
    settle(store, seats, &truths, clock).await
}

/// Takes the seat back that the store gave to a revoked session, and has the store know of the
/// revocation. If the seat is open it is another session's of the user, who signed in again: theirs
/// it stays.
async fn take_back<S: Store, D: Seats>(
    store: &S,
    seats: &D,
    clock: &impl Clock,
    seat: &Seat,
    revoked: Ms,
) -> Result<(), Error> {
    let item = seats.user(&seat.user).await?;
    let open = item.as_ref().is_some_and(|item| {
        item.state == UserState::Open
            && item.seat.instance == seat.instance
            && item.seat.epoch == seat.epoch
    });
    let mut truths = vec![Truth::Revoked(seat.user.clone(), revoked)];
    truths.extend(item.map(|item| Truth::User(item.seat, item.state)));
    settle(store, seats, &truths, clock).await?;
    if !open {
        store.leave(&seat.user, seat.epoch, clock.now()).await?;
    }
    Ok(())
}

/// Makes the store agree with these items; the seats of boxes that are dead are closed.
///
/// # Errors
/// The store or the table did not answer.
pub async fn settle<S: Store, D: Seats>(
    store: &S,
    seats: &D,
    truths: &[Truth],
    clock: &impl Clock,
) -> Result<(), Error> {
    if truths.is_empty() {
        return Ok(());
    }
    let adopted = store.adopt(truths, clock.now()).await?;
    for truth in truths {
        if let Truth::User(seat, _) = truth
            && adopted.dead.contains(&seat.user)
        {
            close_dead(seats, &seat.user, &seat.instance, seat.epoch, clock).await?;
        }
    }
    Ok(())
}
