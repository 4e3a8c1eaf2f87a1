//! A vending service's answer across the boundary.

use super::{
    block::{hand_over, of_error, of_token},
    options,
};
use crate::codec::{block::Block, json::Reader, wipe::Wiped};
use crate::scope::wire;
use crate::vend::{Answer, VendError, Wanted, check_status};
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
    let (body, rest) = cut(&input, filled);
    let (options, rest) = cut(rest, options);
    let (asked, _) = cut(rest, asked);
    let expires_in = (!expires_in.is_nan()).then_some(expires_in as i64);
    hand_over(match read(body, options, asked, expires_in, status, now as i64) {
        Ok(block) => block,
        Err(error) => {
            let mut block = of_error(error.code(), error.message());
            block.number(error.weight() as u32);
            block
        }
    })
}

/// The token, and the refresh token that came with it.
fn read(
    body: &[u8],
    options: &[u8],
    asked: &[u8],
    expires_in: Option<i64>,
    status: u16,
    now: i64,
) -> Result<Block, VendError> {
    check_status(status)?;
    let answer = Answer::read(text(body))?;
    let end_of_p = asked.iter().position(|byte| *byte == b'\n').unwrap_or_default();
    let (p, token_id) = cut(asked, end_of_p as u32);
    // A super-user's has none, and what was not asked is not compared.
    let p = wire::decode(text(p)).unwrap_or_default();
    let mut scope = Vec::new();
    if wire::read(&p, &mut |parts| scope.push(parts)).is_err() {
        scope.clear();
    }
    let token_id = Reader::new(text(token_id.get(1..).unwrap_or_default())).string().ok();
    let wanted = Wanted { scope: &scope, expires_in, token_id: token_id.as_deref() };
    let mut block = of_token(answer.token(options::read(options), &wanted, now)?);
    if let Some(refresh_token) = answer.refresh_token() {
        block.end();
        block.put(refresh_token.reveal().as_bytes());
    }
    Ok(block)
}

/// So many bytes, and the rest.
fn cut(bytes: &[u8], length: u32) -> (&[u8], &[u8]) {
    bytes.split_at_checked(length as usize).unwrap_or_default()
}

/// Bytes that the engine wrote, which is always UTF-8.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
