//! The agent on a box: it lets one user in, and says what the box is doing.
//!
//! nginx is the only one who talks to browsers; it asks the agent over a Unix socket:
//!
//! | browser | agent | answers |
//! | --- | --- | --- |
//! | `GET /_hotdesk/open?ticket=` | `/open` | 303 with two cookies, or a refusal |
//! | `POST /_hotdesk/ping` | `/beat` | 204 and notes the time, or 401, 403 |
//! | everything of the editor | `/auth` | 204 and the user's name, or 401, 403 |
//! | `GET /_hotdesk/opening` | `/opening` | how far the editor is, or 303 to it |
//! | its document, while it does not answer | `/instead` | the same, with 503 |
//! | what is refused | `/refused/{status}` | the page for it |
//! | `GET /_hotdesk/heartbeat.js` | `/heartbeat.js` | the script |
//!
//! The control plane asks over a TCP port that no browser reaches: `/ready` and `/activity`.
//!
//! **The binding.** The first valid ticket makes its user the owner of the box until the runtime
//! folder is wiped, which every boot does. Another user's ticket is refused after that even if it
//! is valid, so an error of the control plane gives nobody another's files.
//!
//! The binding and the key of the box's cookies are kept in the runtime folder, so an agent that
//! is started again lets its user go on. Used tickets are only remembered: a ticket signed before
//! the agent began is refused, so forgetting them opens nothing.

mod access;
mod cli;
mod cookie;
mod front;
mod nginx;
mod opening;
mod owner;
mod probe;
mod refusal;
mod runtime;
mod site;
mod tickets;

pub use access::{Access, Activity, Opened};
pub use cli::{Cli, Command, ServeArgs, run};
pub use cookie::Cookies;
pub use front::front;
pub use nginx::render;
pub use probe::{Readiness, probe};
pub use refusal::Refusal;
pub use runtime::{Runtime, RuntimeError};
pub use site::{Front, PlainPath, Site, SiteError, Tls, WebUrl};
