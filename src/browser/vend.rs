//! Who is asked for a token, and how.

use super::error::SourceError;
use crate::refresh::Reason;
use crate::scope::TokenScope;
use crate::token::Secret;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// What a vend function is told.
#[derive(Clone)]
#[non_exhaustive]
pub struct VendContext {
    /// Why a token is wanted.
    pub reason: Reason,
    /// What it should permit, if the source was given a scope.
    pub scope: Option<TokenScope>,
    /// How long it should live, in milliseconds.
    pub expires_in: Option<i64>,
    /// What it should carry as its `tokenId`.
    pub token_id: Option<String>,
    /// What the last answer gave beside the token, for the service's `RefreshAuthToken`.
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

/// A service's answer.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) enum Given {
    /// Its body.
    Text(String),
    /// A `Response`, or anything else.
    #[cfg(target_arch = "wasm32")]
    Value(wasm_bindgen::JsValue),
}

/// What a vend function gives: the service's answer, in any of the forms that [`vend::Answer`](crate::vend::Answer) reads.
pub(crate) type Vending = Pin<Box<dyn Future<Output = Result<Given, SourceError>>>>;

/// How to ask the vending service.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) enum Vend {
    /// By a request.
    Request(VendRequest),
    /// By a function of the app's.
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

/// Whether a request carries cookies, as the option of `fetch` (Fetch standard, 2.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Never.
    Omit,
    /// To the page's own origin.
    SameOrigin,
    /// To any origin.
    Include,
}
