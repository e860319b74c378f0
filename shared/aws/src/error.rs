//! AWS's error codes, sorted by who acts: one table for all services.

use std::error::Error;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use hotdesk::{fleet::FleetError, seats::SeatsError};

/// What a code means for whoever called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The rate is used up, or another writer has the item; it passes.
    Busy,
    /// The request does not fit the state of the instances or the group.
    Refused,
    /// The service's own trouble, no answer, or no permission.
    Away,
}

/// The table. Codes: EC2 API reference "Error codes", Auto Scaling API reference "Common errors",
/// DynamoDB API reference "Error handling".
pub(crate) fn classify(code: Option<&str>) -> Class {
    match code {
        Some(
            "RequestLimitExceeded"
            | "Throttling"
            | "ThrottlingException"
            | "RequestThrottled"
            | "ProvisionedThroughputExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => Class::Busy,
        Some(
            "ValidationError"
            | "IncorrectInstanceState"
            | "IncorrectState"
            | "InvalidInstanceID.NotFound"
            | "InvalidInstanceID.Malformed"
            | "InsufficientInstanceCapacity"
            | "ScalingActivityInProgress"
            | "ResourceContention"
            | "ResourceInUse",
        ) => Class::Refused,
        _ => Class::Away,
    }
}

/// A failed call to EC2 or Auto Scaling.
pub(crate) fn fleet<E, R>(error: SdkError<E, R>) -> FleetError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    let message = error.message().unwrap_or_default().to_owned();
    match classify(code.as_deref()) {
        Class::Busy => FleetError::Throttled(Box::new(error)),
        Class::Refused => FleetError::Refused(format!("{}: {message}", code.unwrap_or_default())),
        Class::Away => {
            FleetError::Away(code.unwrap_or_else(|| "no answer".into()), Box::new(error))
        }
    }
}

/// A failed call to DynamoDB.
pub(crate) fn seats<E, R>(error: SdkError<E, R>) -> SeatsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match classify(error.code()) {
        Class::Busy => SeatsError::Busy(Box::new(error)),
        Class::Refused | Class::Away => SeatsError::Away(Box::new(error)),
    }
}
