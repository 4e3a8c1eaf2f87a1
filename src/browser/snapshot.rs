//! The state of a source at one moment.

use super::error::SourceError;
use crate::refresh::Status;
use crate::token::Token;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The callback of a watch.
pub(super) type Changed = Rc<RefCell<dyn FnMut(&Snapshot)>>;

/// The state of a [`TokenSource`](super::TokenSource) at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The current token, unless it has expired.
    pub token: Option<Arc<Token>>,
    /// What the source is doing.
    pub status: Status,
    /// Why the last request failed; `None` once a token has arrived.
    pub error: Option<SourceError>,
    /// When the next request is due, by the client's clock (ms since the Unix epoch), if known.
    pub refresh_at: Option<i64>,
}

impl Snapshot {
    /// The state of a source that has not started.
    pub(super) fn idle() -> Self {
        Snapshot { token: None, status: Status::Idle, error: None, refresh_at: None }
    }

    /// The state of a closed source.
    pub(super) fn closed() -> Self {
        Snapshot { status: Status::Closed, ..Snapshot::idle() }
    }
}
