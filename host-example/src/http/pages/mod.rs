//! What a person sees in a browser: administration, and which clients act for an account.

use std::sync::Arc;

use axum::Router;

use super::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
}
