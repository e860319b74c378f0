//! The scripts that the box serves itself: the heartbeat of the workbench.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The files of the heartbeat as the one script that they are, with no name left in the workbench.
const HEARTBEAT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("../../heartbeat/words.js"),
    include_str!("../../heartbeat/style.js"),
    include_str!("../../heartbeat/notice.js"),
    include_str!("../../heartbeat/ask.js"),
    include_str!("../../heartbeat/heart.js"),
    include_str!("../../heartbeat/main.js"),
    "})();\n"
);

/// Its worker, which makes the requests.
const BEAT: &str = include_str!("../../heartbeat/beat.js");

/// The heartbeat.
pub(crate) async fn heartbeat() -> Response {
    script(HEARTBEAT)
}

/// Its worker.
pub(crate) async fn beat_worker() -> Response {
    script(BEAT)
}

fn script(text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
