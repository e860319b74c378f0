//! Whatever record, EBS and EC2 say together, no step loses a file.

use proptest::{option, prelude::*, sample::select};

use super::*;
use crate::{
    homes::Taking,
    id::Epoch,
    seats::Addresses,
    volumes::{Attachment, Progress},
};

const NOW: Ms = Ms(1_795_161_600_000);

fn volume(n: u8) -> VolumeId {
    format!("vol-{n:08x}").parse().unwrap()
}

fn instance(n: u8) -> InstanceId {
    format!("i-{n:08x}").parse().unwrap()
}

fn taken() -> impl Strategy<Value = Taken> {
    (0u8..3, 0u64..200, 0u64..6).prop_map(|(n, hours, epoch)| Taken {
        snapshot: format!("snap-{n:08x}").parse().unwrap(),
        at: NOW.minus(Duration::from_secs(hours * 3600)),
        epoch: Epoch(epoch),
    })
}

fn wish() -> impl Strategy<Value = Wish> {
    select(vec![
        Wish::Restore { snapshot: "snap-00000001".parse().unwrap() },
        Wish::Export,
        Wish::Delete,
        Wish::Archive,
    ])
}

prop_compose! {
    fn homes()(
        epoch in 0u64..6,
        ended in 0u64..6,
        (mounted, used, unlisted) in (0u64..6, any::<bool>(), any::<bool>()),
        has in any::<bool>(),
        (making, kept) in (prop::bool::weighted(0.1), any::<bool>()),
        old in prop::bool::weighted(0.2),
        snapshot in option::of(taken()),
        taking in option::of((0u64..30, 0u64..6, any::<bool>())),
        wish in option::of(wish()),
        deleted in option::of(0u64..60),
        trouble in option::of(select(vec![Trouble::Gone, Trouble::Damaged])),
    ) -> Home {
        Home {
            epoch: Epoch(epoch),
            ended: Epoch(ended),
            instance: Some(instance(1)),
            ended_at: NOW.minus(Duration::from_secs(86_400 * 3)),
            mounted: Epoch(mounted),
            used,
            volume: has.then(|| volume(1)),
            making: making.then(|| Making { n: 1, zone: "a".into(), size: 8, from: None }),
            old: old.then(|| volume(9)).into_iter().collect(),
            snapshot,
            taking: taking.map(|(minutes, epoch, named)| Taking {
                at: NOW.minus(Duration::from_secs(minutes * 60)),
                epoch: Epoch(epoch),
                kept,
                snapshot: named.then(|| "snap-00000001".parse().unwrap()),
            }),
            wish,
            unlisted: unlisted.then(|| NOW.minus(ABSENT * 2)),
            deleted_at: deleted.map(|days| NOW.minus(Duration::from_secs(86_400 * days))),
            trouble,
            ..Home::new("alice".parse().unwrap())
        }
    }
}

prop_compose! {
    fn listed()(
        state in select(vec![
            VolumeState::Creating, VolumeState::Available, VolumeState::InUse, VolumeState::Error,
            VolumeState::Deleted,
        ]),
        zone in select(vec!["a", "b"]),
        size in select(vec![8u32, 20]),
        attached in option::of((1u8..3, any::<bool>())),
    ) -> Volume {
        let in_use = state == VolumeState::InUse;
        Volume {
            volume: volume(1),
            state,
            zone: zone.into(),
            size,
            attachment: attached
                .filter(|_| in_use)
                .map(|(n, leaving)| Attachment { instance: instance(n), leaving }),
        }
    }
}

fn power() -> impl Strategy<Value = Power> {
    select(vec![Power::Pending, Power::Running, Power::Stopping, Power::Stopped, Power::Terminated])
}

fn machine(power: Power, zone: &str) -> Machine {
    Machine {
        instance: instance(1),
        power,
        addresses: Addresses::default(),
        launched: NOW,
        zone: zone.into(),
        home: None,
    }
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let progress = select(vec![Progress::Pending, Progress::Completed, Progress::Error]);
    (progress, select(vec!["alice", "bob"])).prop_map(|(progress, user)| Snapshot {
        snapshot: "snap-00000001".parse().unwrap(),
        volume: Some(volume(1)),
        user: Some(user.parse().unwrap()),
        taken: NOW.minus(DAILY),
        progress,
        kept: false,
    })
}

