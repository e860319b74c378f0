//! From EC2's descriptions of volumes and snapshots to hotdesk's words. `None` for an answer without
//! id or state, or with a state that is unknown.

use aws_sdk_ec2::types::{
    Snapshot as Ec2Snapshot, SnapshotState, Volume as Ec2Volume, VolumeAttachment,
    VolumeAttachmentState, VolumeState as Ec2State,
};
use hotdesk::{
    clock::Ms,
    volumes::{Attachment, Progress, Snapshot, Volume, VolumeState},
};

use super::tags;

/// A volume.
pub(super) fn volume(volume: &Ec2Volume) -> Option<Volume> {
    let state = match volume.state()? {
        Ec2State::Creating => VolumeState::Creating,
        Ec2State::Available => VolumeState::Available,
        Ec2State::InUse => VolumeState::InUse,
        Ec2State::Deleting | Ec2State::Deleted => VolumeState::Deleted,
        Ec2State::Error => VolumeState::Error,
        _ => return None,
    };
    Some(Volume {
        volume: volume.volume_id()?.parse().ok()?,
        state,
        zone: volume.availability_zone().unwrap_or_default().to_owned(),
        size: u32::try_from(volume.size().unwrap_or_default()).unwrap_or_default(),
        attachment: volume.attachments().iter().find_map(attachment),
    })
}

/// An attachment, but for one that is no more.
fn attachment(attachment: &VolumeAttachment) -> Option<Attachment> {
    let leaving = match attachment.state()? {
        VolumeAttachmentState::Detached => return None,
        // What is `busy` is being detached, and its system has not let go of it (EBS User Guide,
        // "Detach an Amazon EBS volume").
        VolumeAttachmentState::Detaching | VolumeAttachmentState::Busy => true,
        _ => false,
    };
    Some(Attachment { instance: attachment.instance_id()?.parse().ok()?, leaving })
}

/// A snapshot. One that was put into the recycle bin, or comes back from it, is nothing to build on.
pub(super) fn snapshot(snapshot: &Ec2Snapshot) -> Option<Snapshot> {
    let progress = match snapshot.state()? {
        SnapshotState::Pending => Progress::Pending,
        SnapshotState::Completed => Progress::Completed,
        SnapshotState::Error | SnapshotState::Recoverable | SnapshotState::Recovering => {
            Progress::Error
        }
        _ => return None,
    };
    let tag = |key| tags::value(snapshot.tags(), key);
    let began = snapshot.start_time().and_then(|time| time.to_millis().ok());
    let began = Ms(began.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default());
    Some(Snapshot {
        snapshot: snapshot.snapshot_id()?.parse().ok()?,
        // A copy has a volume id that is none's (EC2 API reference, "Snapshot").
        volume: snapshot.volume_id().and_then(|id| id.parse().ok()),
        user: tag(tags::HOME).and_then(|user| user.parse().ok()),
        taken: tag(tags::TAKEN).and_then(|ms| ms.parse().ok()).unwrap_or(began),
        progress,
        kept: tag(tags::KEEP) == Some(tags::YES),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::primitives::DateTime;

    use super::*;

    fn attached(state: &str) -> Option<Attachment> {
        let attachment = VolumeAttachment::builder().instance_id("i-01234567").state(state.into());
        let described = Ec2Volume::builder().volume_id("vol-01234567").state(Ec2State::InUse);
        volume(&described.attachments(attachment.build()).build()).unwrap().attachment
    }

    #[test]
    fn who_does_not_let_go_is_leaving_and_who_has_is_gone() {
        for (state, leaving) in
            [("attaching", false), ("attached", false), ("detaching", true), ("busy", true)]
        {
            assert_eq!(attached(state).map(|a| a.leaving), Some(leaving), "{state}");
        }
        assert_eq!(attached("detached"), None);
    }

    #[test]
    fn a_state_that_nobody_knows_is_not_guessed() {
        let described = |state: &str| {
            volume(&Ec2Volume::builder().volume_id("vol-01234567").state(state.into()).build())
        };
        for state in Ec2State::values() {
            assert!(described(state).is_some(), "{state}");
        }
        assert_eq!(described("melting"), None);
    }

    #[test]
    fn a_snapshot_is_of_the_time_that_its_tag_says() {
        let began = DateTime::from_millis(5_000);
        let plain = Ec2Snapshot::builder()
            .snapshot_id("snap-01234567")
            .volume_id("vol-ffffffff")
            .state(SnapshotState::Completed)
            .start_time(began);
        assert_eq!(snapshot(&plain.clone().build()).unwrap().taken, Ms(5_000));
        let tagged = plain.tags(tags::tag(tags::TAKEN, "4000")).tags(tags::keep());
        let tagged = snapshot(&tagged.tags(tags::tag(tags::HOME, "alice")).build()).unwrap();
        assert_eq!((tagged.taken, tagged.kept), (Ms(4_000), true));
        assert_eq!(tagged.user, Some("alice".parse().unwrap()));
    }
}
