//! Where a user's files are, for people and for programs: the record of their home in words.

use hotdesk::{
    clock::Ms,
    homes::{Home, Trouble, Wish},
};
use serde::Serialize;

use crate::words;

/// How a home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// There is none yet.
    None,
    /// A volume is being made for it, blank.
    Making,
    /// Its volume is being made from a snapshot.
    Restoring,
    /// It is on its way to its user's box.
    Opening,
    /// It is on its user's box.
    Open,
    /// On a volume that is attached to nothing.
    Resting,
    /// A snapshot; a volume is made of it once its user comes.
    Asleep,
    /// An operator had it deleted; some snapshots may be left.
    Deleted,
    /// It cannot be opened.
    Broken,
}

impl Condition {
    /// How that home is.
    pub(crate) fn of(home: Option<&Home>) -> Self {
        let Some(home) = home else { return Self::None };
        // Whoever comes back after a deletion begins with an empty one.
        let sleeps = home.snapshot.is_some() && home.deleted_at.is_none();
        if home.trouble.is_some() {
            Self::Broken
        } else if let Some(making) = &home.making {
            if making.from.is_some() { Self::Restoring } else { Self::Making }
        } else if home.wanted().is_some() {
            match home.volume {
                Some(_) if home.is_open() => Self::Open,
                Some(_) => Self::Opening,
                None if sleeps => Self::Restoring,
                None => Self::Making,
            }
        } else if matches!(home.wish, Some(Wish::Restore { .. })) {
            Self::Restoring
        } else if home.volume.is_some() {
            Self::Resting
        } else if home.deleted_at.is_some() {
            Self::Deleted
        } else if sleeps {
            Self::Asleep
        } else {
            Self::None
        }
    }

    /// Its word in pages and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Making => "making",
            Self::Restoring => "restoring",
            Self::Opening => "opening",
            Self::Open => "open",
            Self::Resting => "resting",
            Self::Asleep => "asleep",
            Self::Deleted => "deleted",
            Self::Broken => "broken",
        }
    }

    /// The same in a sentence for its user.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::None => "None yet; there is a place for them once you open your workspace",
            Self::Making => "Their place is being made",
            Self::Restoring => "They are being brought back from a snapshot",
            Self::Opening => "On their way to your box",
            Self::Open => "On your box",
            Self::Resting => "Resting; they come to your next box",
            Self::Asleep => "Asleep as a snapshot; they come back once you open your workspace",
            Self::Deleted => {
                "Deleted: your next box begins without any. Whoever runs hotdesk here can bring them \
                 back for some time"
            }
            Self::Broken => "They cannot be opened",
        }
    }
}

/// What its user is to do about it.
pub(crate) fn advice(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Missing | Trouble::System => {
            "Nothing of them was changed. Stop your workspace and open it again: another box may do. \
             If it does not, tell whoever runs hotdesk here."
        }
        Trouble::Gone => {
            "AWS has lost the disk that they were on. Whoever runs hotdesk here can bring them back \
             from a snapshot: please tell them."
        }
        Trouble::Foreign | Trouble::Blank | Trouble::NotBlank | Trouble::Damaged => {
            "Nothing of them was changed. Somebody must look at it: please tell whoever runs hotdesk \
             here."
        }
    }
}

/// A user's files as their programs see them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilesJson {
    state: &'static str,
    trouble: Option<&'static str>,
    size: Option<u32>,
    snapshot_at: Option<String>,
    files_of: Option<String>,
}

impl FilesJson {
    /// Those of that home.
    pub(crate) fn of(home: Option<&Home>) -> Self {
        Self {
            state: Condition::of(home).word(),
            trouble: home.and_then(|home| home.trouble).map(Trouble::word),
            size: home.and_then(size),
            snapshot_at: home.and_then(snapshot).and_then(words::rfc3339),
            files_of: home.and_then(|home| home.files_of).and_then(words::rfc3339),
        }
    }
}

