//! The handle that an app has of a source.

use super::builder::TokenSourceBuilder;
use super::error::{Kind, SourceError};
use super::get::{GetToken, Outcome};
use super::registry::Shared;
use super::snapshot::Snapshot;
use super::stream::Tokens;
use super::vend::VendContext;
use crate::token::Token;
use futures_channel::oneshot;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

/// A valid token in hand, re-fetched ahead of expiry: see the [module](super).
///
/// Handles are cheap to clone, and all of a source's are the same. The source is closed when the last one is dropped,
/// futures and streams that wait for its tokens included.
///
/// A handle is `Send` and `Sync`, as frameworks ask of what components share, but a source lives on the thread that made
/// it: on another thread there is no token (`ERR_THREAD`), and nothing to watch. A source that is closed there, or whose
/// last handle is dropped there, ends as soon as its own thread has a turn, within half a minute.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

impl TokenSource {
    /// A builder for a source that requests its tokens from this URL, which a page resolves as `fetch` does.
    ///
    /// What is asked for are the parameters `scope` (JSON), `expiresIn` (seconds) and `tokenId`. The answer may have
    /// any of the forms that [`vend::Answer`](crate::vend::Answer) reads.
    pub fn builder(url: impl Into<String>) -> TokenSourceBuilder {
        TokenSourceBuilder::request(url.into())
    }

    /// A builder for a source that gets its tokens from a function: a server function, for example. What it gives is
    /// read as the answer of a vending service.
    ///
    /// ```
    /// # use momento_token_wasm::TokenSource;
    /// # async fn vend_token(scope: Option<String>) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// let source = TokenSource::from_fn(|context| vend_token(context.scope.and_then(|scope| scope.to_json()))).build()?;
    /// # Ok::<(), momento_token_wasm::browser::SourceError>(())
    /// ```
    pub fn from_fn<F, A, E>(vend: F) -> TokenSourceBuilder
    where
        F: Fn(VendContext) -> A + 'static,
        A: Future<Output = Result<String, E>> + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        TokenSourceBuilder::function(vend)
    }

    /// Begins to keep a valid token, unless that has begun. Whatever asks for a token, watches or waits begins as well.
    ///
    /// # Errors
    /// `ERR_CLOSED`, `ERR_SERVER_RENDER` or `ERR_THREAD`.
    pub fn start(&self) -> Result<(), SourceError> {
        self.shared.start()
    }

    /// A token that is good for ten seconds at least: the one in hand, or the next one.
    ///
    /// Callers share a request. Dropping the future takes its caller away, and lets the request go on.
    ///
    /// # Errors
    /// Any of [`SourceError::code`]: that of the request it waited for, where that failed. The source may try again by
    /// itself; this call does not wait for that.
    pub fn token(&self) -> TokenFuture {
        self.token_with(GetToken::default())
    }

    /// As [`TokenSource::token`], with more to say.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn token_with(&self, options: GetToken) -> TokenFuture {
        let state = match self.shared.get(options) {
            Ok((call, receiver)) => State::Waiting { source: self.clone(), call, receiver },
            Err(error) => State::Failed(error),
        };
        TokenFuture { state }
    }

    /// What the source shows now. On a thread of another's it is that of a closed source.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// The tokens from now on: the one in hand, and each that follows. The stream ends when the source is closed.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(Arc::clone(&self.shared))
    }

    /// Calls `changed` with what the source shows, now and whenever that changes, until the [`Watch`] is dropped.
    ///
    /// It may use the source, and close it. A handle that it captures keeps the source open as long as it watches.
    pub fn watch(&self, changed: impl FnMut(&Snapshot) + 'static) -> Watch {
        let ended = Arc::new(AtomicBool::new(false));
        self.shared.watch(Rc::new(RefCell::new(changed)), Arc::clone(&ended));
        Watch { ended, shared: Arc::downgrade(&self.shared) }
    }

    /// Reports that Momento refused this token, though it has not expired. If it is the one in hand, another is
    /// requested; any other is no news.
    pub fn report_rejected(&self, token: &Token) {
        self.shared.report_rejected(token);
    }

    /// Ends timers, listeners and requests. Whoever waits for a token gets `ERR_CLOSED`, and so does whoever asks later.
    pub fn close(&self) {
        self.shared.close();
    }
}

impl TokenSourceBuilder {
    /// Makes the source. It sends no request, arms no timer and listens to nothing until it is asked for a token, or
    /// [started](TokenSource::start).
    ///
    /// # Errors
    /// `ERR_ARGUMENT`, `ERR_SCOPE_LIMIT` or `ERR_SCOPE_INVALID` for options that make no sense.
    pub fn build(self) -> Result<TokenSource, SourceError> {
        Ok(TokenSource { shared: Arc::new(Shared::new(self.check()?)) })
    }
}

/// Handles are equal if they are of one source: a component that is given an equal one has nothing to do.
impl PartialEq for TokenSource {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for TokenSource {}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("status", &self.snapshot().status).finish_non_exhaustive()
    }
}

/// Waits for a token: see [`TokenSource::token`].
#[derive(Debug)]
#[must_use = "what it gives is lost unless it is awaited"]
pub struct TokenFuture {
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting { source: TokenSource, call: u32, receiver: oneshot::Receiver<Outcome> },
    Failed(SourceError),
    Done,
}

impl Future for TokenFuture {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.state {
            State::Failed(error) => Err(error.clone()),
            State::Waiting { receiver, .. } => match Pin::new(receiver).poll(context) {
                Poll::Pending => return Poll::Pending,
                // A source that ends without a word was closed.
                Poll::Ready(settled) => settled.unwrap_or_else(|_| Err(Kind::Closed.into())),
            },
            // As a future that is polled once too often: it never has anything to say.
            State::Done => return Poll::Pending,
        };
        self.state = State::Done;
        Poll::Ready(outcome)
    }
}

impl Drop for TokenFuture {
    fn drop(&mut self) {
        if let State::Waiting { source, call, .. } = &self.state {
            source.shared.abandon(*call);
        }
    }
}

/// Ends a [`TokenSource::watch`] when it is dropped, on any thread.
#[derive(Debug)]
#[must_use = "a watch ends when it is dropped"]
pub struct Watch {
    ended: Arc<AtomicBool>,
    shared: Weak<Shared>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(shared) = self.shared.upgrade() {
            shared.prune();
        }
    }
}

#[cfg(test)]
mod tests;
