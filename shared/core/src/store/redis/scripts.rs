//! The scripts, each loaded into the server at its first use (EVALSHA, then SCRIPT LOAD).

use std::sync::{Arc, LazyLock};

use ::redis::Script;

macro_rules! scripts {
    ($($step:ident: $file:literal, $begins:expr, $repeat:literal;)*) => {
        /// A step of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Step { $($step,)* }

        impl Step {
            /// Whether doing it twice is as good as doing it once, its reply included.
            pub(super) fn may_repeat(self) -> bool {
                match self { $(Self::$step => $repeat,)* }
            }

            fn source(self) -> String {
                match self {
                    $(Self::$step => [$begins, include_str!(concat!("../lua/", $file))].concat(),)*
                }
            }

            const ALL: &[Self] = &[$(Self::$step,)*];
        }
    };
}

const PRELUDE: &str = include_str!("../lua/prelude.lua");
/// What a script begins with that must not run on a cold store.
const READY: &str = concat!(include_str!("../lua/prelude.lua"), include_str!("../lua/ready.lua"));

scripts! {
    Claim: "claim.lua", READY, true;
    Ask: "ask.lua", READY, true;
    Touch: "touch.lua", READY, true;
    Stay: "stay.lua", READY, true;
    Closing: "closing.lua", READY, true;
    Admit: "admit.lua", READY, false;
    Adopt: "adopt.lua", READY, false;
    Idle: "idle.lua", READY, true;
    BeginStop: "begin_stop.lua", READY, false;
    Expire: "expire.lua", READY, false;
    Leave: "leave.lua", READY, false;
    Revoke: "revoke.lua", READY, false;
    Revoked: "revoked.lua", READY, true;
    Retire: "retire.lua", READY, false;
    Orphan: "orphan.lua", READY, true;
    FinishStop: "finish_stop.lua", READY, false;
    Wake: "wake.lua", READY, false;
    Drop: "drop.lua", READY, false;
    Evict: "evict.lua", READY, false;
    Demand: "demand.lua", READY, true;
    Rebuild: "rebuild.lua", PRELUDE, false;
    View: "view.lua", READY, true;
    Known: "known.lua", READY, true;
    Workspace: "workspace.lua", READY, true;
    Arriving: "arriving.lua", READY, true;
    Booted: "booted.lua", READY, false;
    Boots: "boots.lua", READY, true;
    Logins: "logins.lua", READY, true;
    Want: "want.lua", READY, true;
    Names: "names.lua", READY, true;
    NoteNames: "note_names.lua", READY, true;
    Warn: "warn.lua", READY, true;
    Constrain: "constrain.lua", READY, true;
    Walk: "walk.lua", READY, true;
    Lock: "lock.lua", PRELUDE, false;
    Unlock: "unlock.lua", PRELUDE, false;
}

/// All scripts; a script is assembled and hashed at its first use, since a function uses few.
#[derive(Clone)]
pub(super) struct Scripts(Arc<[LazyScript]>);

type LazyScript = LazyLock<Script, Box<dyn FnOnce() -> Script + Send>>;

impl Default for Scripts {
    fn default() -> Self {
        let lazy = |step: &Step| -> LazyScript {
            let step = *step;
            LazyLock::new(Box::new(move || Script::new(&step.source())))
        };
        Self(Step::ALL.iter().map(lazy).collect())
    }
}

impl Scripts {
    pub(super) fn get(&self, step: Step) -> &Script {
        &self.0[step as usize]
    }
}
