//! Functions that write scopes of one permission, named as in Momento's SDK.

use super::{
    error::{argument, argument_message, unreadable},
    scope::of_scope,
};
use crate::scope::{
    CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{
    JsCast,
    prelude::{JsValue, wasm_bindgen},
};

type Built = Result<JsValue, JsValue>;

/// Scopes for whole caches, topics and functions. Every function throws `ERR_ARGUMENT` for a wrong argument.
#[wasm_bindgen(skip_typescript)]
pub struct TokenScopes;

/// The same, and scopes for some items of a cache.
#[wasm_bindgen(skip_typescript)]
pub struct DisposableTokenScopes;

/// What both classes have. (A class that Rust exports inherits nothing.)
macro_rules! shared {
    ($class:ident) => {
        #[wasm_bindgen]
        #[allow(missing_docs, clippy::missing_errors_doc, reason = "documented in types.d.ts")]
        impl $class {
            #[wasm_bindgen(js_name = cacheReadWrite)]
            pub fn cache_read_write(cache: &JsValue) -> Built {
                of_cache(CacheRole::ReadWrite, cache)
            }

            #[wasm_bindgen(js_name = cacheReadOnly)]
            pub fn cache_read_only(cache: &JsValue) -> Built {
                of_cache(CacheRole::ReadOnly, cache)
            }

            #[wasm_bindgen(js_name = cacheWriteOnly)]
            pub fn cache_write_only(cache: &JsValue) -> Built {
                of_cache(CacheRole::WriteOnly, cache)
            }

            #[wasm_bindgen(js_name = topicPublishSubscribe)]
            pub fn topic_publish_subscribe(cache: &JsValue, topic: &JsValue) -> Built {
                of_topic(TopicRole::PublishSubscribe, cache, select("topic", "topics", topic)?)
            }

            #[wasm_bindgen(js_name = topicSubscribeOnly)]
            pub fn topic_subscribe_only(cache: &JsValue, topic: &JsValue) -> Built {
                of_topic(TopicRole::SubscribeOnly, cache, select("topic", "topics", topic)?)
            }

            #[wasm_bindgen(js_name = topicPublishOnly)]
            pub fn topic_publish_only(cache: &JsValue, topic: &JsValue) -> Built {
                of_topic(TopicRole::PublishOnly, cache, select("topic", "topics", topic)?)
            }

            #[wasm_bindgen(js_name = topicNamePrefixPublishSubscribe)]
            pub fn topic_name_prefix_publish_subscribe(cache: &JsValue, prefix: &JsValue) -> Built {
                of_topic(TopicRole::PublishSubscribe, cache, NameSelector::NamePrefix(text("prefix", prefix)?))
            }

            #[wasm_bindgen(js_name = topicNamePrefixSubscribeOnly)]
            pub fn topic_name_prefix_subscribe_only(cache: &JsValue, prefix: &JsValue) -> Built {
                of_topic(TopicRole::SubscribeOnly, cache, NameSelector::NamePrefix(text("prefix", prefix)?))
            }

            #[wasm_bindgen(js_name = topicNamePrefixPublishOnly)]
            pub fn topic_name_prefix_publish_only(cache: &JsValue, prefix: &JsValue) -> Built {
                of_topic(TopicRole::PublishOnly, cache, NameSelector::NamePrefix(text("prefix", prefix)?))
            }

            #[wasm_bindgen(js_name = functionInvoke)]
            pub fn function_invoke(cache: &JsValue, func: &JsValue) -> Built {
                of_function(FunctionRole::Invoke, cache, func)
            }

            #[wasm_bindgen(js_name = functionPermitNone)]
            pub fn function_permit_none(cache: &JsValue, func: &JsValue) -> Built {
                of_function(FunctionRole::PermitNone, cache, func)
            }
        }
    };
}

shared!(TokenScopes);
shared!(DisposableTokenScopes);

#[wasm_bindgen]
#[allow(missing_docs, clippy::missing_errors_doc, reason = "documented in types.d.ts")]
impl DisposableTokenScopes {
    #[wasm_bindgen(js_name = cacheKeyReadWrite)]
    pub fn cache_key_read_write(cache: &JsValue, key: &JsValue) -> Built {
        of_items(CacheRole::ReadWrite, cache, ItemSelector::Key(bytes("key", key)?))
    }

    #[wasm_bindgen(js_name = cacheKeyReadOnly)]
    pub fn cache_key_read_only(cache: &JsValue, key: &JsValue) -> Built {
        of_items(CacheRole::ReadOnly, cache, ItemSelector::Key(bytes("key", key)?))
    }

    #[wasm_bindgen(js_name = cacheKeyWriteOnly)]
    pub fn cache_key_write_only(cache: &JsValue, key: &JsValue) -> Built {
        of_items(CacheRole::WriteOnly, cache, ItemSelector::Key(bytes("key", key)?))
    }

    #[wasm_bindgen(js_name = cacheKeyPrefixReadWrite)]
    pub fn cache_key_prefix_read_write(cache: &JsValue, prefix: &JsValue) -> Built {
        of_items(CacheRole::ReadWrite, cache, ItemSelector::KeyPrefix(bytes("keyPrefix", prefix)?))
    }

    #[wasm_bindgen(js_name = cacheKeyPrefixReadOnly)]
    pub fn cache_key_prefix_read_only(cache: &JsValue, prefix: &JsValue) -> Built {
        of_items(CacheRole::ReadOnly, cache, ItemSelector::KeyPrefix(bytes("keyPrefix", prefix)?))
    }

    #[wasm_bindgen(js_name = cacheKeyPrefixWriteOnly)]
    pub fn cache_key_prefix_write_only(cache: &JsValue, prefix: &JsValue) -> Built {
        of_items(CacheRole::WriteOnly, cache, ItemSelector::KeyPrefix(bytes("keyPrefix", prefix)?))
    }
}

fn of_cache(role: CacheRole, cache: &JsValue) -> Built {
    build(Permission::Cache { role, cache: caches(cache)?, item: None })
}

fn of_items(role: CacheRole, cache: &JsValue, item: ItemSelector) -> Built {
    build(Permission::Cache { role, cache: caches(cache)?, item: Some(item) })
}

fn of_topic(role: TopicRole, cache: &JsValue, topic: NameSelector) -> Built {
    build(Permission::Topic { role, cache: caches(cache)?, topic })
}

fn of_function(role: FunctionRole, cache: &JsValue, func: &JsValue) -> Built {
    build(Permission::Function { role, cache: caches(cache)?, function: select("func", "functions", func)? })
}

/// Checks the names in it: what is wrong with them is a wrong argument.
fn build(permission: Permission) -> Built {
    let scope = TokenScope::new(vec![permission]).map_err(|error| argument_message(&error.to_string()))?;
    Ok(of_scope(&scope))
}

fn caches(value: &JsValue) -> Result<CacheSelector, JsValue> {
    match select("cache", "caches", value)? {
        NameSelector::All => Ok(CacheSelector::All),
        NameSelector::Name(name) => Ok(CacheSelector::Name(name)),
        NameSelector::NamePrefix(_) => Err(argument("cache", EXPECTED, value)),
    }
}

const EXPECTED: &str = "a name or the All… constant for it";

/// A name, `{ name }`, `{ namePrefix }`, or the constant for all.
fn select(field: &str, all: &str, value: &JsValue) -> Result<NameSelector, JsValue> {
    if !value.is_object() {
        return text(field, value).map(NameSelector::Name);
    }
    let unreadable = |cause: JsValue| unreadable(field, &cause);
    let keys = Reflect::own_keys(value).map_err(unreadable)?;
    let (first, 1) = (keys.get(0), keys.length()) else { return Err(argument(field, EXPECTED, value)) };
    let inner = Reflect::get(value, &first).map_err(unreadable)?;
    match first.as_string().as_deref() {
        Some("all") if inner.as_string().as_deref() == Some(all) => Ok(NameSelector::All),
        Some("name") => text(field, &inner).map(NameSelector::Name),
        Some("namePrefix") => text(field, &inner).map(NameSelector::NamePrefix),
        _ => Err(argument(field, EXPECTED, value)),
    }
}

/// A string. A lone surrogate has no UTF-8, and would become another character.
fn text(field: &str, value: &JsValue) -> Result<String, JsValue> {
    let text = value
        .as_string()
        .ok_or_else(|| argument(field, "a name (or the All… constant for it, where all are meant)", value))?;
    if JsValue::from_str(&text) != *value {
        return Err(argument_message(&format!("{field}: expected text, found a lone surrogate in it")));
    }
    Ok(text)
}

/// A key or its start.
fn bytes(field: &str, value: &JsValue) -> Result<Vec<u8>, JsValue> {
    match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => Ok(bytes.to_vec()),
        None if value.is_string() => text(field, value).map(String::into_bytes),
        None => Err(argument(field, "a string or a Uint8Array", value)),
    }
}
