//! Failures on request, for demos and tests of clients: `X-Demo-Fault`, honoured with `--demo` only.
//!
//! ```text
//! X-Demo-Fault: status=503; retry-after=2     an error, with or without Retry-After
//! X-Demo-Fault: delay=1500                    milliseconds; goes with every other fault
//! X-Demo-Fault: html                          a captive portal: 200, but a web page
//! X-Demo-Fault: malformed                     200, JSON that breaks off
//! X-Demo-Fault: empty                         200, nothing
//! X-Demo-Fault: expired                       a token that expired a minute ago
//! X-Demo-Fault: ttl=5                         a token that lives 5 seconds
//! ```
//!
//! Each request brings its own fault, so tests running side by side never meet in the service.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::journal::Outcome;
use crate::problem::Problem;

const HEADER: HeaderName = HeaderName::from_static("x-demo-fault");

/// The longest delay, so that a typing error does not hold a connection for an afternoon.
const MAX_DELAY_MS: u64 = 120_000;

/// How long ago an expired token expired: beyond what a client forgives as clock skew.
const EXPIRED_AGO: u64 = 60;

/// A fault that the token handler carries out, for it needs a token; found in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TokenFault {
    /// A token that has expired.
    Expired,
    /// A token of this many seconds.
    Ttl(u32),
}

#[derive(Debug, PartialEq)]
struct Fault {
    delay: Duration,
    kind: Option<Kind>,
}

#[derive(Debug, PartialEq)]
enum Kind {
    Status { status: StatusCode, retry_after: Option<u32> },
    Html,
    Malformed,
    Empty,
    Token(TokenFault),
}

impl TokenFault {
    /// When an expired token was minted, if it is to have lived `ttl` seconds.
    pub(crate) fn past(now: u64, ttl: u32) -> u64 {
        now.saturating_sub(EXPIRED_AGO + u64::from(ttl))
    }
}

/// Carries out the request's fault. A layer of its own: without `--demo` it is not there at all.
pub(crate) async fn inject(mut request: Request, next: Next) -> Response {
    let fault = match requested(request.headers()) {
        Ok(None) => return next.run(request).await,
        Ok(Some(fault)) => fault,
        Err(problem) => return problem.into_response(),
    };
    tokio::time::sleep(fault.delay).await;
    match fault.kind {
        None => next.run(request).await,
        Some(Kind::Token(fault)) => {
            request.extensions_mut().insert(fault);
            next.run(request).await
        }
        Some(Kind::Status { status, retry_after }) => {
            let problem = Problem::new(status, "demo_fault", "the request asked for this error with X-Demo-Fault");
            retry_after.into_iter().fold(problem, Problem::retry_after).into_response()
        }
        Some(Kind::Html) => success("demo_html", Html(PORTAL)),
        Some(Kind::Malformed) => success("demo_malformed", ([(header::CONTENT_TYPE, "application/json")], CUT_OFF)),
        Some(Kind::Empty) => success("demo_empty", [(header::CONTENT_TYPE, "application/json")]),
    }
}

const PORTAL: &str =
    "<!doctype html><title>Welcome to Airport Wi-Fi</title><h1>Welcome</h1><p>Accept the terms to go online.</p>\n";

const CUT_OFF: &str = r#"{"authToken":"eyJlbmRwb2ludCI6"#;

fn success(reason: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = ([(header::CACHE_CONTROL, "no-store")], answer).into_response();
    response.extensions_mut().insert(Outcome { ttl: None, reason });
    response
}

fn requested(headers: &HeaderMap) -> Result<Option<Fault>, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let fault = value.to_str().ok().filter(|_| values.next().is_none()).and_then(parse);
    fault.map(Some).ok_or_else(|| {
        Problem::bad_request(
            "invalid_demo_fault",
            "expected X-Demo-Fault to be one of status=400..599 (with ; retry-after=seconds), html, malformed, empty, \
             expired, ttl=seconds, each alone or with ; delay=milliseconds up to 120000",
        )
    })
}

/// `None` for anything not understood in full: half a fault would make a test pass for the wrong reason.
fn parse(value: &str) -> Option<Fault> {
    let (mut delay, mut kind, mut retry_after) = (None, None, None);
    for directive in value.split(';').map(str::trim) {
        let fresh = match directive.split_once('=') {
            Some(("delay", ms)) => delay.replace(number(ms, MAX_DELAY_MS)?).is_none(),
            Some(("retry-after", s)) => retry_after.replace(number(s, u32::MAX.into())?).is_none(),
            Some(("status", code)) => {
                let status = StatusCode::from_bytes(code.as_bytes()).ok()?;
                let error = status.is_client_error() || status.is_server_error();
                error && kind.replace(Kind::Status { status, retry_after: None }).is_none()
            }
            Some(("ttl", s)) => {
                let ttl = u32::try_from(number(s, u32::MAX.into())?).ok().filter(|ttl| *ttl > 0)?;
                kind.replace(Kind::Token(TokenFault::Ttl(ttl))).is_none()
            }
            None => kind.replace(word(directive)?).is_none(),
            _ => false,
        };
        if !fresh {
            return None;
        }
    }
    if let Some(seconds) = retry_after {
        let Some(Kind::Status { retry_after, .. }) = &mut kind else { return None };
        *retry_after = u32::try_from(seconds).ok();
    }
    Some(Fault { delay: Duration::from_millis(delay.unwrap_or(0)), kind })
}

fn word(directive: &str) -> Option<Kind> {
    match directive {
        "html" => Some(Kind::Html),
        "malformed" => Some(Kind::Malformed),
        "empty" => Some(Kind::Empty),
        "expired" => Some(Kind::Token(TokenFault::Expired)),
        _ => None,
    }
}

fn number(digits: &str, max: u64) -> Option<u64> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| plain && *n <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(ms: u64, kind: Option<Kind>) -> Option<Fault> {
        Some(Fault { delay: Duration::from_millis(ms), kind })
    }

    #[test]
    fn every_fault_is_understood() {
        let status =
            |code, retry_after| Some(Kind::Status { status: StatusCode::from_u16(code).unwrap(), retry_after });
        assert_eq!(parse("status=503; retry-after=2"), fault(0, status(503, Some(2))));
        assert_eq!(parse("retry-after=0;status=429"), fault(0, status(429, Some(0))));
        assert_eq!(parse("status=401"), fault(0, status(401, None)));
        assert_eq!(parse("delay=1500"), fault(1500, None));
        assert_eq!(parse("delay=10; html"), fault(10, Some(Kind::Html)));
        assert_eq!(parse("malformed"), fault(0, Some(Kind::Malformed)));
        assert_eq!(parse("empty"), fault(0, Some(Kind::Empty)));
        assert_eq!(parse("expired"), fault(0, Some(Kind::Token(TokenFault::Expired))));
        assert_eq!(parse("ttl=5"), fault(0, Some(Kind::Token(TokenFault::Ttl(5)))));
    }

    #[test]
    fn anything_else_is_not() {
        for value in [
            "",
            ";",
            "html;",
            "HTML",
            "nonsense",
            "status",
            "status=",
            "status=200",
            "status=302",
            "status=600",
            "status=5e2",
            "status=503;status=503",
            "status=503;html",
            "html;empty",
            "retry-after=2",
            "html;retry-after=2",
            "status=503;retry-after=-1",
            "status=503;retry-after=soon",
            "delay=-1",
            "delay=+1",
            "delay=120001",
            "delay",
            "delay=1;delay=1",
            "ttl=0",
            "ttl=1.5",
            "ttl=",
            "expired;ttl=5",
            "html=1",
        ] {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
