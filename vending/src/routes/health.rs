//! `/healthz`: is the process up and serving? It mints nothing and asks nobody, so probe it as often as you like.

use axum::http::header;
use axum::routing::{MethodRouter, get};

use crate::problem::Problem;

pub(super) fn route() -> MethodRouter {
    get(|| async { ([(header::CACHE_CONTROL, "no-store")], "ok\n") })
        .fallback(|| async { Problem::method_not_allowed() })
}
