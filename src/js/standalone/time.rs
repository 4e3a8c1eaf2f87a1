//! Reads times passed by JavaScript.

use crate::js::{error::Thrown, value::wrong_type};
use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};

/// The client's time, in milliseconds since the epoch.
pub(super) fn now() -> i64 {
    Date::now() as i64
}

/// Reads a `Date` or milliseconds since the epoch. `undefined` means now.
///
/// # Errors
/// `ERR_ARGUMENT` for anything else, NaN and an invalid `Date` included.
pub(super) fn read(at: &JsValue) -> Result<f64, Thrown> {
    if at.is_undefined() {
        return Ok(Date::now());
    }
    let time = at.as_f64().or_else(|| at.dyn_ref::<Date>().map(Date::get_time));
    match time {
        Some(time) if !time.is_nan() => Ok(time),
        _ => Err(wrong_type("at", "a Date or milliseconds since the epoch", at)),
    }
}
