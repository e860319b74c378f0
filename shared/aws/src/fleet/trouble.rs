//! Why the group does not launch, from its scaling activities.
//!
//! Sources: Auto Scaling API reference, "DescribeScalingActivities" and "Activity" (\[api\]); Auto
//! Scaling User Guide, "Troubleshoot Amazon EC2 Auto Scaling" (\[guide\]): its examples, "EC2 instance
//! launch failures" and "Capacity limits". Sentences that are in neither are users' reports.

use aws_sdk_autoscaling::types::{Activity, ScalingActivityStatusCode as Status};
use hotdesk::{clock::Ms, fleet::Trouble};

/// How many activities are asked for. Those under way come first, then the latest \[api\]; where so
/// many are under way, boxes are coming.
pub(super) const RECORDS: i32 = 20;

/// What descriptions of launches begin with: "Launching a new EC2 instance: i-...", and without an
/// id if none was launched \[guide\]. Others are "Terminating EC2 instance: i-..." and "Moving EC2
/// instance to Standby: i-..." (\[api\], "TerminateInstanceInAutoScalingGroup", "EnterStandby").
const LAUNCH: &str = "Launching a new EC2 instance";

/// What messages contain if AWS has no machine; EC2's codes stand in those of groups with a mixed
/// instances policy: "Could not launch Spot Instances. UnfulfillableCapacity - Unable to ...".
const NO_CAPACITY: &[&str] = &[
    // [guide], "We currently do not have sufficient t3.medium capacity in the Availability Zone you
    // requested (us-east-1a)." Quotas speak of capacity too: "You have requested more vCPU capacity
    // than your current vCPU limit" (kubernetes/kops pull request 15778).
    "We currently do not have sufficient",
    // hashicorp/terraform-provider-aws issue 33062.
    "InsufficientInstanceCapacity",
    // "There is no Spot capacity available that matches your request." (aws/aws-parallelcluster
    // issue 1944; with the code before it, cortexlabs/cortex issue 1258).
    "no Spot capacity available",
    // buildkite/elastic-ci-stack-for-aws issue 851.
    "UnfulfillableCapacity",
    // [guide], "Your Spot request price of 0.001 is lower than the minimum required Spot request
    // fulfillment price of 0.0031."
    "minimum required Spot request fulfillment price",
    // EC2 Developer Guide, "Error codes"; that activities name them is unverified.
    "InsufficientCapacity",
    "InsufficientHostCapacity",
    "InsufficientReservedInstanceCapacity",
    "ReservationCapacityExceeded",
    "SpotMaxPriceTooLow",
];

/// What the launch that began last says, of those that have ended, if it began at `since` or later.
/// Failed: nothing was launched; Cancelled: what was launched did not get into service \[api\].
pub(super) fn of(activities: &[Activity], since: Ms) -> Option<Trouble> {
    let ended = activities.iter().filter(|activity| {
        activity.description().is_some_and(|description| description.starts_with(LAUNCH))
            && matches!(
                activity.status_code(),
                Some(Status::Successful | Status::Failed | Status::Cancelled)
            )
    });
    // The first of those that began together was listed, and so began, last.
    let last = ended.rev().max_by_key(|activity| began(activity))?;
    if *last.status_code()? == Status::Successful || began(last)? < since {
        return None;
    }
    let message = last.status_message().or(last.description()).unwrap_or_default();
    Some(if NO_CAPACITY.iter().any(|part| message.contains(part)) {
        Trouble::NoCapacity
    } else {
        Trouble::LaunchFailed(message.to_owned())
    })
}

fn began(activity: &Activity) -> Option<Ms> {
    let ms = activity.start_time()?.to_millis().ok()?;
    u64::try_from(ms).ok().map(Ms)
}

#[cfg(test)]
mod tests {
    use aws_sdk_autoscaling::primitives::DateTime;
    use proptest::prelude::*;

    use super::*;

    const NOW: Ms = Ms(1_610_496_757_000);

    /// An activity that began so many seconds ago.
    fn activity(ago: i64, description: &str, status: Status, message: Option<&str>) -> Activity {
        let start = DateTime::from_millis(NOW.0 as i64 - ago * 1000);
        let activity = Activity::builder().description(description).status_code(status);
        activity.start_time(start).set_status_message(message.map(Into::into)).build()
    }

    fn failed(ago: i64, message: &str) -> Activity {
        let description = format!("{LAUNCH}.  Status Reason: {message}");
        activity(ago, &description, Status::Failed, Some(message))
    }

    fn launched(ago: i64, status: Status) -> Activity {
        activity(ago, "Launching a new EC2 instance: i-01234567", status, None)
    }

    fn told(activities: &[Activity]) -> Option<Trouble> {
        of(activities, Ms(NOW.0 - 60_000))
    }

