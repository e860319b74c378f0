//! What must hold after every step, and when the cloud has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_sim::{Activity, Effect, HookResult, Instance, InstanceState, Lifecycle, Sim};

use crate::world::*;

/// What earlier steps showed of an instance.
#[derive(Default)]
pub(crate) struct Past {
    state: BTreeMap<String, InstanceState>,
    private: BTreeMap<String, String>,
    public: BTreeMap<String, BTreeSet<String>>,
    up: BTreeSet<String>,
    /// How many instances were pending or running, by zone.
    in_use: BTreeMap<String, usize>,
}

impl Past {
    /// Follows effects: states change as EC2 lets them, boxes start and stop by turns.
    pub(crate) fn follow(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Event(event) if event["detail"]["state"].is_string() => {
                    let id = event["detail"]["instance-id"].as_str().expect("an id").to_owned();
                    let state = event["detail"]["state"].as_str().expect("a state");
                    self.passes_to(id, state);
                }
                Effect::Event(_) => {}
                Effect::BoxStarted { id, public_ip, .. } => {
                    assert!(self.up.insert(id.clone()), "started twice");
                    let new =
                        self.public.entry(id.clone()).or_default().insert(public_ip.to_string());
                    assert!(new, "the public address is new at every start");
                }
                Effect::BoxStopped { id } => assert!(self.up.remove(id), "stopped, but not up"),
                // `disk_invariants` follows these.
                Effect::VolumeCreated { .. }
                | Effect::VolumeGrown { .. }
                | Effect::VolumeAttached { .. }
                | Effect::VolumeDetached { .. }
                | Effect::VolumeDeleted { .. }
                | Effect::SnapshotTaken { .. }
                | Effect::SnapshotDeleted { .. } => {}
            }
        }
    }

    fn passes_to(&mut self, id: String, state: &str) {
        use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        let states = [Pending, Running, ShuttingDown, Terminated, Stopping, Stopped];
        let state = states.into_iter().find(|known| known.name() == state).expect("a state of EC2");
        let before = self.state.insert(id.clone(), state);
        let allowed = match state {
            Pending => before.is_none() || before == Some(Stopped),
            Running => before == Some(Pending),
            Stopping => matches!(before, Some(Pending | Running)),
            Stopped => before == Some(Stopping),
            ShuttingDown => matches!(before, Some(Pending | Running | Stopping | Stopped)),
            Terminated => before == Some(ShuttingDown),
        };
        assert!(allowed, "{id}: {before:?} to {state:?}");
        assert!(!matches!(state, Stopped | Terminated) || !self.up.contains(&id), "still up");
    }
}

pub(crate) fn check(sim: &Sim, past: &mut Past) {
    let group = sim.group();
    assert!((group.min..=group.max).contains(&group.desired));
    let members: BTreeSet<&String> = group.members.iter().map(|member| &member.id).collect();
    assert_eq!(members.len(), group.members.len(), "a member belongs once");
    for member in &group.members {
        let waits = matches!(member.lifecycle, Lifecycle::PendingWait | Lifecycle::TerminatingWait);
        assert_eq!(waits, !member.holds.is_empty(), "{member:?}");
        assert!(member.holds.iter().all(|hold| sim.now() < hold.until && hold.until <= hold.limit));
    }
    let instances = sim.instances();
    check_addresses(&instances, past);
    check_zones(sim, &instances, past);
    check_activities(sim);
    for instance in &instances {
        assert_eq!(past.state.get(&instance.id), Some(&instance.state), "every change is told");
    }
    assert!(sim.next_due().is_none_or(|due| due > sim.now()), "nothing due is left undone");
}

/// Each member on its way has one activity under way, and nobody else has; the log is in order, and
/// does not grow without end.
fn check_activities(sim: &Sim) {
    let (all, group) = (sim.activities(), sim.group());
    let is_over = |activity: &&Activity| activity.status.is_over();
    let under_way: Vec<&Activity> = all.iter().take_while(|activity| !is_over(activity)).collect();
    assert!(all.iter().skip(under_way.len()).all(|activity| is_over(&activity)));
    assert!(all[under_way.len()..].is_sorted_by(|a, b| a.started_at >= b.started_at));
    assert!(all.len() - under_way.len() <= 200);
    assert!(all.iter().all(|a| a.ended_at.is_some() == a.status.is_over()));
    let rest = [Lifecycle::InService, Lifecycle::Standby];
    let moves = group.members.iter().filter(|member| !rest.contains(&member.lifecycle));
    let mut moving: Vec<&str> = moves.map(|member| member.id.as_str()).collect();
    let names = under_way.iter().filter_map(|activity| activity.description.rsplit(' ').next());
    let mut named: Vec<&str> = names.collect();
    moving.sort_unstable();
    named.sort_unstable();
    assert_eq!(moving, named);
}

