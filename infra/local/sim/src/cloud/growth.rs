//! ModifyVolume, of the size only. [docs: API_ModifyVolume, ebs-modify-volume]

use super::{
    disk::Life,
    disk_view::{Modification, ModificationState},
    effect::Effect,
    error::AwsError,
    reply::Reply,
    sim::Sim,
    volumes::{check_size, not_available},
};

/// [docs: API_ModifyVolume, "up to four times within a rolling 24-hour period"]
const MOST_A_DAY: usize = 4;
const DAY_MS: u64 = 24 * 3_600_000;

impl Sim {
    /// The sentences: aws/aws-cli issue 4216, sodafoundation/strato issue 1094 (of the time when it
    /// was one in six hours); those for a change that is under way and for the same size, and that
    /// the same size is refused, are unverified.
    pub(super) fn modify_volume(&mut self, id: &str, size: u32) -> Result<Reply, AwsError> {
        let disk = self.known_volume(id)?;
        self.reachable(&disk.zone)?;
        if disk.life != Life::Ready {
            return Err(not_available(id));
        }
        check_size(size)?;
        if size <= disk.size {
            let same = size == disk.size;
            let message = if same {
                "New size must be larger than existing size"
            } else {
                "New size cannot be smaller than existing size"
            };
            return Err(AwsError::client("InvalidParameterValue", message));
        }
        let under_way = disk.modification.filter(|it| it.state != ModificationState::Completed);
        if let Some(Modification { state, .. }) = under_way {
            return Err(AwsError::client(
                "IncorrectModificationState",
                format!(
                    "Cannot modify volume {id} when it is in modification state: {}",
                    state.name().to_uppercase()
                ),
            ));
        }
        let (now, lately) = (self.now, self.now.saturating_sub(DAY_MS));
        if disk.modified_at.iter().filter(|at| **at > lately).count() >= MOST_A_DAY {
            return Err(AwsError::client(
                "VolumeModificationRateExceeded",
                "You've reached the maximum modification rate per volume limit. Wait at least 6 \
                 hours between modifications per EBS volume.",
            ));
        }
        self.room_for(&disk.zone, size - disk.size)?;
        let modification = Modification {
            state: ModificationState::Modifying,
            from: disk.size,
            to: size,
            started_at: now,
        };
        let due = now + self.settings.modify_ms;
        self.alter_disk(id, |disk| {
            disk.modified_at.retain(|at| *at > lately);
            disk.modified_at.push(now);
            disk.modification = Some(modification.clone());
            disk.modification_due = Some(due);
        });
        Ok(Reply::Modification(id.into(), modification))
    }

    /// Does what is due for the change of a volume. It is in effect once it is `optimizing`. [docs:
    /// monitoring-volume-modifications]
    pub(super) fn run_modification(&mut self, id: &str) {
        let (now, optimized) = (self.now, self.now + self.settings.optimize_ms);
        let grown = self.alter_disk(id, |disk| {
            disk.modification_due.take_if(|due| *due <= now)?;
            let modification = disk.modification.as_mut()?;
            if modification.state != ModificationState::Modifying {
                modification.state = ModificationState::Completed;
                return None;
            }
            modification.state = ModificationState::Optimizing;
            disk.size = modification.to;
            disk.modification_due = Some(optimized);
            Some(disk.size)
        });
        if let Some(size) = grown.flatten() {
            self.effects.push(Effect::VolumeGrown { id: id.into(), size });
        }
    }
}
