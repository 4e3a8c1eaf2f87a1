//! A vending service's answer across the boundary.

use super::{
    block::{hand_over, of_error, of_token},
    options,
};
use crate::codec::{block::Block, wipe::Wiped};
use crate::scope::Grant;
use crate::vend::{Found, Place, VendError, Wanted, check_status, content, text_at};
use wasm_bindgen::prelude::wasm_bindgen;

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
    let input = Wiped(input);
    let end_of_options = (filled + options) as usize;
    // The engine wrote it, which is always UTF-8.
    let text = input.get(..end_of_options + asked as usize).map(std::str::from_utf8);
    let (text, asked) =
        text.and_then(Result::ok).unwrap_or_default().split_at_checked(end_of_options).unwrap_or_default();
    let (body, options) = text.split_at_checked(filled as usize).unwrap_or_default();
    hand_over(match read(body, options, asked, expires_in as i64, status, now as i64, wall as i64) {
        Ok(block) => block,
        Err(error) => {
            let mut block = of_error(error.code(), error.message());
            block.number(error.weight() as u32);
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
    let body = content(body)?;
    let mut found = Found::NOTHING;
    found.read(body)?;
    let end_of_p = asked.bytes().position(|byte| byte == b'\n').unwrap_or_default();
    // A super-user's has none, and what was not asked is not compared.
    let scope = Grant::decode(asked.get(..end_of_p).unwrap_or_default());
    let token_id = text_at(asked, Place::At(end_of_p + 1));
    let wanted = Wanted {
        scope: match &scope {
            Ok(Grant::Scope(scope)) => scope.permissions(),
            _ => &[],
        },
        expires_in,
        token_id: (asked.len() > end_of_p + 1).then_some(token_id.reveal()),
    };
    match found.token(body, options::read_lines(options.as_bytes()), &wanted, now, wall) {
        Ok(token) => {
            let claimed = token.expires_at().filter(|_| !token.expiry_from_answer);
            let [length, told] = found.life();
            let times = [claimed, token.issued_at(), length, told];
            let mut block = of_token(&token);
            for time in times.map(Option::unwrap_or_default) {
                block.number((time >> 32) as u32);
                block.number(time as u32);
            }
            if let Some(refresh_token) = found.refresh_token(body) {
                block.end();
                block.put(refresh_token.reveal().as_bytes());
            }
            Ok(block)
        }
        Err(error) => Err(error.into()),
    }
}
