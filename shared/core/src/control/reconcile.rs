//! Bringing the store, the items and AWS together, each pass.
//!
//! The store is read first, then the items, the group, and EC2 last, so that each later source is at
//! least as fresh as the one it is compared with. What is read and asked grows with the boxes that
//! are not simply in use: healthy members in service are looked up in the store only where the
//! counts say that one of them is nobody's, and else a few at a time, in turn. So is the table: a
//! page a pass, all of it where the counts disagree.

mod act;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{ControlPlane, Pass, Troubles};
use crate::{
    allocate::settle,
    clock::Clock,
    error::Error,
    fleet::{Boxes, Fleet, Group, Lifecycle, Machines, Member},
    id::InstanceId,
    seats::{BoxItem, Items, Seats},
    store::{BoxPhase, Known, Store, View},
};
use table::{Row, Todo};

/// How many items of the table one pass compares with the store.
const PAGE: usize = 2000;

/// How many members in service one pass looks up in the store, beside those that stand out.
const SLICE: usize = 1000;

/// Boxes, by what follows for them.
type Todos = BTreeMap<Todo, Vec<InstanceId>>;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings the store, the items and AWS together. What fails for one box is noted, and the
    /// others go on.
    pub(super) async fn reconcile(
        &self,
        pass: &mut Pass,
        troubles: &mut Troubles,
    ) -> Result<(), Error> {
        let view = self.store.view().await?;
        let demand = self.store.demand(self.clock.now()).await?;
        pass.demand = Some(demand);
        let group = self.fleet.group().await?;
        pass.running = Some(group.running());
        let complete = accounted(&view, &group, demand.active);
        let items = self.walk(complete).await?;
        settle(&self.store, &self.seats, &items.truths(), &self.clock).await?;
        self.expire(&items.users, pass).await?;

        let ids = self.suspects(&view, &group, &items, complete);
        let ids: Vec<InstanceId> = ids.into_iter().collect();
        let items = self.settle_boxes(&ids).await?;
        let known = self.store.known(&ids).await?;
        // What is dead, and not listed by its group, needs no look.
        let alive = ids.iter().zip(&known).filter(|(id, known)| {
            known.phase != BoxPhase::Gone
                || group.members.contains_key(id)
                || items.contains_key(id)
        });
        let alive: Vec<InstanceId> = alive.map(|(id, _)| id.clone()).collect();
        let machines = self.fleet.machines(&alive).await?;
        let todos = self.todos(&ids, &known, &group, &machines, &items);
        self.act(todos, &machines, &group, pass, troubles).await;
        let outcome = self.tidy_names(&group, &machines).await;
        troubles.take("names", outcome, ());
        Ok(())
    }

    /// The items to compare: the next page, or all of them if the counts disagree.
    async fn walk(&self, complete: bool) -> Result<Items, Error> {
        let mut at = self.store.walk().await?;
        let mut items = Items::default();
        let mut around = at.is_none();
        loop {
            let page = self.seats.page(at.as_deref(), PAGE).await?;
            items.users.extend(page.items.users);
            items.boxes.extend(page.items.boxes);
            items.revoked.extend(page.items.revoked);
            at = page.next;
            if complete || (at.is_none() && around) {
                break;
            }
            // Once past the end, from the start to the end: some twice, none left out.
            around |= at.is_none();
        }
        self.store.walk_to(at.as_deref()).await?;
        Ok(items)
    }

    /// The boxes to look at.
    fn suspects(
        &self,
        view: &View,
        group: &Group,
        items: &Items,
        complete: bool,
    ) -> BTreeSet<InstanceId> {
        let (plain, odd): (Vec<&Member>, Vec<&Member>) =
            group.members.values().partition(|member| is_plain(member));
        let mut ids: BTreeSet<InstanceId> = odd.iter().map(|m| m.instance.clone()).collect();
        ids.extend(view.pool.iter().cloned());
        for set in [&view.stopping, &view.standby, &view.waking] {
            ids.extend(set.keys().cloned());
        }
        // Parked or waking; or in use, and not in the group (any more).
        let absent = |id: &InstanceId| !group.members.contains_key(id);
        let of_table = items.boxes.iter().filter(|(id, item)| match item {
            BoxItem::Seat { .. } => absent(id),
            BoxItem::Parked | BoxItem::Waking => true,
        });
        ids.extend(of_table.map(|(id, _)| id.clone()));
        let plain = plain.iter().map(|member| member.instance.clone());
        if complete {
            let slices = group.members.len().div_ceil(SLICE).max(1);
            let turn = self.clock.now().since(crate::clock::Ms(0)).as_secs() / 60;
            let turn = usize::try_from(turn).unwrap_or(0) % slices;
            ids.extend(plain.skip(turn * SLICE).take(SLICE));
        } else {
            ids.extend(plain);
        }
        ids
    }

    /// The items of these boxes, which the store then agrees with.
    async fn settle_boxes(
        &self,
        ids: &[InstanceId],
    ) -> Result<BTreeMap<InstanceId, BoxItem>, Error> {
        let (items, users) = self.items_of(ids).await?;
        let boxes = items.iter().map(|(id, item)| (id.clone(), item.clone())).collect();
        let truths = Items { users, boxes, ..Items::default() }.truths();
        settle(&self.store, &self.seats, &truths, &self.clock).await?;
        Ok(items)
    }

    fn todos(
        &self,
        ids: &[InstanceId],
        known: &[Known],
        group: &Group,
        machines: &Machines,
        items: &BTreeMap<InstanceId, BoxItem>,
    ) -> Todos {
        let now = self.clock.now();
        let mut todos = Todos::new();
        for (id, known) in ids.iter().zip(known) {
            let member = group.members.get(id);
            let row = Row {
                lifecycle: member.map(|member| member.lifecycle),
                healthy: member.is_some_and(|member| member.healthy),
                power: machines.get(id).map(|machine| machine.power),
                home: machines.get(id).is_some_and(|machine| machine.home.is_some()),
                phase: known.phase,
                item: items.get(id),
                age: known.since.map_or(Duration::ZERO, |since| now.since(since)),
                reuse: self.policy.reuse,
            };
            todos.entry(row.todo()).or_default().push(id.clone());
        }
        todos
    }
}

/// In service, well, and nothing else about it.
fn is_plain(member: &Member) -> bool {
    member.lifecycle == Lifecycle::InService && member.healthy && member.protected
}

/// Whether the members in service are as many as the store knows of: those in use, and those of its
/// sets. If not, one of them is unknown, or somebody's box is gone.
fn accounted(view: &View, group: &Group, active: usize) -> bool {
    let serves = |id: &&InstanceId| group.lifecycle(id) == Some(Lifecycle::InService);
    let all = group.members.values().filter(|m| m.lifecycle == Lifecycle::InService).count();
    let sets = [&view.stopping, &view.standby, &view.waking];
    let known = view.pool.iter().chain(sets.into_iter().flat_map(|set| set.keys()));
    all == active + known.filter(serves).count()
}
