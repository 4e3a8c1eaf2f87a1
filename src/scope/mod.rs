//! Scopes: the model of Momento's permissions, its protobuf and JSON forms, and comparison.
//!
//! Two rules always apply. A scope is never widened: a blank name, a missing selector or an unknown field is an error,
//! not "all". And a scope is the union of its permissions: one matching permission is enough.
//!
//! ```
//! use momento_token_wasm::scope::TokenScope;
//!
//! let scope = TokenScope::from_json(
//!     r#"{"permissions":[{"role":"readonly","cache":"chat","item":{"keyPrefix":"room-"}}]}"#,
//! )?;
//! assert_eq!(scope.describe(), [r#"Read items in cache "chat" whose key starts with "room-"."#]);
//! # Ok::<(), momento_token_wasm::scope::ScopeError>(())
//! ```

mod action;
mod covers;
mod describe;
mod error;
mod json;
mod merge;
mod model;
mod read;
mod role;
mod wire;

pub use action::Action;
#[cfg(feature = "refresh")]
pub(crate) use covers::uncovered;
pub use covers::{allows, covers};
pub use error::ScopeError;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use model::Selector;
pub use model::{CacheSelector, Grant, ItemSelector, MAX_PERMISSIONS, NameSelector, Permission, TokenScope};
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use read::{action as read_action, scope as read_scope};
pub use role::{CacheAccess, CacheRole, FunctionRole, TopicAccess, TopicRole};
