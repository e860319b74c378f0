//! An instance's place in the group.

use super::view::{Hold, Lifecycle};

/// An instance's place in the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) lifecycle: Lifecycle,
    pub(super) healthy: bool,
    pub(super) protected: bool,
    /// The lifecycle actions that hold it in `Pending:Wait` or `Terminating:Wait`.
    pub(super) holds: Vec<Hold>,
    /// When the group moves it on.
    pub(super) step: Option<u64>,
    /// When a health check notices that it does not run.
    pub(super) ill_at: Option<u64>,
    /// Newly launched: its launch hooks have not run. They apply only to newly launched instances,
    /// not to one that leaves standby. [aws-samples/aws-codedeploy-samples issue 30, AWS's answer]
    pub(super) fresh: bool,
}

impl Membership {
    pub(super) fn launched(protected: bool, step: u64) -> Self {
        Self {
            lifecycle: Lifecycle::Pending,
            healthy: true,
            protected,
            holds: Vec::new(),
            step: Some(step),
            ill_at: None,
            fresh: true,
        }
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        let holds = self.holds.iter().map(|hold| hold.until);
        holds.chain(self.step).chain(self.ill_at).min()
    }

    /// It is on its way to InService.
    pub(super) fn launching(&self) -> bool {
        matches!(
            self.lifecycle,
            Lifecycle::Pending | Lifecycle::PendingWait | Lifecycle::PendingProceed
        )
    }

    /// Scale-in may take it: protection starts at InService.
    pub(super) fn removable(&self) -> bool {
        self.launching() || self.lifecycle == Lifecycle::InService && !self.protected
    }

    /// It counts towards the desired capacity: neither on its way out nor in standby.
    pub(super) fn counts(&self) -> bool {
        self.launching() || self.lifecycle == Lifecycle::InService
    }

    /// It is on its way out of the group for good.
    pub(super) fn leaving(&self) -> bool {
        matches!(
            self.lifecycle,
            Lifecycle::Terminating
                | Lifecycle::TerminatingWait
                | Lifecycle::TerminatingProceed
                | Lifecycle::Terminated
        )
    }
}
