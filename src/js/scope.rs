//! Scopes: what the package's functions of the same names do. In a build for itself, `standalone` exports them.

use super::error::Thrown;
use super::reader::{self, Argument};
use crate::scope::{
    self, CacheSelector, Grant, ItemSelector, MAX_PERMISSIONS, NameSelector, Permission, TokenScope, read_action,
    read_scope,
};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
#[cfg(not(feature = "standalone"))]
use wasm_bindgen::prelude::wasm_bindgen;

/// What stands for a super-user in place of a scope.
const SUPER_USER: &str = "super-user";

/// Checks a scope, and gives it in the canonical form.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = parseScope))]
pub fn parse_scope(value: &JsValue, max_permissions: u32) -> Result<JsValue, JsValue> {
    let scope = read(value, &Argument::Scope)?;
    scope.check_limit(max_permissions as usize).map_err(Thrown::from)?;
    write(&scope)
}

/// The union of scopes.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = mergeScopes))]
pub fn merge_scopes(scopes: Vec<JsValue>) -> Result<JsValue, JsValue> {
    let scopes = scopes.iter().enumerate().map(|(index, scope)| read(scope, &Argument::NumberedScope(index + 1)));
    let scopes = scopes.collect::<Result<Vec<_>, _>>()?;
    write(&TokenScope::merge(scopes, MAX_PERMISSIONS).map_err(Thrown::from)?)
}

/// Claim `p` of a scope.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = encodePermissions))]
pub fn encode_permissions(scope: &JsValue) -> Result<String, JsValue> {
    let scope = read(scope, &Argument::Scope)?;
    scope.check_limit(MAX_PERMISSIONS).map_err(Thrown::from)?;
    Ok(scope.encode())
}

/// Reads claim `p`: a scope, or `'super-user'`.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = decodePermissions))]
pub fn decode_permissions(p: &str) -> Result<JsValue, JsValue> {
    match Grant::decode(p).map_err(Thrown::from)? {
        Grant::SuperUser => Ok(SUPER_USER.into()),
        Grant::Scope(scope) => write(&scope),
    }
}

/// Whether a scope, or `'super-user'`, permits an action.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen)]
pub fn allows(scope: &JsValue, action: &JsValue) -> Result<bool, JsValue> {
    let grant = read_grant(scope, &Argument::Scope)?;
    let action = read_action(&reader::read(action, &Argument::Action)?).map_err(Thrown::from)?;
    Ok(scope::allows(&grant, &action))
}

/// Whether a scope, or `'super-user'`, permits all that another scope does.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen)]
pub fn covers(granted: &JsValue, requested: &JsValue) -> Result<bool, JsValue> {
    let granted = read_grant(granted, &Argument::Granted)?;
    let requested = read(requested, &Argument::Requested)?;
    Ok(scope::covers(&granted, &requested))
}

/// A sentence for each permission of a scope, or one for `'super-user'`.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = describeScope))]
pub fn describe_scope(scope: &JsValue) -> Result<Vec<String>, JsValue> {
    Ok(read_grant(scope, &Argument::Scope)?.describe())
}

/// Reads a scope.
pub(super) fn read(value: &JsValue, argument: &Argument) -> Result<TokenScope, Thrown> {
    read_expected(value, argument, "a TokenScope")
}

fn read_grant(value: &JsValue, argument: &Argument) -> Result<Grant, Thrown> {
    if *value == SUPER_USER {
        return Ok(Grant::SuperUser);
    }
    read_expected(value, argument, "a TokenScope or 'super-user'").map(Grant::Scope)
}

fn read_expected(value: &JsValue, argument: &Argument, expected: &str) -> Result<TokenScope, Thrown> {
    let kind = reader::kind_of(value);
    if kind != "an object" {
        let hint = match &kind[..] {
            "string" => "; where it is JSON, parse it first",
            "undefined" => ", most often a variable that was not set",
            _ => "",
        };
        let message = format!("{argument}: expected {expected}, found {kind}{hint}");
        return Err(Thrown::new("ERR_SCOPE_INVALID", &message));
    }
    let value = reader::read(value, argument)?;
    read_scope(&value).map_err(|error| argument.refused(&error))
}

/// A scope as plain data in the canonical form, which pkg-template/src/scope.ts freezes.
fn write(scope: &TokenScope) -> Result<JsValue, JsValue> {
    let permissions = scope.permissions().iter().map(PermissionObject::of).collect();
    Ok(serde_wasm_bindgen::to_value(&ScopeObject { permissions })?)
}

#[derive(Serialize)]
struct ScopeObject<'a> {
    permissions: Vec<PermissionObject<'a>>,
}

#[derive(Serialize)]
struct PermissionObject<'a> {
    role: &'static str,
    cache: SelectorObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<SelectorObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<SelectorObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    func: Option<SelectorObject<'a>>,
}

/// A name, or an object with one field.
#[derive(Serialize)]
#[serde(untagged)]
enum SelectorObject<'a> {
    All {
        all: &'static str,
    },
    Name(&'a str),
    NamePrefix {
        #[serde(rename = "namePrefix")]
        prefix: &'a str,
    },
    Key {
        key: Key<'a>,
    },
    KeyPrefix {
        #[serde(rename = "keyPrefix")]
        prefix: Key<'a>,
    },
}

/// A string if it is text, otherwise a `Uint8Array`.
struct Key<'a>(&'a [u8]);

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.serialize_bytes(self.0),
        }
    }
}

impl<'a> PermissionObject<'a> {
    fn of(permission: &'a Permission) -> Self {
        let (role, cache) = match permission {
            Permission::Cache { role, cache, .. } => (role.value(), cache),
            Permission::Topic { role, cache, .. } => (role.value(), cache),
            Permission::Function { role, cache, .. } => (role.value(), cache),
        };
        let cache = match cache {
            CacheSelector::All => SelectorObject::All { all: "caches" },
            CacheSelector::Name(name) => SelectorObject::Name(name),
        };
        let plain = PermissionObject { role, cache, item: None, topic: None, func: None };
        match permission {
            Permission::Cache { item, .. } => {
                PermissionObject { item: item.as_ref().map(SelectorObject::of_items), ..plain }
            }
            Permission::Topic { topic, .. } => {
                PermissionObject { topic: Some(SelectorObject::of_names(topic, "topics")), ..plain }
            }
            Permission::Function { function, .. } => {
                PermissionObject { func: Some(SelectorObject::of_names(function, "functions")), ..plain }
            }
        }
    }
}

impl<'a> SelectorObject<'a> {
    fn of_items(items: &'a ItemSelector) -> Self {
        match items {
            ItemSelector::All => SelectorObject::All { all: "items" },
            ItemSelector::Key(key) => SelectorObject::Key { key: Key(key) },
            ItemSelector::KeyPrefix(prefix) => SelectorObject::KeyPrefix { prefix: Key(prefix) },
        }
    }

    fn of_names(names: &'a NameSelector, all: &'static str) -> Self {
        match names {
            NameSelector::All => SelectorObject::All { all },
            NameSelector::Name(name) => SelectorObject::Name(name),
            NameSelector::NamePrefix(prefix) => SelectorObject::NamePrefix { prefix },
        }
    }
}
