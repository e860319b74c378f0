//! Where the two clouds differ: the one table of it, but for volumes and snapshots, which have their
//! own.
//!
//! moto keeps no rules of Auto Scaling (states, sizes, batches, names), has no hooks that wait and
//! does everything at once; where it does not know what to do it answers 500. Where AWS does as moto,
//! the simulator is mended, so no row says so.

use Aws::{Simulator, Unknown};

/// What AWS does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aws {
    /// As the simulator.
    Simulator,
    /// It is not documented: the simulator takes the reading that is harder on callers.
    Unknown,
}

/// A case whose outcomes differ.
pub(crate) struct Difference {
    /// The case.
    pub(crate) case: &'static str,
    /// What comes of it in the simulator.
    pub(crate) simulator: &'static str,
    /// What comes of it in moto.
    pub(crate) moto: &'static str,
    /// Which of them is AWS's.
    pub(crate) aws: Aws,
    /// Who says so.
    pub(crate) source: &'static str,
}

pub(crate) const fn row(
    case: &'static str,
    (simulator, moto): (&'static str, &'static str),
    aws: Aws,
    source: &'static str,
) -> Difference {
    Difference { case, simulator, moto, aws, source }
}

/// A group that does not exist.
const NO_GROUP: (&str, &str) = ("Broken (ValidationError)", "Away (HTTP status 500)");

/// "AutoScalingGroup name not found - AutoScalingGroup 'x' not found".
const NO_GROUP_SOURCE: &str = "kubernetes/kops, isAutoScalingGroupNotExistsError";

/// A malformed id.
const MALFORMED: (&str, &str) =
    ("400 InvalidInstanceID.Malformed", "400 InvalidInstanceID.NotFound");

/// moto has no such call.
const NO_HOOKS: &str = "Auto Scaling API reference, \"CompleteLifecycleAction\" and \
                        \"RecordLifecycleActionHeartbeat\"; moto has neither";

/// The sentence that names the rule.
const NO_ACTION: &str = "spacelift-io/terraform-aws-spacelift-workerpool-on-ec2 pull request 197: \
                         \"No active Lifecycle Action found with instance ID i-...\"";

/// moto lists none.
const NO_ACTIVITIES: &str = "Auto Scaling API reference, \"DescribeScalingActivities\"; moto lists \
                             none";

const NOT_MEMBER: &str = "reproio/ecs_deploy pull request 56: \"The instance i-... is not part of \
                          Auto Scaling group x.\"";

const STATES: &str = "EC2 Developer Guide, \"Error codes\": IncorrectInstanceState";

const ERROR_CODES: &str = "EC2 Developer Guide, \"Error codes for the Amazon EC2 API\"";

