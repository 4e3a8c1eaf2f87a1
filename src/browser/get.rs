//! What a caller asks for, and what it gets.

use super::error::SourceError;
use crate::token::Token;
use std::sync::Arc;
use std::time::Duration;

/// What a caller gets.
pub(crate) type Outcome = Result<Arc<Token>, SourceError>;

/// What [`TokenSource::token_with`](super::TokenSource::token_with) asks for.
///
/// ```
/// # use momento_token_wasm::browser::GetToken;
/// # use std::time::Duration;
/// let options = GetToken::new().min_validity(Duration::from_secs(60)).force_refresh(true);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetToken {
    pub(super) min_validity: Duration,
    pub(super) force_refresh: bool,
}

impl GetToken {
    /// A token that is good for ten seconds at least.
    pub fn new() -> Self {
        GetToken { min_validity: Duration::from_secs(10), force_refresh: false }
    }

    /// How long the token must be good for at least.
    #[must_use]
    pub fn min_validity(self, min_validity: Duration) -> Self {
        GetToken { min_validity, ..self }
    }

    /// Requests a new token even if the one in hand would do.
    #[must_use]
    pub fn force_refresh(self, force_refresh: bool) -> Self {
        GetToken { force_refresh, ..self }
    }
}

impl Default for GetToken {
    fn default() -> Self {
        GetToken::new()
    }
}
