//! Exports the driver of a source ([`crate::browser`]) to the npm package's `TokenSource`
//! (`pkg-template/src/source/driver.ts`).
//!
//! Events, promises, and the app's options and functions stay in JavaScript. The driver reports each change to a
//! [`Host`] as it happens, and the host may call the driver.

use super::asked::read_asked;
use super::{options, token};
use crate::browser::abort::AbortController;
use crate::browser::driver::Driver;
use crate::browser::error::SourceError;
use crate::browser::get;
use crate::browser::host::HostVend;
use crate::browser::observer::{Observer, Shown};
use crate::browser::options::Options;
use crate::plain::Properties;
use crate::refresh::{Event, Lifetime, Outcome, Policy, Reason, Status};
use crate::token::Token;
use js_sys::Function;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::BroadcastChannel;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
export type RefreshStatus = 'idle' | 'fetching' | 'ready' | 'refreshing' | 'waiting' | 'failed' | 'closed';
export type RefreshReason = 'first' | 'refresh' | 'rejected' | 'forced';

/** The options of a source, which the package has checked. */
export interface RefresherSettings extends AnswerOptions {
  /** The window in which a token is renewed, in fractions of its lifetime. */
  readonly window: readonly [number, number];
  readonly requestTimeoutMs: number;
  /** The name under which tabs share tokens, if they do. */
  readonly share: string | undefined;
  /** Two sources with the same identity request the same token from the same service. */
  readonly identity: string;
  /** Whether a refresh token is sent to the vending service. */
  readonly renews: boolean;
}

/**
 * A request to send, whose redirects are restricted unless all are allowed, or the value that the app's vend function
 * returned.
 */
export type Opened = { url: string; init: RequestInit; allowRedirects: boolean } | { answer: unknown };

/** Called while an event is handled, and may call the refresher. Times are in milliseconds. */
export interface RefresherHost {
  /** Rejects with an `Error` that has a `code`. */
  open(reason: RefreshReason, refreshToken: string | undefined): Promise<Opened>;
  /** An event was handled. `refreshAt` is wall-clock time. `validForMs` is Infinity for a token that never expires. */
  shown(
    status: RefreshStatus,
    refreshAt: number | undefined,
    validForMs: number | undefined,
    wall: number,
    mono: number,
  ): void;
  installed(token: DecodedParts): void;
  uninstalled(): void;
  dropped(): void;
  failed(code: string, message: string, status?: number, willRetryAt?: number, cause?: unknown): void;
  status(status: RefreshStatus): void;
  settled(call: number, outcome: 'token' | 'failed' | 'tooShort' | 'closed'): void;
  /** The host calls `send`, immediately or later. */
  due(request: number, reason: RefreshReason): void;
  /** The pending request is over. */
  ended(): void;
  /** The host calls `receive`, immediately or later. */
  answered(request: number): void;
  /** Aborts the pending request. */
  abort(): void;
  /** A channel was opened. The host closes it if the instance of the module is lost. */
  channelOpened(channel: BroadcastChannel): void;
  /** A lock was requested. The host aborts this if the instance of the module is lost, which releases the lock. */
  lockRequested(abort: AbortController): void;
  spent(sentAt: number): void;
  /** Whether the host itself calls `tick` after this delay (undefined for never). */
  keepsTime(delayMs: number | undefined): boolean;
  /** An event's actions have been carried out. */
  done(): void;
}
";

#[wasm_bindgen]
extern "C" {
    /// The options of a source.
    #[wasm_bindgen(typescript_type = "RefresherSettings")]
    pub type RefresherSettings;

    /// The TypeScript side of the driver.
    #[wasm_bindgen(typescript_type = "RefresherHost")]
    pub type Host;

    #[wasm_bindgen(method, catch)]
    fn shown(
        this: &Host,
        status: &str,
        refresh_at: Option<f64>,
        valid_for: Option<f64>,
        wall: f64,
        mono: f64,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn installed(this: &Host, token: JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn uninstalled(this: &Host) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn dropped(this: &Host) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn failed(
        this: &Host,
        code: &str,
        message: &str,
        status: Option<u16>,
        will_retry_at: Option<f64>,
        cause: JsValue,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = status)]
    fn status_changed(this: &Host, status: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn settled(this: &Host, call: u32, outcome: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn due(this: &Host, request: u32, reason: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn ended(this: &Host) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn answered(this: &Host, request: u32) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &Host) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = channelOpened)]
    fn channel_opened(this: &Host, channel: &BroadcastChannel) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = lockRequested)]
    fn lock_requested(this: &Host, abort: &AbortController) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn spent(this: &Host, sent_at: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = keepsTime)]
    fn keeps_time(this: &Host, delay: Option<f64>) -> Result<bool, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn done(this: &Host) -> Result<(), JsValue>;
}

/// Exceptions of the host are ignored, so that they cannot interrupt the driver. The host is the package's own code,
/// which reports what an app's listeners throw before it can get here.
impl Observer for Host {
    fn shown(&self, shown: &Shown) {
        let Shown { status, refresh_at, valid_for, at } = shown;
        let valid_for = valid_for.map(Lifetime::to_js);
        let _ = Host::shown(self, status.as_str(), time(*refresh_at), valid_for, at.wall as f64, at.mono as f64);
    }

