//! What a vending service's answer comes to.

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

/// An answer with a token.
pub(super) struct Vended {
    pub(super) token: Arc<Token>,
    /// For the next request.
    pub(super) refresh_token: Option<Arc<Secret>>,
    /// What is said of the token's life. How long that is, is for the machine to judge.
    pub(super) life: Life,
    /// What it was read from, for siblings.
    pub(super) body: Arc<Zeroizing<String>>,
}

/// One without.
pub(super) struct Failed {
    pub(super) error: SourceError,
    /// What it calls for.
    pub(super) failure: Failure,
    /// What `Retry-After` asks for (ms).
    pub(super) retry_after: Option<i64>,
}

impl Failed {
    /// With what `Retry-After` asks for (ms).
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
            // What the app hands in is as wrong the next time.
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
    /// Reads an answer. `server` is what its headers say of the time; it was asked for at `sent_at`, by the wall clock.
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

/// 64 bits of FNV-1a. Not against forgers: whoever can open the channel is of this origin.
pub(super) fn hash_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn hash(credential: &Secret) -> u64 {
    hash_of(credential.reveal())
}
