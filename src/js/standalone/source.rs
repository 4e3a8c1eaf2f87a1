//! `TokenSource` for JavaScript: [`crate::browser`] with promises.

use super::error::Refused;
use super::scope::of_scope;
use super::token::Token;
use crate::browser::response::answered;
use crate::browser::vend::{self, Vend, VendContext, VendRequest, Vending};
use crate::browser::{Credentials, GetToken, SourceError, TokenSource, TokenSourceBuilder, page::Listener};
use crate::js::error::Thrown;
use crate::js::options::{self, OPTIONS, given};
use crate::js::reader::Argument;
use crate::js::scope as boundary;
use crate::js::value::{property, wrong_type};
use crate::scope::TokenScope;
use crate::token;
use futures_channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{AbortSignal, Url};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("source.d.ts");

/// A source of tokens.
#[wasm_bindgen(js_name = TokenSource, skip_typescript)]
#[derive(Debug)]
pub struct JsTokenSource {
    source: TokenSource,
    given: Given,
}

/// The last token returned, so that the same token is always the same object.
#[derive(Clone, Default)]
struct Given(Rc<RefCell<Option<Last>>>);

/// A token, and the object created from it.
struct Last {
    token: Arc<token::Token>,
    object: JsValue,
}

impl Given {
    fn to_js(&self, token: Arc<token::Token>) -> JsValue {
        let mut given = self.0.borrow_mut();
        if let Some(last) = given.as_ref().filter(|last| Arc::ptr_eq(&last.token, &token)) {
            return last.object.clone();
        }
        let object = JsValue::from(Token::from(Arc::clone(&token)));
        *given = Some(Last { token, object: object.clone() });
        object
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[wasm_bindgen(js_class = TokenSource)]
impl JsTokenSource {
    /// Creates a source, which starts with the first [`get_token`](JsTokenSource::get_token).
    ///
    /// # Errors
    /// `ERR_ARGUMENT` for invalid options, and the errors of `parseScope` for a scope.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<JsTokenSource, Refused> {
        let source = read_options(options)?.build().map_err(Thrown::from)?;
        Ok(JsTokenSource { source, given: Given::default() })
    }

    /// A token with at least `minValidityMs` left (default 10 s).
    #[wasm_bindgen(js_name = getToken)]
    pub fn get_token(&self, options: &JsValue) -> Promise {
        let (options, signal) = match read_call(options) {
            Ok(call) => call,
            Err(error) => return Promise::reject(&Refused::from(error).into()),
        };
        if let Some(signal) = signal.as_ref().filter(|signal| signal.aborted()) {
            return Promise::reject(&signal.reason());
        }
        let token = self.source.token_with(options);
        let given = self.given.clone();
        future_to_promise(async move {
            let token = match signal {
                None => token.await,
                Some(signal) => unless_aborted(token, &signal).await?,
            };
            let token = token.map_err(|error| JsValue::from(Refused::from(Thrown::from(error))))?;
            Ok(given.to_js(token))
        })
    }

    /// The current token; `undefined` if there is none or it has expired.
    #[wasm_bindgen(getter)]
    pub fn current(&self) -> JsValue {
        self.source.snapshot().token.map_or(JsValue::UNDEFINED, |token| self.given.to_js(token))
    }

    /// Ends timers, listeners and requests.
    pub fn close(&self) {
        self.source.close();
        drop(self.given.0.take());
    }
}

/// The output of a future, or the signal's reason if it is aborted first.
async fn unless_aborted<F: Future>(future: F, signal: &AbortSignal) -> Result<F::Output, JsValue> {
    let (abort, mut aborted) = oneshot::channel();
    let mut abort = Some(abort);
    let _listener = Listener::new(signal, "abort", move || {
        let _ = abort.take().map(|abort| abort.send(()));
    });
    let mut future = pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        // It may have been aborted before anyone listened.
        if signal.aborted() || Pin::new(&mut aborted).poll(context).is_ready() {
            return Poll::Ready(Err(signal.reason()));
        }
        Poll::Pending
    })
    .await
}

impl From<SourceError> for Thrown {
    fn from(error: SourceError) -> Self {
        Thrown::new(error.code(), &error.message_for_js())
            .with("cause", error.cause())
            .with("status", error.status())
            .with("willRetryAt", error.will_retry_at().map(|ms| js_sys::Date::new(&JsValue::from_f64(ms as f64))))
    }
}

fn number(name: &str, value: &JsValue) -> Result<f64, Thrown> {
    value.as_f64().filter(|number| !number.is_nan()).ok_or_else(|| wrong_type(name, "a number", value))
}

fn text(name: &str, value: &JsValue) -> Result<String, Thrown> {
    value.as_string().ok_or_else(|| wrong_type(name, "a string", value))
}

fn boolean(name: &str, value: &JsValue) -> Result<bool, Thrown> {
    value.as_bool().ok_or_else(|| wrong_type(name, "a boolean", value))
}

/// Reads milliseconds. A negative number counts as 0.
fn duration(name: &str, value: &JsValue) -> Result<Duration, Thrown> {
    let ms = number(name, value)?.max(0.0);
    Ok(Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or(Duration::MAX))
}

fn read_call(options: &JsValue) -> Result<(GetToken, Option<AbortSignal>), Thrown> {
    let mut call = GetToken::default();
    if options.is_undefined() {
        return Ok((call, None));
    }
    if !options.is_object() {
        return Err(wrong_type(OPTIONS, "an object", options));
    }
    if let Some(ms) = given(options, "minValidityMs")? {
        call = call.min_validity(duration("minValidityMs", &ms)?);
    }
    if let Some(force) = given(options, "forceRefresh")? {
        call = call.force_refresh(boolean("forceRefresh", &force)?);
    }
    let signal = given(options, "signal")?;
    let signal = signal.map(|signal| signal.dyn_into().map_err(|other| wrong_type("signal", "an AbortSignal", &other)));
    Ok((call, signal.transpose()?))
}

