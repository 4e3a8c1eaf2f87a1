//! The options and the outcome of a call for a token.

use super::error::SourceError;
use crate::token::Token;
use std::sync::Arc;
use std::time::Duration;

/// The outcome of a call for a token.
pub(crate) type Outcome = Result<Arc<Token>, SourceError>;

/// Options for [`TokenSource::token_with`](super::TokenSource::token_with).
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
    /// Returns the default options: a token that is valid for at least ten more seconds.
    pub fn new() -> Self {
        GetToken { min_validity: Duration::from_secs(10), force_refresh: false }
    }

    /// Sets for how much longer the token must be valid, at least.
    #[must_use]
    pub fn min_validity(self, min_validity: Duration) -> Self {
        GetToken { min_validity, ..self }
    }

    /// Sets whether to request a new token even if the current one is valid for long enough.
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
