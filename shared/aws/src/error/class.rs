//! Who acts on an error of AWS.
//!
//! | class | who acts, and when |
//! | --- | --- |
//! | [`Class::Busy`], [`Class::Away`] | the SDK did, several times: now the caller's next pass |
//! | [`Class::Later`] | the next pass |
//! | [`Class::Instance`] | the call, by leaving that instance out |
//! | [`Class::Alarm`] | a person: neither time nor another instance helps |

use hotdesk::fleet::Refusal;

use super::{table, validation};

/// What an error means for whoever called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The rate is used up, or another writer has the item.
    Busy,
    /// The service's own trouble, or no answer: what was asked may have been done or not.
    Away,
    /// Not now with this group, whichever instances are named.
    Later,
    /// Not with this instance. A batch is refused whole for one such.
    Instance(Refusal),
    /// A permission, the group or the request itself is wrong.
    Alarm,
}

/// What EC2 says where another volume has the device name, for which it has no code: "Invalid value
/// '/dev/sdh' for unixDevice. Attachment point /dev/sdh is already in use" (nanovms/ops pull request
/// 1189).
const DEVICE_TAKEN: &str = "is already in use";

/// What EC2 says of a volume whose size is being changed, with a code that is for good otherwise:
/// "Cannot attach volume vol-... when it is in modification state: MODIFYING" (unverified).
const BEING_CHANGED: &str = "modification state";

const NOT_NOW: Class = Class::Instance(Refusal::NotNow);

/// The class of an error by its code, its sentence and the HTTP status of the answer, as far as
/// there was one. A code that is not in the table: without an answer or from 500 on it is the
/// service's trouble, and below that it is ours.
pub(crate) fn classify(code: Option<&str>, message: Option<&str>, status: Option<u16>) -> Class {
    let sentence = message.unwrap_or_default();
    match code {
        Some(validation::CODE) => validation::class(sentence),
        Some("InvalidParameterValue") if sentence.contains(DEVICE_TAKEN) => NOT_NOW,
        Some("OperationNotPermitted") if sentence.contains(BEING_CHANGED) => NOT_NOW,
        Some(code) => table::class(code).unwrap_or_else(|| by_status(status)),
        None => by_status(status),
    }
}

fn by_status(status: Option<u16>) -> Class {
    match status {
        // RFC 6585, "Too Many Requests".
        Some(429) => Class::Busy,
        Some(400..=499) => Class::Alarm,
        _ => Class::Away,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each class's codes that hotdesk was designed around: a code that moves to another class
    /// changes who acts.
    #[test]
    fn whoever_can_help_is_asked() {
        let refused = |refusal| Class::Instance(refusal);
        for (code, class) in [
            ("RequestLimitExceeded", Class::Busy),
            ("Throttling", Class::Busy),
            ("ProvisionedThroughputExceededException", Class::Busy),
            ("TransactionConflictException", Class::Busy),
            ("ServiceUnavailable", Class::Away),
            ("InternalError", Class::Away),
            ("InternalFailure", Class::Away),
            ("InternalServerError", Class::Away),
            ("ResourceContention", Class::Later),
            ("ScalingActivityInProgress", Class::Later),
            ("IncorrectInstanceState", refused(Refusal::NotNow)),
            ("IncorrectState", refused(Refusal::NotNow)),
            ("InvalidInstanceID.NotFound", refused(Refusal::Unlisted)),
            ("InvalidInstanceID.Malformed", refused(Refusal::Unlisted)),
            ("InsufficientInstanceCapacity", refused(Refusal::NoCapacity)),
            ("InsufficientHostCapacity", refused(Refusal::NoCapacity)),
            ("InstanceLimitExceeded", refused(Refusal::NoCapacity)),
            ("VcpuLimitExceeded", refused(Refusal::NoCapacity)),
            ("MaxSpotInstanceCountExceeded", refused(Refusal::NoCapacity)),
            ("UnsupportedOperation", refused(Refusal::Never)),
            ("VolumeInUse", refused(Refusal::NotNow)),
            ("IncorrectModificationState", refused(Refusal::NotNow)),
            ("VolumeModificationRateExceeded", refused(Refusal::NotNow)),
            ("SnapshotCreationPerVolumeRateExceeded", refused(Refusal::NotNow)),
            ("ConcurrentSnapshotLimitExceeded", refused(Refusal::NotNow)),
            ("InvalidVolume.NotFound", refused(Refusal::Unlisted)),
            ("InvalidSnapshot.NotFound", refused(Refusal::Unlisted)),
            ("InvalidAttachment.NotFound", refused(Refusal::Unlisted)),
            ("InvalidVolume.ZoneMismatch", refused(Refusal::Never)),
            ("InsufficientVolumeCapacity", refused(Refusal::NoCapacity)),
            ("VolumeLimitExceeded", refused(Refusal::NoCapacity)),
            ("IdempotentParameterMismatch", refused(Refusal::Never)),
            ("AttachmentLimitExceeded", Class::Alarm),
            ("UnauthorizedOperation", Class::Alarm),
            ("AccessDenied", Class::Alarm),
            ("AuthFailure", Class::Alarm),
            ("ExpiredToken", Class::Alarm),
            ("InvalidParameterValue", Class::Alarm),
            ("ResourceNotFoundException", Class::Alarm),
        ] {
            // The code decides, whatever the status.
            for status in [None, Some(400), Some(403), Some(500), Some(503)] {
                assert_eq!(classify(Some(code), None, status), class, "{code} {status:?}");
            }
        }
    }

    #[test]
    fn a_volume_that_is_being_changed_is_told_from_what_is_never_permitted() {
        let class = |sentence| classify(Some("OperationNotPermitted"), Some(sentence), Some(400));
        let changing = "Cannot attach volume vol-01234567 when it is in modification state: \
                        MODIFYING";
        assert_eq!(class(changing), NOT_NOW);
        assert_eq!(class("The instance is protected."), Class::Instance(Refusal::Never));
    }

    #[test]
    fn a_device_name_that_is_taken_is_told_from_one_that_is_wrong() {
        let class = |sentence| classify(Some("InvalidParameterValue"), Some(sentence), Some(400));
        let taken = "Invalid value '/dev/sdh' for unixDevice. Attachment point /dev/sdh is already \
                     in use";
        assert_eq!(class(taken), NOT_NOW);
        let wrong = "Value (/dev/sdk1) for parameter device is invalid. /dev/sdk1 is not a valid \
                     EBS device name.";
        assert_eq!(class(wrong), Class::Alarm);
    }

    #[test]
    fn an_unknown_code_is_ours_below_500_and_theirs_otherwise() {
        for code in [None, Some("NeverHeardOf")] {
            assert_eq!(classify(code, None, None), Class::Away, "no answer");
            assert_eq!(classify(code, None, Some(500)), Class::Away);
            assert_eq!(classify(code, None, Some(503)), Class::Away);
            assert_eq!(classify(code, None, Some(400)), Class::Alarm);
            assert_eq!(classify(code, None, Some(403)), Class::Alarm);
            assert_eq!(classify(code, None, Some(429)), Class::Busy);
        }
    }
}
