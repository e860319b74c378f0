//! Tags. CreateTags has no condition: the last writer wins. [docs: API_CreateTags, Using_Tags]

use std::collections::{BTreeMap, BTreeSet};

use super::{
    error::AwsError,
    ids::{Resource, each_once},
    reply::Reply,
    sim::Sim,
};

/// [docs: tag restrictions]
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

impl Sim {
    /// Of instances, volumes and snapshots, mixed as one likes. Which of them is missed first is
    /// unverified.
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
        let ids = self.known_resources(ids)?;
        check(&tags)?;
        for (id, kind) in &ids {
            let own = match kind {
                Resource::Instance => self.machines.get(id).map(|machine| &machine.tags),
                Resource::Volume => self.storage.volumes.get(id).map(|disk| &disk.tags),
                Resource::Snapshot => self.storage.snapshots.get(id).map(|copied| &copied.tags),
            };
            count(own.into_iter().flat_map(BTreeMap::keys).chain(tags.keys()), id)?;
        }
        for (id, kind) in &ids {
            match kind {
                Resource::Instance => self.alter(id, |machine| machine.tags.extend(tags.clone())),
                Resource::Volume => self.alter_disk(id, |disk| disk.tags.extend(tags.clone())),
                Resource::Snapshot => {
                    self.alter_snapshot(id, |copied| copied.tags.extend(tags.clone()))
                }
            };
        }
        Ok(Reply::Done)
    }

    /// The ids, each once, and what they are of, if EC2 knows all of them.
    fn known_resources(&mut self, ids: &[String]) -> Result<Vec<(String, Resource)>, AwsError> {
        let mut known = Vec::with_capacity(ids.len());
        for id in each_once(ids) {
            // A malformed id has a code of its own here. [docs: errors-overview, InvalidID: "the
            // specified ID for the resource you are trying to tag"]
            let malformed = || AwsError::client("InvalidID", format!("The ID '{id}' is not valid"));
            let kind = Resource::of(&id).ok_or_else(malformed)?;
            kind.well_formed(std::slice::from_ref(&id)).map_err(|_| malformed())?;
            known.push((id, kind));
        }
        for kind in [Resource::Instance, Resource::Volume, Resource::Snapshot] {
            let named = known.iter().filter(|(_, of)| *of == kind);
            let mut missing: Vec<String> = named.map(|(id, _)| id.clone()).collect();
            missing.retain(|id| match kind {
                Resource::Instance => !self.heard_of(id),
                Resource::Volume => self.heard_of_volume(id).is_none(),
                Resource::Snapshot => self.heard_of_snapshot(id).is_none(),
            });
            if !missing.is_empty() {
                return Err(kind.not_found(&missing));
            }
        }
        Ok(known)
    }
}

/// Whether a resource can have these tags. The codes are documented (errors-overview), the sentences
/// are unverified.
pub(super) fn check(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    for (key, value) in tags {
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
    count(tags.keys(), "new")
}

/// Tags of AWS's own do not count. [docs: Using_Tags]
fn count<'a>(keys: impl Iterator<Item = &'a String>, id: &str) -> Result<(), AwsError> {
    let counted: BTreeSet<_> = keys.filter(|key| !key.starts_with("aws:")).collect();
    if counted.len() <= MOST_TAGS {
        return Ok(());
    }
    Err(AwsError::client(
        "TagLimitExceeded",
        format!("The maximum number of Tags for a resource has been reached: {id}"),
    ))
}
