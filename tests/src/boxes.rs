//! Boxes without a box behind them, for tests of the control plane.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use hotdesk::{
    clock::Ms,
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    homes::Stage,
    id::InstanceId,
    ledger::Farewell,
    seats::Addresses,
};

type Asked = dyn Fn() -> Pin<Box<dyn Future<Output = Option<Ms>> + Send>> + Send + Sync;

/// Boxes that are ready at once, and answer what they are told to when the reaper asks.
#[derive(Clone)]
pub struct ReadyBoxes {
    asked: Arc<Asked>,
    drained: Arc<Mutex<Vec<InstanceId>>>,
}

impl Default for ReadyBoxes {
    fn default() -> Self {
        Self::when_asked(|| async { None })
    }
}

impl ReadyBoxes {
    /// Runs `then` each time that a box is asked for its last heartbeat, and answers what it gives.
    pub fn when_asked<F>(then: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Option<Ms>> + Send + 'static,
    {
        Self { asked: Arc::new(move || Box::pin(then())), drained: Arc::default() }
    }

    /// The boxes that were drained, in order.
    ///
    /// # Panics
    /// If somebody who drained has panicked.
    #[must_use]
    pub fn drained(&self) -> Vec<InstanceId> {
        self.drained.lock().expect("not poisoned").clone()
    }
}

impl Boxes for ReadyBoxes {
    async fn readiness(&self, _: &Addresses) -> Readiness {
        Readiness::Ready
    }

    async fn last_heartbeat(&self, _: &Addresses) -> Option<Ms> {
        (self.asked)().await
    }

    async fn drain(&self, instance: &InstanceId, _: &Addresses) -> Drained {
        self.drained.lock().expect("not poisoned").push(instance.clone());
        Drained::Done(Farewell::Nothing)
    }

    async fn open_home(&self, _: &HomeOrder, _: &Addresses) -> HomeAnswer {
        HomeAnswer::At(Stage::Mounted, None)
    }
}