    fn installed(&self, token: &Arc<Token>) {
        let _ = token::to_js(token).and_then(|parts| Host::installed(self, parts));
    }

    fn uninstalled(&self) {
        let _ = Host::uninstalled(self);
    }

    fn dropped(&self) {
        let _ = Host::dropped(self);
    }

    fn failed(&self, error: &SourceError) {
        let (status, retry_at) = (error.status(), time(error.will_retry_at()));
        let cause = error.take_cause().unwrap_or_default();
        let _ = Host::failed(self, error.code(), &error.message_for_js(), status, retry_at, cause);
    }

    fn status(&self, status: Status) {
        let _ = self.status_changed(status.as_str());
    }

    fn settled(&self, call: u32, outcome: Outcome, _: get::Outcome) {
        let _ = Host::settled(self, call, outcome.as_str());
    }

    fn due(&self, _: &Rc<Driver>, request: u32, reason: Reason) {
        let _ = Host::due(self, request, reason.as_str());
    }

    fn ended(&self) {
        let _ = Host::ended(self);
    }

    fn answered(&self, _: &Rc<Driver>, request: u32) {
        let _ = Host::answered(self, request);
    }

    fn keeps_signals(&self) -> bool {
        true
    }

    fn abort(&self) {
        let _ = Host::abort(self);
    }

    fn channel_opened(&self, channel: &BroadcastChannel) {
        let _ = Host::channel_opened(self, channel);
    }

    fn lock_requested(&self, abort: &AbortController) {
        let _ = Host::lock_requested(self, abort);
    }

    fn spent(&self, sent_at: i64) {
        let _ = Host::spent(self, sent_at as f64);
    }

    fn keeps_time(&self, delay: Option<i64>) -> bool {
        Host::keeps_time(self, time(delay)).unwrap_or_default()
    }

    fn message(&self, error: &SourceError) -> String {
        error.message_for_js()
    }

    fn done(&self, _: &Rc<Driver>) -> bool {
        let _ = Host::done(self);
        false
    }
}

/// The driver of one source. Freeing it closes the source. It is internal to the package.
#[wasm_bindgen]
pub struct Refresher {
    driver: Rc<Driver>,
}

impl fmt::Debug for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresher").finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Refresher {
    /// Creates a driver, which does nothing before [`Refresher::begin`].
    ///
    /// # Errors
    /// The same as `decodeToken` for invalid decode options.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, settings: &RefresherSettings) -> Result<Refresher, JsValue> {
        let settings: &Properties = settings.unchecked_ref();
        let host_of: &Properties = host.unchecked_ref();
        let window: Properties = settings.get("window").unchecked_into();
        let share = |index| window.number(index).unwrap_or_default() as f32;
        let timeout = settings.number("requestTimeoutMs").unwrap_or_default() as i64;
        let open: Function = host_of.get("open").unchecked_into();
        let vend = HostVend {
            open,
            renews: settings.get("renews").is_truthy(),
            identity: settings.text("identity").unwrap_or_default(),
        };
        let options = Options {
            asked: read_asked(settings),
            scope_json: None,
            decode: options::read(&settings.get("decode"))?,
            // The package has checked them. If they are out of range nevertheless, the defaults apply.
            policy: Policy::new((share("0"), share("1")), timeout).unwrap_or_default(),
            share: settings.text("share"),
            vend,
        };
        Ok(Refresher { driver: Driver::new(Rc::new(options), Rc::new(host), Arc::default()) })
    }

    /// Joins the other tabs, and listens to the page. `sent` has the ages (ms) of the requests, sent by the sources
    /// that this one replaces, that count toward the limit.
    pub fn begin(&self, sent: &[f64]) {
        self.driver.begin();
        for age in sent {
            self.driver.handle(Event::PriorRequest { age: *age as i64 });
        }
    }

    /// Handles [`Event::Start`].
    pub fn start(&self) {
        self.driver.handle(Event::Start);
    }

    /// Handles [`Event::Get`].
    pub fn get(&self, call: u32, min_validity_ms: f64, force: bool) {
        self.driver.handle(Event::Get { call, min_validity: min_validity_ms as i64, force });
    }

    /// Handles [`Event::Abandon`].
    pub fn abandon(&self, call: u32) {
        self.driver.handle(Event::Abandon { call });
    }

    /// Handles [`Event::Rejected`] for the current token, or for the last one if there is none now.
    pub fn rejected(&self) {
        self.driver.reject_last();
    }

    /// Handles [`Event::Timer`].
    pub fn tick(&self) {
        self.driver.handle(Event::Timer);
    }

    /// Sends a request that is due, or sends it again if its answer was lost.
    pub fn send(&self, request: u32, reason: &str) {
        let reasons = [Reason::First, Reason::Refresh, Reason::Rejected, Reason::Forced];
        if let Some(reason) = reasons.into_iter().find(|known| known.as_str() == reason) {
            self.driver.send(request, reason);
        }
    }

    /// Processes the answer to a request.
    pub fn receive(&self, request: u32) {
        self.driver.receive(request);
    }

    /// Handles [`Event::Close`].
    pub fn close(&self) {
        self.driver.handle(Event::Close);
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.driver.close();
    }
}

fn time(ms: Option<i64>) -> Option<f64> {
    ms.map(|ms| ms as f64)
}
