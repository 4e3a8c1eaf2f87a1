//! Momento's own token service, asked over gRPC.
//!
//! Straight through `momento-protos`, as the SDK's builders cannot express every scope that the protocol can.

mod key;
mod limit;
mod upstream;

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use momento_protos::permission_messages::Permissions;
use momento_protos::token::generate_disposable_token_request::Expires;
use momento_protos::token::token_client::TokenClient;
use momento_protos::token::{GenerateDisposableTokenRequest, GenerateDisposableTokenResponse};
use prost::Message as _;
use tokio::sync::Semaphore;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

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

/// One key, one connection, and the bounds that keep both in good standing.
pub(crate) struct Client {
    stub: TokenClient<Channel>,
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
        let address = match &config.token_service {
            Some(uri) => uri.to_string(),
            None => key.token_service()?,
        };
        let channel = connect(&address).map_err(|e| format!("cannot use the token service {address}: {e}"))?;
        Ok(Self {
            stub: TokenClient::new(channel),
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

    /// Asks for one token.
    pub(super) async fn mint(&self, order: &Order) -> Result<Minted, Problem> {
        let _slot = self.slots.try_acquire().map_err(|_| {
            let message = "too many tokens are being minted at the moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message).retry_after(1)
        })?;
        self.limit.take(Instant::now()).map_err(upstream::too_many)?;
        let mut request = tonic::Request::new(self.request(order)?);
        request.metadata_mut().insert("authorization", self.authorization.clone());
        request.set_timeout(self.timeout);
        // A clone is a handle on the same connection.
        let mut stub = self.stub.clone();
        let answer = tokio::time::timeout(self.timeout, stub.generate_disposable_token(request)).await;
        let answer = answer.map_err(|_| upstream::timed_out())?.map_err(|status| upstream::problem(&status))?;
        seal(&answer.into_inner(), epoch_seconds())
    }

    fn request(&self, order: &Order) -> Result<GenerateDisposableTokenRequest, Problem> {
        // Through bytes: the scope's own codec is the one place that knows how a permission is written.
        let permissions = STANDARD.decode(order.scope.encode()).ok().and_then(|p| Permissions::decode(&*p).ok());
        Ok(GenerateDisposableTokenRequest {
            expires: Some(Expires { valid_for_seconds: order.ttl }),
            auth_token: self.key.secret().to_owned(),
            // Never left out: what the service makes of no permissions is its own affair.
            permissions: Some(permissions.ok_or_else(Problem::internal)?),
            token_id: order.token_id.clone().unwrap_or_default(),
        })
    }
}

fn connect(address: &str) -> Result<Channel, tonic::transport::Error> {
    let endpoint = Endpoint::from_shared(address.to_owned())?
        .connect_timeout(TIMEOUT)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_while_idle(true);
    // `http` stays plain, for momento-local.
    Ok(endpoint.tls_config(ClientTlsConfig::new().with_webpki_roots())?.connect_lazy())
}

/// Puts the answer into the form clients take, unless it is no token at all.
fn seal(answer: &GenerateDisposableTokenResponse, now: u64) -> Result<Minted, Problem> {
    if answer.api_key.is_empty() || answer.endpoint.is_empty() || answer.valid_until <= now {
        return Err(upstream::no_token());
    }
    Ok(Minted {
        issuer: NAME,
        token: envelope::seal(&answer.endpoint, &answer.api_key),
        endpoint: answer.endpoint.clone(),
        expires_at: answer.valid_until,
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

    fn answer(api_key: &str, endpoint: &str, valid_until: u64) -> GenerateDisposableTokenResponse {
        GenerateDisposableTokenResponse { api_key: api_key.into(), endpoint: endpoint.into(), valid_until }
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        assert!(seal(&answer("k", "a.momentohq.com", 11), 10).is_ok());
        for wrong in [answer("", "a", 11), answer("k", "", 11), answer("k", "a", 10), answer("k", "a", 0)] {
            assert!(seal(&wrong, 10).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_quote_in_an_endpoint_stays_in_it() {
        let minted = seal(&answer("k", r#"a","api_key":"x"#, 11), 10).ok().unwrap();
        let envelope: serde_json::Value = serde_json::from_slice(&STANDARD.decode(minted.token).unwrap()).unwrap();
        assert_eq!(envelope["api_key"], "k");
    }
}
