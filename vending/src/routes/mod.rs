//! The paths of the service.

mod health;
mod site;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::any;

use crate::config::Config;
use crate::cors::Origins;
use crate::issuer::{Issuer, embedded};
use crate::policy::Policy;
use crate::problem::Problem;
use crate::refresh::Refreshes;

/// What the handlers share.
pub(crate) struct Service {
    /// Makes the tokens.
    pub(crate) issuer: Issuer,
    /// Bounds them.
    pub(crate) policy: Policy,
    /// What further tokens are got with, where the service gives that out.
    pub(crate) refreshes: Option<Refreshes>,
    /// Signs the expired tokens of a demo, which no real token service would; there with `--demo` only.
    pub(crate) demo: Option<embedded::Signer>,
}

/// Puts the service together.
pub(crate) fn router(config: &Config, origins: Origins, service: Service) -> Router {
    let router =
        Router::new().route("/token", token::route(Arc::new(service), origins)).route("/healthz", health::route());
    let router = match &config.site {
        Some(dir) => router.fallback_service(site::route(dir)),
        None => router.fallback_service(any(|| async { Problem::not_found() })),
    };
    router.layer(middleware::map_response(nosniff))
}

/// Everything served is what its type says it is.
async fn nosniff(mut response: Response) -> Response {
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
