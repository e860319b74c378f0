//! Auto Scaling's code for states, sizes, unknown groups and malformed requests alike: only the
//! sentence tells which.

use hotdesk::fleet::Refusal;

use super::Class;

/// The code.
pub(super) const CODE: &str = "ValidationError";

/// What sentences of a [`CODE`] contain; without any of these, it is about the present state
/// of an instance, of its hook or of the group's sizes.
const SENTENCES: &[(&str, Class)] = &[
    // "AutoScalingGroup name not found - AutoScalingGroup 'x' not found"; CreateOrUpdateTags leaves
    // out "name" (cloud-custodian issue 380).
    ("AutoScalingGroup name not found", Class::Alarm),
    ("AutoScalingGroup not found", Class::Alarm),
    // "1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: ...", and the
    // sentence of older APIs, "Value (x) for parameter y is invalid.".
    ("validation error detected", Class::Alarm),
    ("validation errors detected", Class::Alarm),
    (") for parameter ", Class::Alarm),
    // "Cannot move instances out of Standby for AutoScalingGroup x while the Launch process is
    // suspended" (sentence unverified; the rule: "Suspend and resume processes").
    ("process is suspended", Class::Later),
    // "Instance Id not found - No managed instance found for instance ID i-..." of
    // TerminateInstanceInAutoScalingGroup (keikoproj/upgrade-manager issue 25).
    ("Instance Id not found", Class::Instance(Refusal::Unlisted)),
    // "The instance i-... is not part of Auto Scaling group x." (reproio/ecs_deploy issue 56).
    ("is not part of Auto Scaling group", Class::Instance(Refusal::Unlisted)),
];

/// The class of an error with this code, by its sentence.
pub(super) fn class(message: &str) -> Class {
    let known = SENTENCES.iter().find(|(part, _)| message.contains(part));
    known.map_or(Class::Instance(Refusal::NotNow), |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validation_error_says_in_its_sentence_who_is_to_blame() {
        let unlisted = Class::Instance(Refusal::Unlisted);
        let not_now = Class::Instance(Refusal::NotNow);
        for (sentence, class) in [
            ("AutoScalingGroup name not found - AutoScalingGroup 'x' not found", Class::Alarm),
            ("AutoScalingGroup not found - AutoScaling Group x not found", Class::Alarm),
            (
                "1 validation error detected: Value '-1' at 'desiredCapacity' failed to satisfy \
                 constraint: Member must have value greater than or equal to 0",
                Class::Alarm,
            ),
            ("2 validation errors detected: Value null at 'instanceId' failed", Class::Alarm),
            ("Value (Sleep) for parameter ScalingProcesses is invalid", Class::Alarm),
            (
                "Instance Id not found - No managed instance found for instance ID i-01234567",
                unlisted,
            ),
            (
                "Cannot move instances out of Standby for AutoScalingGroup x while the Launch \
                 process is suspended",
                Class::Later,
            ),
            ("The instance i-01234567 is not part of Auto Scaling group x.", unlisted),
            ("The instance i-01234567 is not in InService.", not_now),
            (
                "AutoScalingGroup x has min-size=1, max-size=1, and desired-size=1. To place into \
                 standby 1 instance, please update the AutoScalingGroup sizes appropriately.",
                not_now,
            ),
            (
                "New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup.",
                not_now,
            ),
            ("No active Lifecycle Action found with instance ID i-01234567", not_now),
            ("", not_now),
        ] {
            assert_eq!(super::class(sentence), class, "{sentence}");
        }
    }
}
