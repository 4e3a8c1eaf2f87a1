//! Who makes the tokens.

pub(crate) mod embedded;
mod envelope;
#[cfg(feature = "momento")]
mod momento;

use std::borrow::Cow;

use momento_token_wasm::scope::TokenScope;

use crate::clock::epoch_seconds;
use crate::config::{Config, IssuerChoice, secret};
use crate::problem::Problem;

/// The variable with the key that mints real tokens.
const API_KEY: &str = "MOMENTO_API_KEY";

/// What to mint, already checked against the policy.
#[derive(Clone)]
pub(crate) struct Order {
    /// What the token may do.
    pub(crate) scope: TokenScope,
    /// Its life in seconds.
    pub(crate) ttl: u32,
    /// Evidence for the token's holder, carried as claim `id`.
    pub(crate) token_id: Option<String>,
}

/// A fresh token. Without `Debug`, so that it cannot end in a log by accident.
pub(crate) struct Minted {
    /// Who made it, as answers carry it in `X-Token-Issuer`.
    pub(crate) issuer: &'static str,
    /// The v1 envelope, as the browser takes it.
    pub(crate) token: String,
    /// Base endpoint it is good for.
    pub(crate) endpoint: String,
    /// Expiry in epoch seconds.
    pub(crate) expires_at: u64,
    /// What gets the next one.
    pub(crate) renewal: Renewal,
}

/// How an issuer makes the next token like the last. Without `Debug`, as it may hold a credential.
pub(crate) enum Renewal {
    /// By the same order again.
    Again,
    /// By Momento's refresh token.
    #[cfg(feature = "momento")]
    Momento(momento::Renewal),
}

/// The service's one issuer, chosen at start-up.
pub(crate) enum Issuer {
    /// Signs by itself, for development and demos.
    Embedded(embedded::Signer),
    /// Asks Momento's token service.
    #[cfg(feature = "momento")]
    Momento(Box<momento::Client>),
}

impl Issuer {
    /// Picks the issuer by the configuration and, where it leaves the choice open, by whether there is a key.
    pub(crate) fn from_env(config: &Config) -> Result<Self, String> {
        match config.issuer {
            IssuerChoice::Auto => match secret(API_KEY)? {
                Some(key) => Self::momento(&key, config),
                None => Self::embedded(config),
            },
            // The key is not even read, so one that could not be used is no error either.
            IssuerChoice::Embedded => Self::embedded(config),
            IssuerChoice::Momento => {
                let key = secret(API_KEY)?;
                let key = key.ok_or_else(|| format!("--issuer momento needs a key; set {API_KEY}"))?;
                Self::momento(&key, config)
            }
        }
    }

    fn embedded(config: &Config) -> Result<Self, String> {
        embedded::Signer::from_env(config).map(Self::Embedded)
    }

    #[cfg(feature = "momento")]
    fn momento(key: &str, config: &Config) -> Result<Self, String> {
        momento::Client::new(key, config).map(Box::new).map(Self::Momento)
    }

    #[cfg(not(feature = "momento"))]
    fn momento(_key: &str, _config: &Config) -> Result<Self, String> {
        Err(format!(
            "{API_KEY} is set, but this build can only sign by itself; build with \
             `cargo build -p vending --features momento`, unset it, or pass --issuer embedded"
        ))
    }

    /// Its name, as answers carry it in `X-Token-Issuer`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Embedded(_) => embedded::NAME,
            #[cfg(feature = "momento")]
            Self::Momento(_) => momento::NAME,
        }
    }

    /// What an operator should know about its tokens, for the start-up log.
    pub(crate) fn notice(&self) -> Cow<'static, str> {
        match self {
            Self::Embedded(_) if std::env::var_os(API_KEY).is_some() => {
                format!("{}; {API_KEY} is set, and not used", embedded::NOTICE).into()
            }
            Self::Embedded(_) => format!("{}; set {API_KEY} for real ones", embedded::NOTICE).into(),
            #[cfg(feature = "momento")]
            Self::Momento(client) => client.notice().into(),
        }
    }

    /// Makes one token.
    pub(crate) async fn mint(&self, order: &Order) -> Result<Minted, Problem> {
        match self {
            Self::Embedded(signer) => Ok(signer.mint(order, epoch_seconds())),
            #[cfg(feature = "momento")]
            Self::Momento(client) => client.mint(order).await,
        }
    }

    /// Makes a token that can be renewed: the next one, where a first one was made.
    pub(crate) async fn renew(&self, order: &Order, renewal: &Renewal) -> Result<Minted, Problem> {
        match (self, renewal) {
            (Self::Embedded(signer), _) => Ok(signer.mint(order, epoch_seconds())),
            #[cfg(feature = "momento")]
            (Self::Momento(client), Renewal::Again) => client.mint_renewable(order).await,
            #[cfg(feature = "momento")]
            (Self::Momento(client), Renewal::Momento(renewal)) => client.renew(renewal).await,
        }
    }
}
