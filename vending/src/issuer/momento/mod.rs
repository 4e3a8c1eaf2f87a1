//! Momento's own token service, asked over gRPC; and its auth service, whose tokens can be refreshed.
//!
//! Straight through `momento-protos`, as the SDK's builders cannot express every scope that the protocol can.

mod key;
mod limit;
mod upstream;

use std::future::Future;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use momento_protos::auth::auth_client::AuthClient;
use momento_protos::auth::generate_api_token_request as generate_api_token;
use momento_protos::auth::{GenerateApiTokenRequest, RefreshApiTokenRequest};
use momento_protos::permission_messages::Permissions;
use momento_protos::token::GenerateDisposableTokenRequest;
use momento_protos::token::generate_disposable_token_request::Expires;
use momento_protos::token::token_client::TokenClient;
use prost::Message as _;
use tokio::sync::Semaphore;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Response, Status};

use self::key::Key;
use self::limit::Limit;
use super::{Minted, Order, envelope};
use crate::clock::epoch_seconds;
use crate::config::Config;
use crate::problem::Problem;

/// As answers carry it in `X-Token-Issuer`.
pub(super) const NAME: &str = "momento";

/// How long the token service may take, connecting included. A browser's own patience is not much longer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Mints under way at once. More would wait on a service that is slow already.
const CONCURRENCY: usize = 16;

/// The last key that was made for a client, and the refresh token that came with it, which stays here.
pub(crate) struct Renewal {
    api_key: String,
    refresh_token: String,
}

/// One key, its connections, and the bounds that keep both in good standing.
pub(crate) struct Client {
    tokens: TokenClient<Channel>,
    keys: AuthClient<Channel>,
    key: Key,
    authorization: MetadataValue<Ascii>,
    address: String,
    limit: Limit,
    slots: Semaphore,
    timeout: Duration,
}

impl Client {
    /// Reads the key. Connects with the first mint, so that the service starts while Momento is out of reach.
    pub(super) fn new(key: &str, config: &Config) -> Result<Self, String> {
        let key = Key::read(key, config.token_service.is_some())?;
        let mut authorization: MetadataValue<Ascii> =
            key.secret().parse().map_err(|_| "MOMENTO_API_KEY holds characters that no key has")?;
        authorization.set_sensitive(true);
        let (address, auth_address) = match &config.token_service {
            Some(uri) => (uri.to_string(), uri.to_string()),
            None => (key.token_service()?, key.auth_service()?),
        };
        let open = |address: &str| connect(address).map_err(|e| format!("cannot use the token service {address}: {e}"));
        Ok(Self {
            tokens: TokenClient::new(open(&address)?),
            keys: AuthClient::new(open(&auth_address)?),
            key,
            authorization,
            address,
            limit: Limit::per_second(config.mints_per_second),
            slots: Semaphore::new(CONCURRENCY),
            timeout: TIMEOUT,
        })
    }

    /// For the start-up log.
    pub(super) fn notice(&self) -> String {
        format!("tokens come from Momento's token service at {}", self.address)
    }

    /// Asks for a disposable token.
    pub(super) async fn mint(&self, order: &Order) -> Result<Minted, Problem> {
        let message = GenerateDisposableTokenRequest {
            expires: Some(Expires { valid_for_seconds: order.ttl }),
            auth_token: self.key.secret().to_owned(),
            permissions: Some(permissions(order)?),
            token_id: order.token_id.clone().unwrap_or_default(),
        };
        // A clone is a handle on the same connection.
        let mut tokens = self.tokens.clone();
        let answer =
            self.ask(message, |request| async move { tokens.generate_disposable_token(request).await }).await?;
        let answer = answer.map_err(|status| upstream::problem(&status))?;
        seal(&answer.api_key, &answer.endpoint, answer.valid_until, super::Renewal::Again)
    }

    /// Asks for a key of the same scope and life, which Momento renews by a refresh token.
    pub(super) async fn mint_renewable(&self, order: &Order) -> Result<Minted, Problem> {
        let message = GenerateApiTokenRequest {
            expiry: Some(generate_api_token::Expiry::Expires(generate_api_token::Expires {
                valid_for_seconds: order.ttl,
            })),
            auth_token: self.key.secret().to_owned(),
            permissions: Some(permissions(order)?),
            token_id: order.token_id.clone().unwrap_or_default(),
            description: String::new(),
        };
        let mut keys = self.keys.clone();
        let answer = self.ask(message, |request| async move { keys.generate_api_token(request).await }).await?;
        let answer = answer.map_err(|status| upstream::problem(&status))?;
        let renewal = Renewal { api_key: answer.api_key.clone(), refresh_token: answer.refresh_token };
        seal(&answer.api_key, &answer.endpoint, answer.valid_until, super::Renewal::Momento(renewal))
    }

