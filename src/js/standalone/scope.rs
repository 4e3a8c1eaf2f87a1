//! Scopes as plain, frozen data.

use super::error::Refused;
use crate::js::error::Thrown;
use crate::js::reader::Argument;
use crate::js::scope as boundary;
use crate::js::value::{property, text, wrong_type};
use crate::scope::{CacheSelector, Grant, ItemSelector, MAX_PERMISSIONS, NameSelector, Permission, TokenScope};
use js_sys::{Array, Number, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "/src/js/standalone/values.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = AllCaches)]
    static ALL_CACHES: JsValue;
    #[wasm_bindgen(thread_local_v2, js_name = AllTopics)]
    static ALL_TOPICS: JsValue;
    #[wasm_bindgen(thread_local_v2, js_name = AllCacheItems)]
    static ALL_CACHE_ITEMS: JsValue;
    #[wasm_bindgen(thread_local_v2, js_name = AllFunctions)]
    static ALL_FUNCTIONS: JsValue;
}

/// `parseScope`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = parseScope, skip_typescript)]
pub fn parse_scope(value: &JsValue, limits: &JsValue) -> Result<JsValue, Refused> {
    let limit = read_limit(limits)?;
    let scope = boundary::read(value, &Argument::Scope)?;
    scope.check_limit(limit).map_err(Thrown::from)?;
    Ok(of_scope(&scope))
}

/// `limits.maxPermissions`.
fn read_limit(limits: &JsValue) -> Result<usize, Thrown> {
    const NAME: &str = "limits.maxPermissions";
    if limits.is_undefined() {
        return Ok(MAX_PERMISSIONS);
    }
    let limit = if limits.is_object() { property("limits", limits, "maxPermissions")? } else { JsValue::NULL };
    match limit.as_f64() {
        None if limit.is_undefined() => Ok(MAX_PERMISSIONS),
        Some(number) if number >= 1.0 && Number::is_safe_integer(&limit) => Ok(number as usize),
        _ => Err(wrong_type(NAME, "a whole number above zero", &limit)),
    }
}

/// `mergeScopes`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = mergeScopes, variadic, skip_typescript)]
pub fn merge_scopes(scopes: Vec<JsValue>) -> Result<JsValue, Refused> {
    let scopes = scopes.iter().enumerate().map(|(index, scope)| {
        let name = Argument::NumberedScope(index + 1);
        boundary::read(scope, &name)
    });
    let scopes = scopes.collect::<Result<Vec<_>, _>>()?;
    Ok(of_scope(&TokenScope::merge(scopes, MAX_PERMISSIONS).map_err(Thrown::from)?))
}

/// `encodePermissions`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = encodePermissions, skip_typescript)]
pub fn encode_permissions(scope: &JsValue) -> Result<String, Refused> {
    Ok(boundary::encode_permissions(scope)?)
}

/// `decodePermissions`: decodes claim `p`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = decodePermissions, skip_typescript)]
pub fn decode_permissions(p: &JsValue) -> Result<JsValue, Refused> {
    let grant = Grant::decode(&text("p", p)?).map_err(Thrown::from)?;
    Ok(of_grant(&grant))
}

/// `allows`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(skip_typescript)]
pub fn allows(scope: &JsValue, action: &JsValue) -> Result<bool, Refused> {
    Ok(boundary::allows(scope, action)?)
}

/// `covers`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(skip_typescript)]
pub fn covers(granted: &JsValue, requested: &JsValue) -> Result<bool, Refused> {
    Ok(boundary::covers(granted, requested)?)
}

/// `describeScope`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = describeScope, skip_typescript)]
pub fn describe_scope(scope: &JsValue) -> Result<Array, Refused> {
    Ok(boundary::describe_scope(scope)?)
}

/// Creates a frozen object with these fields.
pub(super) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Cannot fail: no setter of the prototype has one of these names.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
    }
    Object::freeze(&object).into()
}

/// Creates a frozen array.
pub(super) fn list(items: impl Iterator<Item = JsValue>) -> JsValue {
    let list: Array = items.collect();
    Object::freeze(&list).into()
}

pub(super) fn of_grant(grant: &Grant) -> JsValue {
    match grant {
        Grant::SuperUser => JsValue::from_str("super-user"),
        Grant::Scope(scope) => of_scope(scope),
    }
}

pub(super) fn of_scope(scope: &TokenScope) -> JsValue {
    object([("permissions", list(scope.permissions().iter().map(of_permission)))])
}

fn of_permission(permission: &Permission) -> JsValue {
    match permission {
        Permission::Cache { role, cache, item } => match item {
            None => object([("role", role.value().into()), ("cache", of_cache(cache))]),
            Some(item) => object([("role", role.value().into()), ("cache", of_cache(cache)), ("item", of_item(item))]),
        },
        Permission::Topic { role, cache, topic } => {
            let topic = of_name(topic, || ALL_TOPICS.with(JsValue::clone));
            object([("role", role.value().into()), ("cache", of_cache(cache)), ("topic", topic)])
        }
        Permission::Function { role, cache, function } => {
            let function = of_name(function, || ALL_FUNCTIONS.with(JsValue::clone));
            object([("role", role.value().into()), ("cache", of_cache(cache)), ("func", function)])
        }
    }
}

fn of_cache(cache: &CacheSelector) -> JsValue {
    match cache {
        CacheSelector::All => ALL_CACHES.with(JsValue::clone),
        CacheSelector::Name(name) => name.into(),
    }
}

fn of_item(item: &ItemSelector) -> JsValue {
    match item {
        ItemSelector::All => ALL_CACHE_ITEMS.with(JsValue::clone),
        ItemSelector::Key(key) => object([("key", of_key(key))]),
        ItemSelector::KeyPrefix(prefix) => object([("keyPrefix", of_key(prefix))]),
    }
}

fn of_name(name: &NameSelector, all: impl Fn() -> JsValue) -> JsValue {
    match name {
        NameSelector::All => all(),
        NameSelector::Name(name) => name.into(),
        NameSelector::NamePrefix(prefix) => object([("namePrefix", prefix.into())]),
    }
}

/// A string if the bytes are UTF-8, otherwise a `Uint8Array`.
fn of_key(key: &[u8]) -> JsValue {
    match std::str::from_utf8(key) {
        Ok(text) => text.into(),
        Err(_) => Uint8Array::from(key).into(),
    }
}
