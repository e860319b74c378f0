//! Where a flow stands after the answers that it was given.
//!
//! A flow is code, which can be neither copied nor compared. But it does the same whenever it is told
//! the same, so it is run from its start with those answers until it asks for more. Each such place is
//! found once and kept, by a hash of the flow and its answers.

use std::{
    collections::HashMap,
    fmt::{self, Write},
    hash::{DefaultHasher, Hash, Hasher},
    pin::pin,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use tokio::runtime::{Builder, Runtime};

use crate::{
    call::{Call, Reply},
    flow::{End, Flow, Wishes},
    mutant::Broken,
    names::{NOW, tick_of},
    ports::Ports,
};

/// Where a flow stands.
#[derive(Debug)]
pub struct Place {
    /// What it asks, and that call's place among all it made; several if it does several things side
    /// by side.
    pub asks: Vec<(usize, Call)>,
    /// How it ended, if it did.
    pub end: Option<End>,
    /// The highest tick that it was told of.
    pub ticks: u64,
    /// How many answers it had.
    pub depth: usize,
    flow: Flow,
    before: Option<(Arc<Self>, usize, Reply)>,
}

/// Places by their hash.
pub struct Replays {
    wishes: Wishes,
    broken: Broken,
    places: RwLock<HashMap<u64, Arc<Place>>>,
}

impl fmt::Debug for Replays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replays").field("places", &self.len()).finish_non_exhaustive()
    }
}

impl Replays {
    /// Of flows under an operator who wishes so.
    #[must_use]
    pub fn new(wishes: Wishes, broken: Broken) -> Self {
        Self { wishes, broken, places: RwLock::default() }
    }

    /// How many places there are.
    ///
    /// # Panics
    /// If a flow has panicked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.read().expect("not poisoned").len()
    }

    /// Whether no flow has begun yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where a flow begins.
    #[must_use]
    pub fn begin(&self, flow: Flow) -> u64 {
        let mut hasher = DefaultHasher::new();
        flow.hash(&mut hasher);
        self.find(hasher.finish(), || (flow, None))
    }

    /// Where a flow stands that stood at `place` and was told `reply` to the call `n`.
    #[must_use]
    pub fn next(&self, place: u64, n: usize, reply: &Reply) -> u64 {
        let mut hasher = DefaultHasher::new();
        (place, n).hash(&mut hasher);
        write!(Feed(&mut hasher), "{reply:?}").expect("it takes all");
        let before = || self.place(place);
        self.find(hasher.finish(), || {
            let before = before();
            (before.flow, Some((before, n, reply.clone())))
        })
    }

    /// What is at a place.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn place(&self, id: u64) -> Arc<Place> {
        Arc::clone(&self.places.read().expect("not poisoned")[&id])
    }

    fn find(
        &self,
        id: u64,
        what: impl FnOnce() -> (Flow, Option<(Arc<Place>, usize, Reply)>),
    ) -> u64 {
        if !self.places.read().expect("not poisoned").contains_key(&id) {
            let (flow, before) = what();
            let place = Arc::new(self.run(flow, before));
            self.places.write().expect("not poisoned").insert(id, place);
        }
        id
    }

    fn run(&self, flow: Flow, before: Option<(Arc<Place>, usize, Reply)>) -> Place {
        let mut answers = Vec::new();
        let mut at = before.as_ref();
        while let Some((place, n, reply)) = at {
            answers.push((*n, reply.clone()));
            at = place.before.as_ref();
        }
        answers.reverse();
        let depth = answers.len();
        let ticks = before.as_ref().map_or(0, |(place, _, reply)| place.ticks.max(ticks(reply)));

        let ports = Ports::new(flow.script(), self.broken);
        let clock = clock();
        let _inside = clock.enter();
        let mut future = pin!(flow.run(ports.clone(), self.wishes));
        let mut answers = answers.into_iter();
        let end = loop {
            if let Poll::Ready(end) = poll(future.as_mut()) {
                break Some(end);
            }
            match answers.next() {
                Some((n, reply)) => ports.answer(n, reply),
                None => break None,
            }
        };
        assert!(answers.next().is_none(), "{flow:?} does not do the same again");
        let asks = ports.pending();
        let end = if asks.is_empty() { end.or(Some(End::Pauses)) } else { end };
        Place { asks, end, ticks, depth, flow, before }
    }
}

/// For the timers of flows, which never fire.
fn clock() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Polls until the future does nothing more by itself.
fn poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    let mut context = Context::from_waker(&waker);
    loop {
        let polled = future.as_mut().poll(&mut context);
        if polled.is_ready() || !flag.0.swap(false, Ordering::Relaxed) {
            return polled;
        }
    }
}

struct Feed<'a>(&'a mut DefaultHasher);

impl Write for Feed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

/// The highest tick in an answer.
fn ticks(reply: &Reply) -> u64 {
    let text = format!("{reply:?}");
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let long = numbers.filter(|number| number.len() == NOW.0.to_string().len());
    long.filter_map(|number| number.parse().ok()).map(tick_of).max().unwrap_or(0)
}