/// The table.
pub(crate) const DIFFERENCES: &[Difference] = &[
    row(
        "describe: without instances",
        ("lists 0", "lists 2"),
        Simulator,
        "Auto Scaling API reference, \"DescribeAutoScalingGroups\": IncludeInstances",
    ),
    row(
        "describe: pages of members",
        ("20, 20, 10", "50"),
        Simulator,
        "Auto Scaling API reference, \"DescribeAutoScalingInstances\": MaxRecords",
    ),
    row(
        "describe: 51 members at once",
        ("400 ValidationError", "51"),
        Simulator,
        "Auto Scaling API reference, \"DescribeAutoScalingInstances\": up to 50 ids",
    ),
    row(
        "describe: a token of no page",
        ("400 InvalidNextToken", "done"),
        Simulator,
        "Auto Scaling API reference, \"DescribeAutoScalingInstances\": InvalidNextToken",
    ),
    row(
        "describe: health as listed by itself",
        ("HEALTHY", "Healthy"),
        Simulator,
        "AWS CLI reference, \"describe-auto-scaling-instances\", its example",
    ),
    row(
        "describe: pages of machines",
        ("25, 25, 10", "60"),
        Unknown,
        "EC2 API reference, \"DescribeInstances\": MaxResults counts \"items\"; moto counts \
         reservations",
    ),
    row(
        "describe: a page of four machines",
        ("400 InvalidParameterValue", "done"),
        Simulator,
        "EC2 API reference, \"DescribeInstances\": MaxResults is 5 to 1000",
    ),
    row(
        "sizes: above MaxSize",
        (
            "Refused (ValidationError), desired 2: box 1 InService, box 2 InService",
            "done, desired 3: another InService, box 1 InService, box 2 InService",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Set scaling limits\": desired lies within them",
    ),
    row(
        "sizes: below MinSize",
        (
            "Refused (ValidationError), desired 1: box 1 InService",
            "done, desired 0: box 1 InService",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Set scaling limits\": desired lies within them",
    ),
    row(
        "sizes: below zero",
        ("400 ValidationError", "done"),
        Simulator,
        "Auto Scaling User Guide, \"Set scaling limits\": desired lies within them",
    ),
    row("sizes: no such group", NO_GROUP, Simulator, NO_GROUP_SOURCE),
    row(
        "standby: enter twice",
        (
            "refused box 1 NotNow, desired 1: box 1 Standby, box 2 InService",
            "done, desired 0: box 1 Standby, box 2 InService",
        ),
        Simulator,
        "keikoproj/upgrade-manager issue 324: \"The instance i-... is not in InService.\"",
    ),
    row(
        "standby: enter, one of two not InService",
        (
            "refused box 1 NotNow, desired 0: box 1 Standby, box 2 Standby",
            "done, desired -1: box 1 Standby, box 2 Standby",
        ),
        Simulator,
        "keikoproj/upgrade-manager issue 324: one in standby failed the call for two",
    ),
    row(
        "standby: enter, unknown",
        ("refused nobody Unlisted, desired 1: box 1 InService", "done, desired 1: box 1 InService"),
        Simulator,
        NOT_MEMBER,
    ),
    row(
        "standby: enter, one of two unknown",
        ("refused nobody Unlisted, desired 0: box 1 Standby", "done, desired 0: box 1 Standby"),
        Simulator,
        NOT_MEMBER,
    ),
    row(
        "standby: enter, launching",
        ("refused box 1 NotNow, desired 1: box 1 Pending:Wait", "done, desired 0: box 1 Standby"),
        Simulator,
        "aws-samples/aws-codedeploy-samples issue 50: a pending instance \"is not in InService\"",
    ),
    row(
        "standby: enter, below MinSize",
        ("refused box 1 NotNow, desired 1: box 1 InService", "done, desired 0: box 1 Standby"),
        Simulator,
        "Auto Scaling User Guide, \"Temporarily remove instances\": lower MinSize first",
    ),
    row(
        "standby: enter, below MinSize by one",
        (
            "refused box 2 NotNow, desired 1: box 1 Standby, box 2 InService",
            "done, desired 0: box 1 Standby, box 2 Standby",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Temporarily remove instances\": lower MinSize first",
    ),
    row(
        "standby: enter, 21 at once",
        ("400 ValidationError", "done"),
        Simulator,
        "Auto Scaling User Guide, \"Quotas\": 20 instances a call",
    ),
    row("standby: enter, no such group", NO_GROUP, Simulator, NO_GROUP_SOURCE),
    row(
        "standby: exit, not in standby",
        (
            "refused box 1 NotNow, desired 1: box 1 InService",
            "done, desired 2: another InService, box 1 InService",
        ),
        Simulator,
        "Auto Scaling API reference, \"ExitStandby\": out of the standby state",
    ),
    row(
        "standby: exit, unknown",
        ("refused nobody Unlisted, desired 1: box 1 InService", "done, desired 1: box 1 InService"),
        Simulator,
        NOT_MEMBER,
    ),
    row(
        "standby: exit, above MaxSize",
        (
            "refused box 1 NotNow, desired 2: another InService, box 1 Standby, box 2 InService",
            "done, desired 3: another InService, box 1 InService, box 2 InService",
        ),
        Unknown,
        "Auto Scaling User Guide, \"Set scaling limits\", has no word of standby",
    ),
    row(
        "standby: exit, stopped",
        ("done, desired 1: another InService", "done, desired 1: box 1 InService"),
        Simulator,
        "Auto Scaling User Guide, \"Health checks\": stopped in service is replaced",
    ),
    row(
        "stop: in service",
        (
            "done, desired 1: another InService; terminated",
            "done, desired 1: box 1 InService; stopped",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Health checks\": stopped in service is replaced",
    ),
    row("stop: malformed", MALFORMED, Simulator, ERROR_CODES),
    row(
        "stop: terminated",
        ("refused box 1 NotNow, terminated", "done, stopped"),
        Simulator,
        STATES,
    ),
    row(
        "stop: launching",
        ("refused box 1 NotNow", "done"),
        Simulator,
        "cloud-custodian/cloud-custodian pull request 6014: \"it has never reached the 'running' \
         state\"; in moto it runs at once",
    ),
    row(
        "start: stopping",
        ("refused box 1 NotNow, stopped", "done, running"),
        Simulator,
        "burstable-ai/burst issue 42: \"not in a state from which it can be started\"; in moto it \
         is stopped at once",
    ),
    row("start: malformed", MALFORMED, Simulator, ERROR_CODES),
    row(
        "start: one of three terminated",
        ("refused box 2 NotNow, running, terminated, running", "done, running, running, running"),
        Simulator,
        STATES,
    ),
    row(
        "start: the launch time is that of the start",
        ("later", "the same"),
        Simulator,
        "EC2 API reference, \"Instance\": launchTime changes when it is started again",
    ),
    row("terminate: by EC2, malformed", MALFORMED, Simulator, ERROR_CODES),
    row(
        "terminate: by EC2, in standby",
        ("desired 0: box 1 Standby", "desired 0: nothing"),
        Simulator,
        "keikoproj/upgrade-manager pull request 150: the group goes on listing it",
    ),
    row(
        "terminate: in the group, twice",
        ("done, later done", "Away (HTTP status 500), later Away (HTTP status 500)"),
        Simulator,
        "yaybu/touchdown issue 51: \"No managed instance found\", which the adapter takes for done; \
         that a second call at once is done is unverified",
    ),
    row(
        "terminate: in the group, unknown",
        ("done", "Away (HTTP status 500)"),
        Simulator,
        "yaybu/touchdown issue 51: \"No managed instance found\", which the adapter takes for done",
    ),
    row("tags: unknown", ("refused nobody Unlisted", "done"), Simulator, ERROR_CODES),
    row(
        "tags: one of two unknown",
        ("refused nobody Unlisted, alice", "done, alice"),
        Simulator,
        ERROR_CODES,
    ),
    row(
        "tags: AWS's own",
        ("400 InvalidParameterValue", "done"),
        Simulator,
        "EC2 User Guide, \"Tag restrictions\": aws: is reserved; the code is unverified, for \
         InvalidTagKey.Malformed is documented too",
    ),
    row(
        "protection: launching",
        ("refused box 1 NotNow", "done"),
        Simulator,
        "infrahouse/infrahouse-toolkit issue 223: \"not in InService or EnteringStandby or \
         Standby\"; in moto it is in service at once",
    ),
    row(
        "protection: unknown",
        ("refused nobody Unlisted, box 1 protected", "done, box 1 protected"),
        Simulator,
        NOT_MEMBER,
    ),
    row(
        "protection: 51 at once",
        ("400 ValidationError", "done"),
        Simulator,
        "Auto Scaling User Guide, \"Quotas\": 50 instances a call",
    ),
    row("protection: no such group", NO_GROUP, Simulator, NO_GROUP_SOURCE),
    row(
        "processes: none of that name",
        ("400 ValidationError", "done"),
        Simulator,
        "Auto Scaling API reference, \"SuspendProcesses\": the names that there are",
    ),
    row("processes: no such group", NO_GROUP, Simulator, NO_GROUP_SOURCE),
    row(
        "processes: exit standby without launch",
        ("Refused (ValidationError), desired 0: box 1 Standby", "done, desired 1: box 1 InService"),
        Simulator,
        "Auto Scaling User Guide, \"Suspend and resume processes\": Launch and standby",
    ),
    row(
        "hooks: a launch waits",
        ("desired 1: box 1 Pending:Wait", "desired 1: box 1 InService"),
        Simulator,
        "Auto Scaling User Guide, \"How lifecycle hooks work\"",
    ),
    row(
        "hooks: continue",
        ("done, desired 1: box 1 InService", "Away (HTTP status 500), desired 1: box 1 InService"),
        Simulator,
        NO_HOOKS,
    ),
    row(
        "hooks: continue twice",
        ("done, Refused (ValidationError)", "Away (HTTP status 500), Away (HTTP status 500)"),
        Simulator,
        NO_ACTION,
    ),
    row(
        "hooks: abandon",
        (
            "done, desired 1: another Pending:Wait, box 1 Terminating:Wait",
            "Away (HTTP status 500), desired 1: box 1 InService",
        ),
        Simulator,
        "Auto Scaling User Guide, \"How lifecycle hooks work\"; that the terminate hook then waits \
         is unverified",
    ),
    row(
        "hooks: extend",
        (
            "done, desired 1: box 1 Pending:Wait",
            "Away (HTTP status 500), desired 1: box 1 InService",
        ),
        Simulator,
        NO_HOOKS,
    ),
    row(
        "hooks: an unknown hook",
        ("Refused (ValidationError)", "Away (HTTP status 500)"),
        Simulator,
        NO_HOOKS,
    ),
    row(
        "hooks: an unknown instance",
        ("Refused (ValidationError)", "Away (HTTP status 500)"),
        Simulator,
        NO_ACTION,
    ),
    row(
        "hooks: an instance that no hook holds",
        ("Refused (ValidationError)", "Away (HTTP status 500)"),
        Simulator,
        NO_ACTION,
    ),
    row(
        "hooks: a termination waits",
        (
            "done, desired 1: another Pending:Wait, box 1 Terminating:Wait",
            "done, desired 1: another InService",
        ),
        Simulator,
        "Auto Scaling User Guide, \"How lifecycle hooks work\"",
    ),
    row(
        "activities: a launch",
        ("Launching a new EC2 instance: box 1 Successful, ended", "nothing"),
        Simulator,
        NO_ACTIVITIES,
    ),
    row(
        "activities: a launch that a hook holds",
        ("Launching a new EC2 instance: box 1 MidLifecycleAction", "nothing"),
        Simulator,
        NO_ACTIVITIES,
    ),
    row(
        "activities: an abandoned launch",
        (
            "Terminating EC2 instance: box 1 InProgress; LaunchFailed (Instance failed to \
             complete user's Lifecycle Action: Lifecycle Action)",
            "nothing; none",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Troubleshoot Amazon EC2 Auto Scaling\", its \
         example",
    ),
    row(
        "activities: into standby and out",
        (
            "Moving EC2 instance out of Standby: box 1 Successful, ended, \
             Moving EC2 instance to Standby: box 1 Successful, ended, \
             Launching a new EC2 instance: box 1 Successful, ended",
            "nothing",
        ),
        Simulator,
        NO_ACTIVITIES,
    ),
    row(
        "activities: a termination",
        (
            "Terminating EC2 instance: box 1 Successful, ended, \
             Launching a new EC2 instance: box 1 Successful, ended",
            "nothing",
        ),
        Simulator,
        NO_ACTIVITIES,
    ),
    row(
        "activities: no room",
        ("NoCapacity, desired 1: nothing", "none, desired 1: another InService"),
        Simulator,
        "Auto Scaling User Guide, \"Troubleshoot Amazon EC2 Auto Scaling: Capacity limits\"; moto has \
         room for all",
    ),
    row(
        "activities: a launch that fails",
        (
            "LaunchFailed (The image is gone.), desired 1: nothing",
            "none, desired 1: another InService",
        ),
        Simulator,
        "Auto Scaling User Guide, \"Troubleshoot Amazon EC2 Auto Scaling: EC2 instance launch \
         failures\"; in moto none does",
    ),
    row("activities: pages", ("2, 1", "0"), Simulator, NO_ACTIVITIES),
    row(
        "activities: 101 at once",
        ("400 ValidationError", "done"),
        Simulator,
        "Auto Scaling API reference, \"DescribeScalingActivities\": MaxRecords is 100 at most",
    ),
    row(
        "activities: a token of no page",
        ("400 InvalidNextToken", "done"),
        Simulator,
        "Auto Scaling API reference, \"DescribeScalingActivities\": InvalidNextToken",
    ),
    row(
        "activities: no such group",
        ("Broken (ValidationError)", "none"),
        Unknown,
        "Auto Scaling API reference, \"DescribeScalingActivities\", has no word of it",
    ),
    row(
        "errors: EC2, nothing named",
        ("400 MissingParameter: The request must contain the parameter InstanceId", "done"),
        Simulator,
        ERROR_CODES,
    ),
    row(
        "errors: EC2, something unheard of",
        (
            "400 InvalidParameterValue: The filter 'no-such-filter' is invalid (or not simulated)",
            "500: no sentence",
        ),
        Simulator,
        ERROR_CODES,
    ),
    row(
        "errors: Auto Scaling, no such group",
        (
            "400 ValidationError: AutoScalingGroup name not found - AutoScalingGroup \
             'no-such-group' not found",
            "500: no sentence",
        ),
        Simulator,
        NO_GROUP_SOURCE,
    ),
    row(
        "errors: Auto Scaling, not InService",
        ("400 ValidationError: The instance nobody is not in InService.", "done"),
        Simulator,
        "keikoproj/upgrade-manager issue 324",
    ),
    row(
        "errors: Auto Scaling, no such member",
        (
            "400 ValidationError: Instance Id not found - No managed instance found for instance \
             ID: nobody",
            "500: no sentence",
        ),
        Simulator,
        "keikoproj/upgrade-manager issue 25 (without the colon)",
    ),
];
