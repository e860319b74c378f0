//! Between ticket and editor: what the box is doing until the editor answers, as a page that moves
//! on by itself, and as JSON for its script.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hotdesk::{
    clock::Ms,
    homes::{self, Trouble},
};
use hotdesk_pages::Allow;
use serde::Serialize;

use crate::{
    homes::{Homes, Whereabouts},
    moment::Moment,
    plain::WebUrl,
    readiness::Readiness,
};

/// How long it may take before the page says that something is wrong.
const LATE: u64 = 60_000;

/// Who has not asked for so long has gone away; whoever asks then waits anew. Longer than the
/// longest pause between two questions of a page, and its patience.
const GONE: u64 = 20_000;

/// What a box does until its user can work: the one table of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The volume with the user's files is on its way to the box.
    Attaching,
    /// Its file system is made or checked.
    Checking,
    /// It is mounted, and the editor started on it.
    Mounting,
    /// The editor does not answer yet.
    Editor,
    /// All is there.
    Open,
    /// The files cannot be opened.
    Failed,
}

impl Stage {
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Attaching => "attaching",
            Self::Checking => "checking",
            Self::Mounting => "mounting",
            Self::Editor => "editor",
            Self::Open => "open",
            Self::Failed => "failed",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Attaching => "Your files are on their way to this box.",
            Self::Checking => "Your files are being checked.",
            Self::Mounting => "Your files are being opened.",
            Self::Editor => "The editor is starting.",
            Self::Open => "Your workspace is open.",
            Self::Failed => "Your files cannot be opened.",
        }
    }
}

/// Where the opening stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) stage: Stage,
    /// Whether it takes so long that something must be wrong.
    late: bool,
    home: Whereabouts,
}

impl Standing {
    /// Whether its user can go to the editor, and there is nothing to say before.
    pub(crate) fn is_open(self) -> bool {
        self.stage == Stage::Open && !self.home.untold
    }

    /// Whether something is under way that its user waits for.
    pub(crate) fn goes_on(self) -> bool {
        match self.stage {
            Stage::Attaching | Stage::Checking | Stage::Mounting | Stage::Editor => true,
            Stage::Open | Stage::Failed => false,
        }
    }

    /// The same for somebody who has just seen that the editor does not answer.
    pub(crate) fn not_yet(self) -> Self {
        if self.is_open() { Self { stage: Stage::Editor, ..self } } else { self }
    }
}

/// Since when somebody waits, and when they last asked.
#[derive(Clone, Copy, Debug)]
struct Wait {
    since: Ms,
    asked: Ms,
}

/// The way from the ticket to the editor.
#[derive(Debug)]
pub(crate) struct Opening {
    readiness: Readiness,
    homes: Arc<Homes>,
    home: WebUrl,
    wait: Mutex<Option<Wait>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    stage: &'static str,
    words: &'static str,
    ready: bool,
    late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
    /// Ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_of: Option<Ms>,
    full: bool,
}

#[derive(Template)]
#[template(path = "opening.html")]
struct Page<'a> {
    nonce: String,
    stage: Stage,
    late: bool,
    trouble: Option<&'static str>,
    /// All is there, and there is something to say first.
    stops: bool,
    files_of: Option<Moment>,
    full: bool,
    home: &'a WebUrl,
}

impl Opening {
    pub(crate) fn new(readiness: Readiness, homes: Arc<Homes>, home: WebUrl) -> Self {
        Self { readiness, homes, home, wait: Mutex::default() }
    }

    /// Where it stands at `now`, for somebody who waits for it.
    pub(crate) async fn standing(&self, now: Ms) -> Standing {
        let (home, serves) =
            tokio::join!(self.homes.whereabouts(now), self.readiness.editor_serves());
        let stage = match home.stage {
            None | Some(homes::Stage::Attaching) => Stage::Attaching,
            Some(homes::Stage::Checking) => Stage::Checking,
            Some(homes::Stage::Mounting) => Stage::Mounting,
            Some(homes::Stage::Failed) => Stage::Failed,
            Some(homes::Stage::Mounted) if serves => Stage::Open,
            Some(homes::Stage::Mounted) => Stage::Editor,
        };
        let mut wait = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        if stage == Stage::Open {
            *wait = None;
            return Standing { stage, late: false, home };
        }
        let since = match *wait {
            Some(Wait { since, asked }) if now.0.saturating_sub(asked.0) < GONE => since,
            _ => now,
        };
        *wait = Some(Wait { since, asked: now });
        // A failure has words of its own.
        let late = stage != Stage::Failed && now.0.saturating_sub(since.0) >= LATE;
        Standing { stage, late, home }
    }

    /// The page that says so.
    pub(crate) fn page(&self, status: StatusCode, standing: Standing) -> Response {
        let Standing { stage, late, home } = standing;
        let view = |nonce| Page {
            nonce,
            stage,
            late,
            trouble: home.trouble.map(Trouble::word),
            stops: stage == Stage::Open && home.untold,
            files_of: home.files_of.and_then(Moment::of),
            full: home.full,
            home: &self.home,
        };
        match hotdesk_pages::page(status, Allow::default(), view) {
            Ok(page) => page.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// The same for its script.
pub(crate) fn document(standing: Standing) -> Response {
    let Standing { stage, late, home } = standing;
    let document = Document {
        stage: stage.slug(),
        words: stage.words(),
        ready: standing.is_open(),
        late,
        trouble: home.trouble.map(Trouble::word),
        files_of: home.files_of,
        full: home.full,
    };
    let mut response = Json(document).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}
