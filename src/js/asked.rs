//! Reads what the npm package passes for reading a vending service's answers.

use crate::plain::Properties;
use crate::scope::Grant;
use crate::vend::Asked;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** How to decode answers, and what was requested. */
export interface AnswerOptions {
  /** `DecodeOptions` or `undefined`. */
  readonly decode: unknown;
  /** The scope, encoded as in claim `p`. */
  readonly scope?: string;
  /** The requested lifetime, in milliseconds. */
  readonly expiresInMs?: number;
  readonly tokenId?: string;
}
"#;

pub(super) fn read_asked(options: &Properties) -> Asked {
    Asked {
        scope: options.text("scope").and_then(|p| match Grant::decode(&p) {
            Ok(Grant::Scope(scope)) => Some(scope),
            // The package only encodes scopes.
            Ok(Grant::SuperUser) | Err(_) => None,
        }),
        expires_in: options.number("expiresInMs").map(|ms| ms as i64),
        token_id: options.text("tokenId"),
    }
}
