//! What an app's function or a `fetch` gives. It may be of any realm and any make, polyfills and mocks among them, so it
//! is known by the members that are used, and each access may throw.

use super::promise::{ignore, promised};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// What has some members of a `Response`.
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

    /// What has some members of `Headers`.
    #[derive(Clone)]
    pub(super) type Headers;

    #[wasm_bindgen(method, getter, catch, js_name = get)]
    fn get_method(this: &Headers) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;

    /// A stream or a reader of one, if it has the method.
    type Cancel;

    #[wasm_bindgen(method, getter, catch, js_name = cancel)]
    fn cancel_method(this: &Cancel) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Cancel) -> Result<JsValue, JsValue>;
}

impl Headers {
    /// A header; `None` where there is none.
    pub(super) fn header(&self, name: &str) -> Result<Option<String>, JsValue> {
        Ok(self.get(name)?.as_string())
    }
}

/// A response, with what it is known by.
pub(super) struct Recognized {
    pub(super) response: Response,
    pub(super) status: u16,
    pub(super) headers: Headers,
}

impl Recognized {
    /// `None` for what is no response.
    ///
    /// # Errors
    /// What a getter threw.
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
        // What is no status is 0 or 65535, and none that is a success.
        Ok(Some(Recognized { response, status: status as u16, headers }))
    }
}

fn is_object(value: &JsValue) -> bool {
    value.is_object() || value.is_function()
}

/// Awaits what a function or a `fetch` may yet give, and lets go of it if it comes when nobody waits any more.
pub(crate) async fn answered(given: &JsValue) -> Result<JsValue, JsValue> {
    promised(given, discard_answer).await
}

/// Lets go of the body of an answer, if it has one.
pub(super) fn discard_answer(answer: &JsValue) {
    if let Ok(Some(Recognized { response, .. })) = Recognized::of(answer) {
        discard(&response);
    }
}

/// Lets go of a body that is not wanted, and with it of the connection.
pub(super) fn discard(response: &Response) {
    if let Ok(body) = response.body() {
        cancel(&body);
    }
}

/// Cancels a stream, or a reader of one, if it can be cancelled. Whatever comes of it is of no interest.
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