/// Members are where their instances are, and no zone has got fuller than it may.
fn check_zones(sim: &Sim, instances: &[Instance], past: &mut Past) {
    let group = sim.group();
    let zone_of = |id: &str| instances.iter().find(|i| i.id == id).map(|i| &i.zone);
    assert!(instances.iter().all(|instance| group.zones.contains(&instance.zone)));
    assert!(group.members.iter().all(|m| zone_of(&m.id).is_none_or(|zone| *zone == m.zone)));
    for zone in &group.zones {
        let busy = |i: &&Instance| {
            i.zone == *zone && matches!(i.state, InstanceState::Pending | InstanceState::Running)
        };
        let in_use = instances.iter().filter(busy).count();
        let before = past.in_use.insert(zone.clone(), in_use).unwrap_or_default();
        let capacity = sim.conditions().capacity.map_or(usize::MAX, |most| most as usize);
        assert!(in_use <= capacity.max(before), "{in_use} in {zone}, which had {before}");
    }
}

fn check_addresses(instances: &[Instance], past: &mut Past) {
    let mut taken = BTreeSet::new();
    for instance in instances {
        let has_public = matches!(instance.state, InstanceState::Running | InstanceState::Stopping);
        if instance.state != InstanceState::ShuttingDown
            && instance.state != InstanceState::Stopping
        {
            assert_eq!(instance.public_ip.is_some(), has_public, "{instance:?}");
        }
        assert_eq!(instance.private_ip.is_none(), instance.state == InstanceState::Terminated);
        if let Some(private) = instance.private_ip {
            let private = private.to_string();
            let kept = past.private.entry(instance.id.clone()).or_insert(private.clone());
            assert_eq!(*kept, private, "kept for life");
        }
        for address in [instance.private_ip, instance.public_ip].into_iter().flatten() {
            assert!(taken.insert(address), "{address} twice");
        }
    }
}

/// Left alone with everything resumed, room for all and hooks that are answered, the group has what
/// it should have, where it should have it.
pub(crate) fn check_rest(sim: &mut Sim) {
    sim.set_capacity(None);
    sim.set_launch_error(None);
    sim.call(sim.now(), resume(&[])).expect("resumes");
    // Interruptions that were announced are over by then.
    let now = sim.now() + TWO_MINUTES;
    sim.advance(now);
    for minute in 1..=30 {
        for member in sim.group().members.iter().filter(|m| !m.holds.is_empty()) {
            let hook = member.holds[0].hook.clone();
            let go_on = complete(&hook, &member.id, HookResult::Continue);
            sim.call(now + minute * LONG_MS, go_on).ok();
        }
        sim.advance(now + minute * LONG_MS);
    }
    let group = sim.group();
    let in_service: Vec<_> =
        group.members.iter().filter(|m| m.lifecycle == Lifecycle::InService).collect();
    let rest = [Lifecycle::InService, Lifecycle::Standby];
    assert!(group.members.iter().all(|m| rest.contains(&m.lifecycle)), "{:?}", group.members);
    let desired = group.desired as usize;
    assert!(in_service.len() >= desired);
    assert!(in_service.len() == desired || in_service.iter().all(|member| member.protected));
    let in_zone = |zone: &String| in_service.iter().filter(|m| m.zone == *zone).count();
    let fewest = group.zones.iter().map(in_zone).min().expect("zones");
    let stuck = |zone: &String| in_service.iter().all(|m| m.zone != *zone || m.protected);
    assert!(group.zones.iter().all(|zone| in_zone(zone) < fewest + 2 || stuck(zone)), "uneven");
    for member in in_service {
        assert!(member.healthy);
        let instance = sim.instances().into_iter().find(|i| i.id == member.id).expect("known");
        assert_eq!(instance.state, InstanceState::Running);
    }
}
