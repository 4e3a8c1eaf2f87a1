//! Reads the body of a response, up to the size limit.

use super::error::{Kind, SourceError};
use super::fetch::name_of;
use super::promise::promised;
use super::response::{Headers, Recognized, Response, cancel};
use crate::vend::{MAX_ANSWER_BYTES, VendError};
use js_sys::{ArrayBuffer, JsString, TypeError, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    /// A possible `ReadableStream`.
    type Stream;

    #[wasm_bindgen(method, getter, catch, js_name = getReader)]
    fn get_reader_method(this: &Stream) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<Reader, JsValue>;

    /// A `ReadableStreamDefaultReader`.
    #[derive(Clone)]
    type Reader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<JsValue, JsValue>;

    /// The result of a read.
    type Chunk;

    #[wasm_bindgen(method, getter, catch)]
    fn done(this: &Chunk) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn value(this: &Chunk) -> Result<JsValue, JsValue>;

    /// Any `ArrayBufferView`.
    type View;

    #[wasm_bindgen(method, getter, catch)]
    fn buffer(this: &View) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = byteOffset)]
    fn byte_offset(this: &View) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = byteLength)]
    fn byte_length(this: &View) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(extends = Uint8Array, js_name = Uint8Array)]
    type Bytes;

    /// Throws if the buffer was detached.
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn new(buffer: &JsValue, offset: &JsValue, length: &JsValue) -> Result<Bytes, JsValue>;

    #[wasm_bindgen(catch, js_name = Number)]
    fn to_number(value: &JsValue) -> Result<f64, JsValue>;
}

/// A body, or its reader, that is cancelled on drop unless it was read completely, also when the request is aborted.
struct Unread(Option<JsValue>);

impl Drop for Unread {
    fn drop(&mut self) {
        if let Some(stream) = self.0.take() {
            cancel(&stream);
        }
    }
}

/// Reads the text. As in `Response.text()`, invalid UTF-8 becomes U+FFFD.
pub(super) async fn read(answer: &Recognized) -> Result<Zeroizing<String>, SourceError> {
    let Recognized { response, headers, .. } = answer;
    let body_used = response.body_used().map_err(unreadable)?;
    if body_used.is_truthy() {
        return Err(Kind::BodyUsed.into());
    }
    let body = response.body().map_err(cut_off)?;
    let mut unread = Unread(Some(body.clone()));
    if announced(headers).map_err(cut_off)? > MAX_ANSWER_BYTES as f64 {
        return Err(VendError::too_large().into());
    }
    let text = match reader_of(&body).map_err(cut_off)? {
        Some(reader) => {
            unread.0 = Some(reader.clone().into());
            read_chunks(&reader).await?
        }
        // Not every implementation of `fetch` has streams.
        None => read_at_once(response).await?,
    };
    unread.0 = None;
    Ok(text)
}

/// The value of `Content-Length`. A missing header is 0, an invalid one NaN.
fn announced(headers: &Headers) -> Result<f64, JsValue> {
    to_number(&headers.get("content-length")?)
}

fn reader_of(body: &JsValue) -> Result<Option<Reader>, JsValue> {
    if body.is_undefined() || body.is_null() {
        return Ok(None);
    }
    let stream: &Stream = body.unchecked_ref();
    if stream.get_reader_method()?.is_function() { stream.get_reader().map(Some) } else { Ok(None) }
}

async fn read_chunks(reader: &Reader) -> Result<Zeroizing<String>, SourceError> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(chunk) = next(reader).await.map_err(cut_off)? {
        if bytes.len() + chunk.length() as usize > MAX_ANSWER_BYTES {
            return Err(VendError::too_large().into());
        }
        append(&mut bytes, &chunk);
    }
    Ok(text_of(&bytes))
}

/// Reads the next bytes; `None` at the end.
async fn next(reader: &Reader) -> Result<Option<Uint8Array>, JsValue> {
    let chunk: Chunk = promised(&reader.read()?, |_| {}).await?.unchecked_into();
    if chunk.done()?.is_truthy() {
        return Ok(None);
    }
    let value = chunk.value()?;
    if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        return Ok(Some(Uint8Array::new(buffer)));
    }
    if !ArrayBuffer::is_view(&value) {
        return Err(TypeError::new("expected bytes, found something else").into());
    }
    let view: &View = value.unchecked_ref();
    let bytes = Bytes::new(&view.buffer()?, &view.byte_offset()?, &view.byte_length()?)?;
    Ok(Some(bytes.unchecked_into()))
}

async fn read_at_once(response: &Response) -> Result<Zeroizing<String>, SourceError> {
    let text = async { promised(&response.text()?, |_| {}).await };
    let text = text.await.map_err(cut_off)?;
    copy_text(&text)?.ok_or_else(|| cut_off(TypeError::new("expected text, found something else").into()))
}

/// Copies a string, unless it is too long; `None` if the value is not a string.
pub(super) fn copy_text(value: &JsValue) -> Result<Option<Zeroizing<String>>, SourceError> {
    let is_too_long = value.dyn_ref::<JsString>().is_some_and(|text| text.length() as usize > MAX_ANSWER_BYTES);
    if is_too_long {
        return Err(VendError::too_large().into());
    }
    Ok(value.as_string().map(Zeroizing::new))
}

/// Appends bytes. Growing a vector in place would leave its old buffer unwiped, so a larger one is allocated by hand.
fn append(bytes: &mut Zeroizing<Vec<u8>>, chunk: &Uint8Array) {
    let start = bytes.len();
    let end = start + chunk.length() as usize;
    if end > bytes.capacity() {
        let mut longer = Zeroizing::new(Vec::with_capacity(end.max(2 * bytes.capacity())));
        longer.extend_from_slice(bytes);
        *bytes = longer;
    }
    bytes.resize(end, 0);
    chunk.copy_to(&mut bytes[start..]);
}

fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Zeroizing::new(String::from_utf8_lossy(bytes).into_owned())
}

/// Reading the answer threw.
pub(super) fn unreadable(cause: JsValue) -> SourceError {
    SourceError::from(Kind::Unreadable { status: None }).caused_by(cause)
}

fn cut_off(cause: JsValue) -> SourceError {
    SourceError::from(Kind::CutOff { name: name_of(&cause) }).caused_by(cause)
}
