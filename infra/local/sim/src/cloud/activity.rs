//! A scaling activity as DescribeScalingActivities shows it, and in AWS's words.

use serde::Serialize;

/// How far an activity is: of AWS's states those that a simulated one goes through. [docs:
/// API_Activity, StatusCode]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ActivityStatus {
    /// An instance is on its way into service.
    PreInService,
    /// An instance is on its way out, or into standby.
    InProgress,
    /// A hook holds the instance.
    MidLifecycleAction,
    /// Over, and done.
    Successful,
    /// Over: nothing was launched.
    Failed,
    /// Over: an instance was launched, and did not get into service.
    Cancelled,
}

impl ActivityStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreInService => "PreInService",
            Self::InProgress => "InProgress",
            Self::MidLifecycleAction => "MidLifecycleAction",
            Self::Successful => "Successful",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// In percent. [docs: API_ExitStandby, API_EnterStandby, sample responses: 30 and 50;
    /// MidLifecycleAction's is unverified]
    #[must_use]
    pub fn progress(self) -> u8 {
        match self {
            Self::PreInService => 30,
            Self::InProgress => 50,
            Self::MidLifecycleAction => 60,
            Self::Successful | Self::Failed | Self::Cancelled => 100,
        }
    }

    /// It is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Successful | Self::Failed | Self::Cancelled)
    }
}

/// A scaling activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Activity {
    /// A UUID.
    pub id: String,
    /// The group.
    pub group: String,
    /// What is done, as AWS words it.
    pub description: String,
    /// Why, as AWS words it.
    pub cause: String,
    /// When it began, ms since 1970.
    pub started_at: u64,
    /// When it was over, ms since 1970.
    pub ended_at: Option<u64>,
    /// Its zone.
    pub zone: String,
    /// How far it is.
    pub status: ActivityStatus,
    /// Why it came to nothing, as AWS words it.
    pub message: Option<String>,
}

impl Activity {
    /// The same, further on. What came to nothing says so in its description too. [docs:
    /// CHAP_Troubleshooting, the examples, with two blanks before "Status Reason"]
    pub(super) fn go_on(&mut self, status: ActivityStatus, message: Option<String>, now: u64) {
        self.status = status;
        self.ended_at = status.is_over().then_some(now);
        if let Some(message) = &message {
            self.description.push_str(&format!("  Status Reason: {message}"));
        }
        self.message = message;
    }
}

/// [docs: ts-as-capacity] Which zones have room, it does not say here.
pub(super) fn no_capacity(zone: &str) -> String {
    format!(
        "We currently do not have sufficient t3.medium capacity in the Availability Zone you \
         requested ({zone}). Our system will be working on provisioning additional capacity. \
         {FAILED}"
    )
}

/// As users report it for groups of Spot instances [aws/aws-parallelcluster issue 1944].
pub(super) fn no_spot_capacity() -> String {
    format!("There is no Spot capacity available that matches your request. {FAILED}")
}

/// The code that AWS documents for it is InsufficientFreeAddressesInSubnet; the sentence is
/// unverified.
pub(super) fn no_address() -> String {
    format!("There are not enough free addresses in the subnet. {FAILED}")
}

/// What EC2 says, in the words of its group. [docs: ts-as-instancelaunchfailure]
pub(super) fn refused(reason: &str) -> String {
    format!("{reason} {FAILED}")
}

/// How every launch that failed ends. [docs: ts-as-instancelaunchfailure]
const FAILED: &str = "Launching EC2 instance failed.";

/// [docs: CHAP_Troubleshooting, its example]
pub(super) fn abandoned(token: &str, how: &str) -> String {
    format!(
        "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token {token} \
         was abandoned: {how}"
    )
}
