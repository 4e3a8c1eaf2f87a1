//! Tokens as a stream.

use super::registry::Shared;
use crate::token::Token;
use futures_core::Stream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The stream returned by [`TokenSource::tokens`](super::TokenSource::tokens). If several tokens arrive between two
/// polls, it yields only the last one.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct Tokens {
    /// Keeps the source open, like a handle.
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
