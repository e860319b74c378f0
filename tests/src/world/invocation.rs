//! An invocation of a function: it may be ended by Lambda, die, or be frozen for a while, and its
//! clock may be off.

use std::{
    future::{Future, pending},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::yield_now,
    time::{Sleep, sleep, timeout},
};

/// Lambda ends a function after this time.
const LIMIT: Duration = Duration::from_secs(60);

tokio::task_local! {
    /// The invocation that this task is.
    static THIS: Arc<Invocation>;
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Invocation {
    /// The function, and its invocation's number.
    pub(super) name: String,
    /// How much its clock is ahead, ms.
    pub(super) ahead: i64,
    end: Notify,
    /// For how long it is to be frozen.
    freeze: Mutex<Option<Duration>>,
}

impl Invocation {
    /// The one that this task is, if it is one.
    pub(super) fn this() -> Option<Arc<Self>> {
        THIS.try_with(Arc::clone).ok()
    }

    pub(super) fn new(name: String, ahead: i64) -> Self {
        Self { name, ahead, ..Self::default() }
    }

    /// Its process ends, whatever else it is doing.
    pub(super) async fn die(&self) {
        self.end.notify_one();
        pending::<()>().await;
    }

    /// All that it does stands still for so long, as in a frozen execution environment; the world goes
    /// on, and so does Lambda's limit.
    pub(super) async fn freeze(&self, time: Duration) {
        *self.freeze.lock().expect("not poisoned") = Some(time);
        yield_now().await;
    }

    /// Runs it: `None` if it died or was ended by Lambda.
    pub(super) async fn run<T>(self, function: impl Future<Output = T>) -> Option<T> {
        let this = Arc::new(self);
        let of_it = Arc::clone(&this);
        let run = async move {
            let function = Freezing { function: Box::pin(function), of: &of_it, frozen: None };
            tokio::select! {
                biased;
                () = of_it.end.notified() => None,
                done = timeout(LIMIT, function) => done.ok(),
            }
        };
        THIS.scope(this, run).await
    }
}

/// How much the clock of whoever asks is ahead, ms.
pub(super) fn ahead() -> i64 {
    THIS.try_with(|this| this.ahead).unwrap_or(0)
}

/// Runs an invocation of a function: `None` if it died or was ended by Lambda.
pub async fn invoke<T>(function: impl Future<Output = T>) -> Option<T> {
    Invocation::default().run(function).await
}

/// What a function does, unless it is frozen.
struct Freezing<'a, F> {
    function: Pin<Box<F>>,
    of: &'a Invocation,
    frozen: Option<Pin<Box<Sleep>>>,
}

impl<F: Future> Future for Freezing<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { function, of, frozen } = self.get_mut();
        loop {
            if let Some(sleep) = frozen {
                ready!(sleep.as_mut().poll(context));
                *frozen = None;
            }
            let done = function.as_mut().poll(context);
            let time = of.freeze.lock().expect("not poisoned").take();
            match time {
                Some(time) if done.is_pending() => *frozen = Some(Box::pin(sleep(time))),
                _ => return done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_is_frozen_does_nothing_and_then_goes_on() {
        let began = Instant::now();
        let function = async {
            let other = async {
                sleep(Duration::from_secs(1)).await;
                began.elapsed()
            };
            let freezes = async {
                let this = Invocation::this().expect("an invocation");
                this.freeze(Duration::from_secs(30)).await;
                began.elapsed()
            };
            tokio::join!(other, freezes)
        };
        let (other, freezes) = invoke(function).await.expect("in time");
        assert_eq!((other.as_secs(), freezes.as_secs()), (30, 30), "both stood still");
        let late = async { Invocation::this().expect("an invocation").freeze(LIMIT * 2).await };
        assert_eq!(invoke(late).await, None, "Lambda does not wait");
        assert_eq!(began.elapsed().as_secs(), 30 + LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_dies_does_not_go_on() {
        let dies = async { Invocation::this().expect("an invocation").die().await };
        assert_eq!(invoke(dies).await, None);
        assert!(Invocation::this().is_none());
    }
}
