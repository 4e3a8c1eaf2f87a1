//! Errors for JavaScript: an `Error` with a stable `code`, from which the npm package creates its `TokenError`.

use crate::{scope::ScopeError, token::TokenError};
use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

/// Distinguishes the crate's errors from others that have a code, such as those of Node.js.
const NAME: &str = "TokenError";

/// An error that is thrown into JavaScript.
#[derive(Debug)]
pub(super) struct Thrown(Error);

impl Thrown {
    /// Creates an error with this code and message.
    pub(super) fn new(code: &str, message: &str) -> Self {
        let error = Error::new(message);
        error.set_name(NAME);
        set(&error, "code", &code.into());
        Thrown(error)
    }

    /// Creates an `ERR_ARGUMENT`, for an invalid argument.
    pub(super) fn argument(message: &str) -> Self {
        Thrown::new("ERR_ARGUMENT", message)
    }

    /// Adds a detail, if it is known.
    #[cfg(all(feature = "standalone", feature = "source"))]
    pub(super) fn with(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        if let Some(value) = value {
            set(&self.0, name, &value.into());
        }
        self
    }

    /// Adds the cause of the error, such as what a getter threw.
    pub(super) fn caused_by(self, cause: &JsValue) -> Self {
        set(&self.0, "cause", cause);
        self
    }
}

/// Sets a property of an object created here, which cannot fail.
fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0.into()
    }
}

impl From<TokenError> for Thrown {
    fn from(error: TokenError) -> Self {
        Thrown::new(error.code(), &error.to_string())
    }
}

impl From<ScopeError> for Thrown {
    fn from(error: ScopeError) -> Self {
        Thrown::new(error.code(), &error.to_string())
    }
}
