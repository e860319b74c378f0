//! Between ticket and editor: what the box is doing until the editor answers, as a page that moves
//! on by itself, and as JSON for its script.

use std::sync::{Mutex, PoisonError};

use askama::Template;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hotdesk::clock::Ms;
use hotdesk_pages::Allow;
use serde::Serialize;

use crate::{plain::WebUrl, readiness::Readiness};

/// How long an editor may take before the page says that something is wrong.
const LATE: u64 = 60_000;

/// Who has not asked for so long has gone away; whoever asks then waits anew. Longer than the
/// longest pause between two questions of a page, and its patience.
const GONE: u64 = 20_000;

/// What a box does until its user can work: the one table of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The editor does not answer yet.
    Editor,
    /// All is there.
    Open,
}

impl Stage {
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Open => "open",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Editor => "The editor is starting.",
            Self::Open => "Your workspace is open.",
        }
    }
}

/// Where the opening stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) stage: Stage,
    /// Whether it takes so long that something must be wrong.
    late: bool,
}

impl Standing {
    pub(crate) fn is_open(self) -> bool {
        self.stage == Stage::Open
    }

    /// The same for somebody who has just seen that the editor does not answer.
    pub(crate) fn not_yet(self) -> Self {
        Self { stage: Stage::Editor, ..self }
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
    home: WebUrl,
    wait: Mutex<Option<Wait>>,
}

#[derive(Serialize)]
struct Document {
    stage: &'static str,
    words: &'static str,
    ready: bool,
    late: bool,
}

#[derive(Template)]
#[template(path = "opening.html")]
struct Page<'a> {
    nonce: String,
    stage: Stage,
    late: bool,
    home: &'a WebUrl,
}

impl Opening {
    pub(crate) fn new(readiness: Readiness, home: WebUrl) -> Self {
        Self { readiness, home, wait: Mutex::default() }
    }

    /// Where it stands at `now`, for somebody who waits for it.
    pub(crate) async fn standing(&self, now: Ms) -> Standing {
        let serves = self.readiness.editor_serves().await;
        let mut wait = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        if serves {
            *wait = None;
            return Standing { stage: Stage::Open, late: false };
        }
        let since = match *wait {
            Some(Wait { since, asked }) if now.0.saturating_sub(asked.0) < GONE => since,
            _ => now,
        };
        *wait = Some(Wait { since, asked: now });
        Standing { stage: Stage::Editor, late: now.0.saturating_sub(since.0) >= LATE }
    }

    /// The page that says so.
    pub(crate) fn page(&self, status: StatusCode, Standing { stage, late }: Standing) -> Response {
        let view = |nonce| Page { nonce, stage, late, home: &self.home };
        match hotdesk_pages::page(status, Allow::default(), view) {
            Ok(page) => page.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// The same for its script.
pub(crate) fn document(standing: Standing) -> Response {
    let Standing { stage, late } = standing;
    let ready = standing.is_open();
    let document = Document { stage: stage.slug(), words: stage.words(), ready, late };
    let mut response = Json(document).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}
