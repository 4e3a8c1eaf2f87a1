//! Reads `DecodeOptions` passed by an app.

use super::error::Thrown;
use super::value::{has_property, is_array, property, text, wrong_type};
use crate::token::{DecodeOptions, Overrides};
use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};

/// The name of the argument in errors.
pub(super) const OPTIONS: &str = "options";

/// Reads options, each property once. `undefined` means the default.
pub(super) fn read(options: &JsValue) -> Result<DecodeOptions, Thrown> {
    if options.is_undefined() {
        return Ok(DecodeOptions::default());
    }
    if !options.is_object() {
        return Err(wrong_type(OPTIONS, "an object", options));
    }
    let given = |name| given(options, name);
    Ok(DecodeOptions {
        endpoint: given("endpoint")?.map(|endpoint| host("endpoint", &endpoint)).transpose()?,
        allowed_endpoint_suffixes: given("allowedEndpointSuffixes")?.map(|list| suffixes(&list)).transpose()?,
        overrides: given("endpointOverrides")?.map(|overrides| read_overrides(&overrides)).transpose()?,
    })
}

/// Reads a property that is not `undefined`.
pub(super) fn given(object: &JsValue, name: &str) -> Result<Option<JsValue>, Thrown> {
    property(OPTIONS, object, name).map(|value| (!value.is_undefined()).then_some(value))
}

fn suffixes(list: &JsValue) -> Result<Vec<String>, Thrown> {
    const NAME: &str = "allowedEndpointSuffixes";
    if !is_array(list) {
        return Err(wrong_type(NAME, "an array of host suffixes", list));
    }
    let length = property(OPTIONS, list, "length")?.as_f64().unwrap_or_default() as u32;
    (0..length).map(|index| host(NAME, &property(OPTIONS, list, &index.to_string())?)).collect()
}

fn read_overrides(overrides: &JsValue) -> Result<Overrides, Thrown> {
    if !overrides.is_object() {
        return Err(wrong_type("endpointOverrides", "an object", overrides));
    }
    let host_of = |name: &str, value: &JsValue| host(&format!("endpointOverrides.{name}"), value);
    let required = |name| host_of(name, &property(OPTIONS, overrides, name)?);
    let secure = || {
        let secure = given(overrides, "secureConnection")?.filter(|secure| !secure.is_null());
        secure.map_or(Ok(true), |secure| {
            let wrong = || wrong_type("endpointOverrides.secureConnection", "a boolean", &secure);
            secure.as_bool().ok_or_else(wrong)
        })
    };
    if has_property(OPTIONS, overrides, "baseEndpoint")? {
        let prefix = |value: JsValue| host_of("endpointPrefix", &value);
        Ok(Overrides::Base {
            base: required("baseEndpoint")?,
            prefix: given(overrides, "endpointPrefix")?.map(prefix).transpose()?,
            secure: secure()?,
        })
    } else {
        Ok(Overrides::All {
            cache: required("cacheEndpoint")?,
            control: required("controlEndpoint")?,
            token: required("tokenEndpoint")?,
            secure: secure()?,
        })
    }
}

/// Reads a string for a host, which decoding checks. A lone surrogate would be converted to U+FFFD.
pub(super) fn host(what: &str, value: &JsValue) -> Result<String, Thrown> {
    let host = text(what, value)?;
    let is_well_formed = || value.dyn_ref::<JsString>().is_some_and(JsString::is_valid_utf16);
    if host.chars().any(|character| character == char::REPLACEMENT_CHARACTER) && !is_well_formed() {
        return Err(Thrown::argument(&format!("{what}: expected a host name, found half a character")));
    }
    Ok(String::clone(&host))
}
