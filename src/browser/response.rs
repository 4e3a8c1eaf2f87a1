//! Responses of `fetch` or an app's function. They may come from any realm, polyfill or mock, so they are recognized by
//! the members that are used, and every access may throw.

use super::promise::{ignore, promised};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// An object with some members of `Response`.
    #[derive(Clone)]
    pub(super) type Response;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn status(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn headers(this: &Response) -> Result<Headers, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn url(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = type)]
    pub(super) fn kind(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn body(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = bodyUsed)]
    pub(super) fn body_used(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = text)]
    fn text_method(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn text(this: &Response) -> Result<JsValue, JsValue>;

    /// An object with some members of `Headers`.
    #[derive(Clone)]
    pub(super) type Headers;

    #[wasm_bindgen(method, getter, catch, js_name = get)]
    fn get_method(this: &Headers) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;

    /// A stream or its reader, if it has a `cancel` method.
    type Cancel;

    #[wasm_bindgen(method, getter, catch, js_name = cancel)]
    fn cancel_method(this: &Cancel) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Cancel) -> Result<JsValue, JsValue>;
}

impl Headers {
    /// Returns the value of a header, if there is one.
    pub(super) fn header(&self, name: &str) -> Result<Option<String>, JsValue> {
        Ok(self.get(name)?.as_string())
    }
}

/// A value that was recognized as a response.
pub(super) struct Recognized {
    pub(super) response: Response,
    pub(super) status: u16,
    pub(super) headers: Headers,
}

impl Recognized {
    /// Returns `None` if the value is not a response.
    ///
    /// # Errors
    /// If a getter throws.
    pub(super) fn of(value: &JsValue) -> Result<Option<Self>, JsValue> {
        if !is_object(value) {
            return Ok(None);
        }
        let response: Response = value.clone().unchecked_into();
        let Some(status) = response.status()?.as_f64() else { return Ok(None) };
        let headers = response.headers()?;
        let has_get = is_object(&headers) && headers.get_method()?.is_function();
        if !has_get || !response.text_method()?.is_function() {
            return Ok(None);
        }
        // The cast turns a number that is not a status into 0 or 65535, neither of which is a success.
        Ok(Some(Recognized { response, status: status as u16, headers }))
    }
}

fn is_object(value: &JsValue) -> bool {
    value.is_object() || value.is_function()
}

/// Awaits the result of `fetch` or an app's function. If this future is dropped first, the response is discarded when
/// it arrives.
pub(crate) async fn answered(given: &JsValue) -> Result<JsValue, JsValue> {
    promised(given, discard_answer).await
}

/// Discards the body of an answer, if it is a response.
pub(super) fn discard_answer(answer: &JsValue) {
    if let Ok(Some(Recognized { response, .. })) = Recognized::of(answer) {
        discard(&response);
    }
}

/// Discards the body of a response, which frees the connection.
pub(super) fn discard(response: &Response) {
    if let Ok(body) = response.body() {
        cancel(&body);
    }
}

/// Cancels a stream or its reader, if it can be cancelled, and ignores the outcome.
pub(super) fn cancel(stream: &JsValue) {
    if !is_object(stream) {
        return;
    }
    let stream: &Cancel = stream.unchecked_ref();
    if stream.cancel_method().is_ok_and(|cancel| cancel.is_function())
        && let Ok(cancelled) = stream.cancel()
    {
        ignore(&cancelled);
    }
}
