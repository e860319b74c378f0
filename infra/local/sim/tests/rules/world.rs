//! A small simulation with round timings, and short ways to ask it.

use std::borrow::Cow;

use hotdesk_sim::{
    Call, Effect, GroupSpec, HookResult, HookSpec, HookTarget, Instance, InstanceState, Lifecycle,
    Member, Process, Reply, Settings, Sim, Transition,
};
use serde_json::Value;

/// 2021-01-13T00:12:37Z.
pub(crate) const START: u64 = 1_610_496_757_000;
pub(crate) const GROUP: &str = "desks";

pub(crate) const GROUP_MS: u64 = 10;
pub(crate) const HEALTH_MS: u64 = 50;
pub(crate) const BOOT_MS: u64 = 100;
pub(crate) const STOP_MS: u64 = 200;
pub(crate) const TERMINATE_MS: u64 = 300;
pub(crate) const CREATE_MS: u64 = 20;
pub(crate) const DELETE_MS: u64 = 15;
pub(crate) const ATTACH_MS: u64 = 25;
pub(crate) const DETACH_MS: u64 = 30;
pub(crate) const MODIFY_MS: u64 = 40;
pub(crate) const OPTIMIZE_MS: u64 = 60;
pub(crate) const SNAPSHOT_MS: u64 = 80;
pub(crate) const FORGET_MS: u64 = 3_600_000;
pub(crate) const RETRY_MS: u64 = 500;
/// From the warning to the interruption of a Spot instance.
pub(crate) const TWO_MINUTES: u64 = 120_000;
/// Longer than any way from one rest to the next, shorter than a hook's heartbeat.
pub(crate) const LONG_MS: u64 = 2_000;

pub(crate) fn settings() -> Settings {
    Settings {
        boot_ms: BOOT_MS,
        stop_ms: STOP_MS,
        terminate_ms: TERMINATE_MS,
        group_ms: GROUP_MS,
        health_ms: HEALTH_MS,
        forget_ms: FORGET_MS,
        volume_create_ms: CREATE_MS,
        volume_delete_ms: DELETE_MS,
        attach_ms: ATTACH_MS,
        detach_ms: DETACH_MS,
        modify_ms: MODIFY_MS,
        optimize_ms: OPTIMIZE_MS,
        snapshot_ms: SNAPSHOT_MS,
        launch_retry_ms: RETRY_MS,
        // The rates have tests of their own.
        throttle: false,
        ..Settings::default()
    }
}

/// A group without hooks, new instances unprotected, at most five.
pub(crate) fn group(desired: u32) -> GroupSpec {
    GroupSpec { max: 5, desired, protect_new: false, ..GroupSpec::named(GROUP) }
}

pub(crate) fn hook(name: &str, transition: Transition, default_result: HookResult) -> HookSpec {
    HookSpec {
        name: name.into(),
        transition,
        heartbeat_seconds: 60,
        default_result,
        metadata: None,
    }
}

pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) now: u64,
}

impl World {
    pub(crate) fn new(group: GroupSpec) -> Self {
        Self::with(settings(), group)
    }

    pub(crate) fn with(settings: Settings, group: GroupSpec) -> Self {
        Self { sim: Sim::new(settings, group, START), now: START }
    }

    /// A group of `desired` instances that are in service, and their ids.
    pub(crate) fn in_service(group: GroupSpec) -> (Self, Vec<String>) {
        let mut world = Self::new(group);
        world.run(LONG_MS);
        let ids: Vec<String> = world.sim.group().members.into_iter().map(|m| m.id).collect();
        assert!(ids.iter().all(|id| world.lifecycle(id) == Some(Lifecycle::InService)));
        world.sim.take_effects();
        (world, ids)
    }

    pub(crate) fn run(&mut self, ms: u64) {
        self.now += ms;
        self.sim.advance(self.now);
    }

    pub(crate) fn ok(&mut self, call: Call) -> Reply {
        self.sim.call(self.now, call).expect("the call is in order")
    }

