//! Who may use the box: tickets in, passes out, and the time of the last heartbeat.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::HeaderMap;
use hotdesk::{
    audit::{Line, What},
    clock::{Clock, Ms},
    id::{Epoch, InstanceId, UserId},
    token::{DrainClaims, HomeClaims, TicketClaims},
};
use serde::Serialize;
use tokio::sync::watch;

use crate::{
    boot::began,
    cookie::{Cookies, Pass, PassKey, whole},
    drained::{Door, Drained},
    homes::Homes,
    keys::Keys,
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
    keys: Arc<Keys>,
    cookies: Cookies,
    clock: Arc<dyn Clock>,
    /// When the first agent of this boot began, and when this one did.
    boot: Ms,
    began: Ms,
    key: PassKey,
    drained: Drained,
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
        keys: Arc<Keys>,
        cookies: Cookies,
        runtime: &Runtime,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, RuntimeError> {
        let key = PassKey::load(runtime)?;
        let drained = Drained::load(runtime.clone())?;
        let binding = Binding::load(runtime.clone())?;
        let state = State { binding, used: UsedTickets::default(), last_heartbeat: None };
        let now = clock.now();
        let boot = began(runtime, now)?;
        let state = Mutex::new(state);
        Ok(Self { instance, keys, cookies, clock, boot, began: now, key, drained, state })
    }

    /// Exchanges a ticket; the first one binds the box to its user. `from` is who brings it, for
    /// the audit trail.
    ///
    /// # Errors
    /// [`Refusal`] if it is not a fresh, unused ticket of the owner for this box.
    pub async fn open(&self, ticket: &str, from: Option<IpAddr>) -> Result<Opened, Refusal> {
        let mut who = None;
        let opened = self.exchange(ticket, &mut who).await;
        self.audit(What::Open, who.as_ref(), from, opened.as_ref().err().copied());
        opened
    }

    async fn exchange(&self, ticket: &str, who: &mut Option<UserId>) -> Result<Opened, Refusal> {
        let ticket: TicketClaims = self.keys.verify(ticket, self.instance.as_str()).await?;
        *who = Some(ticket.sub.clone());
        let now = self.clock.now();
        // Used tickets are forgotten when an agent ends. Tokens count whole seconds, so one of the
        // second in which this one began is refused as well.
        if ticket.iat.saturating_mul(1000) < self.began.0 {
            return Err(Refusal::BeforeBoot);
        }
        if now.seconds() >= ticket.session_exp {
            return Err(Refusal::SessionOver);
        }
        let mut state = self.state();
        if self.is_drained() {
            return Err(Refusal::Drained);
        }
        state.binding.bind(&ticket.sub, ticket.epoch)?;
        state.used.take(&ticket.jti, ticket.exp, now)?;
        drop(state);
        let pass = Pass { sub: ticket.sub, epoch: ticket.epoch, exp: ticket.session_exp };
        Ok(Opened { pass: self.key.sign(&pass)?, seat_token: ticket.seat_token })
    }

    /// The owner's pass, if a request carries one, for something new.
    ///
    /// # Errors
    /// [`Refusal`] says why it does not.
    pub fn check(&self, headers: &HeaderMap) -> Result<Pass, Refusal> {
        if self.is_drained() {
            return Err(Refusal::Drained);
        }
        self.check_old(headers)
    }

    /// The same for a page that is open: while the box is being drained it may still save.
    ///
    /// # Errors
    /// [`Refusal`] says why it may not go on.
    pub fn check_old(&self, headers: &HeaderMap) -> Result<Pass, Refusal> {
        if self.is_closed() {
            return Err(Refusal::Drained);
        }
        let pass = self.key.find(&whole(headers), self.cookies.box_name(), self.clock.now())?;
        match self.state().binding.owner() {
            Some(owner) if owner.user == pass.sub => Ok(pass),
            _ => Err(Refusal::OtherUser),
        }
    }

    /// Takes the box back by an order of the control plane: nobody is let in any more, until the box
    /// boots anew. What is open goes on until [`Access::close`].
    ///
    /// # Errors
    /// [`Refusal`] if it is not a fresh order to this box; then nothing changes. After
    /// [`Refusal::Unwritable`] the box is drained, but would not be after a restart of the agent.
    pub async fn drain(&self, order: &str, from: Option<IpAddr>) -> Result<(), Refusal> {
        let drained = self.obey(order).await;
        self.audit(What::Drain, None, from, drained.err());
        drained
    }

    async fn obey(&self, order: &str) -> Result<(), Refusal> {
        let audience = DrainClaims::audience_of(&self.instance);
        let order: DrainClaims = self.keys.verify(order, &audience).await?;
        if order.iat.saturating_mul(1000) < self.boot.0 {
            return Err(Refusal::BeforeBoot);
        }
        self.drained.set()
    }

    /// Whether the box was drained in this boot.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.drained.door() != Door::Open
    }

    /// Whether nothing of it is open any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.drained.door() == Door::Closed
    }

    /// Ends what is still open on a drained box.
    pub(crate) fn close(&self) {
        self.drained.close();
    }

    /// For whoever must end once it is closed.
    pub(crate) fn watch_door(&self) -> watch::Receiver<Door> {
        self.drained.watch()
    }

    /// Takes an order of the control plane that says which home the box has, and binds the box to its
    /// user, as a ticket does.
    ///
    /// # Errors
    /// [`Refusal`] if it is not a fresh order to this box, or the box is somebody else's, has another
    /// home or was drained; then nothing changes.
    pub(crate) async fn order_home(&self, order: &str, homes: &Homes) -> Result<(), Refusal> {
        let audience = HomeClaims::audience_of(&self.instance);
        let order: HomeClaims = self.keys.verify(order, &audience).await?;
        if order.iat.saturating_mul(1000) < self.boot.0 {
            return Err(Refusal::BeforeBoot);
        }
        let mut state = self.state();
        if self.is_drained() {
            return Err(Refusal::Drained);
        }
        homes.may_take(&order)?;
        state.binding.bind(&order.sub, order.epoch)?;
        homes.take(&order)
    }

    /// The time by the box's clock.
    pub(crate) fn now(&self) -> Ms {
        self.clock.now()
    }

    /// Notes a heartbeat of the owner.
    ///
    /// # Errors
    /// As [`Access::check`]; then nothing is noted.
    pub fn beat(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.check_old(headers)?;
        self.seen();
        Ok(())
    }

    /// Somebody who was let in waits for their files: as good as a heartbeat, which their page cannot
    /// send yet. The control plane asks the box before it takes it for idle.
    pub(crate) fn waits(&self) {
        self.seen();
    }

    fn seen(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        state.last_heartbeat = state.last_heartbeat.max(Some(now));
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

    /// A line of the audit trail about this box.
    pub(crate) fn audit(
        &self,
        what: What,
        who: Option<&UserId>,
        from: Option<IpAddr>,
        refused: Option<Refusal>,
    ) {
        let refused = refused.map(|refusal| format!("refused: {}", refusal.word()));
        let result = refused.as_deref().unwrap_or("done");
        Line { what, at: self.clock.now(), who, on: Some(self.instance.as_str()), from, result }
            .log();
    }

    /// A panic while it was held leaves it whole: each step changes one field at its end.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
