//! What the token service's failures mean to a browser.
//!
//! Never 401 or 403: those would tell the browser that *it* may not have a token, and it would stop asking, when it is
//! the service's own key that is wrong. Nor the upstream's words, which are for the operator of this service.

use std::time::Duration;

use axum::http::StatusCode;
use tonic::{Code, Status};

use crate::journal;
use crate::problem::Problem;

/// The answer to a failed mint.
pub(super) fn problem(status: &Status) -> Problem {
    // The code and no message: it is not ours, and may say anything.
    journal::note(format_args!("momento code={:?}", status.code()));
    match status.code() {
        Code::ResourceExhausted => rate_limited(1),
        Code::Unauthenticated => {
            bad_gateway("issuer_unauthenticated", "Momento does not accept this service's API key")
        }
        Code::PermissionDenied => {
            bad_gateway("issuer_forbidden", "this service's API key may not mint a token of this scope")
        }
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            bad_gateway("issuer_refused", "Momento does not mint a token of this kind")
        }
        // tonic reports a deadline of its own as a cancellation.
        Code::DeadlineExceeded | Code::Cancelled => timed_out(),
        Code::Unavailable => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "issuer_unavailable",
            "Momento cannot be reached at the moment",
        )
        .retry_after(1),
        _ => bad_gateway("issuer_failed", "Momento could not mint a token"),
    }
}

/// The answer to a failed refresh. What Momento says of a refresh token that it does not take is the client's to know:
/// it asks without one then.
pub(super) fn refresh_problem(status: &Status) -> Problem {
    match status.code() {
        Code::Unauthenticated
        | Code::PermissionDenied
        | Code::InvalidArgument
        | Code::NotFound
        | Code::FailedPrecondition => {
            journal::note(format_args!("momento refresh code={:?}", status.code()));
            crate::refresh::invalid()
        }
        _ => problem(status),
    }
}

/// The answer where our own limit was reached.
pub(super) fn too_many(wait: Duration) -> Problem {
    rate_limited(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(1).max(1))
}

/// The answer where Momento gave none in time.
pub(super) fn timed_out() -> Problem {
    Problem::new(StatusCode::GATEWAY_TIMEOUT, "issuer_timeout", "Momento took too long to mint a token")
}

/// The answer where Momento's own was no token.
pub(super) fn no_token() -> Problem {
    bad_gateway("issuer_failed", "Momento answered with something that is no token")
}

fn rate_limited(seconds: u32) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many tokens are asked for; wait and try again")
        .retry_after(seconds)
}

fn bad_gateway(code: &'static str, message: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, code, message)
}
