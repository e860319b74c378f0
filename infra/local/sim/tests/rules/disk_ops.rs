//! Random steps with volumes and snapshots, among those with instances.

use hotdesk_sim::{AttachmentStatus, Call, InstanceState, Sim, SnapshotState, VolumeState};
use proptest::prelude::*;

use crate::{
    disk_world::*,
    ops::{self, Op},
    world::*,
};

/// A step; indices mean the volume, snapshot or instance of that number modulo how many there are,
/// so that a shrunk run stays valid.
#[derive(Clone, Debug)]
pub(crate) enum DiskOp {
    Other(Op),
    Make(usize, u32),
    Restore(usize, usize),
    Attach(usize, usize, usize),
    /// From what it is attached to, or from another.
    Detach(usize, usize),
    Grow(usize, u32),
    Delete(usize),
    /// Something is written to a volume that is attached.
    Write(usize),
    Take(usize),
    Forget(usize),
    Lose(usize),
    Limit(u32),
}

pub(crate) fn disk_op() -> impl Strategy<Value = DiskOp> {
    let n = any::<usize>;
    prop_oneof![
        12 => ops::op().prop_map(DiskOp::Other),
        2 => (n(), 1..9u32).prop_map(|(zone, size)| DiskOp::Make(zone, size)),
        2 => (n(), n()).prop_map(|(snapshot, zone)| DiskOp::Restore(snapshot, zone)),
        6 => (n(), n(), n()).prop_map(|(disk, who, name)| DiskOp::Attach(disk, who, name)),
        4 => (n(), n()).prop_map(|(disk, who)| DiskOp::Detach(disk, who)),
        1 => (n(), 1..3u32).prop_map(|(disk, more)| DiskOp::Grow(disk, more)),
        1 => n().prop_map(DiskOp::Delete),
        3 => n().prop_map(DiskOp::Write),
        3 => n().prop_map(DiskOp::Take),
        1 => n().prop_map(DiskOp::Forget),
        1 => n().prop_map(DiskOp::Lose),
        1 => (0..60u32).prop_map(DiskOp::Limit),
    ]
}

fn nth<T: Clone>(all: &[T], n: usize) -> Option<T> {
    all.get(n % all.len().max(1)).cloned()
}

fn zone(n: usize) -> String {
    if n.is_multiple_of(3) { "us-east-1b".into() } else { ZONE.into() }
}

/// Three times out of four a volume in that state, else any.
fn volume(sim: &Sim, n: usize, state: VolumeState) -> Option<hotdesk_sim::Volume> {
    let all = sim.volumes();
    let fit: Vec<_> = all.iter().filter(|volume| volume.state == state).cloned().collect();
    if n.is_multiple_of(4) || fit.is_empty() { nth(&all, n / 4) } else { nth(&fit, n / 4) }
}

/// Three times out of four an instance that could take a volume of that zone, else any.
fn instance(sim: &Sim, n: usize, zone: &str) -> Option<String> {
    let all = sim.instances();
    let takes = |i: &&hotdesk_sim::Instance| {
        i.zone == zone && matches!(i.state, InstanceState::Running | InstanceState::Stopped)
    };
    let fit: Vec<_> = all.iter().filter(takes).cloned().collect();
    let one =
        if n.is_multiple_of(4) || fit.is_empty() { nth(&all, n / 4) } else { nth(&fit, n / 4) };
    one.map(|instance| instance.id)
}

fn kept(sim: &Sim, n: usize) -> Option<String> {
    let all = sim.snapshots();
    let done = all.iter().filter(|it| it.state == SnapshotState::Completed).cloned();
    let fit: Vec<_> = done.collect();
    let one = if n.is_multiple_of(4) { nth(&all, n / 4) } else { nth(&fit, n / 4) };
    one.map(|snapshot| snapshot.id)
}

fn call(op: &DiskOp, sim: &Sim) -> Option<Call> {
    let id = |n: usize, state| volume(sim, n, state).map(|volume| volume.id);
    Some(match op {
        DiskOp::Make(n, size) => {
            let request = hotdesk_sim::VolumeRequest { zone: zone(*n), ..blank(*size) };
            Call::CreateVolume(request)
        }
        DiskOp::Restore(n, at) => {
            let request = hotdesk_sim::VolumeRequest { zone: zone(*at), ..from(&kept(sim, *n)?) };
            Call::CreateVolume(request)
        }
        DiskOp::Attach(n, who, name) => {
            let volume = volume(sim, *n, VolumeState::Available)?;
            let device = if name.is_multiple_of(3) { "/dev/sdi" } else { DEVICE };
            attach_as(&volume.id, &instance(sim, *who, &volume.zone)?, device)
        }
        DiskOp::Detach(n, who) => {
            let volume = volume(sim, *n, VolumeState::InUse)?;
            let other = who.is_multiple_of(4).then(|| instance(sim, who / 4, &volume.zone));
            detach(&volume.id, &other.unwrap_or(volume.attachment.map(|at| at.instance))?)
        }
        DiskOp::Grow(n, more) => {
            let volume = volume(sim, *n, VolumeState::Available)?;
            grow(&volume.id, volume.size + more)
        }
        DiskOp::Delete(n) => delete(&id(*n, VolumeState::Available)?),
        DiskOp::Take(n) => snapshot(&id(*n, VolumeState::InUse)?),
        DiskOp::Forget(n) => forget(&kept(sim, *n)?),
        DiskOp::Other(_) | DiskOp::Write(_) | DiskOp::Lose(_) | DiskOp::Limit(_) => return None,
    })
}

/// Does a step, but for the writing; true if it succeeded. What does not, changes nothing.
pub(crate) fn perform(op: &DiskOp, world: &mut World) -> bool {
    match op {
        DiskOp::Other(op) => return ops::perform(op, world),
        DiskOp::Lose(n) => {
            let lost = n.is_multiple_of(4).then(|| zone(n / 4));
            return world.sim.set_lost_zone(lost).is_ok();
        }
        DiskOp::Limit(most) => {
            // No bound a third of the time.
            world.sim.set_volume_limit(Some(u64::from(*most)).filter(|most| *most < 40));
            return true;
        }
        DiskOp::Write(n) => return written(n, &world.sim).is_some(),
        _ => {}
    }
    let before = world.sim.clone();
    let done = call(op, &before).is_some_and(|call| world.sim.call(world.now, call).is_ok());
    if !done {
        assert_eq!(world.sim, before, "a refused call changes nothing");
    }
    done
}

/// The volume that is written to: one that a running instance has.
pub(crate) fn written(n: &usize, sim: &Sim) -> Option<String> {
    let there: Vec<String> = sim
        .volumes()
        .into_iter()
        .filter(|volume| {
            volume.attachment.as_ref().is_some_and(|at| at.status == AttachmentStatus::Attached)
        })
        .map(|volume| volume.id)
        .collect();
    nth(&there, *n)
}