    const SHORTAGES: [&str; 6] = [
        "We currently do not have sufficient g4dn.8xlarge capacity in the Availability Zone you \
         requested (us-east-1a). Our system will be working on provisioning additional capacity. \
         Launching EC2 instance failed.",
        "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not \
         have sufficient m5n.xlarge capacity in the Availability Zone you requested \
         (eu-central-1a). Launching EC2 instance failed.",
        "There is no Spot capacity available that matches your request. Launching EC2 instance \
         failed.",
        "Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity \
         available that matches your request. Launching EC2 instance failed.",
        "Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to \
         your request configuration. Please adjust your request and try again. Launching EC2 \
         instance failed.",
        "Your Spot request price of 0.001 is lower than the minimum required Spot request \
         fulfillment price of 0.0031. Launching EC2 instance failed.",
    ];

    const OTHERS: [&str; 7] = [
        "You have requested more vCPU capacity than your current vCPU limit of 384 allows for the \
         instance bucket that the specified instance type belongs to. Please visit \
         http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. \
         Launching EC2 instance failed.",
        "You have requested more instances (7) than your current instance limit of 6 allows for \
         the specified instance type. Launching EC2 instance failed.",
        "Max spot instance count exceeded. Launching EC2 instance failed.",
        "The security group desks does not exist. Launching EC2 instance failed.",
        "Client.InternalError: Client error on launch.",
        "Could not launch On-Demand Instances. InvalidAMIID.NotFound - The image id \
         '[ami-02c7e84c65fcfecee]' does not exist. Launching EC2 instance failed.",
        "Authentication Failure. Launching EC2 instance failed.",
    ];

    #[test]
    fn a_shortage_is_told_from_what_somebody_must_mend() {
        for message in SHORTAGES {
            assert_eq!(told(&[failed(5, message)]), Some(Trouble::NoCapacity), "{message}");
        }
        for message in OTHERS {
            let trouble = Trouble::LaunchFailed(message.to_owned());
            assert_eq!(told(&[failed(5, message)]), Some(trouble));
        }
    }

    #[test]
    fn a_box_that_did_not_get_into_service_is_a_launch_that_failed() {
        let message = "Instance failed to complete user's Lifecycle Action: Lifecycle Action with \
                       token e85eb647-4fe0-4909-b341-a6c42d8aba1f was abandoned: Lifecycle Action \
                       Completed with ABANDON Result";
        let description = format!("{LAUNCH}: i-01234567.  Status Reason: {message}");
        let abandoned = activity(5, &description, Status::Cancelled, Some(message));
        assert_eq!(told(&[abandoned]), Some(Trouble::LaunchFailed(message.to_owned())));
        // Without a message, the description says what there is to say.
        let bare = launched(5, Status::Cancelled);
        let said = bare.description().unwrap().to_owned();
        assert_eq!(told(&[bare]), Some(Trouble::LaunchFailed(said)));
    }

    #[test]
    fn only_launches_that_have_ended_speak() {
        let full = failed(50, SHORTAGES[0]);
        for status in Status::values() {
            let other = launched(5, Status::from(*status));
            let shown = told(&[other, full.clone()]);
            match *status {
                "Successful" => assert_eq!(shown, None),
                "Failed" | "Cancelled" => {
                    assert!(matches!(shown, Some(Trouble::LaunchFailed(_))), "{status}");
                }
                _ => assert_eq!(shown, Some(Trouble::NoCapacity), "{status} has not ended"),
            }
        }
        for description in [
            "Terminating EC2 instance: i-01234567",
            "Moving EC2 instance to Standby: i-01234567",
            "Moving EC2 instance out of Standby: i-01234567",
        ] {
            for status in [Status::Successful, Status::Failed] {
                let move_ = activity(5, description, status, None);
                let shown = told(&[move_, full.clone()]);
                assert_eq!(shown, Some(Trouble::NoCapacity), "{description}");
            }
        }
    }

    #[test]
    fn of_those_that_began_together_the_first_listed_speaks() {
        let (full, done) = (failed(5, SHORTAGES[0]), launched(5, Status::Successful));
        assert_eq!(told(&[full.clone(), done.clone()]), Some(Trouble::NoCapacity));
        assert_eq!(told(&[done, full]), None);
    }

    #[test]
    fn what_is_long_ago_or_without_a_time_says_nothing() {
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[failed(61, SHORTAGES[0])]), None);
        assert_eq!(told(&[failed(60, SHORTAGES[0])]), Some(Trouble::NoCapacity));
        let timeless = Activity::builder().description(LAUNCH).status_code(Status::Failed).build();
        assert_eq!(told(&[timeless]), None);
    }

    proptest! {
        /// Whatever the order of the list, the launch that began last decides.
        #[test]
        fn the_launch_that_began_last_decides(
            list in prop::collection::vec((0i64..59, any::<bool>()), 1..12),
        ) {
            let mut ages = std::collections::BTreeSet::new();
            let list: Vec<_> = list.into_iter().filter(|(ago, _)| ages.insert(*ago)).collect();
            let activities: Vec<Activity> = list
                .iter()
                .map(|(ago, fails)| match fails {
                    true => failed(*ago, SHORTAGES[0]),
                    false => launched(*ago, Status::Successful),
                })
                .collect();
            let (_, fails) = list.iter().min_by_key(|(ago, _)| *ago).unwrap();
            prop_assert_eq!(told(&activities), fails.then_some(Trouble::NoCapacity));
        }
    }
}
