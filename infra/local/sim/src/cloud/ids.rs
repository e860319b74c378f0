//! Ids of what EC2 keeps. [docs: resource-ids; the codes: errors-overview]

use std::collections::BTreeSet;

use super::error::AwsError;

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Instance,
    Volume,
    Snapshot,
}

impl Resource {
    /// By how the id begins.
    pub(super) fn of(id: &str) -> Option<Self> {
        [Self::Instance, Self::Volume, Self::Snapshot]
            .into_iter()
            .find(|kind| id.starts_with(kind.prefix()))
    }

    /// How its ids begin.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Instance => "i-",
            Self::Volume => "vol-",
            Self::Snapshot => "snap-",
        }
    }

    /// The ids, each once, if they can be ids.
    pub(super) fn well_formed(self, ids: &[String]) -> Result<Vec<String>, AwsError> {
        let unique = each_once(ids);
        match unique.iter().find(|id| !self.fits(id)) {
            None => Ok(unique),
            Some(id) => Err(self.malformed(id)),
        }
    }

    /// The prefix, and 8 or 17 lower-case hexadecimal digits.
    fn fits(self, id: &str) -> bool {
        id.strip_prefix(self.prefix()).is_some_and(|digits| {
            matches!(digits.len(), 8 | 17)
                && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    }

    /// For a volume as users report it for CreateSnapshot [cloudavail/aws-missing-tools issue 59];
    /// that the other calls say so too, and the same of snapshots, is unverified.
    fn malformed(self, id: &str) -> AwsError {
        let parameter = match self {
            Self::Instance => {
                let message = format!("Invalid id: \"{id}\"");
                return AwsError::client("InvalidInstanceID.Malformed", message);
            }
            Self::Volume => "volumeId",
            Self::Snapshot => "snapshotId",
        };
        let expected = self.prefix();
        AwsError::client(
            "InvalidParameterValue",
            format!(
                "Value ({id}) for parameter {parameter} is invalid. Expected: '{expected}...'."
            ),
        )
    }

    /// Not to know something is no proof that it never was, nor that it will not be. [docs:
    /// eventual-consistency] The sentence for a volume: kubernetes-sigs/aws-ebs-csi-driver issue
    /// 1343; that for a snapshot, and those for several, are unverified.
    pub(super) fn not_found(self, missing: &[String]) -> AwsError {
        let (code, one, several) = match self {
            Self::Instance => ("InvalidInstanceID.NotFound", "instance ID", "instance IDs"),
            Self::Volume => ("InvalidVolume.NotFound", "volume", "volumes"),
            Self::Snapshot => ("InvalidSnapshot.NotFound", "snapshot", "snapshots"),
        };
        let end = if self == Self::Instance { "" } else { "." };
        let message = match missing {
            [id] => format!("The {one} '{id}' does not exist{end}"),
            ids => format!("The {several} '{}' do not exist{end}", ids.join(", ")),
        };
        AwsError::client(code, message)
    }
}

/// Without repetitions, in the order of the request.
pub(super) fn each_once(ids: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.iter().filter(|id| seen.insert(*id)).cloned().collect()
}
