//! Sources on targets other than wasm32: nothing is requested, and every call fails.

use super::error::{Kind, SourceError};
use super::get::{GetToken, Outcome};
use super::options::Options;
use super::snapshot::{Changed, Snapshot};
use crate::token::Token;
use futures_channel::oneshot;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

/// The state that the handles of a source share.
#[derive(Debug)]
pub(super) struct Shared {
    is_closed: AtomicBool,
}

impl Shared {
    pub(super) fn new(_: Options) -> Self {
        Shared { is_closed: AtomicBool::new(false) }
    }

    fn error(&self) -> SourceError {
        if self.is_closed.load(Ordering::Relaxed) { Kind::Closed.into() } else { Kind::Elsewhere.into() }
    }

    pub(super) fn start(&self) -> Result<(), SourceError> {
        Err(self.error())
    }

    pub(super) fn get(&self, _: GetToken) -> Result<(u32, oneshot::Receiver<Outcome>), SourceError> {
        Err(self.error())
    }

    pub(super) fn abandon(&self, _: u32) {}

    pub(super) fn snapshot(&self) -> Snapshot {
        if self.is_closed.load(Ordering::Relaxed) { Snapshot::closed() } else { Snapshot::idle() }
    }

    pub(super) fn poll_next(&self, _: Option<&Arc<Token>>, _: &mut Context<'_>) -> Poll<Option<Arc<Token>>> {
        Poll::Ready(None)
    }

    pub(super) fn watch(&self, changed: Changed, _: Arc<AtomicBool>) {
        (changed.borrow_mut())(&self.snapshot());
    }

    pub(super) fn prune(&self) {}

    pub(super) fn report_rejected(&self, _: &Token) {}

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }
}
