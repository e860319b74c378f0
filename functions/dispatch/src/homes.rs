//! The homes of others, for operators.
//!
//! | route | does |
//! | --- | --- |
//! | `GET /homes?user=` | 303 to the next one: what the form of the first page asks |
//! | `GET /homes/{user}` | the record of that home, and the last sessions of its user |
//! | `POST /homes/{user}/restore` | its files are to become those of a snapshot |
//! | `POST /homes/{user}/export` | a snapshot of it is to be kept |
//! | `POST /homes/{user}/delete` | its volume is to be deleted, after a last snapshot |
//!
//! Nothing is asked of EBS here: what is wanted is written into the record, and the reaper's next pass
//! begins it.

mod page;
mod record;
mod wish;

use hotdesk::{
    audit::What,
    clock::Clock,
    homes::Wish,
    id::{SnapshotId, UserId},
    problem::Problem,
    seats::Seats,
    store::Store,
    web::{self, Reply},
};
use http::StatusCode;
use lambda_http::Request;
use record::Record;
use serde::Deserialize;
use serde_json::json;
use tracing::info;

use crate::{
    App, Refusal, books,
    ledger::SessionJson,
    session::{Session, audit},
};

/// How many sessions an operator is shown.
const SESSIONS: usize = 20;

/// What is asked for under `/homes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address<'a> {
    /// The way to a home by its user's name.
    Find,
    /// A home. Not every text here is a name.
    Look(&'a str),
    /// Something that is to become of it.
    Ask(&'a str, Deed),
}

/// What operators can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Restore,
    Export,
    Delete,
}

impl<'a> Address<'a> {
    /// What a path asks for; `None` if it leads elsewhere. All below `/homes/` is about a home, if only
    /// one that there cannot be.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        if path == "/homes" {
            return Some(Self::Find);
        }
        let rest = path.strip_prefix("/homes/")?;
        let deeds =
            [("/restore", Deed::Restore), ("/export", Deed::Export), ("/delete", Deed::Delete)];
        let asked = deeds.into_iter().find_map(|(end, deed)| Some((rest.strip_suffix(end)?, deed)));
        Some(asked.map_or(Self::Look(rest), |(user, deed)| Self::Ask(user, deed)))
    }

    /// The method that it takes.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Find | Self::Look(_) => "GET",
            Self::Ask(..) => "POST",
        }
    }
}

/// Of `GET /homes`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    user: UserId,
}

/// Of `POST /homes/{user}/restore`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    snapshot: SnapshotId,
}

/// A form without anything in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// To the home of somebody.
pub(crate) fn find<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
) -> Result<Reply, Refusal> {
    for_operators(app, session, request)?;
    let query = request.uri().query().unwrap_or_default();
    let Named { user } = serde_urlencoded::from_str(query).map_err(|_| Problem::BadRequest)?;
    Ok(web::redirect(StatusCode::SEE_OTHER, &format!("/homes/{user}")))
}

/// The home of somebody.
pub(crate) async fn look<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    user: &str,
    html: bool,
) -> Result<Reply, Refusal> {
    for_operators(app, session, request)?;
    let user: UserId = user.parse().map_err(|_| Problem::NoHome)?;
    let books = books::read(&app.seats, &user, SESSIONS).await?;
    let home = books.home.ok_or(Problem::NoHome)?;
    if html {
        return page::page(&home, &books.sessions, app.clock.now());
    }
    let sessions = SessionJson::all(&books.sessions);
    let body = json!({ "home": Record::of(&home), "sessions": sessions });
    Ok(hotdesk_pages::json(StatusCode::OK, &body))
}

/// Asks for something that is to become of the home of somebody.
pub(crate) async fn ask<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    (user, deed): (&str, Deed),
    html: bool,
) -> Result<Reply, Refusal> {
    for_operators(app, session, request)?;
    let wish = match deed {
        Deed::Restore => {
            let From { snapshot } = web::form(request)?;
            Wish::Restore { snapshot }
        }
        Deed::Export => {
            let Nothing {} = web::form(request)?;
            Wish::Export
        }
        Deed::Delete => {
            let Nothing {} = web::form(request)?;
            Wish::Delete
        }
    };
    let user: UserId = user.parse().map_err(|_| Problem::NoHome)?;
    let on = request.uri().path();
    let home = match wish::enter(&app.seats, &user, &wish, app.clock.now()).await {
        Ok(home) => home,
        Err(refusal) => {
            if let Refusal::Problem(problem) = &refusal {
                audit(app, session, AUDIT, Some(on), &format!("refused: {}", problem.slug()));
            }
            return Err(refusal);
        }
    };
    audit(app, session, AUDIT, Some(on), "done");
    info!(%user, operator = %session.user, wish = ?wish, "home wished");
    if html {
        return Ok(web::redirect(StatusCode::SEE_OTHER, &format!("/homes/{user}")));
    }
    Ok(hotdesk_pages::json(StatusCode::ACCEPTED, &json!({ "home": Record::of(&home) })))
}

/// What the trail calls it; the address says what was asked for, and of whose home.
const AUDIT: What = What::Home;

fn for_operators<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
) -> Result<(), Refusal> {
    if session.operator {
        return Ok(());
    }
    audit(app, session, AUDIT, Some(request.uri().path()), "refused: no operator");
    Err(Refusal::Problem(Problem::NotOperator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_exactly_as_it_is_written() {
        for (path, address) in [
            ("/homes", Some(Address::Find)),
            ("/homes/alice", Some(Address::Look("alice"))),
            ("/homes/restore", Some(Address::Look("restore"))),
            ("/homes/alice/export", Some(Address::Ask("alice", Deed::Export))),
            ("/homes//delete", Some(Address::Ask("", Deed::Delete))),
            ("/homes/alice/x/delete", Some(Address::Ask("alice/x", Deed::Delete))),
            ("/homes/", Some(Address::Look(""))),
            ("/homes/alice/", Some(Address::Look("alice/"))),
            ("/homes/alice/Delete", Some(Address::Look("alice/Delete"))),
            ("/homes/alice/delete/", Some(Address::Look("alice/delete/"))),
            ("/homesick", None),
            ("/Homes/alice", None),
        ] {
            assert_eq!(Address::of(path), address, "{path}");
        }
    }
}
