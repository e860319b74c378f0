//! The ports, through which a flow writes its calls on a tape and reads the answers from it.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard},
    task::{Poll, Waker},
};

use hotdesk::{
    clock::{Clock, Ms},
    fleet,
    seats::SeatsError,
    store::StoreError,
};

use crate::{
    call::{Call, Reply},
    flow::Script,
    mutant::{Broken, Mutant},
    names::NOW,
};

mod boxes;
mod cloud;
mod store;
mod table;

/// All ports of one invocation, and its clock. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Ports(Arc<Mutex<Tape>>);

#[derive(Debug)]
struct Tape {
    calls: Vec<Slot>,
    script: Script,
    broken: Broken,
}

#[derive(Debug)]
struct Slot {
    call: Call,
    reply: Option<Reply>,
    waker: Option<Waker>,
    read: bool,
}

impl Ports {
    pub(crate) fn new(script: Script, broken: Broken) -> Self {
        Self(Arc::new(Mutex::new(Tape { calls: Vec::new(), script, broken })))
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.tape().broken.has(mutant)
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().expect("not poisoned")
    }

    /// The calls that wait for an answer, by their place on the tape.
    pub(crate) fn pending(&self) -> Vec<(usize, Call)> {
        let tape = self.tape();
        let open = tape.calls.iter().enumerate().filter(|(_, slot)| slot.reply.is_none());
        open.map(|(n, slot)| (n, slot.call.clone())).collect()
    }

    /// Answers a call.
    pub(crate) fn answer(&self, n: usize, reply: Reply) {
        let mut tape = self.tape();
        let slot = &mut tape.calls[n];
        slot.reply = Some(reply);
        if let Some(waker) = slot.waker.take() {
            drop(tape);
            waker.wake();
        }
    }

    /// Makes a call and waits for its answer, unless the script has one.
    async fn call(&self, call: Call) -> Reply {
        let place = {
            let mut tape = self.tape();
            if let Some(reply) = tape.script.answer(&call) {
                return reply;
            }
            tape.calls.push(Slot { call, reply: None, waker: None, read: false });
            tape.calls.len() - 1
        };
        poll_fn(|context| {
            let mut tape = self.tape();
            let slot = &mut tape.calls[place];
            match &slot.reply {
                Some(reply) if !slot.read => {
                    slot.read = true;
                    Poll::Ready(reply.clone())
                }
                _ => {
                    slot.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl Clock for Ports {
    fn now(&self) -> Ms {
        NOW
    }
}

fn store_error(reply: &Reply) -> StoreError {
    match reply {
        Reply::Cold => StoreError::Cold,
        Reply::Away => StoreError::Away("away".into()),
        other => unreachable!("not of the store: {other:?}"),
    }
}

fn table_error(reply: &Reply) -> SeatsError {
    match reply {
        Reply::Away => SeatsError::Away("away".into()),
        other => unreachable!("not of the table: {other:?}"),
    }
}

fn cloud_error(reply: &Reply) -> fleet::FleetError {
    match reply {
        Reply::Refused => fleet::FleetError::Refused("ValidationError".into()),
        Reply::Away => fleet::FleetError::Away("away".into(), "away".into()),
        other => unreachable!("not of the cloud: {other:?}"),
    }
}

/// What no flow that is explored calls. Whoever adds such a call adds it to the explorer too.
fn unexplored(name: &str) -> ! {
    panic!("{name} is not explored")
}
