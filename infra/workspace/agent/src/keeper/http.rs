//! What the agent asks of the keeper, over a Unix socket.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Keeper, Letting, Order, OrderRefused};

/// The socket's name in the keeper's folder.
pub const SOCKET: &str = "keeper.sock";

/// The largest order, bytes: one needs 150.
const MAX_ORDER: usize = 1024;

/// The routes for the agent.
pub fn keeper(keeper: Arc<Keeper>) -> Router {
    Router::new()
        .route("/home", get(report).put(order).delete(let_go))
        .layer(DefaultBodyLimit::max(MAX_ORDER))
        .with_state(keeper)
}

async fn report(State(keeper): State<Arc<Keeper>>) -> Response {
    Json(keeper.report().await).into_response()
}

async fn order(State(keeper): State<Arc<Keeper>>, Json(order): Json<Order>) -> Response {
    match keeper.order(order) {
        Ok(()) => Json(keeper.report().await).into_response(),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "order refused");
            match error {
                OrderRefused::Other => StatusCode::CONFLICT,
                OrderRefused::Left => StatusCode::GONE,
                OrderRefused::Unwritable(_) => StatusCode::INTERNAL_SERVER_ERROR,
            }
            .into_response()
        }
    }
}

async fn let_go(State(keeper): State<Arc<Keeper>>) -> Json<Letting> {
    Json(Letting { files: keeper.let_go() })
}
