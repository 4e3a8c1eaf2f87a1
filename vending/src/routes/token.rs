//! `/token`: the one thing the service is for.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};

use super::Service;
use crate::answer;
use crate::ask::{Ask, MAX_BYTES};
use crate::clock::epoch_seconds;
use crate::cors::{self, Origins};
use crate::fault::{self, TokenFault};
use crate::issuer::{Minted, Order, Renewal};
use crate::journal::{self, Outcome};
use crate::problem::Problem;
use crate::refresh;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

type Fault = Option<Extension<TokenFault>>;

/// The route with its layers, from the inside out: faults, then CORS (a page must be able to read a fault), then the
/// journal, which sees it all. Authentication of your own belongs between the faults and CORS.
pub(super) fn route(service: Arc<Service>, origins: Origins) -> MethodRouter {
    let demo = service.demo.is_some();
    let issuer = service.issuer.name();
    let mut route = routing::get(get)
        .head(head)
        .post(post)
        .options(options)
        .fallback(|| async { Problem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(service);
    if demo {
        route = route.layer(from_fn(fault::inject));
    }
    route.layer(from_fn_with_state(origins, cors::guard)).layer(from_fn_with_state(issuer, journal::vends))
}

async fn get(
    State(service): State<Arc<Service>>,
    fault: Fault,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = Ask::from_query(uri.query().unwrap_or_default())?;
    vend(&service, ask, fault, &headers).await
}

async fn post(State(service): State<Arc<Service>>, fault: Fault, request: Request) -> Result<Response, Problem> {
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Problem::bad_request("invalid_query", "expected a POST to ask in its body, not in the query"));
    }
    let headers = request.headers().clone();
    let body = read(request).await?;
    vend(&service, Ask::from_body(&headers, &body)?, fault, &headers).await
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    let body = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await;
    let body = body.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "the body took too long to arrive")
    })?;
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "expected a body of at most 16 KB")
        }
        _ => Problem::bad_request("invalid_body", "the body broke off"),
    })
}

/// What a GET would answer, without spending a mint on it.
async fn head(State(service): State<Arc<Service>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    service.policy.grant(Ask::from_query(uri.query().unwrap_or_default())?)?;
    Ok(answer::no_token(&headers, service.issuer.name()))
}

async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response()
}

async fn vend(service: &Service, ask: Ask, fault: Fault, headers: &HeaderMap) -> Result<Response, Problem> {
    let Some(shown) = &ask.refresh_token else {
        let clamped = ask.expires_in.is_some_and(|asked| asked > service.policy.ttl.into());
        let reason = if clamped { "clamped" } else { "minted" };
        let order = service.policy.grant(ask)?;
        return hand_out(service, &order, &Renewal::Again, reason, fault, headers).await;
    };
    let refreshes = service.refreshes.as_ref().ok_or_else(refresh::invalid)?;
    let entry = refreshes.take(shown, &ask, Instant::now())?;
    let answer = hand_out(service, &entry.order, &entry.renewal, "refreshed", fault, headers).await;
    // Where the fault is not the refresh token's, the client may show it again.
    if answer.as_ref().is_err_and(|problem| !problem.is_refusal()) {
        refreshes.put_back(shown, entry, Instant::now());
    }
    answer
}

/// Makes the token, and a refresh token with it where there are such, and the answer takes one: bare text has no room
/// for it.
async fn hand_out(
    service: &Service,
    order: &Order,
    renewal: &Renewal,
    mut reason: &'static str,
    fault: Fault,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let refreshes = service.refreshes.as_ref().filter(|_| !answer::prefers_text(headers));
    let mut ttl = order.ttl;
    let mut minted: Minted = match (fault, &service.demo) {
        (Some(Extension(TokenFault::Expired)), Some(signer)) => {
            reason = "demo_expired";
            signer.mint(order, TokenFault::past(epoch_seconds(), ttl))
        }
        (fault, _) => {
            if let Some(Extension(TokenFault::Ttl(asked))) = fault {
                reason = "demo_ttl";
                ttl = service.policy.clamp(asked.into());
            }
            let order = Order { ttl, ..order.clone() };
            match renewal {
                Renewal::Again if refreshes.is_none() => service.issuer.mint(&order).await?,
                renewal => service.issuer.renew(&order, renewal).await?,
            }
        }
    };
    let renewal = mem::replace(&mut minted.renewal, Renewal::Again);
    let refresh_token = refreshes.map(|all| all.issue(order.clone(), renewal, Instant::now())).transpose()?;
    let mut response = answer::token(headers, &minted, refresh_token.as_deref());
    response.extensions_mut().insert(Outcome { ttl: Some(ttl), reason });
    Ok(response)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::{Body, HttpBody};
    use http_body::Frame;

    use super::*;

    struct NeverEnding;

    impl HttpBody for NeverEnding {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    // On tokio's paused clock, which leaps to the next timer once nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_not_waited_for() {
        let begun = tokio::time::Instant::now();
        let problem = read(Request::new(Body::new(NeverEnding))).await.unwrap_err();
        assert_eq!(problem.into_response().status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(begun.elapsed().as_secs(), BODY_TIMEOUT.as_secs());
    }
}
