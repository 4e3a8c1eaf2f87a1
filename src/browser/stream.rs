//! Tokens as a stream.

use super::registry::Shared;
use crate::token::Token;
use futures_core::Stream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Tokens as they come: see [`TokenSource::tokens`](super::TokenSource::tokens). Of several that came while nobody
/// asked, it gives the last.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct Tokens {
    /// As a handle has it, so that the source stays open.
    shared: Arc<Shared>,
    last: Option<Arc<Token>>,
}

impl Tokens {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Tokens { shared, last: None }
    }
}

impl Stream for Tokens {
    type Item = Arc<Token>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Arc<Token>>> {
        let next = self.shared.poll_next(self.last.as_ref(), context);
        if let Poll::Ready(Some(token)) = &next {
            self.last = Some(Arc::clone(token));
        }
        next
    }
}
