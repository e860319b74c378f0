//! Names of boxes in DNS, where the operator gave them a zone.
//!
//! A box has its name when all name servers say its present address (Route 53's INSYNC): whoever is
//! sent there earlier may be told that there is no such name, and resolvers remember that for longer
//! than they remember an address. So a box that boots is not ready before it has its name. The name is
//! written as soon as the box has an address, so that its way to the name servers (usually less than a
//! minute: Route 53 API Reference, "ChangeResourceRecordSets") and the boot pass side by side.
//!
//! The order keeps the rest simple: a launch hook is answered, and a woken box leaves standby, after the
//! box has its name. So a box in service has one, whoever finds it there, and a function that dies
//! in between is made up for by writing the name again.
//!
//! What was written is noted in the store, so that functions that follow each other wait for the same
//! change. The notes may be lost: then it is written again, and waited for again.
//!
//! If Route 53 does not answer, boxes that boot wait for it, and with them who waits for a box; nobody
//! is sent to a name that is not the box's. Boxes in use are not touched.

mod tidy;

use std::{collections::BTreeSet, time::Duration};

use super::{ControlPlane, Troubles};
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet, Machines},
    id::InstanceId,
    names::{BATCH, ChangeId, Place, Which, Written},
    seats::Seats,
    store::Store,
};

/// A change that is not known to all name servers by then is written anew.
const UNDER_WAY: Duration = Duration::from_secs(10 * 60);

/// How long it is remembered that a box has its name: for one that is woken with the same address.
const REMEMBERED: Duration = Duration::from_secs(86_400);

/// How many changes are asked after in one look: looks come every second or two, and the account has
/// five calls a second (Route 53 Developer Guide, "Quotas").
const ASKED: usize = 2;

/// Boxes, and where they are.
type Places = Vec<(InstanceId, Place)>;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Those of these machines that have their names, which are all where boxes have none. Names that
    /// are not written yet are written.
    pub(super) async fn with_names(
        &self,
        machines: &Machines,
        troubles: &mut Troubles,
    ) -> BTreeSet<InstanceId> {
        let Some(which) = self.policy.names else { return machines.keys().cloned().collect() };
        let mut named = BTreeSet::new();
        if let Err(error) = self.name(which, machines, &mut named).await {
            troubles.note("names", error);
        }
        named
    }

    /// Writes names and asks after those that are on their way; `named` gets the boxes that have
    /// theirs.
    async fn name(
        &self,
        which: Which,
        machines: &Machines,
        named: &mut BTreeSet<InstanceId>,
    ) -> Result<(), Error> {
        let places = machines.values().filter_map(|machine| {
            which.place(machine).map(|place| (machine.instance.clone(), place))
        });
        let places: Places = places.collect();
        if places.is_empty() {
            return Ok(());
        }
        let ids: Vec<InstanceId> = places.iter().map(|(id, _)| id.clone()).collect();
        let noted = self.store.names(&ids).await?;
        let mut unwritten = Places::new();
        let mut under_way = Vec::<(ChangeId, Places)>::new();
        for ((id, place), noted) in places.into_iter().zip(noted) {
            match noted.filter(|written| written.place == place) {
                None => unwritten.push((id, place)),
                Some(Written { change: None, .. }) => drop(named.insert(id)),
                Some(Written { change: Some(change), .. }) => {
                    match under_way.iter_mut().find(|(other, _)| *other == change) {
                        Some((_, boxes)) => boxes.push((id, place)),
                        None => under_way.push((change, vec![(id, place)])),
                    }
                }
            }
        }
        // Those that have booted for longest first: each of them comes to its turn.
        let began = |boxes: &Places| {
            let launched =
                boxes.iter().map(|(id, _)| machines.get(id).map_or(Ms(0), |m| m.launched));
            launched.min()
        };
        under_way.sort_by_key(|(_, boxes)| began(boxes));
        for (change, boxes) in under_way.into_iter().take(ASKED) {
            if self.fleet.in_sync(&change).await? {
                self.note_names(&boxes, None).await?;
                named.extend(boxes.into_iter().map(|(id, _)| id));
            }
        }
        for some in unwritten.chunks(BATCH) {
            let names: Vec<_> =
                some.iter().map(|(id, place)| (id.clone(), place.address)).collect();
            let change = self.fleet.set_names(&names).await?;
            self.note_names(some, Some(&change)).await?;
        }
        Ok(())
    }

    async fn note_names(
        &self,
        boxes: &[(InstanceId, Place)],
        change: Option<&ChangeId>,
    ) -> Result<(), Error> {
        let written = |place| Written { place, change: change.cloned() };
        let notes: Vec<_> = boxes.iter().map(|(id, place)| (id.clone(), written(*place))).collect();
        let kept = if change.is_some() { UNDER_WAY } else { REMEMBERED };
        Ok(self.store.note_names(&notes, kept).await?)
    }
}
