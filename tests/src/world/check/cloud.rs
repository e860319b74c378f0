//! What must hold at any moment in the cloud by itself.

use std::collections::BTreeMap;

use hotdesk_sim::{Group, Lifecycle, Volume, http::Shared};

/// The tag of a volume that says whose home it is.
const HOME: &str = "Home";

/// Members that count for nothing, or not any more.
const AWAY: [Lifecycle; 6] = [
    Lifecycle::EnteringStandby,
    Lifecycle::Standby,
    Lifecycle::Terminating,
    Lifecycle::TerminatingWait,
    Lifecycle::TerminatingProceed,
    Lifecycle::Terminated,
];

/// What does not hold.
pub(in crate::world) fn wrong(cloud: &Shared) -> Vec<String> {
    let (group, volumes) = cloud.look(|sim| (sim.group(), sim.volumes()));
    let mut wrong = above_max(&group);
    wrong.extend(attached_twice(&volumes));
    wrong
}

fn above_max(group: &Group) -> Vec<String> {
    let mut wrong = Vec::new();
    if group.desired > group.max {
        wrong.push(format!("desired is {}, above MaxSize", group.desired));
    }
    let there = group.members.iter().filter(|member| !AWAY.contains(&member.lifecycle)).count();
    if there > group.max as usize {
        wrong.push(format!("{there} members are in service or on their way, above MaxSize"));
    }
    wrong
}

fn attached_twice(volumes: &[Volume]) -> Vec<String> {
    let (mut homes, mut wrong) = (BTreeMap::new(), Vec::new());
    for volume in volumes {
        let (Some(attachment), Some(user)) = (&volume.attachment, volume.tags.get(HOME)) else {
            continue;
        };
        if let Some(other) = homes.insert(user, &attachment.instance) {
            let at = &attachment.instance;
            wrong.push(format!("a home of {user} is attached to {other} and to {at}"));
        }
    }
    wrong
}
