//! The handle by which an app uses a source.

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

/// Holds a valid token and renews it before it expires: see the [module](super).
///
/// This is a handle, which is cheap to clone. All clones refer to the same source, which is closed when the last one is
/// dropped. Pending [`TokenFuture`]s and [`Tokens`] streams count as handles.
///
/// A handle is `Send` and `Sync`, as frameworks require of values that components share, but the source belongs to the
/// thread that created it. On any other thread, asking for a token fails with `ERR_THREAD`, and there is nothing to
/// watch. If the source is closed on another thread, or its last handle is dropped there, it ends at the next event on
/// its own thread, within 30 seconds.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

impl TokenSource {
    /// Returns a builder for a source that requests its tokens from a URL. A page resolves a relative URL as `fetch`
    /// does.
    ///
    /// The request has the parameters `scope` (JSON), `expiresIn` (seconds) and `tokenId`, as far as they are set. The
    /// response body may have any of the forms that [`vend::Answer`](crate::vend::Answer) reads.
    pub fn builder(url: impl Into<String>) -> TokenSourceBuilder {
        TokenSourceBuilder::request(url.into())
    }

    /// Returns a builder for a source that gets its tokens from a function, for example a server function. The returned
    /// text is read like the response body of a vending service.
    ///
    /// ```
    /// # use momento_token_wasm::TokenSource;
    /// # async fn vend_token(scope: Option<String>) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// let source =
    ///     TokenSource::from_fn(|context| vend_token(context.scope.and_then(|scope| scope.to_json()))).build()?;
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

    /// Starts the source, if it has not started: from now on, it keeps a valid token. Asking for a token, watching the
    /// source and polling its stream also start it.
    ///
    /// # Errors
    /// `ERR_CLOSED`, `ERR_SERVER_RENDER` or `ERR_THREAD`.
    pub fn start(&self) -> Result<(), SourceError> {
        self.shared.start()
    }

    /// Returns a token that is valid for at least ten more seconds: the current one, or else the next one.
    ///
    /// Concurrent calls share one request. Dropping the future cancels the call, but not the request.
    ///
    /// # Errors
    /// Any of the codes of [`SourceError::code`]. If the request that the call waits for fails, the call returns its
    /// error. The source may [retry](SourceError::will_retry_at), but the call does not wait for that.
    pub fn token(&self) -> TokenFuture {
        self.token_with(GetToken::default())
    }

    /// Like [`TokenSource::token`], with options.
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

    /// Returns the current state of the source. On any thread but the source's own, it is that of a closed source.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Returns a stream of tokens: the current one, and each one after it. The stream ends when the source is closed.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(Arc::clone(&self.shared))
    }

    /// Calls `changed` with the state of the source, now and whenever it changes, until the [`Watch`] is dropped.
    ///
    /// The callback may use and even close the source. A handle that it captures keeps the source open until the watch
    /// ends.
    pub fn watch(&self, changed: impl FnMut(&Snapshot) + 'static) -> Watch {
        let ended = Arc::new(AtomicBool::new(false));
        self.shared.watch(Rc::new(RefCell::new(changed)), Arc::clone(&ended));
        Watch { ended, shared: Arc::downgrade(&self.shared) }
    }

    /// Reports that Momento rejected this token although it has not expired. If it is the current token, the source
    /// requests another one; for any other token, it requests nothing.
    pub fn report_rejected(&self, token: &Token) {
        self.shared.report_rejected(token);
    }

    /// Stops all timers, listeners and requests. Pending and later calls for a token fail with `ERR_CLOSED`.
    pub fn close(&self) {
        self.shared.close();
    }
}

impl TokenSourceBuilder {
    /// Builds the source. It sends no request, sets no timer and listens to no event until it is
    /// [started](TokenSource::start).
    ///
    /// # Errors
    /// `ERR_ARGUMENT`, `ERR_SCOPE_LIMIT` or `ERR_SCOPE_INVALID` if an option is invalid.
    pub fn build(self) -> Result<TokenSource, SourceError> {
        Ok(TokenSource { shared: Arc::new(Shared::new(self.check()?)) })
    }
}

/// Two handles are equal if they refer to the same source. A component that receives an equal one need not render
/// again.
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

/// The future returned by [`TokenSource::token`] and [`TokenSource::token_with`].
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
                // The source was closed before it settled the call.
                Poll::Ready(settled) => settled.unwrap_or_else(|_| Err(Kind::Closed.into())),
            },
            // Polled again after completion.
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

/// The guard returned by [`TokenSource::watch`]. Dropping it, on any thread, ends the watch.
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
