//! The body of an answer, read no further than any token goes.

use super::error::{Kind, SourceError};
use super::fetch::{discard, ignore, name_of};
use crate::plain::Properties;
use crate::vend::{MAX_ANSWER_BYTES, VendError};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Response};
use zeroize::Zeroizing;

/// The text. What is no UTF-8 in it becomes U+FFFD, as `Response.text()` has it.
pub(super) async fn read(response: &Response) -> Result<Zeroizing<String>, SourceError> {
    let announced = response.headers().get("content-length").ok().flatten().and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_ANSWER_BYTES) {
        discard(response);
        return Err(VendError::too_large().into());
    }
    // Not of a request of one's own, but an app's function may give anything.
    let stream = response.body();
    if response.body_used() || stream.as_ref().is_some_and(ReadableStream::locked) {
        let found = "expected a Response whose body nobody has read, found one that was read";
        return Err(Kind::Function(found.into()).into());
    }
    // Not every fetch has streams.
    let Some(body) = stream else { return read_at_once(response).await };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Zeroizing::new(Vec::new());
    loop {
        let chunk = match JsFuture::from(reader.read()).await {
            Ok(chunk) => chunk.unchecked_into::<Properties>(),
            Err(cause) => return Err(cut_off(&cause)),
        };
        if chunk.get("done").is_truthy() {
            return Ok(text_of(&bytes));
        }
        let chunk: Uint8Array = chunk.get("value").unchecked_into();
        if bytes.len() + chunk.length() as usize > MAX_ANSWER_BYTES {
            ignore(reader.cancel());
            return Err(VendError::too_large().into());
        }
        append(&mut bytes, &chunk);
    }
}

async fn read_at_once(response: &Response) -> Result<Zeroizing<String>, SourceError> {
    let text = async { JsFuture::from(response.text()?).await };
    let text =
        text.await.map_err(|cause: JsValue| cut_off(&cause))?.as_string().map(Zeroizing::new).unwrap_or_default();
    if text.len() > MAX_ANSWER_BYTES { Err(VendError::too_large().into()) } else { Ok(text) }
}

/// A vector that grows leaves its old bytes behind, so each is wiped.
fn append(bytes: &mut Zeroizing<Vec<u8>>, chunk: &Uint8Array) {
    let start = bytes.len();
    let mut longer = Zeroizing::new(vec![0; start + chunk.length() as usize]);
    let (old, new) = longer.split_at_mut(start);
    old.copy_from_slice(bytes);
    chunk.copy_to(new);
    *bytes = longer;
}

fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Zeroizing::new(String::from_utf8_lossy(bytes).into_owned())
}

fn cut_off(cause: &JsValue) -> SourceError {
    Kind::Network { found: "it cut off", cause: name_of(cause) }.into()
}
