//! The record of a home as operators' programs see it: times in RFC 3339, everything there, null where
//! it is not.

use hotdesk::{
    homes::{Home, Making, Taken, Taking, Trouble, Wish},
    id::{InstanceId, SnapshotId, UserId, VolumeId},
};
use serde::Serialize;

use crate::{
    files::{Condition, size},
    words::{if_ever, rfc3339},
};

/// The record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'a> {
    user: &'a UserId,
    state: &'static str,
    trouble: Option<Trouble>,
    in_use: bool,
    epoch: u64,
    instance_id: Option<&'a InstanceId>,
    ended_at: Option<String>,
    volume_id: Option<&'a VolumeId>,
    zone: Option<&'a str>,
    size: Option<u32>,
    used: bool,
    attached_at: Option<String>,
    making: Option<MakingJson<'a>>,
    old_volume_ids: &'a [VolumeId],
    left_volume_ids: &'a [VolumeId],
    snapshot: Option<TakenJson<'a>>,
    taking: Option<TakingJson<'a>>,
    files_of: Option<String>,
    wish: Option<&'a Wish>,
    exported: Option<TakenJson<'a>>,
    deleted_at: Option<String>,
    due: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MakingJson<'a> {
    zone: &'a str,
    size: u32,
    from: Option<TakenJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TakenJson<'a> {
    snapshot_id: &'a SnapshotId,
    at: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TakingJson<'a> {
    snapshot_id: Option<&'a SnapshotId>,
    at: Option<String>,
    kept: bool,
}

impl<'a> Record<'a> {
    /// That of a home.
    pub(super) fn of(home: &'a Home) -> Self {
        Self {
            user: &home.user,
            state: Condition::of(Some(home)).word(),
            trouble: home.trouble,
            in_use: home.wanted().is_some(),
            epoch: home.epoch.0,
            instance_id: home.instance.as_ref(),
            ended_at: if_ever(home.ended_at),
            volume_id: home.volume.as_ref(),
            zone: home.zone.as_deref(),
            size: size(home),
            used: home.used,
            attached_at: if_ever(home.attached_at),
            making: home.making.as_ref().map(making),
            old_volume_ids: &home.old,
            left_volume_ids: &home.left,
            snapshot: home.snapshot.as_ref().map(taken),
            taking: home.taking.as_ref().map(taking),
            files_of: home.files_of.and_then(rfc3339),
            wish: home.wish.as_ref(),
            exported: home.exported.as_ref().map(taken),
            deleted_at: home.deleted_at.and_then(rfc3339),
            due: home.due.and_then(rfc3339),
        }
    }
}

fn making(Making { zone, size, from, .. }: &Making) -> MakingJson<'_> {
    MakingJson { zone, size: *size, from: from.as_ref().map(taken) }
}

fn taken(Taken { snapshot, at, .. }: &Taken) -> TakenJson<'_> {
    TakenJson { snapshot_id: snapshot, at: rfc3339(*at) }
}

fn taking(Taking { snapshot, at, kept, .. }: &Taking) -> TakingJson<'_> {
    TakingJson { snapshot_id: snapshot.as_ref(), at: rfc3339(*at), kept: *kept }
}