fn policy(archive: bool, lost: bool) -> HomePolicy {
    HomePolicy {
        fleet: "hotdesk".into(),
        size: 20,
        archive_after: archive.then_some(DAILY),
        keep_deleted: DAILY * 30,
        lost_zones: lost.then(|| "a".to_owned()).into_iter().collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn no_step_loses_a_file(
        home in homes(),
        listed in option::weighted(0.9, listed()),
        wanted in option::weighted(0.8, (power(), select(vec!["a", "b"]))),
        holder in option::weighted(0.8, power()),
        snapshot in option::of(snapshot()),
        archive in any::<bool>(),
        lost in any::<bool>(),
    ) {
        let policy = policy(archive, lost);
        let wanted = wanted.map(|(power, zone)| machine(power, zone));
        let listed = listed.filter(|_| home.volume.is_some());
        let facts = Facts {
            home: &home,
            volume: listed.as_ref(),
            wanted: wanted.as_ref(),
            holder,
            snapshot: snapshot.as_ref(),
            policy: &policy,
            now: NOW,
        };
        let step = facts.step();
        let attached_to = listed.as_ref().and_then(|v| v.attachment.as_ref());
        match &step {
            Step::Detach { from, .. } => {
                prop_assert_eq!(holder, Some(Power::Stopped), "detached from a living box");
                prop_assert_eq!(Some(from), attached_to.map(|a| &a.instance));
                prop_assert_ne!(home.wanted(), Some(from), "detached from the box that wants it");
            }
            Step::Attach(_) => {
                let (volume, machine) = (listed.as_ref().unwrap(), wanted.as_ref().unwrap());
                prop_assert!(home.wanted().is_some());
                prop_assert_eq!(volume.state, VolumeState::Available);
                prop_assert_eq!(&volume.zone, &machine.zone);
                prop_assert_eq!(machine.power, Power::Running);
            }
            Step::Order(_) => {
                prop_assert_eq!(home.wanted(), attached_to.map(|a| &a.instance));
            }
            Step::Sweep(volume) => prop_assert!(home.old.contains(volume)),
            Step::Purge => {
                prop_assert!(home.volume.is_none() && home.wanted().is_none());
                prop_assert!(home.deleted_at.is_some_and(|at| NOW.since(at) >= policy.keep_deleted));
            }
            Step::Make(making) => prop_assert_eq!(Some(making), home.making.as_ref()),
            Step::Taken(taken) => {
                prop_assert_eq!(snapshot.as_ref().map(|s| s.progress), Some(Progress::Completed));
                prop_assert_eq!(Some(taken.epoch), home.taking.as_ref().map(|taking| taking.epoch));
            }
            Step::Write(next) => written(&home, next, listed.as_ref())?,
            Step::Rest(_)
            | Step::Wait
            | Step::Take(_)
            | Step::Keep(_)
            | Step::Refuse
            | Step::Fail(_) => {}
        }
    }
}

/// A record that follows another one.
fn written(home: &Home, next: &Home, listed: Option<&Volume>) -> Result<(), TestCaseError> {
    prop_assert_eq!((next.rev, next.epoch, next.ended), (home.rev, home.epoch, home.ended));
    prop_assert!(next.due.is_some(), "what is under way is looked at again");
    if let (Some(volume), None) = (&home.volume, &next.volume) {
        let left = next.left.contains(volume);
        prop_assert!(left != next.old.contains(volume), "a volume is forgotten");
        prop_assert!(left || !home.is_dirty(), "what no snapshot has is deleted");
        let attached = listed.is_some_and(|v| v.attachment.is_some());
        let lives =
            listed.is_some_and(|v| !matches!(v.state, VolumeState::Error | VolumeState::Deleted));
        prop_assert!(!(attached && lives), "a volume in use is given up");
        if left {
            prop_assert!(next.files_of.is_some(), "nobody is told");
        }
    }
    if let (None, Some(making)) = (&home.making, &next.making) {
        prop_assert!(home.volume.is_none() && home.wanted().is_some());
        let expected = home.snapshot.clone().filter(|_| home.deleted_at.is_none());
        prop_assert_eq!(&making.from, &expected, "made from anything else");
        prop_assert_eq!(making.n, home.made + 1, "a token is used twice");
    }
    if let (None, Some(taking)) = (&home.taking, &next.taking) {
        prop_assert_eq!(taking.epoch, home.ended, "a session that goes on counts as saved");
    }
    Ok(())
}
