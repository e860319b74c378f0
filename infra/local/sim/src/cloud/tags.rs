//! Tags. CreateTags has no condition: the last writer wins. [docs: API_CreateTags, Using_Tags]

use std::collections::BTreeMap;

use super::{calls::Reply, error::AwsError, sim::Sim};

/// [docs: tag restrictions]
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

impl Sim {
    pub(super) fn create_tags(
        &mut self,
        ids: &[String],
        tags: BTreeMap<String, String>,
    ) -> Result<Reply, AwsError> {
        if ids.is_empty() || tags.is_empty() {
            let missing = if ids.is_empty() { "resourceIdSet" } else { "tagSet" };
            return Err(AwsError::client(
                "MissingParameter",
                format!("The request must contain the parameter {missing}"),
            ));
        }
        let ids = self.known_instances(ids).map_err(malformed_resource)?;
        // The codes are documented (errors-overview), the sentences are unverified.
        for (key, value) in &tags {
            if key.to_lowercase().starts_with("aws:") {
                return Err(AwsError::client(
                    "InvalidParameterValue",
                    "Tag keys starting with 'aws:' are reserved for internal use",
                ));
            }
            if key.is_empty()
                || key.chars().count() > LONGEST_KEY
                || value.chars().count() > LONGEST_VALUE
            {
                return Err(AwsError::client(
                    "InvalidParameterValue",
                    format!("Tag '{key}' is not valid: its key or its value is too long or empty"),
                ));
            }
        }
        for id in &ids {
            let own = self.machines.get(id).map(|machine| &machine.tags);
            let keys = own.into_iter().flat_map(BTreeMap::keys).chain(tags.keys());
            // Tags of AWS's own do not count. [docs: Using_Tags]
            let count = keys
                .filter(|key| !key.starts_with("aws:"))
                .collect::<std::collections::BTreeSet<_>>();
            if count.len() > MOST_TAGS {
                return Err(AwsError::client(
                    "TagLimitExceeded",
                    format!("The maximum number of Tags for a resource has been reached: {id}"),
                ));
            }
        }
        for id in &ids {
            self.alter(id, |machine| machine.tags.extend(tags.clone()));
        }
        Ok(Reply::Done)
    }
}

/// A malformed id has a code of its own here. [docs: errors-overview, InvalidID: "the specified ID for
/// the resource you are trying to tag"]
fn malformed_resource(error: AwsError) -> AwsError {
    if error.code == "InvalidInstanceID.Malformed" {
        AwsError { code: "InvalidID".into(), ..error }
    } else {
        error
    }
}
