//! Who may use the box: tickets in, passes out, and the time of the last heartbeat.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hotdesk::{
    clock::{Clock, Ms},
    id::{Epoch, InstanceId, UserId},
    token::{TicketClaims, Verifier},
};
use serde::Serialize;

use crate::{
    cookie::{Cookies, Pass, PassKey, find},
    owner::Binding,
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
    tickets::UsedTickets,
};

/// What a ticket is exchanged for: the values of the two cookies.
#[derive(Debug)]
pub struct Opened {
    /// The box's own pass.
    pub pass: String,
    /// The control plane's token for heartbeats.
    pub seat_token: String,
}

/// What the control plane learns of the use of a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The box.
    pub instance_id: InstanceId,
    /// Whose it is, once a ticket has been exchanged.
    pub user: Option<UserId>,
    /// The newest epoch of theirs that the box has seen.
    pub epoch: Option<Epoch>,
    /// When the owner's last heartbeat came, by the box's clock; forgotten when the agent ends.
    pub last_heartbeat: Option<Ms>,
}

#[derive(Debug)]
struct State {
    binding: Binding,
    used: UsedTickets,
    last_heartbeat: Option<Ms>,
}

/// The door of the box.
pub struct Access {
    instance: InstanceId,
    verifier: Verifier,
    cookies: Cookies,
    clock: Arc<dyn Clock>,
    boot: Ms,
    key: PassKey,
    /// A plain mutex: nothing waits while it is held, but for one small write at the binding.
    state: Mutex<State>,
}

impl Access {
    /// The door as an earlier agent of this boot left it, or a new one. Tickets signed before
    /// now are refused from here on.
    ///
    /// # Errors
    /// [`RuntimeError`] if the runtime folder cannot be used.
    pub fn load(
        instance: InstanceId,
        verifier: Verifier,
        cookies: Cookies,
        runtime: &Runtime,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, RuntimeError> {
        let key = PassKey::load(runtime)?;
        let binding = Binding::load(runtime.clone())?;
        let state = State { binding, used: UsedTickets::default(), last_heartbeat: None };
        let boot = clock.now();
        Ok(Self { instance, verifier, cookies, clock, boot, key, state: Mutex::new(state) })
    }

    /// Exchanges a ticket; the first one binds the box to its user.
    ///
    /// # Errors
    /// [`Refusal`] if it is not a fresh, unused ticket of the owner for this box.
    pub fn open(&self, ticket: &str) -> Result<Opened, Refusal> {
        let now = self.clock.now();
        let ticket: TicketClaims = self.verifier.verify(ticket, self.instance.as_str(), now)?;
        // Tokens count whole seconds, so one of the second of the boot is refused as well.
        if ticket.iat.saturating_mul(1000) < self.boot.0 {
            return Err(Refusal::BeforeBoot);
        }
        if now.seconds() >= ticket.session_exp {
            return Err(Refusal::SessionOver);
        }
        let mut state = self.state();
        state.binding.bind(&ticket.sub, ticket.epoch)?;
        state.used.take(&ticket.jti, ticket.exp, now)?;
        drop(state);
        let pass = Pass { sub: ticket.sub, epoch: ticket.epoch, exp: ticket.session_exp };
        Ok(Opened { pass: self.key.sign(&pass)?, seat_token: ticket.seat_token })
    }

    /// The owner's name, if the `Cookie` header holds a pass of theirs.
    ///
    /// # Errors
    /// [`Refusal`] says why it does not.
    pub fn check(&self, cookies: Option<&str>) -> Result<UserId, Refusal> {
        let token = cookies.and_then(|all| find(all, self.cookies.box_name()));
        let pass = self.key.check(token.ok_or(Refusal::NoCookie)?, self.clock.now())?;
        match self.state().binding.owner() {
            Some(owner) if owner.user == pass.sub => Ok(pass.sub),
            _ => Err(Refusal::OtherUser),
        }
    }

    /// The time by the box's clock.
    pub(crate) fn now(&self) -> Ms {
        self.clock.now()
    }

    /// Notes a heartbeat of the owner.
    ///
    /// # Errors
    /// As [`Access::check`]; then nothing is noted.
    pub fn beat(&self, cookies: Option<&str>) -> Result<(), Refusal> {
        self.check(cookies)?;
        let now = self.clock.now();
        let mut state = self.state();
        state.last_heartbeat = state.last_heartbeat.max(Some(now));
        Ok(())
    }

    /// Who uses the box, and when they were last seen.
    #[must_use]
    pub fn activity(&self) -> Activity {
        let state = self.state();
        let owner = state.binding.owner().cloned();
        Activity {
            instance_id: self.instance.clone(),
            epoch: owner.as_ref().map(|owner| owner.epoch),
            user: owner.map(|owner| owner.user),
            last_heartbeat: state.last_heartbeat,
        }
    }

    /// A panic while it was held leaves it whole: each step changes one field at its end.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
