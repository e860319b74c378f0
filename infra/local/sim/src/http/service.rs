//! The two services that are simulated.

use super::{Shared, autoscaling, ec2, invalid_action, query::Query};
use crate::AwsError;

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Ec2,
    AutoScaling,
    /// Neither; it is refused in Auto Scaling's shape.
    Unknown,
}

impl Service {
    /// The service of this `Version`.
    pub(super) fn of(version: &str) -> Self {
        match version {
            ec2::VERSION => Self::Ec2,
            autoscaling::VERSION => Self::AutoScaling,
            _ => Self::Unknown,
        }
    }

    /// Answers an action with XML.
    pub(super) fn answer(
        self,
        shared: &Shared,
        action: &str,
        query: Query,
        request_id: &str,
    ) -> Result<String, AwsError> {
        match self {
            Self::Ec2 => ec2::answer(shared, action, query, request_id),
            Self::AutoScaling => autoscaling::answer(shared, action, query, request_id),
            Self::Unknown => Err(invalid_action(action)),
        }
    }

    /// An error as the service writes it.
    pub(super) fn error(self, error: &AwsError, request_id: &str) -> String {
        match self {
            Self::Ec2 => ec2::error(error, request_id),
            Self::AutoScaling | Self::Unknown => autoscaling::error(error, request_id),
        }
    }

    /// What it says to those who are too fast.
    pub(super) fn throttled(self) -> AwsError {
        match self {
            Self::Ec2 => AwsError::request_limit_exceeded(),
            Self::AutoScaling | Self::Unknown => AwsError::rate_exceeded(),
        }
    }
}
