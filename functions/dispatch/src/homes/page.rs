//! The home of somebody as the page that operators work with.

use askama::Template;
use hotdesk::{
    clock::Ms,
    homes::{Home, Taken, Trouble, Wish},
    id::{InstanceId, UserId, VolumeId},
    ledger::Session,
    problem::Problem,
    web::Reply,
};
use hotdesk_pages::Allow;
use http::StatusCode;

use super::wish;
use crate::{
    Refusal,
    files::{Condition, size},
    ledger::Ledger,
    words,
};

#[derive(Template)]
#[template(path = "somebody.html")]
struct Page<'a> {
    nonce: String,
    user: &'a UserId,
    state: &'static str,
    sentence: &'static str,
    /// Its word, and what to do.
    trouble: Option<(&'static str, &'static str)>,
    /// Rows of a list: what is said, and a word or an id.
    facts: Vec<(&'static str, String)>,
    /// What keeps it from being restored, and from anything else.
    restoring: Option<Problem>,
    changing: Option<Problem>,
    ledger: Ledger,
}

/// That page.
pub(super) fn page(home: &Home, sessions: &[Session], now: Ms) -> Result<Reply, Refusal> {
    let condition = Condition::of(Some(home));
    let view = |nonce| Page {
        nonce,
        user: &home.user,
        state: condition.word(),
        sentence: sentence(condition),
        trouble: home.trouble.map(|trouble| (trouble.word(), remedy(trouble))),
        facts: facts(home, now),
        restoring: wish::hindrance(home, true),
        changing: wish::hindrance(home, false),
        ledger: Ledger::of(sessions),
    };
    Ok(hotdesk_pages::page(StatusCode::OK, Allow::default(), view)?)
}

/// How it is, for somebody whose home it is not.
fn sentence(condition: Condition) -> &'static str {
    match condition {
        Condition::None => "There is nothing in it",
        Condition::Making => "Its volume is being made",
        Condition::Restoring => "It is being brought back from a snapshot",
        Condition::Opening => "On its way to a box",
        Condition::Open => "On a box",
        Condition::Resting => "Resting on its volume",
        Condition::Asleep => "Asleep as a snapshot",
        Condition::Deleted => "Deleted",
        Condition::Broken => "It cannot be opened",
    }
}

/// What an operator can do about it.
fn remedy(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Missing => {
            "EC2 says that the volume is attached, and the box does not see it. Stop the box: the next \
             one may."
        }
        Trouble::Gone => {
            "EBS has the volume no more, or the snapshot that it was to be made from. Restore another \
             snapshot."
        }
        Trouble::Foreign => {
            "The volume carries another user's file system. Find out who attached or copied what before \
             anything else."
        }
        Trouble::Blank => {
            "The volume is blank and was in use before. It was not formatted. Restore a snapshot."
        }
        Trouble::NotBlank => {
            "There is something on the volume that is no home. It was not formatted: look at it by hand."
        }
        Trouble::Damaged => {
            "The file system does not pass its check, or cannot be mounted. Restore a snapshot, or mend a \
             copy of the volume by hand."
        }
        Trouble::System => {
            "The box could not do it. Stop it: the next one may. The log of its agent has the reason."
        }
    }
}

fn facts(home: &Home, now: Ms) -> Vec<(&'static str, String)> {
    let at = |at: Ms| format!("{}, {} ago", words::when(at), words::about(now.since(at)));
    let ever = |time: Ms| (time != Ms::default()).then(|| at(time));
    let taken = |taken: &Taken| format!("{} of {}", taken.snapshot, words::when(taken.at));
    let volume = home.volume.as_ref().map(|volume| match &home.zone {
        Some(zone) => format!("{volume} in {zone}"),
        None => volume.to_string(),
    });
    let making = home.making.as_ref().map(|making| {
        let from = making.from.as_ref().map_or_else(|| "nothing".into(), taken);
        format!("{} GiB in {} from {from}", making.size, making.zone)
    });
    let taking = home.taking.as_ref().map(|taking| {
        let id = taking.snapshot.as_ref().map(ToString::to_string);
        format!("{} of {}", id.unwrap_or_else(|| "begun".into()), words::when(taking.at))
    });
    let facts = [
        ("Asked for", home.wish.as_ref().map(asked)),
        ("On the box", home.wanted().map(InstanceId::to_string)),
        ("Volume", volume),
        ("Size", size(home).map(|size| format!("{size} GiB"))),
        ("Being made", making),
        ("Last snapshot", home.snapshot.as_ref().map(taken)),
        ("Being taken", taking),
        ("Last export", home.exported.as_ref().map(taken)),
        ("Files are those of", home.files_of.map(at)),
        ("Last attached", ever(home.attached_at)),
        ("Last session ended", ever(home.ended_at)),
        ("Deleted", home.deleted_at.map(at)),
        ("To be deleted", listed(&home.old)),
        ("Left for you", listed(&home.left)),
    ];
    facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect()
}

fn asked(wish: &Wish) -> String {
    match wish {
        Wish::Restore { snapshot } => format!("to be restored from {snapshot}"),
        Wish::Export => "to be exported".into(),
        Wish::Delete => "to be deleted".into(),
        Wish::Archive => "to be put to sleep, as its user is away".into(),
    }
}

fn listed(volumes: &[VolumeId]) -> Option<String> {
    let ids: Vec<_> = volumes.iter().map(VolumeId::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}