/// A user's files as they read it.
pub(crate) struct Files {
    pub(crate) state: &'static str,
    pub(crate) sentence: &'static str,
    /// Its word, and what to do.
    pub(crate) trouble: Option<(&'static str, &'static str)>,
    pub(crate) size: Option<u32>,
    pub(crate) snapshot: Option<String>,
    /// Of what time the files are, and how old that is.
    pub(crate) files_of: Option<(String, String)>,
}

impl Files {
    /// Those of that home.
    pub(crate) fn of(home: Option<&Home>, now: Ms) -> Self {
        let trouble = home.and_then(|home| home.trouble);
        let snapshot = home.and_then(snapshot);
        let files_of = home.and_then(|home| home.files_of);
        let condition = Condition::of(home);
        Self {
            state: condition.word(),
            sentence: condition.sentence(),
            trouble: trouble.map(|trouble| (trouble.word(), advice(trouble))),
            size: home.and_then(size),
            snapshot: snapshot.map(words::when),
            files_of: files_of.map(|at| (words::when(at), words::about(now.since(at)))),
        }
    }
}

/// GiB of its volume, if it has or had one.
pub(crate) fn size(home: &Home) -> Option<u32> {
    (home.size > 0).then_some(home.size)
}

/// When its last snapshot was taken.
fn snapshot(home: &Home) -> Option<Ms> {
    home.snapshot.as_ref().map(|taken| taken.at)
}

#[cfg(test)]
mod tests {
    use hotdesk::{
        homes::{Making, Taken},
        id::Epoch,
    };

    use super::*;

    fn home() -> Home {
        Home::new("alice".parse().unwrap())
    }

    fn taken() -> Taken {
        let snapshot = "snap-00000001".parse().unwrap();
        Taken { snapshot, at: Ms(1_795_165_200_000), epoch: Epoch(1) }
    }

    #[test]
    fn a_home_is_followed_from_its_first_seat_to_its_end() {
        let mut home = home();
        assert_eq!(Condition::of(None), Condition::None);
        assert_eq!(Condition::of(Some(&home)), Condition::None);
        let is = |home: &Home, expected| assert_eq!(Condition::of(Some(home)), expected);
        (home.epoch, home.instance) = (Epoch(5), Some("i-00000001".parse().unwrap()));
        is(&home, Condition::Making);
        home.making = Some(Making { n: 1, zone: "a".into(), size: 8, from: None });
        is(&home, Condition::Making);
        (home.making, home.volume) = (None, Some("vol-00000001".parse().unwrap()));
        is(&home, Condition::Opening);
        home.mounted = Epoch(5);
        is(&home, Condition::Open);
        home.wish = Some(Wish::Restore { snapshot: taken().snapshot });
        is(&home, Condition::Open);
        home.trouble = Some(Trouble::Damaged);
        is(&home, Condition::Broken);
        (home.trouble, home.ended) = (None, Epoch(5));
        is(&home, Condition::Restoring);
        home.wish = Some(Wish::Export);
        is(&home, Condition::Resting);
        (home.wish, home.volume, home.snapshot) = (None, None, Some(taken()));
        is(&home, Condition::Asleep);
        home.epoch = Epoch(6);
        is(&home, Condition::Restoring);
        home.deleted_at = Some(Ms(1));
        is(&home, Condition::Making);
        home.ended = Epoch(6);
        is(&home, Condition::Deleted);
    }

    #[test]
    fn who_gets_older_files_is_told_how_old() {
        let mut home = home();
        home.files_of = Some(taken().at);
        let now = Ms(1_795_165_200_000 + 3 * 3_600_000);
        let files = Files::of(Some(&home), now);
        let told = ("20 Nov 2026, 09:00 UTC".into(), "3 h".into());
        assert_eq!(files.files_of, Some(told));
        assert!(Files::of(None, now).files_of.is_none());
    }
}
