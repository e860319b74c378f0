//! What the rules come to for one call or one event.

use super::{CallFault, EventFault};

/// What becomes of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CallFate {
    /// How much later it takes effect, in ms.
    pub(crate) delay_ms: u64,
    /// What happens to it then, if it is not simply answered; no delay.
    pub(crate) fault: Option<CallFault>,
}

impl CallFate {
    /// Takes on another fault; false if an earlier one has decided already.
    pub(super) fn suffer(&mut self, fault: &CallFault) -> bool {
        if let CallFault::Delay { ms } = fault {
            self.delay_ms = self.delay_ms.saturating_add(*ms);
            return true;
        }
        let first = self.fault.is_none();
        self.fault.get_or_insert_with(|| fault.clone());
        first
    }
}

/// What becomes of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventFate {
    delay_ms: u64,
    fault: Option<EventFault>,
}

impl EventFate {
    /// Takes on another fault; false if an earlier one has decided already.
    pub(super) fn suffer(&mut self, fault: &EventFault) -> bool {
        if let EventFault::Late { ms } = fault {
            self.delay_ms = self.delay_ms.saturating_add(*ms);
            return true;
        }
        let first = self.fault.is_none();
        self.fault.get_or_insert(*fault);
        first
    }

    /// When it is delivered, in ms after it happened: once, or not at all, or twice.
    pub(crate) fn deliveries(&self) -> Vec<u64> {
        match self.fault {
            Some(EventFault::Lose) => Vec::new(),
            Some(EventFault::Double { ms }) => {
                vec![self.delay_ms, self.delay_ms.saturating_add(ms)]
            }
            Some(EventFault::Late { .. }) | None => vec![self.delay_ms],
        }
    }
}
