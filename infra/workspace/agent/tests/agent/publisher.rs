//! What publishes public keys, as the control plane does, or fails to.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    routing::get,
};
use tokio::net::TcpListener;

#[derive(Default)]
struct Published {
    status: StatusCode,
    location: Option<String>,
    body: String,
    asked: usize,
}

pub(crate) struct Publisher {
    pub(crate) url: String,
    published: Arc<Mutex<Published>>,
}

impl Publisher {
    pub(crate) async fn start(jwks: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let published = Published { body: jwks.to_owned(), ..Published::default() };
        let published = Arc::new(Mutex::new(published));
        let answered = Arc::clone(&published);
        let answer = async move || {
            let mut published = answered.lock().unwrap();
            published.asked += 1;
            let location = published.location.as_deref().map(HeaderValue::from_str);
            let headers: HeaderMap =
                location.map(|to| (header::LOCATION, to.unwrap())).into_iter().collect();
            (published.status, headers, published.body.clone())
        };
        let app = Router::new().route("/keys", get(answer));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, published }
    }

    /// What it answers from here on.
    pub(crate) fn says(&self, status: u16, body: impl Into<String>) {
        let mut published = self.published.lock().unwrap();
        published.status = StatusCode::from_u16(status).unwrap();
        published.body = body.into();
    }

    /// It sends whoever asks elsewhere.
    pub(crate) fn leads_to(&self, other: &Self) {
        self.says(302, "");
        self.published.lock().unwrap().location = Some(other.url.clone());
    }

    /// What it answers.
    pub(crate) fn body(&self) -> String {
        self.published.lock().unwrap().body.clone()
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.published.lock().unwrap().asked
    }
}
