//! A vending service's answer across the boundary.

use super::{
    block::{hand_over, of_error, of_token},
    options,
};
use crate::codec::{json::Reader, wipe::Wiped};
use crate::scope::Grant;
use crate::token::{DecodeOptions, Token};
use crate::vend::{Answer, Asked, VendError, check_status};
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads an answer: its HTTP status, and the body, which stands in front of `input` with `filled` bytes. `options` bytes of what
/// [`options::read`] takes follow it, and then `asked` bytes of what was asked for: claim `p` of the scope, a line feed, and the tokenId as a
/// JSON string, of which either may be missing. `expires_in` is in milliseconds, NaN where nothing was asked; `now` since the epoch.
///
/// Gives where the [block](super::block)'s table is. A token's has two numbers more at its end where the answer carried a refresh token: where
/// in the text that starts and ends. An error's has one more: 0 where it may pass, 1 where it is terminal, 2 where the answer was malformed.
#[wasm_bindgen(js_name = readAnswer)]
pub fn read_answer(
    input: Vec<u8>,
    filled: u32,
    options: u32,
    asked: u32,
    expires_in: f64,
    status: u16,
    now: f64,
) -> u32 {
    let input = Wiped(input);
    let mut rest = &input[..];
    let mut next = |length: u32| match rest.split_at_checked(length as usize) {
        Some((head, tail)) => {
            rest = tail;
            head
        }
        None => &[],
    };
    let (body, options, asked) = (next(filled), next(options), next(asked));
    let options = options::read(options);
    let asked = read_asked(text(asked), expires_in);
    hand_over(match read(text(body), &options, &asked, status, now as i64) {
        Ok((token, refresh_token)) => {
            let mut block = of_token(token);
            if let Some(refresh_token) = refresh_token {
                block.end();
                block.put(&refresh_token);
            }
            block
        }
        Err(error) => {
            let mut block = of_error(error.code(), error.message());
            block.number(match error.code() {
                _ if error.is_terminal() => 1,
                // A web page too may pass by itself, for all networks that want a login answer with one.
                "ERR_VEND_HTTP" | "ERR_VEND_HTML" => 0,
                _ => 2,
            });
            block
        }
    })
}

/// The token, and the refresh token that came with it.
fn read(
    body: &str,
    options: &DecodeOptions,
    asked: &Asked,
    status: u16,
    now: i64,
) -> Result<(Token, Option<Wiped>), VendError> {
    check_status(status)?;
    let answer = Answer::read(body)?;
    let refresh_token = answer.refresh_token().map(|secret| Wiped(secret.reveal().into()));
    Ok((answer.into_token(options, asked, now)?, refresh_token))
}

fn read_asked(text: &str, expires_in: f64) -> Asked {
    let (p, token_id) = text.split_once('\n').unwrap_or_default();
    let scope = match Grant::decode(p) {
        Ok(Grant::Scope(scope)) => Some(scope),
        _ => None,
    };
    let expires_in = (!expires_in.is_nan()).then_some(expires_in as i64);
    let token_id = Reader::new(token_id).string().ok().map(|id| id.into_owned());
    Asked { scope, expires_in, token_id }
}

/// Bytes that the engine wrote, which is always UTF-8.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
