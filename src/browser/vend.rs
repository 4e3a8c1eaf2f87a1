//! How tokens are requested from the vending service.

use super::error::SourceError;
use crate::refresh::Reason;
use crate::scope::TokenScope;
use crate::token::Secret;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// The argument of a vend function: see [`TokenSource::from_fn`](super::TokenSource::from_fn).
#[derive(Clone)]
#[non_exhaustive]
pub struct VendContext {
    /// Why a token is requested.
    pub reason: Reason,
    /// The permissions to request, if the source was given a scope.
    pub scope: Option<TokenScope>,
    /// The lifetime to request, in milliseconds.
    pub expires_in: Option<i64>,
    /// The `tokenId` to request.
    pub token_id: Option<String>,
    /// The refresh token that an earlier answer contained, for Momento's `RefreshAuthToken`.
    pub refresh_token: Option<Arc<Secret>>,
}

impl fmt::Debug for VendContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendContext")
            .field("reason", &self.reason)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// A vending service's answer, in any of the forms that [`vend::Answer`](crate::vend::Answer) reads.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) enum Given {
    /// The body of a response.
    Text(String),
    /// A `Response`, or any other value.
    #[cfg(target_arch = "wasm32")]
    Value(wasm_bindgen::JsValue),
}

/// The future of a vend function's answer.
pub(crate) type Vending = Pin<Box<dyn Future<Output = Result<Given, SourceError>>>>;

/// How to ask the vending service.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) enum Vend {
    /// With a request.
    Request(VendRequest),
    /// With the app's function.
    Function(Rc<dyn Fn(VendContext) -> Vending>),
}

/// A request to the vending service.
pub(crate) struct VendRequest {
    pub(crate) url: String,
    pub(crate) is_post: bool,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) allow_redirects: bool,
}

/// Whether requests carry cookies: the `credentials` option of `fetch` (Fetch standard, section 2.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// No request does.
    Omit,
    /// Requests to the page's own origin do.
    SameOrigin,
    /// All requests do.
    Include,
}