    /// The code and the sentence of a refusal, which must have changed nothing.
    pub(crate) fn refused(&mut self, call: Call) -> (&'static str, String) {
        let before = self.sim.clone();
        let error = self.sim.call(self.now, call).expect_err("the call is to be refused");
        assert_eq!(self.sim, before, "a refused call changes nothing");
        let Cow::Borrowed(code) = error.code else { unreachable!("the core's own") };
        (code, error.message)
    }

    pub(crate) fn instance(&self, id: &str) -> Option<Instance> {
        self.sim.instances().into_iter().find(|instance| instance.id == id)
    }

    pub(crate) fn state(&self, id: &str) -> Option<InstanceState> {
        self.instance(id).map(|instance| instance.state)
    }

    pub(crate) fn member(&self, id: &str) -> Option<Member> {
        self.sim.group().members.into_iter().find(|member| member.id == id)
    }

    pub(crate) fn lifecycle(&self, id: &str) -> Option<Lifecycle> {
        self.member(id).map(|member| member.lifecycle)
    }

    /// How many members are in this state.
    pub(crate) fn count(&self, lifecycle: Lifecycle) -> usize {
        self.sim.group().members.iter().filter(|member| member.lifecycle == lifecycle).count()
    }

    /// How many members that count each zone has, in the order of the zones' names.
    pub(crate) fn in_zones(&self) -> Vec<usize> {
        use Lifecycle::{InService, Pending, PendingProceed, PendingWait};
        let group = self.sim.group();
        let counts = |member: &&Member| {
            matches!(member.lifecycle, Pending | PendingWait | PendingProceed | InService)
        };
        let members: Vec<&Member> = group.members.iter().filter(counts).collect();
        let zones = group.zones.iter();
        zones.map(|zone| members.iter().filter(|m| m.zone == *zone).count()).collect()
    }

    /// The events so far, and away with them.
    pub(crate) fn events(&mut self) -> Vec<Value> {
        let events = self.sim.take_effects().into_iter().filter_map(|effect| match effect {
            Effect::Event(event) => Some(event),
            _ => None,
        });
        events.collect()
    }
}

/// Ids as calls take them.
pub(crate) fn ids(ids: &[&String]) -> Vec<String> {
    ids.iter().map(|id| (*id).clone()).collect()
}

pub(crate) fn enter(who: &[&String], decrement: bool) -> Call {
    Call::EnterStandby { group: GROUP.into(), ids: ids(who), decrement }
}

pub(crate) fn exit(who: &[&String]) -> Call {
    Call::ExitStandby { group: GROUP.into(), ids: ids(who) }
}

pub(crate) fn stop(who: &[&String]) -> Call {
    Call::StopInstances { ids: ids(who) }
}

pub(crate) fn start(who: &[&String]) -> Call {
    Call::StartInstances { ids: ids(who) }
}

pub(crate) fn terminate(who: &[&String]) -> Call {
    Call::TerminateInstances { ids: ids(who) }
}

pub(crate) fn desire(desired: i64) -> Call {
    Call::SetDesiredCapacity { group: GROUP.into(), desired }
}

pub(crate) fn remove(id: &str, decrement: bool) -> Call {
    Call::TerminateInstanceInAutoScalingGroup { id: id.into(), decrement }
}

pub(crate) fn protect(who: &[&String], protected: bool) -> Call {
    Call::SetInstanceProtection { group: GROUP.into(), ids: ids(who), protected }
}

pub(crate) fn suspend(processes: &[Process]) -> Call {
    Call::SuspendProcesses { group: GROUP.into(), processes: processes.to_vec() }
}

pub(crate) fn resume(processes: &[Process]) -> Call {
    Call::ResumeProcesses { group: GROUP.into(), processes: processes.to_vec() }
}

pub(crate) fn complete(hook: &str, id: &str, result: HookResult) -> Call {
    let target = HookTarget::Instance(id.into());
    Call::CompleteLifecycleAction { group: GROUP.into(), hook: hook.into(), target, result }
}

pub(crate) fn heartbeat(hook: &str, id: &str) -> Call {
    let target = HookTarget::Instance(id.into());
    Call::RecordLifecycleActionHeartbeat { group: GROUP.into(), hook: hook.into(), target }
}
