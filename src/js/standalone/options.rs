//! `DecodeOptions` as JavaScript passes them: each property is read once, and a wrong type is an error.

use super::error::{argument, unreadable};
use crate::token::{DecodeOptions, Overrides};
use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

/// Reads the options; `undefined` is none.
///
/// # Errors
/// `ERR_ARGUMENT` for a wrong type, and for a getter or a proxy's trap that throws.
pub(super) fn read(options: &JsValue) -> Result<DecodeOptions, JsValue> {
    if options.is_undefined() {
        return Ok(DecodeOptions::default());
    }
    if !options.is_object() {
        return Err(argument("options", "an object", options));
    }
    let endpoint = field("options", options, "endpoint")?;
    let suffixes = field("options", options, "allowedEndpointSuffixes")?;
    let overrides = field("options", options, "endpointOverrides")?;
    Ok(DecodeOptions {
        endpoint: optional_text("endpoint", &endpoint)?,
        allowed_endpoint_suffixes: if suffixes.is_undefined() { None } else { Some(read_suffixes(&suffixes)?) },
        overrides: if overrides.is_undefined() { None } else { Some(read_overrides(&overrides)?) },
    })
}

/// A property of an argument, read once.
pub(super) fn field(what: &str, object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).map_err(|cause| unreadable(what, &cause))
}

pub(super) fn text(what: &str, value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| argument(what, "a string", value))
}

fn optional_text(what: &str, value: &JsValue) -> Result<Option<String>, JsValue> {
    if value.is_undefined() { Ok(None) } else { text(what, value).map(Some) }
}

fn read_suffixes(list: &JsValue) -> Result<Vec<String>, JsValue> {
    const WHAT: &str = "allowedEndpointSuffixes";
    if !Array::is_array(list) {
        return Err(argument(WHAT, "an array of host suffixes", list));
    }
    let length = field("options", list, "length")?.as_f64().unwrap_or_default() as u32;
    (0..length)
        .map(|index| {
            let suffix = Reflect::get_u32(list, index).map_err(|cause| unreadable("options", &cause))?;
            text(WHAT, &suffix)
        })
        .collect()
}

fn read_overrides(overrides: &JsValue) -> Result<Overrides, JsValue> {
    if !overrides.is_object() {
        return Err(argument("endpointOverrides", "an object", overrides));
    }
    let host = |name: &str| text(&format!("endpointOverrides.{name}"), &field("options", overrides, name)?);
    let secure = field("options", overrides, "secureConnection")?;
    let secure = match secure.as_bool() {
        Some(secure) => secure,
        None if secure.is_undefined() || secure.is_null() => true,
        None => return Err(argument("endpointOverrides.secureConnection", "a boolean", &secure)),
    };
    let base = field("options", overrides, "baseEndpoint")?;
    if base.is_undefined() {
        let (cache, control) = (host("cacheEndpoint")?, host("controlEndpoint")?);
        return Ok(Overrides::All { cache, control, token: host("tokenEndpoint")?, secure });
    }
    let prefix = field("options", overrides, "endpointPrefix")?;
    Ok(Overrides::Base {
        base: text("endpointOverrides.baseEndpoint", &base)?,
        prefix: optional_text("endpointOverrides.endpointPrefix", &prefix)?,
        secure,
    })
}
