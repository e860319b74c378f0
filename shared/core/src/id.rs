//! The names of users, instances, volumes and snapshots, and the epoch of a seat.
//!
//! All of them end up inside keys, URLs and commands, so nothing reaches a store before it has
//! passed here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not of the form `[a-z0-9][a-z0-9._-]{0,63}`.
    #[error("a user name is 1 to 64 of a-z, 0-9, '.', '_', '-', and begins with a letter or digit")]
    User,
    /// Would collide with a key that hotdesk uses itself (`ws:pings`, `ws:pool`).
    #[error("the user names 'pings' and 'pool' are reserved")]
    Reserved,
    /// Not of the form `i-` and 8 or 17 hexadecimal digits.
    #[error("an instance id is 'i-' followed by 8 or 17 hexadecimal digits")]
    Instance,
    /// Not of the form `vol-` and 8 or 17 hexadecimal digits.
    #[error("a volume id is 'vol-' followed by 8 or 17 hexadecimal digits")]
    Volume,
    /// Not of the form `snap-` and 8 or 17 hexadecimal digits.
    #[error("a snapshot id is 'snap-' followed by 8 or 17 hexadecimal digits")]
    Snapshot,
}

/// An authenticated identity, normalised to `[a-z0-9][a-z0-9._-]{0,63}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

/// An EC2 instance id: `i-` and 8 (before 2018) or 17 hexadecimal digits (EC2 User Guide,
/// "Resource IDs").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceId(String);

/// The id of an EBS volume: `vol-` and 8 or 17 hexadecimal digits (likewise).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VolumeId(String);

/// The id of an EBS snapshot: `snap-` and 8 or 17 hexadecimal digits (likewise).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

/// A number per user, raised by every assignment to `max(old + 1, now in ms)`. Whatever renews or
/// ends a seat names the epoch that it means.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl FromStr for UserId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let rest = bytes.all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        });
        if !first || !rest || text.len() > 64 {
            return Err(IdError::User);
        }
        if matches!(text, "pings" | "pool") {
            return Err(IdError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

macro_rules! aws_id {
    ($name:ident, $prefix:literal, $error:ident) => {
        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let hex = text.strip_prefix($prefix).ok_or(IdError::$error)?;
                let digits = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if digits && matches!(hex.len(), 8 | 17) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::$error)
                }
            }
        }
    };
}

aws_id!(InstanceId, "i-", Instance);
aws_id!(VolumeId, "vol-", Volume);
aws_id!(SnapshotId, "snap-", Snapshot);

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(UserId);
text_id!(InstanceId);
text_id!(VolumeId);
text_id!(SnapshotId);

impl FromStr for Epoch {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_keys_or_host_names_are_refused() {
        let long = "a".repeat(65);
        for bad in
            ["", "Alice", "-a", ".a", "a b", "a/b", "../a", "a\n", "аlice", "a:b", "a{b", &long]
        {
            assert_eq!(bad.parse::<UserId>(), Err(IdError::User), "{bad:?}");
        }
        for taken in ["pings", "pool"] {
            assert_eq!(taken.parse::<UserId>(), Err(IdError::Reserved));
        }
        for good in ["a", "0", "alice", "a.b_c-d", &"a".repeat(64)] {
            assert!(good.parse::<UserId>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn instance_ids_are_those_of_ec2() {
        for bad in
            ["", "i-", "i-123", "i-0123456789ABCDEF0", "x-01234567", "i-0123456g", "i-01234567/"]
        {
            assert_eq!(bad.parse::<InstanceId>(), Err(IdError::Instance), "{bad:?}");
        }
        for good in ["i-01234567", "i-07f1abc12345def00"] {
            assert!(good.parse::<InstanceId>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn volumes_and_snapshots_are_told_apart() {
        assert!("vol-07f1abc12345def00".parse::<VolumeId>().is_ok());
        assert!("snap-07f1abc12345def00".parse::<SnapshotId>().is_ok());
        assert_eq!("snap-01234567".parse::<VolumeId>(), Err(IdError::Volume));
        assert_eq!("vol-01234567".parse::<SnapshotId>(), Err(IdError::Snapshot));
        assert_eq!("vol-01234567/..".parse::<VolumeId>(), Err(IdError::Volume));
    }

    #[test]
    fn a_bad_name_does_not_come_in_by_json() {
        assert!(serde_json::from_str::<UserId>("\"pool\"").is_err());
        assert!(serde_json::from_str::<InstanceId>("\"i-1\"").is_err());
    }
}
