//! The npm package's parameters for reading a vending service's response.

use crate::plain::Properties;
use crate::scope::Grant;
use crate::vend::Asked;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What answers are read by: how to decode, and what was asked for. */
export interface AnswerOptions {
  /** `DecodeOptions` or `undefined`. */
  readonly decode: unknown;
  /** The scope as claim `p` has it. */
  readonly scope?: string;
  /** How long the token was to live, in milliseconds. */
  readonly expiresInMs?: number;
  readonly tokenId?: string;
}
"#;

pub(super) fn read_asked(options: &Properties) -> Asked {
    Asked {
        scope: options.text("scope").and_then(|p| match Grant::decode(&p) {
            Ok(Grant::Scope(scope)) => Some(scope),
            // The package encodes scopes, and nothing else.
            Ok(Grant::SuperUser) | Err(_) => None,
        }),
        expires_in: options.number("expiresInMs").map(|ms| ms as i64),
        token_id: options.text("tokenId"),
    }
}
