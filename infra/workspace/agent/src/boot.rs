//! When the box began to serve in this boot, whichever agent is at it now.

use hotdesk::clock::Ms;

use crate::runtime::{Runtime, RuntimeError};

const FILE: &str = "began";

/// When the first agent of this boot began: now, if none has said it.
///
/// Orders are held to this and not to when the agent itself began, so one that was signed while an
/// agent was being started again still counts.
pub(crate) fn began(runtime: &Runtime, now: Ms) -> Result<Ms, RuntimeError> {
    let Some(bytes) = runtime.read(FILE)? else {
        runtime.write(FILE, now.to_string().as_bytes())?;
        return Ok(now);
    };
    let said = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok());
    said.ok_or_else(|| RuntimeError::Damaged { path: runtime.path(FILE) })
}
