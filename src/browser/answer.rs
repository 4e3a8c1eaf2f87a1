//! Turns a vending service's answer into a token, or an error and how to proceed.

use super::ask::Ask;
use super::clock;
use super::error::{Kind, SourceError};
use super::options::Options;
use crate::refresh::{Answer as Life, Failure};
use crate::token::{Secret, Token};
#[cfg(feature = "js")]
use crate::vend::check_status;
use crate::vend::{Answer, Retry, ServerClock, VendError};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The outcome of a successful request.
pub(super) struct Vended {
    pub(super) token: Arc<Token>,
    /// For the next request.
    pub(super) refresh_token: Option<Arc<Secret>>,
    /// What the answer says about the token's lifetime, from which the machine computes it.
    pub(super) life: Life,
    /// The response body, for sibling tabs.
    pub(super) body: Arc<Zeroizing<String>>,
}

/// The outcome of a failed request.
pub(super) struct Failed {
    pub(super) error: SourceError,
    /// How to proceed.
    pub(super) failure: Failure,
    /// The delay in `Retry-After` (ms).
    pub(super) retry_after: Option<i64>,
}

impl Failed {
    /// Sets the delay in `Retry-After` (ms).
    pub(super) fn retry_after(mut self, ms: Option<i64>) -> Self {
        self.retry_after = ms;
        if let Failure::Retry { after } = &mut self.failure {
            *after = ms;
        }
        self
    }
}

impl From<SourceError> for Failed {
    fn from(error: SourceError) -> Self {
        let failure = match error.kind() {
            Kind::Vend(error) => failure_of(error),
            Kind::NoAnswer => Failure::Malformed,
            #[cfg(feature = "js")]
            Kind::Host { code, status, .. } => match status.map(check_status) {
                Some(Err(error)) => failure_of(&error),
                _ if code == VendError::too_large().code() => Failure::Malformed,
                _ => Failure::Retry { after: None },
            },
            // The same arguments would be invalid again.
            Kind::Argument(_) => Failure::Terminal,
            _ => Failure::Retry { after: None },
        };
        Failed { error, failure, retry_after: None }
    }
}

fn failure_of(error: &VendError) -> Failure {
    match error.retry() {
        Retry::Later => Failure::Retry { after: None },
        Retry::Never => Failure::Terminal,
        Retry::Malformed => Failure::Malformed,
    }
}

impl Options<dyn Ask> {
    /// Reads an answer. `server` is the time in its headers, and `sent_at` is when it was requested (wall clock, ms).
    pub(super) fn read(&self, body: Zeroizing<String>, server: ServerClock, sent_at: i64) -> Result<Vended, Failed> {
        let local = clock::wall();
        let server_now = server.server_now(sent_at, local).unwrap_or(local);
        let refuse = |error: VendError| Failed::from(SourceError::from(error));
        let answer = Answer::read(&body).map_err(refuse)?;
        let token =
            answer.token(self.decode.clone(), &self.asked, server_now, local).map_err(|error| refuse(error.into()))?;
        let life = Life {
            token_hash: hash(token.credential()),
            expires_at: token.claimed_expiry(),
            issued_at: token.issued_at(),
            stated_life: answer.stated_life(),
            stated_expiry: answer.stated_expiry(),
            requested_life: self.asked.expires_in,
            date: server.date,
            age: server.age,
        };
        let refresh_token = answer.refresh_token().map(|token| Arc::new(Secret::new(token.reveal().into())));
        Ok(Vended { token: Arc::new(token), refresh_token, life, body: Arc::new(body) })
    }
}

/// 64-bit FNV-1a. It need not resist forgery, since only this origin can open the channel.
pub(super) fn hash_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn hash(credential: &Secret) -> u64 {
    hash_of(credential.reveal())
}
