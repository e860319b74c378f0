//! The tags of volumes and snapshots. Permissions and people go by them, and snapshots are found by
//! them; which volume is whose home is said by the table.

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use hotdesk::{id::UserId, volumes::SnapshotSpec};

/// Whose home it is.
pub(super) const HOME: &str = "Home";

/// Of which fleet.
pub(super) const FLEET: &str = "Fleet";

/// When it was decided to take the snapshot, ms since 1970.
pub(super) const TAKEN: &str = "Taken";

/// On a snapshot that is kept: [`YES`].
pub(super) const KEEP: &str = "Keep";

/// The value of [`KEEP`].
pub(super) const YES: &str = "yes";

/// The tags of a home's volume.
pub(super) fn of_volume(user: &UserId, fleet: &str) -> Vec<Tag> {
    let name = format!("hotdesk home of {user}");
    vec![tag("Name", &name), tag(HOME, user.as_str()), tag(FLEET, fleet)]
}

/// The tags of a snapshot.
pub(super) fn of_snapshot(spec: &SnapshotSpec, fleet: &str) -> Vec<Tag> {
    let mut tags = of_volume(&spec.user, fleet);
    tags.push(tag(TAKEN, &spec.taken.to_string()));
    if spec.kept {
        tags.push(keep());
    }
    tags
}

/// That a snapshot is kept.
pub(super) fn keep() -> Tag {
    tag(KEEP, YES)
}

/// For a call that makes something with these tags from its birth.
pub(super) fn specification(of: ResourceType, tags: Vec<Tag>) -> TagSpecification {
    TagSpecification::builder().resource_type(of).set_tags(Some(tags)).build()
}

/// What a tag says.
pub(super) fn value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key() == Some(key))?.value()
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
