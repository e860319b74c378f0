//! Reading the table.

use std::{collections::BTreeSet, ops::Bound};

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    seats::{BoxItem, Items, Page, UserItem},
};

use super::{
    change::{Item, box_key, revoked_key, user_key},
    table::{Place, Table, place},
};

impl Table {
    pub(super) fn row(&self, key: &str) -> Option<&Item> {
        self.rows.get(&place(key.to_owned()))
    }

    pub(super) fn user(&self, user: &UserId) -> Option<UserItem> {
        match self.row(&user_key(user)) {
            Some(Item::User(item)) => Some(item.clone()),
            _ => None,
        }
    }

    /// Until when the user's sessions are revoked.
    pub(super) fn revoked(&self, user: &UserId) -> Option<Ms> {
        match self.row(&revoked_key(user)) {
            Some(Item::Revoked { at, .. }) => Some(*at),
            _ => None,
        }
    }

    pub(super) fn instance(&self, instance: &InstanceId) -> Option<BoxItem> {
        match self.row(&box_key(instance)) {
            Some(Item::Box { item, .. }) => Some(item.clone()),
            _ => None,
        }
    }

    /// When the box's item is over (seconds since 1970).
    pub(super) fn expires(&self, instance: &InstanceId) -> Option<u64> {
        match self.row(&box_key(instance)) {
            Some(Item::Box { expires, .. }) => *expires,
            _ => None,
        }
    }

    /// The items at these keys, each once.
    pub(super) fn all(&self, keys: impl Iterator<Item = String>) -> Items {
        let places: BTreeSet<Place> = keys.map(place).collect();
        items(places.iter().filter_map(|place| self.rows.get(place)))
    }

    /// A full page always says where the next begins, even if nothing follows: DynamoDB may do so
    /// (DynamoDB API reference, "Scan", LastEvaluatedKey).
    pub(super) fn page(&self, after: Option<&str>, limit: usize) -> Page {
        let limit = limit.max(1);
        let start = after.map_or(Bound::Unbounded, |key| Bound::Excluded(place(key.to_owned())));
        let rows = self.rows.range((start, Bound::Unbounded)).take(limit);
        let rows: Vec<(&Place, &Item)> = rows.collect();
        let next =
            if rows.len() == limit { rows.last().map(|((_, key), _)| key.clone()) } else { None };
        Page { items: items(rows.into_iter().map(|(_, item)| item)), next }
    }
}

fn items<'a>(rows: impl Iterator<Item = &'a Item>) -> Items {
    let mut items = Items::default();
    for row in rows {
        match row {
            Item::User(item) => items.users.push(item.clone()),
            Item::Box { instance, item, .. } => items.boxes.push((instance.clone(), item.clone())),
            Item::Revoked { user, at } => items.revoked.push((user.clone(), *at)),
            Item::Capacity { .. } => {}
        }
    }
    items
}