fn read_options(options: &JsValue) -> Result<TokenSourceBuilder, Thrown> {
    if !options.is_object() {
        return Err(wrong_type(OPTIONS, "an object", options));
    }
    let scope = given(options, "scope")?.map(|scope| boundary::read(&scope, &Argument::Scope)).transpose()?;
    let mut builder = TokenSourceBuilder::new(read_vend(&property(OPTIONS, options, "vend")?, scope.as_ref())?);
    if let Some(scope) = scope {
        builder = builder.scope(scope);
    }
    if let Some(life) = given(options, "expiresIn")? {
        let seconds = number("expiresIn.seconds", &property("expiresIn", &life, "seconds")?)?;
        builder = builder.expires_in(duration("expiresIn.seconds", &(seconds * 1_000.0).into())?);
    }
    if let Some(id) = given(options, "tokenId")? {
        builder = builder.token_id(text("tokenId", &id)?);
    }
    if let Some(window) = given(options, "refreshWindow")? {
        let share = |index: &str| number("refreshWindow", &property("refreshWindow", &window, index)?);
        builder = builder.refresh_window(share("0")? as f32, share("1")? as f32);
    }
    if let Some(ms) = given(options, "requestTimeoutMs")? {
        builder = builder.request_timeout(duration("requestTimeoutMs", &ms)?);
    }
    if let Some(name) = given(options, "shareAcrossTabs")?.filter(|name| *name != JsValue::FALSE) {
        builder = builder.share_across_tabs(text("shareAcrossTabs", &name)?);
    }
    if let Some(decode) = given(options, "decode")? {
        builder = builder.decode(options::read(&decode)?);
    }
    Ok(builder)
}

/// `scope` is passed to a function.
fn read_vend(vend: &JsValue, scope: Option<&TokenScope>) -> Result<Vend, Thrown> {
    if let Some(function) = vend.dyn_ref::<Function>() {
        let function = function.clone();
        // A copy, since the app may change its own object.
        let scope = scope.map(of_scope);
        return Ok(Vend::Function(Rc::new(move |context| call(function.clone(), context, scope.clone()))));
    }
    let request =
        |url| VendRequest { url, is_post: false, headers: Vec::new(), credentials: None, allow_redirects: false };
    if let Some(url) = url_of(vend) {
        return Ok(Vend::Request(request(url)));
    }
    if !vend.is_object() {
        return Err(wrong_type("vend", "a URL, a request with `url`, or a function", vend));
    }
    let url = property("vend", vend, "url")?;
    let mut request = request(url_of(&url).ok_or_else(|| wrong_type("vend.url", "a URL", &url))?);
    if !property("vend", vend, "body")?.is_undefined() {
        return Err(Thrown::argument("vend.body: expected none, found one; the npm package sends bodies of your own"));
    }
    if let Some(method) = given(vend, "method")? {
        request.is_post = match method.as_string().as_deref() {
            Some("GET") => false,
            Some("POST") => true,
            _ => return Err(wrong_type("vend.method", "'GET' or 'POST'", &method)),
        };
    }
    if let Some(credentials) = given(vend, "credentials")? {
        request.credentials = Some(match credentials.as_string().as_deref() {
            Some("omit") => Credentials::Omit,
            Some("same-origin") => Credentials::SameOrigin,
            Some("include") => Credentials::Include,
            _ => return Err(wrong_type("vend.credentials", "'omit', 'same-origin' or 'include'", &credentials)),
        });
    }
    if let Some(allow) = given(vend, "allowRedirects")? {
        request.allow_redirects = boolean("vend.allowRedirects", &allow)?;
    }
    if let Some(headers) = given(vend, "headers")? {
        let headers = headers.dyn_into::<Object>().map_err(|other| wrong_type("vend.headers", "an object", &other))?;
        for name in Object::keys(&headers).iter().filter_map(|name| name.as_string()) {
            let value = text("vend.headers", &property("vend.headers", &headers, &name)?)?;
            request.headers.push((name, value));
        }
    }
    Ok(Vend::Request(request))
}

fn url_of(value: &JsValue) -> Option<String> {
    value.as_string().or_else(|| value.dyn_ref::<Url>().map(Url::href))
}

/// Calls the app's function.
fn call(function: Function, context: VendContext, scope: Option<JsValue>) -> Vending {
    Box::pin(async move {
        let told = Object::new();
        let tell = |name: &str, value: JsValue| drop(Reflect::set(&told, &name.into(), &value));
        tell("reason", context.reason.as_str().into());
        if let Some(scope) = scope {
            tell("scope", scope);
        }
        if let Some(ms) = context.expires_in {
            let life = Object::new();
            drop(Reflect::set(&life, &"seconds".into(), &JsValue::from_f64((ms / 1_000) as f64)));
            tell("expiresIn", life.into());
        }
        if let Some(id) = context.token_id {
            tell("tokenId", id.into());
        }
        if let Some(token) = context.refresh_token {
            tell("refreshToken", token.reveal().into());
        }
        let answer = function.call1(&JsValue::UNDEFINED, &told).map_err(SourceError::threw)?;
        answered(&answer).await.map(vend::Given::Value).map_err(SourceError::threw)
    })
}
