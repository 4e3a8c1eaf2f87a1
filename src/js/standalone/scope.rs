//! Scopes as plain, frozen data.

use super::error;
use crate::scope::TopicRole;
use crate::scope::{CacheRole, CacheSelector, FunctionRole, Grant, ItemSelector, NameSelector, Permission, TokenScope};
use js_sys::{Array, Object, Reflect, Uint8Array};
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

/// `decodePermissions`: what claim `p` says.
///
/// # Errors
/// `ERR_SCOPE_NOT_UNDERSTOOD`; `ERR_ARGUMENT` for what is no string.
#[wasm_bindgen(js_name = decodePermissions, skip_typescript)]
pub fn decode_permissions(p: &JsValue) -> Result<JsValue, JsValue> {
    let p = p.as_string().ok_or_else(|| error::argument("p", "a string", p))?;
    let grant = Grant::decode(&p).map_err(|error| error::of_scope(&error))?;
    Ok(of_grant(&grant))
}

/// A frozen object of these fields.
pub(super) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // An object without a prototype's setter in the way takes any field.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
    }
    Object::freeze(&object).into()
}

/// A frozen array.
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
        Permission::Cache { role, cache, item } => {
            let role = match role {
                CacheRole::ReadWrite => "readwrite",
                CacheRole::ReadOnly => "readonly",
                CacheRole::WriteOnly => "writeonly",
            };
            match item {
                None => object([("role", role.into()), ("cache", of_cache(cache))]),
                Some(item) => object([("role", role.into()), ("cache", of_cache(cache)), ("item", of_item(item))]),
            }
        }
        Permission::Topic { role, cache, topic } => {
            let role = match role {
                TopicRole::PublishSubscribe => "publishsubscribe",
                TopicRole::SubscribeOnly => "subscribeonly",
                TopicRole::PublishOnly => "publishonly",
            };
            let topic = of_name(topic, || ALL_TOPICS.with(JsValue::clone));
            object([("role", role.into()), ("cache", of_cache(cache)), ("topic", topic)])
        }
        Permission::Function { role, cache, function } => {
            let role = match role {
                FunctionRole::Invoke => "functioninvoke",
                FunctionRole::PermitNone => "functionpermitnone",
            };
            let function = of_name(function, || ALL_FUNCTIONS.with(JsValue::clone));
            object([("role", role.into()), ("cache", of_cache(cache)), ("func", function)])
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

/// Text where the bytes are UTF-8.
fn of_key(key: &[u8]) -> JsValue {
    match std::str::from_utf8(key) {
        Ok(text) => text.into(),
        Err(_) => Uint8Array::from(key).into(),
    }
}
