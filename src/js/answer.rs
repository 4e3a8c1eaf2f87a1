//! A vending service's answer across the boundary.

use super::{Desk, Input, block::Block, options};
use crate::codec::{base64, wipe::WipedText};
use crate::token::{Credential, Token};
use crate::vend::{Answer, Asked, VendError, check_status};
use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads an answer: its HTTP status, and the body that lies at the desk. The desk is told of the token, or of why there is none; what
/// comes back is what kind of failure it is ([`super::refresher`] has the numbers). `options` as [`options::read`] takes them, `now` in
/// milliseconds since the epoch.
#[wasm_bindgen(js_name = readAnswer)]
pub fn read_answer(desk: &Desk, length: usize, options: Option<String>, status: u16, now: f64) -> u32 {
    let input = Input::read(desk, length);
    let encoded;
    let body = match input.credential() {
        Credential::Text(text) => text,
        // The engine took away the base64 of a body that is nothing else: back again.
        Credential::Envelope(bytes) => {
            encoded = WipedText(base64::encode(bytes));
            &encoded
        }
    };
    let result = token(body, options.as_deref().unwrap_or_default(), status, now as i64);
    let block = match &result {
        Ok(token) => Block::of_token(token),
        Err(error) => Block::of_error(error.code(), error.message()),
    };
    let (text, table) = block.parts();
    desk.take(text, table);
    match &result {
        Err(error) if error.is_terminal() => 1,
        // A web page too may pass by itself, for all networks that want a login answer with one.
        Err(error) if !matches!(error.code(), "ERR_VEND_HTTP" | "ERR_VEND_HTML") => 2,
        _ => 0,
    }
}

fn token(body: &str, options: &str, status: u16, now: i64) -> Result<Token, VendError> {
    check_status(status)?;
    Ok(Answer::read(body)?.into_token(&options::read(options)?, &Asked::default(), now)?)
}
