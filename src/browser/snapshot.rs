//! What a source shows at one moment.

use super::error::SourceError;
use crate::refresh::Status;
use crate::token::Token;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What is called with what a source shows.
pub(super) type Changed = Rc<RefCell<dyn FnMut(&Snapshot)>>;

/// What a [`TokenSource`](super::TokenSource) shows at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The token in hand, unless it has expired.
    pub token: Option<Arc<Token>>,
    /// What the source is doing.
    pub status: Status,
    /// Why the last request failed; `None` once a token has arrived.
    pub error: Option<SourceError>,
    /// When the next request is sent, by the client's clock (ms since the epoch), as far as known.
    pub refresh_at: Option<i64>,
}

impl Snapshot {
    /// Of a source that has not begun.
    pub(super) fn idle() -> Self {
        Snapshot { token: None, status: Status::Idle, error: None, refresh_at: None }
    }

    /// Of one that is closed.
    pub(super) fn closed() -> Self {
        Snapshot { status: Status::Closed, ..Snapshot::idle() }
    }
}
