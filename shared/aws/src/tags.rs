//! The tags of a box. They are for people and for permissions, never the lock: CreateTags has no
//! condition (EC2 API reference), and DescribeInstances is late.

use aws_sdk_ec2::types::Tag;
use hotdesk::id::UserId;

/// Whose box it is; [`UNASSIGNED`] from birth, by the launch template.
pub const OWNER_TAG: &str = "Owner";

/// The value of [`OWNER_TAG`] of a box that is nobody's. Upper case, so it is no user's name.
pub const UNASSIGNED: &str = "UNASSIGNED";

/// The owner as a tag.
pub(crate) fn encode(owner: Option<&UserId>) -> Tag {
    let value = owner.map_or(UNASSIGNED, UserId::as_str);
    Tag::builder().key(OWNER_TAG).value(value).build()
}

/// The owner that tags name: `None` without the tag, `Some(None)` for UNASSIGNED or for a value
/// that is no user's name (somebody edited it by hand).
#[must_use]
pub fn decode(tags: &[Tag]) -> Option<Option<UserId>> {
    let value = tags.iter().find(|t| t.key() == Some(OWNER_TAG))?.value().unwrap_or(UNASSIGNED);
    Some(value.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_goes_through_a_tag_and_back() {
        let alice: UserId = "alice".parse().unwrap();
        assert_eq!(decode(&[encode(Some(&alice))]), Some(Some(alice)));
        assert_eq!(decode(&[encode(None)]), Some(None));
        assert_eq!(decode(&[]), None);
    }

    #[test]
    fn unassigned_is_nobodys_name() {
        assert!(UNASSIGNED.parse::<UserId>().is_err());
    }
}
