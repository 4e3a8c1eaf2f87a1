//! Functions that create scopes with one permission, named as in Momento's SDK.

use super::{error::Refused, scope::of_scope};
use crate::js::error::Thrown;
use crate::js::reader::{copy_bytes, is_bytes};
use crate::js::value::{property, unreadable, wrong_type};
use crate::scope::{
    CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};
use js_sys::{JsString, Reflect};
use wasm_bindgen::{
    JsCast,
    prelude::{JsValue, wasm_bindgen},
};

type Built = Result<JsValue, Refused>;

/// Scopes for whole caches, topics and functions. Every function throws `ERR_ARGUMENT` for an invalid argument.
#[wasm_bindgen(skip_typescript)]
pub struct TokenScopes;

/// The same, and scopes for some items of a cache.
#[wasm_bindgen(skip_typescript)]
pub struct DisposableTokenScopes;

/// The methods of both classes. (Classes exported by Rust cannot inherit.)
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

/// Builds the scope. Invalid names are reported as invalid arguments.
fn build(permission: Permission) -> Built {
    let scope = TokenScope::new(vec![permission]).map_err(|error| Thrown::argument(&error.to_string()))?;
    Ok(of_scope(&scope))
}

fn caches(value: &JsValue) -> Result<CacheSelector, Thrown> {
    match select("cache", "caches", value)? {
        NameSelector::All => Ok(CacheSelector::All),
        NameSelector::Name(name) => Ok(CacheSelector::Name(name)),
        NameSelector::NamePrefix(_) => Err(wrong_type("cache", EXPECTED, value)),
    }
}

const EXPECTED: &str = "a name or the All… constant for it";

/// A name, `{ name }`, `{ namePrefix }`, or the constant for all.
fn select(field: &str, all: &str, value: &JsValue) -> Result<NameSelector, Thrown> {
    if !value.is_object() {
        return text(field, value).map(NameSelector::Name);
    }
    let keys = Reflect::own_keys(value).map_err(|cause| unreadable(field, &cause))?;
    let (Some(name), 1) = (keys.get(0).as_string(), keys.length()) else {
        return Err(wrong_type(field, EXPECTED, value));
    };
    let inner = property(field, value, &name)?;
    match &name[..] {
        "all" if inner.as_string().as_deref() == Some(all) => Ok(NameSelector::All),
        "name" => text(field, &inner).map(NameSelector::Name),
        "namePrefix" => text(field, &inner).map(NameSelector::NamePrefix),
        _ => Err(wrong_type(field, EXPECTED, value)),
    }
}

/// Reads a string. A lone surrogate has no UTF-8 encoding and would become another character.
fn text(field: &str, value: &JsValue) -> Result<String, Thrown> {
    const NAME: &str = "a name (or the All… constant for it, where all are meant)";
    let text = value.dyn_ref::<JsString>().ok_or_else(|| wrong_type(field, NAME, value))?;
    if !text.is_valid_utf16() {
        return Err(Thrown::argument(&format!("{field}: expected text, found a lone surrogate in it")));
    }
    Ok(text.into())
}

/// Reads a key or key prefix: text or bytes.
fn bytes(field: &str, value: &JsValue) -> Result<Vec<u8>, Thrown> {
    if is_bytes(value) {
        copy_bytes(value).map_err(|cause| unreadable(field, &cause))
    } else if value.is_string() {
        text(field, value).map(String::into_bytes)
    } else {
        Err(wrong_type(field, "a string or a Uint8Array", value))
    }
}
