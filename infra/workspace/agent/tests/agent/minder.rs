//! A keeper for tests: it takes every order, and says what the test wants.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, routing::get};
use hotdesk::homes::{Stage, Trouble};
use hotdesk_agent::keeper::{Files, Letting, Order, Report, SOCKET};
use tokio::{net::UnixListener, task::JoinHandle};

use crate::desk::TestBox;

struct Says {
    report: Report,
    files: Files,
    orders: Vec<Order>,
    lets_go: usize,
}

pub(crate) struct Minder {
    says: Arc<Mutex<Says>>,
    task: JoinHandle<()>,
}

impl Minder {
    /// In the folder of that box.
    pub(crate) fn start(desk: &TestBox) -> Self {
        let report = Report { stage: Some(Stage::Attaching), ..Report::default() };
        let says = Says { report, files: Files::Saving, orders: Vec::new(), lets_go: 0 };
        let says = Arc::new(Mutex::new(says));
        let app = Router::new()
            .route("/home", get(report_of).put(order).delete(let_go))
            .with_state(Arc::clone(&says));
        let listener = UnixListener::bind(desk.folder.path().join(SOCKET)).unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { says, task }
    }

    pub(crate) fn stop(&self) {
        self.task.abort();
    }

    pub(crate) fn is_at(&self, stage: Stage, trouble: Option<Trouble>) {
        let report = &mut self.says.lock().unwrap().report;
        (report.stage, report.trouble) = (Some(stage), trouble);
    }

    pub(crate) fn is_full(&self) {
        self.says.lock().unwrap().report.full = true;
    }

    pub(crate) fn has(&self, files: Files) {
        self.says.lock().unwrap().files = files;
    }

    /// What it was told.
    pub(crate) fn orders(&self) -> Vec<Order> {
        self.says.lock().unwrap().orders.clone()
    }

    pub(crate) fn lets_go(&self) -> usize {
        self.says.lock().unwrap().lets_go
    }
}

impl Drop for Minder {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn report_of(State(says): State<Arc<Mutex<Says>>>) -> Json<Report> {
    Json(says.lock().unwrap().report)
}

async fn order(State(says): State<Arc<Mutex<Says>>>, Json(order): Json<Order>) -> Json<Report> {
    let mut says = says.lock().unwrap();
    says.orders.push(order);
    Json(says.report)
}

async fn let_go(State(says): State<Arc<Mutex<Says>>>) -> Json<Letting> {
    let mut says = says.lock().unwrap();
    says.lets_go += 1;
    Json(Letting { files: says.files })
}
