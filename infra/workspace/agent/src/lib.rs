//! The agent on a box: it lets one user in, and says what the box is doing.
//!
//! nginx is the only one who talks to browsers; it asks the agent over a Unix socket:
//!
//! | browser | agent | answers |
//! | --- | --- | --- |
//! | `GET /_hotdesk/open?ticket=` | `/open` | 303 with two cookies, or a refusal |
//! | `POST /_hotdesk/ping` | `/beat` | 204 and notes the time, or 401, 403 |
//! | everything of the editor | `/auth` | 204 and the user's name, or 401, 403; 503 before the home is there |
//! | its WebSockets | `/tunnel/...` | as the editor, and carries the bytes |
//! | `GET /_hotdesk/opening` | `/pass`, `/opening` | how far home and editor are, or 303 to it |
//! | `POST /_hotdesk/opening` | `/pass`, `/opening` | 303: what there is to say was read |
//! | its document, while it does not answer | `/instead` | the same, with 503 |
//! | what is refused | `/refused/{status}` | the page for it |
//! | `GET /_hotdesk/heartbeat.js` | `/heartbeat.js` | the script |
//!
//! The control plane asks over a TCP port that no browser reaches: `/ready` and `/activity`; and it
//! gives signed orders there: `/home` says which volume has the files of the box's user, `/drain`
//! takes the box back.
//!
//! **The home.** Nobody works on a box before their files are there: until then the editor is closed
//! to its user, and a page says how far it is. The agent itself touches no disk; [`keeper`] does.
//!
//! **The binding.** The first valid ticket, or order of a home, makes its user the owner of the box until the runtime
//! folder is wiped, which every boot does. Another user's ticket is refused after that even if it
//! is valid, so an error of the control plane gives nobody another's files.
//!
//! The binding, the home, the key of the box's cookies, the public keys and whether the box was
//! drained are kept in the runtime folder, so an agent that is started again goes on where the last one was.
//! Used tickets are only remembered: a ticket signed before the agent began is refused, so
//! forgetting them opens nothing.

mod access;
mod boot;
mod cli;
pub mod cookie;
mod drained;
mod farewell;
mod front;
mod homes;
pub mod keeper;
mod keys;
mod moment;
mod nginx;
mod opening;
mod origin;
mod owner;
mod plain;
mod probe;
mod proof;
mod readiness;
mod refusal;
mod runtime;
mod scripts;
mod site;
mod tickets;
mod tunnel;

pub use access::{Access, Activity, Opened};
pub use cli::{Cli, Command, ServeArgs, run};
pub use cookie::Cookies;
pub use farewell::Farewell;
pub use front::front;
pub use homes::{Homes, HomesError, HomesMode};
pub use keys::{Keys, KeysError, REFRESH};
pub use nginx::render;
pub use origin::is_foreign;
pub use plain::{PlainPath, SiteError, WebUrl};
pub use probe::probe;
pub use proof::Proof;
pub use readiness::Readiness;
pub use refusal::Refusal;
pub use runtime::{Runtime, RuntimeError, listen};
pub use site::{Front, Site, Tls};
