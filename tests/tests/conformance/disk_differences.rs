//! Where the two clouds differ about volumes and snapshots. moto does everything at once and keeps
//! no tokens, sizes, zones or device names.

use super::differences::{
    Aws::{Simulator, Unknown},
    Difference, row,
};

const IDEMPOTENCY: &str = "EC2 Developer Guide, \"Ensuring idempotency\"";

/// The table.
pub(crate) const DISK_DIFFERENCES: &[Difference] = &[
    row("volumes: made twice with one token", ("one", "two"), Simulator, IDEMPOTENCY),
    row(
        "volumes: another size with one token",
        ("400 IdempotentParameterMismatch", "done"),
        Simulator,
        IDEMPOTENCY,
    ),
    row(
        "volumes: made in no zone",
        ("400 InvalidZone.NotFound", "done"),
        Simulator,
        "hashicorp/terraform issue 6110: \"The zone 'us-west-2a' does not exist.\"",
    ),
    row(
        "volumes: described, malformed",
        ("400 InvalidParameterValue", "400 InvalidVolume.NotFound"),
        Simulator,
        "cloudavail/aws-missing-tools issue 59: \"Expected: 'vol-...'.\"; of CreateSnapshot",
    ),
    row(
        "volumes: attached twice",
        ("400 VolumeInUse", "done"),
        Simulator,
        "aws/aws-sdk-java issue 1623: \"vol-... is already attached to an instance\"",
    ),
    row(
        "volumes: attached where another is",
        ("400 InvalidParameterValue", "done"),
        Simulator,
        "nanovms/ops pull request 1189: \"Attachment point /dev/sdf is already in use\"",
    ),
    row(
        "volumes: attached in another zone",
        ("400 InvalidVolume.ZoneMismatch", "done"),
        Simulator,
        "linuxkit/linuxkit issue 2388: \"The volume 'vol-...' ... the same availability zone\"",
    ),
    row(
        "volumes: detached from a running box",
        (
            "done, 10 GiB, in-use, attached: busy as /dev/sdh",
            "done, 10 GiB, available, attached: nothing",
        ),
        Unknown,
        "EBS User Guide, \"Detach an Amazon EBS volume\": busy while it is mounted, if it is",
    ),
    row(
        "volumes: detached while free",
        ("400 IncorrectState", "400 InvalidAttachment.NotFound"),
        Simulator,
        "kubernetes-sigs/aws-ebs-csi-driver issue 1801: \"is in the 'available' state.\"",
    ),
    row(
        "volumes: grown twice",
        ("done, 400 IncorrectModificationState", "done, done"),
        Simulator,
        "EC2 API reference, \"ModifyVolume\": the modification has to be completed first",
    ),
    row(
        "volumes: made smaller",
        ("400 InvalidParameterValue", "done"),
        Simulator,
        "aws/aws-cli issue 4216: \"New size cannot be smaller than existing size\"",
    ),
    row(
        "snapshots: taken twice at once",
        ("400 SnapshotCreationPerVolumeRateExceeded", "done"),
        Simulator,
        "EC2 Developer Guide, \"Error codes\": at least 15 seconds between two of one volume",
    ),
    row(
        "snapshots: a volume from one that is under way",
        ("400 IncorrectState", "done"),
        Simulator,
        "tschellenbach/Snaptastic issue 17: \"Snapshot 'snap-...' is not 'completed'.\"",
    ),
    row(
        "snapshots: a volume that is too small for one",
        ("400 InvalidParameterValue", "done"),
        Unknown,
        "scylladb/scylladb issue 6999: refused so by RunInstances, with InvalidBlockDeviceMapping",
    ),
];
