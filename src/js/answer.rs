//! A vending service's answer across the boundary.

use super::{
    block::{hand_over, of_error, of_token},
    options,
};
use crate::codec::{
    block::Block,
    json::{Json, parse},
};
use crate::scope::Grant;
use crate::vend::{Answer, Asked, Retry, VendError, check_status};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// Reads an answer: its HTTP status, and the body, which stands in front of `input` with `filled` bytes. `options`
/// bytes of what
/// [`options::read`] takes follow it, and then `asked` bytes of what was asked for: claim `p` of the scope, a line feed, and the tokenId as a
/// JSON string, of which either may be missing. `expires_in` is in milliseconds, infinite where nothing was asked.
/// `now` is the server's time as far as known, and `wall` the client's, in milliseconds since the epoch.
///
/// Gives where the [block](super::block)'s table is. A token's has eight numbers more at its end, of which two each are
/// a time or a span in milliseconds, or 0: claims `exp` and `iat`, how long the token lives by the answer's word, and
/// when it expires by that. Where the answer carried a refresh token, two more follow: where in the text that starts
/// and ends. An error's has two more: 0 where it may pass, 1 where it is terminal, 2 where the answer was malformed;
/// and the status that is no success, 0 where that is not what is wrong.
#[expect(clippy::too_many_arguments, reason = "numbers that cross the boundary")]
#[wasm_bindgen(js_name = readAnswer)]
pub fn read_answer(
    input: Vec<u8>,
    filled: u32,
    options: u32,
    asked: u32,
    expires_in: f64,
    status: u16,
    now: f64,
    wall: f64,
) -> u32 {
    let input = Zeroizing::new(input);
    let end_of_options = (filled + options) as usize;
    // The engine wrote it, which is always UTF-8.
    let text = input.get(..end_of_options + asked as usize).map(std::str::from_utf8);
    let (text, asked) =
        text.and_then(Result::ok).unwrap_or_default().split_at_checked(end_of_options).unwrap_or_default();
    let (body, options) = text.split_at_checked(filled as usize).unwrap_or_default();
    hand_over(match read(body, options, asked, expires_in as i64, status, now as i64, wall as i64) {
        Ok(block) => block,
        Err(error) => {
            let mut block = of_error(error.code(), &error.message());
            block.number(match error.retry() {
                Retry::Later => 0,
                Retry::Never => 1,
                Retry::Malformed => 2,
            });
            block.number(error.status().unwrap_or_default().into());
            block
        }
    })
}

/// The token, and the refresh token that came with it.
fn read(
    body: &str,
    options: &str,
    asked: &str,
    expires_in: i64,
    status: u16,
    now: i64,
    wall: i64,
) -> Result<Block, VendError> {
    check_status(status)?;
    let answer = Answer::read(body)?;
    let (p, token_id) = asked.split_once('\n').unwrap_or_default();
    let asked = Asked {
        // A super-user's has none, and what was not asked is not compared.
        scope: match Grant::decode(p) {
            Ok(Grant::Scope(scope)) if !p.is_empty() => Some(scope),
            _ => None,
        },
        expires_in: (expires_in != i64::MAX).then_some(expires_in),
        token_id: match parse(token_id) {
            Ok(Json::String(id)) => Some(id.to_string()),
            _ => None,
        },
    };
    match answer.token(&options::read(options.as_bytes()), &asked, now, wall) {
        Ok(token) => {
            let claimed = token.expires_at().filter(|_| !token.expiry_from_answer);
            let times = [claimed, token.issued_at(), answer.lifetime(), answer.expires_at()];
            let mut block = of_token(&token);
            for time in times.map(Option::unwrap_or_default) {
                block.number((time >> 32) as u32);
                block.number(time as u32);
            }
            if let Some(refresh_token) = answer.refresh_token() {
                block.end();
                block.put(refresh_token.reveal().as_bytes());
            }
            Ok(block)
        }
        Err(error) => Err(error.into()),
    }
}
