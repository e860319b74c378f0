//! AWS's error codes.
//!
//! Sources: EC2 Developer Guide, "Error codes for the Amazon EC2 API" (\[ec2\]); Auto Scaling API
//! Reference, "Common error types" and the errors of each action (\[as\]); DynamoDB Developer
//! Guide, "Error handling with DynamoDB" (\[ddb\]); the crate aws-runtime 1.10,
//! `retries::classifiers`, which says what the SDK sends again by itself (\[sdk\]):
//! `THROTTLING_ERRORS`, `TRANSIENT_ERRORS`, and every answer with status 500, 502, 503 or 504. What a condition of DynamoDB says
//! (`ConditionalCheckFailedException`, `TransactionCanceledException`) is an outcome, no error: the
//! seats read it before they ask here.

use hotdesk::fleet::Refusal;

use super::Class;

/// The table: each code once.
const TABLE: &[(Class, &[&str])] = &[
    // [sdk], all of its throttling errors that the three services may answer. EC2 says
    // RequestLimitExceeded with status 503 [ec2], Auto Scaling Throttling with 400.
    (
        Class::Busy,
        &[
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "LimitExceededException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "TransactionInProgressException",
        ],
    ),
    // [ddb] Another transaction has an item, here or in another Region; the SDK does not send these
    // again ("Transaction conflict handling"), the seats do.
    (Class::Busy, &["ReplicatedWriteConflictException", "TransactionConflictException"]),
    // [ec2] "Server error codes", [as], [ddb], [sdk].
    (
        Class::Away,
        &[
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "RequestTimeout",
            "RequestTimeoutException",
            "RetryableError",
            "ServerInternal",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "Unavailable",
        ],
    ),
    // [as] Another update of the group is under way. ResourceContention has status 500, so the SDK
    // has sent it again; the others are no matter of seconds.
    (Class::Later, &["ResourceContention", "ResourceInUse", "ScalingActivityInProgress"]),
    // [ec2], [as] A list changed while it was read.
    (Class::Later, &["InvalidNextToken", "InvalidPaginationToken"]),
    // [ec2] The volume is being made, attached or changed; it was snapshotted in the last 15 s, or
    // five times at once; a snapshot of it is in use as an image. VolumeModificationRateExceeded is
    // "Wait at least 6 hours between modifications per EBS volume" (terraform-provider-aws issue
    // 44612).
    (
        Class::Instance(Refusal::NotNow),
        &[
            "ConcurrentSnapshotLimitExceeded",
            "IncorrectModificationState",
            "InvalidSnapshot.InUse",
            "SnapshotCreationPerVolumeRateExceeded",
            "VolumeInUse",
            "VolumeModificationRateExceeded",
        ],
    ),
    // [ec2] Somebody else is moving or tagging the same box.
    (
        Class::Instance(Refusal::NotNow),
        &[
            "ConcurrentTagAccess",
            "IncorrectInstanceState",
            "IncorrectSpotRequestState",
            "IncorrectState",
            "InvalidInstanceState",
            "InvalidState",
        ],
    ),
    // [ec2] InvalidID is CreateTags' word. Ids are checked before they come here, so a malformed
    // one has a form that EC2 gave up; "not found" proves no absence ("Eventual consistency").
    (
        Class::Instance(Refusal::Unlisted),
        &[
            "InvalidAttachment.NotFound",
            "InvalidID",
            "InvalidInstanceID.Malformed",
            "InvalidInstanceID.NotFound",
            "InvalidSnapshot.NotFound",
            "InvalidSnapshotID.Malformed",
            "InvalidVolume.NotFound",
            "InvalidVolumeID.Malformed",
        ],
    ),
    // [ec2] No room for a volume in the zone (a server error, status 500), or no quota for one more
    // volume or snapshot.
    (
        Class::Instance(Refusal::NoCapacity),
        &["InsufficientVolumeCapacity", "SnapshotLimitExceeded", "VolumeLimitExceeded"],
    ),
    // [ec2] A volume and an instance of different zones. The older name is in the same list.
    (
        Class::Instance(Refusal::Never),
        &["InvalidVolume.ZoneMismatch", "InvalidVolumeID.ZoneMismatch"],
    ),
    // [ec2] The token of a volume stands for another request, or for a volume that was deleted: there
    // will be none under it. Only CreateVolume is sent with a token of ours.
    (Class::Instance(Refusal::Never), &["IdempotentParameterMismatch"]),
    // [ec2] A box or a kind of box that cannot carry homes, a zone or a key that does not exist.
    (
        Class::Alarm,
        &[
            "AttachmentLimitExceeded",
            "EncryptedVolumesNotSupported",
            "InvalidZone.NotFound",
            "VolumeTypeNotAvailableInZone",
        ],
    ),
    // [ec2] No machine, no address, or no quota for it; the last pass when others stop.
    (
        Class::Instance(Refusal::NoCapacity),
        &[
            "IncompatibleHostRequirements",
            "InstanceLimitExceeded",
            "InsufficientAddressCapacity",
            "InsufficientCapacity",
            "InsufficientCapacityOnHost",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientHostCapacity",
            "InsufficientInstanceCapacity",
            "InsufficientReservedInstanceCapacity",
            "MaxSpotInstanceCountExceeded",
            "ReservationCapacityExceeded",
            "ResourceCountExceeded",
            "SpotMaxPriceTooLow",
            "UnavailableHostRequirements",
            "UnfulfillableCapacity",
            "VcpuLimitExceeded",
        ],
    ),
    // [ec2] A one-time Spot instance or one on an instance store cannot be stopped; one that
    // somebody protected from stops must not be; one with 50 tags takes no further.
    (
        Class::Instance(Refusal::Never),
        &["OperationNotPermitted", "TagLimitExceeded", "Unsupported", "UnsupportedOperation"],
    ),
    // [ec2], [as], [ddb] Credentials and permissions. Lambda renews a function's credentials long
    // before they end, so expired ones mean a wrong clock or a revoked role.
    (
        Class::Alarm,
        &[
            "AccessDenied",
            "AccessDeniedException",
            "AccountDisabled",
            "AuthFailure",
            "Blocked",
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSecurity.RequestHasExpired",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "NotAuthorized",
            "OptInRequired",
            "PendingVerification",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "TagPolicyViolation",
            "UnauthorizedOperation",
            "UnrecognizedClientException",
        ],
    ),
    // [as] The service-linked role lacks rights, or a quota of Auto Scaling itself is used up.
    (Class::Alarm, &["LimitExceeded", "ServiceLinkedRoleFailure"]),
    // [ec2], [as], [ddb] A request that does not fit the API, or a table that does not exist.
    (
        Class::Alarm,
        &[
            "FilterLimitExceeded",
            "IdempotentParameterMismatchException",
            "InvalidAction",
            "InvalidCharacter",
            "InvalidFilter",
            "InvalidMaxResults",
            "InvalidParameter",
            "InvalidParameterCombination",
            "InvalidParameterDependency",
            "InvalidParameterValue",
            "InvalidQueryParameter",
            "InvalidRequest",
            "InvalidTagKey.Malformed",
            "MalformedQueryString",
            "MissingAction",
            "MissingInput",
            "MissingParameter",
            "NoSuchVersion",
            "ResourceNotFoundException",
            "UnknownParameter",
            "UnsupportedProtocol",
            "ValidationException",
        ],
    ),
];

/// The class of a code, if it is in the table.
pub(super) fn class(code: &str) -> Option<Class> {
    TABLE.iter().find(|(_, codes)| codes.contains(&code)).map(|(class, _)| *class)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_has_one_class() {
        let mut seen = BTreeSet::new();
        for (class, codes) in TABLE {
            assert!(codes.is_sorted(), "{class:?}");
            for code in *codes {
                assert!(seen.insert(code), "{code} is there twice");
                assert_ne!(*code, super::super::validation::CODE, "its sentence decides");
            }
        }
    }
}
