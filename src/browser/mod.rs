//! A token source for Rust front ends: Leptos, Yew, Dioxus, or plain wasm-bindgen.
//!
//! A [`TokenSource`] holds a valid token and requests the next one from the app's vending service before it expires.
//! [`refresh::Machine`](crate::refresh::Machine), which performs no I/O, decides what to do and when. This module
//! carries out its decisions with timers, requests, page events, locks and channels.
//!
//! ```no_run
//! use momento_token_wasm::TokenSource;
//! use momento_token_wasm::scope::TokenScope;
//! use std::time::Duration;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let scope = TokenScope::from_json(
//!     r#"{"permissions":[{"role":"subscribeonly","cache":"chat","topic":"room-1"}]}"#,
//! )?;
//! let source = TokenSource::builder("/token")
//!     .scope(scope)
//!     .expires_in(Duration::from_secs(300))
//!     .share_across_tabs("chat")
//!     .build()?;
//!
//! let token = source.token().await?;
//! connect(token.endpoint(), token.credential().reveal());
//! # Ok(())
//! # }
//! # fn connect(endpoint: Option<&str>, credential: &str) {}
//! ```
//!
//! The module compiles on every target, so an app that also renders on a server needs no `cfg`. On targets other than
//! wasm32, it sends no requests, and asking for a token fails with `ERR_SERVER_RENDER`.

mod builder;
#[cfg(any(target_arch = "wasm32", test))]
mod cause;
pub(crate) mod error;
pub(crate) mod get;
mod handle;
pub(crate) mod options;
mod snapshot;
mod stream;
pub(crate) mod vend;

#[cfg(target_arch = "wasm32")]
pub(crate) mod abort;
#[cfg(target_arch = "wasm32")]
mod answer;
#[cfg(target_arch = "wasm32")]
mod ask;
#[cfg(target_arch = "wasm32")]
mod body;
#[cfg(target_arch = "wasm32")]
mod clock;
#[cfg(target_arch = "wasm32")]
pub(crate) mod driver;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) mod host;
#[cfg(target_arch = "wasm32")]
mod listeners;
#[cfg(target_arch = "wasm32")]
mod lock;
#[cfg(target_arch = "wasm32")]
mod message;
#[cfg(target_arch = "wasm32")]
pub(crate) mod observer;
#[cfg(target_arch = "wasm32")]
pub(crate) mod page;
#[cfg(target_arch = "wasm32")]
mod promise;
#[cfg(target_arch = "wasm32")]
mod registry;
#[cfg(target_arch = "wasm32")]
mod request;
#[cfg(target_arch = "wasm32")]
pub(crate) mod response;
#[cfg(target_arch = "wasm32")]
mod tabs;
#[cfg(target_arch = "wasm32")]
mod task;

/// The stand-in for targets without a browser.
#[cfg(not(target_arch = "wasm32"))]
#[path = "elsewhere.rs"]
mod registry;

pub use crate::refresh::{Reason, Status};
pub use builder::TokenSourceBuilder;
pub use error::SourceError;
pub use get::GetToken;
pub use handle::{TokenFuture, TokenSource, Watch};
pub use snapshot::Snapshot;
pub use stream::Tokens;
pub use vend::{Credentials, VendContext};
