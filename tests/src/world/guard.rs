//! What hotdesk must never ask of AWS: looked at where a call arrives there, and again when it is answered,
//! as AWS may take its time.

use std::collections::BTreeSet;

use futures::FutureExt;
use hotdesk::{
    id::InstanceId,
    seats::{BoxItem, Seats, UserState},
};
use hotdesk_sim::{Lifecycle, http::Shared};

use super::Violations;
use crate::seats::MemorySeats;

/// Calls that take a box from whoever uses it.
const TAKING: [&str; 4] =
    ["EnterStandby", "StopInstances", "TerminateInstances", "TerminateInstanceInAutoScalingGroup"];

/// Looks at calls to the cloud. Clones are the same.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) cloud: Shared,
    pub(super) table: MemorySeats,
    pub(super) violations: Violations,
}

impl Guard {
    /// Looks at a call: `body` is the form that it is.
    pub(super) fn look(&self, action: &str, body: &[u8]) {
        if !TAKING.contains(&action) {
            return;
        }
        let fields = url::form_urlencoded::parse(body);
        let ids = fields.filter(|(name, _)| {
            name.starts_with("InstanceId.")
                || name.starts_with("InstanceIds.member.")
                || name == "InstanceId"
        });
        let ids: BTreeSet<String> = ids.map(|(_, id)| id.into_owned()).collect();
        let mut wrong = Vec::new();
        if action == "StopInstances" {
            wrong.extend(self.not_in_standby(&ids));
        }
        let used = ids.iter().filter(|id| self.is_used(id));
        wrong.extend(used.map(|id| format!("{action} of {id}, which is somebody's")));
        self.violations.lock().expect("not poisoned").extend(wrong);
    }

    /// The group replaces a member that stops anywhere but in standby.
    fn not_in_standby(&self, ids: &BTreeSet<String>) -> Vec<String> {
        let group = self.cloud.look(|sim| sim.group());
        let serves = [
            Lifecycle::Pending,
            Lifecycle::PendingWait,
            Lifecycle::PendingProceed,
            Lifecycle::InService,
            Lifecycle::EnteringStandby,
        ];
        let stopped = group
            .members
            .iter()
            .filter(|member| ids.contains(&member.id) && serves.contains(&member.lifecycle));
        let wrong = stopped.map(|member| {
            format!("StopInstances of {}, which is {}", member.id, member.lifecycle.name())
        });
        wrong.collect()
    }

    /// Whether somebody's seat on it is open.
    fn is_used(&self, id: &str) -> bool {
        let Ok(instance) = id.parse::<InstanceId>() else { return false };
        let item = self.table.instance(&instance).now_or_never();
        let Some(Ok(Some(BoxItem::Seat { user, epoch }))) = item else { return false };
        let seat = self.table.user(&user).now_or_never();
        let Some(Ok(Some(item))) = seat else { return false };
        item.state == UserState::Open && item.seat.instance == instance && item.seat.epoch == epoch
    }
}
