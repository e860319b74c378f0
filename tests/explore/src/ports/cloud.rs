//! The ports to EC2, Auto Scaling, EBS and the zone.

use std::{collections::BTreeMap, net::Ipv4Addr};

use hotdesk::{
    clock::Ms,
    fleet::{
        Answer, Fleet, Group, Hook, Machines, Members, Refusal, Refused, Sizes, Trouble, Verdict,
    },
    id::{InstanceId, SnapshotId, UserId, VolumeId},
    names::{ChangeId, Name, Names},
    volumes::{Ebs, Snapshot, SnapshotSpec, VolumeSpec, Volumes},
};

use super::{Ports, cloud_error, unexplored};
use crate::{
    call::{Call, CloudCall, Reply, StoreCall},
    mutant::Mutant,
    names::{addresses, box_index},
};

macro_rules! calls {
    (
        { $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty = $call:expr, $reply:ident;)* }
        { $($many:ident -> $of:ty = $variant:ident, $replies:ident;)* }
        { $($at_once:ident($($a:ident: $t:ty),*) -> $o:ty = $value:expr;)* }
    ) => {
        impl Fleet for Ports {
            async fn answer_hook(&self, hook: &Hook, verdict: Verdict) -> Answer<()> {
                if self.is(Mutant::AdmitBeforeContinue) && verdict == Verdict::Continue {
                    let (id, at) = (hook.instance.clone(), addresses(box_index(&hook.instance)));
                    self.call(Call::Store(StoreCall::Admit(id, at))).await;
                }
                let call = CloudCall::AnswerHook(hook.clone(), verdict);
                match self.call(Call::Cloud(call)).await {
                    Reply::Unit(()) => Ok(()),
                    other => Err(cloud_error(&other)),
                }
            }

            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                match self.call(Call::Cloud($call)).await {
                    Reply::$reply(answer) => Ok(answer),
                    other => Err(cloud_error(&other)),
                }
            })*
            // The adapter makes no call for no box.
            $(async fn $many(&self, instances: &[InstanceId]) -> Answer<$of> {
                if instances.is_empty() {
                    return Ok(BTreeMap::new());
                }
                match self.call(Call::Cloud(CloudCall::$variant(instances.to_vec()))).await {
                    Reply::$replies(answer) => Ok(answer),
                    other => Err(cloud_error(&other)),
                }
            })*
            $(async fn $at_once(&self $(, $a: $t)*) -> Answer<$o> {
                $(let _ = &$a;)*
                Ok($value)
            })*
        }
    };
}

calls! {
    {
        group() -> Group = CloudCall::Group, Group;
        sizes() -> Sizes = CloudCall::Sizes, Sizes;
        terminate(instance: &InstanceId, lower: bool) -> () = CloudCall::Terminate(instance.clone(), lower), Unit;
        set_desired(desired: usize) -> () = CloudCall::SetDesired(desired), Unit;
    }
    {
        members -> Members = Members, Members;
        machines -> Machines = Machines, Machines;
        enter_standby -> Refused = EnterStandby, Outcomes;
        exit_standby -> Refused = ExitStandby, Outcomes;
        stop -> Refused = Stop, Outcomes;
        start -> Refused = Start, Outcomes;
    }
    // Tags, and what only people are told: no step of their own.
    {
        trouble(since: Ms) -> Option<Trouble> = None;
        extend_hook(hook: &Hook) -> () = ();
        tag_owner(instances: &[InstanceId], owner: Option<&UserId>) -> Refused = BTreeMap::new();
        protect(instances: &[InstanceId]) -> Refused = BTreeMap::new();
        suspend_balancing() -> () = ();
    }
}

macro_rules! unexplored {
    ($($port:ident { $($name:ident($($ty:ty),*) -> $out:ty;)* })*) => {
        $(impl $port for Ports {
            $(unexplored! { @ $name ($($ty),*) -> $out })*
        })*
    };
    (@ $name:ident () -> $out:ty) => {
        async fn $name(&self) -> Answer<$out> { unexplored(stringify!($name)) }
    };
    (@ $name:ident ($a:ty) -> $out:ty) => {
        async fn $name(&self, _: $a) -> Answer<$out> { unexplored(stringify!($name)) }
    };
    (@ $name:ident ($a:ty, $b:ty) -> $out:ty) => {
        async fn $name(&self, _: $a, _: $b) -> Answer<$out> { unexplored(stringify!($name)) }
    };
}

// Boxes have neither homes nor names here.
unexplored! {
    Ebs {
        create_volume(&VolumeSpec) -> Result<VolumeId, Refusal>;
        volumes(&[VolumeId]) -> Volumes;
        attach(&VolumeId, &InstanceId) -> Option<Refusal>;
        detach(&VolumeId, &InstanceId) -> Option<Refusal>;
        grow(&VolumeId, u32) -> Option<Refusal>;
        delete_volume(&VolumeId) -> Option<Refusal>;
        take_snapshot(&SnapshotSpec) -> Result<SnapshotId, Refusal>;
        snapshots(&[SnapshotId]) -> Vec<Snapshot>;
        snapshots_of(&UserId) -> Vec<Snapshot>;
        keep_snapshot(&SnapshotId) -> Option<Refusal>;
        delete_snapshot(&SnapshotId) -> Option<Refusal>;
    }
    Names {
        names() -> Vec<Name>;
        set_names(&[(InstanceId, Ipv4Addr)]) -> ChangeId;
        replace_names(&[(Name, Option<Ipv4Addr>)]) -> bool;
        in_sync(&ChangeId) -> bool;
    }
}