    /// Asks for the next of such keys.
    pub(super) async fn renew(&self, last: &Renewal) -> Result<Minted, Problem> {
        let message =
            RefreshApiTokenRequest { api_key: last.api_key.clone(), refresh_token: last.refresh_token.clone() };
        let mut keys = self.keys.clone();
        let answer = self.ask(message, |request| async move { keys.refresh_api_token(request).await }).await?;
        let answer = answer.map_err(|status| upstream::refresh_problem(&status))?;
        let renewal = Renewal { api_key: answer.api_key.clone(), refresh_token: answer.refresh_token };
        seal(&answer.api_key, &answer.endpoint, answer.valid_until, super::Renewal::Momento(renewal))
    }

    /// One call, within the bounds of all.
    async fn ask<Q, A, F>(&self, message: Q, call: impl FnOnce(Request<Q>) -> F) -> Result<Result<A, Status>, Problem>
    where
        F: Future<Output = Result<Response<A>, Status>>,
    {
        let _slot = self.slots.try_acquire().map_err(|_| {
            let message = "too many tokens are being minted at the moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message).retry_after(1)
        })?;
        self.limit.take(Instant::now()).map_err(upstream::too_many)?;
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.authorization.clone());
        request.set_timeout(self.timeout);
        let answer = tokio::time::timeout(self.timeout, call(request)).await.map_err(|_| upstream::timed_out())?;
        Ok(answer.map(Response::into_inner))
    }
}

fn permissions(order: &Order) -> Result<Permissions, Problem> {
    // Through bytes: the scope's own codec is the one place that knows how a permission is written. Never left out:
    // what the service makes of no permissions is its own affair.
    let permissions = STANDARD.decode(order.scope.encode()).ok().and_then(|p| Permissions::decode(&*p).ok());
    permissions.ok_or_else(Problem::internal)
}

fn connect(address: &str) -> Result<Channel, tonic::transport::Error> {
    let endpoint = Endpoint::from_shared(address.to_owned())?
        .connect_timeout(TIMEOUT)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_while_idle(true);
    // `http` stays plain, for momento-local.
    Ok(endpoint.tls_config(ClientTlsConfig::new().with_webpki_roots())?.connect_lazy())
}

/// Puts an answer into the form clients take, unless it is no token at all.
fn seal(api_key: &str, endpoint: &str, expires_at: u64, renewal: super::Renewal) -> Result<Minted, Problem> {
    if api_key.is_empty() || endpoint.is_empty() || expires_at <= epoch_seconds() {
        return Err(upstream::no_token());
    }
    Ok(Minted {
        issuer: NAME,
        token: envelope::seal(endpoint, api_key),
        endpoint: endpoint.to_owned(),
        expires_at,
        renewal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use clap::Parser as _;
    use momento_token_wasm::scope::TokenScope;

    #[tokio::test]
    async fn a_service_that_does_not_answer_is_not_waited_for() {
        // Takes the connection, as listeners do, and never says a word.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let key = format!("{}.{}.{}", part(r#"{"alg":"HS256"}"#), part(r#"{"t":"g","jti":"id"}"#), part("signature"));
        let config = Config::parse_from(["vending", "--token-service", &url]);
        let mut client = Client::new(&key, &config).unwrap();
        client.timeout = Duration::from_millis(20);

        let scope = TokenScope::from_json(r#"{"permissions":[{"role":"readonly","cache":"demo"}]}"#).unwrap();
        let problem = client.mint(&Order { scope, ttl: 60, token_id: None }).await.err().unwrap();
        assert_eq!(problem.into_response().status(), StatusCode::GATEWAY_TIMEOUT);
    }

    fn sealed(api_key: &str, endpoint: &str, expires_at: u64) -> Result<Minted, Problem> {
        seal(api_key, endpoint, expires_at, crate::issuer::Renewal::Again)
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        let soon = epoch_seconds() + 1000;
        assert!(sealed("k", "a.momentohq.com", soon).is_ok());
        for (api_key, endpoint, expires_at) in
            [("", "a", soon), ("k", "", soon), ("k", "a", soon - 1001), ("k", "a", 0)]
        {
            assert!(sealed(api_key, endpoint, expires_at).is_err(), "{api_key} {endpoint} {expires_at}");
        }
    }

    #[test]
    fn a_quote_in_an_endpoint_stays_in_it() {
        let minted = sealed("k", r#"a","api_key":"x"#, u64::MAX).ok().unwrap();
        let envelope: serde_json::Value = serde_json::from_slice(&STANDARD.decode(minted.token).unwrap()).unwrap();
        assert_eq!(envelope["api_key"], "k");
    }
}
