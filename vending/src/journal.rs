//! What the service writes about itself: one line an event, on standard error.
//!
//! Only words and numbers of the service's own get in. Nothing a client sent is ever written, so a credential
//! in the wrong field, or a line break, has no way into the log.

use std::io::{self, Write as _};
use std::time::{Instant, SystemTime};

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

/// How a vend went, left by the handlers in the answer's extensions.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// Life of the token in seconds, where one was given out.
    pub(crate) ttl: Option<u32>,
    /// A word of the service's own: `minted`, or the code of an error.
    pub(crate) reason: &'static str,
}

/// Writes a line. A closed standard error is no reason to stop vending.
pub(crate) fn note(line: impl std::fmt::Display) {
    let now = humantime::format_rfc3339_seconds(SystemTime::now());
    let _ = writeln!(io::stderr(), "{now} {line}");
}

/// Notes every vend, once it is answered.
pub(crate) async fn vends(State(issuer): State<&'static str>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).await;
    if method != Method::OPTIONS {
        let outcome = response.extensions().get::<Outcome>();
        let ttl = outcome.and_then(|o| o.ttl).map_or("-".into(), |ttl| ttl.to_string());
        let reason = outcome.map_or("-", |o| o.reason);
        let status = response.status().as_u16();
        let ms = begun.elapsed().as_millis();
        note(format_args!("vend status={status} ttl={ttl} reason={reason} issuer={issuer} ms={ms}"));
    }
    response
}
