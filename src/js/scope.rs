//! The scope functions of the package. In a standalone build, `standalone` exports them.

use super::error::Thrown;
use super::reader::{self, Argument};
use super::value::kind_of;
use crate::scope::{
    self, CacheRole, CacheSelector, FunctionRole, Grant, MAX_PERMISSIONS, Permission, Selector, TokenScope, TopicRole,
    read_action, read_scope,
};
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// The value that represents a super-user instead of a scope.
const SUPER_USER: &str = "super-user";

/// Checks a scope and returns it in the canonical form.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = parseScope))]
pub fn parse_scope(value: &JsValue, max_permissions: u32) -> Result<JsValue, JsValue> {
    let scope = read(value, &Argument::Scope)?;
    scope.check_limit(max_permissions as usize).map_err(Thrown::from)?;
    Ok(write(&scope))
}

/// The union of scopes.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = mergeScopes))]
pub fn merge_scopes(scopes: &Array) -> Result<JsValue, JsValue> {
    let mut parts = Vec::new();
    for scope in scopes.iter() {
        parts.push(read(&scope, &Argument::NumberedScope(parts.len() + 1))?);
    }
    Ok(write(&TokenScope::merge(parts, MAX_PERMISSIONS).map_err(Thrown::from)?))
}

/// Encodes a scope as claim `p`.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = encodePermissions))]
pub fn encode_permissions(scope: &JsValue) -> Result<String, JsValue> {
    let scope = read(scope, &Argument::Scope)?;
    scope.check_limit(MAX_PERMISSIONS).map_err(Thrown::from)?;
    Ok(scope.encode())
}

/// Decodes claim `p` into a scope or `'super-user'`.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = decodePermissions))]
pub fn decode_permissions(p: &str) -> Result<JsValue, JsValue> {
    match Grant::decode(p).map_err(Thrown::from)? {
        Grant::SuperUser => Ok(SUPER_USER.into()),
        Grant::Scope(scope) => Ok(write(&scope)),
    }
}

/// Whether a scope, or `'super-user'`, permits an action.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen)]
pub fn allows(scope: &JsValue, action: &JsValue) -> Result<bool, JsValue> {
    let grant = read_grant(scope, &Argument::Scope)?;
    let action = read_action(&reader::read(action, &Argument::Action)?).map_err(Thrown::from)?;
    Ok(scope::allows(&grant, &action))
}

/// Whether a scope, or `'super-user'`, permits everything that another scope permits.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen)]
pub fn covers(granted: &JsValue, requested: &JsValue) -> Result<bool, JsValue> {
    let granted = read_grant(granted, &Argument::Granted)?;
    let requested = read(requested, &Argument::Requested)?;
    Ok(scope::covers(&granted, &requested))
}

/// A sentence for each permission of a scope, or one for `'super-user'`.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = describeScope))]
pub fn describe_scope(scope: &JsValue) -> Result<Array, JsValue> {
    let sentences = Array::new();
    for sentence in read_grant(scope, &Argument::Scope)?.describe() {
        sentences.push(&sentence.into());
    }
    Ok(sentences)
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
    let kind = kind_of(value);
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

// Objects in the canonical form, written field by field: `serde_wasm_bindgen` takes twice as long for ten permissions.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type ScopeObject;

    #[wasm_bindgen(method, setter)]
    fn set_permissions(this: &ScopeObject, permissions: &Array);

    #[wasm_bindgen(extends = Object)]
    type PermissionObject;

    #[wasm_bindgen(method, setter)]
    fn set_role(this: &PermissionObject, role: Role);

    #[wasm_bindgen(method, setter)]
    fn set_cache(this: &PermissionObject, selector: &JsValue);

    #[wasm_bindgen(method, setter)]
    fn set_item(this: &PermissionObject, selector: &JsValue);

    #[wasm_bindgen(method, setter)]
    fn set_topic(this: &PermissionObject, selector: &JsValue);

    #[wasm_bindgen(method, setter)]
    fn set_func(this: &PermissionObject, selector: &JsValue);

    /// An object with one field.
    #[wasm_bindgen(extends = Object)]
    type SelectorObject;

    #[wasm_bindgen(method, setter)]
    fn set_all(this: &SelectorObject, what: All);

    #[wasm_bindgen(method, setter)]
    fn set_key(this: &SelectorObject, key: &JsValue);

    #[wasm_bindgen(method, setter = keyPrefix)]
    fn set_key_prefix(this: &SelectorObject, prefix: &JsValue);

    #[wasm_bindgen(method, setter = namePrefix)]
    fn set_name_prefix(this: &SelectorObject, prefix: &JsValue);
}

/// The values of all roles.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Role {
    ReadWrite = "readwrite",
    ReadOnly = "readonly",
    WriteOnly = "writeonly",
    PublishSubscribe = "publishsubscribe",
    SubscribeOnly = "subscribeonly",
    PublishOnly = "publishonly",
    PermitNone = "functionpermitnone",
    Invoke = "functioninvoke",
}

/// The values of the `All…` constants.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum All {
    Caches = "caches",
    Items = "items",
    Topics = "topics",
    Functions = "functions",
}

/// A scope as plain data in the canonical form, which pkg-template/src/scope/scope.ts freezes.
fn write(scope: &TokenScope) -> JsValue {
    let permissions = Array::new();
    for permission in scope.permissions() {
        permissions.push(&write_permission(permission));
    }
    let object = ScopeObject::unchecked_from_js(Object::new().into());
    object.set_permissions(&permissions);
    object.into()
}

fn write_permission(permission: &Permission) -> JsValue {
    let object = PermissionObject::unchecked_from_js(Object::new().into());
    object.set_role(role_of(permission));
    object.set_cache(&match permission.cache() {
        CacheSelector::All => all(All::Caches),
        CacheSelector::Name(name) => name.into(),
    });
    if let Some(selector) = permission.selector() {
        match permission {
            Permission::Cache { .. } => object.set_item(&write_items(selector)),
            Permission::Topic { .. } => object.set_topic(&write_names(selector, All::Topics)),
            Permission::Function { .. } => object.set_func(&write_names(selector, All::Functions)),
        }
    }
    object.into()
}

fn role_of(permission: &Permission) -> Role {
    match permission {
        Permission::Cache { role: CacheRole::ReadWrite, .. } => Role::ReadWrite,
        Permission::Cache { role: CacheRole::ReadOnly, .. } => Role::ReadOnly,
        Permission::Cache { role: CacheRole::WriteOnly, .. } => Role::WriteOnly,
        Permission::Topic { role: TopicRole::PublishSubscribe, .. } => Role::PublishSubscribe,
        Permission::Topic { role: TopicRole::SubscribeOnly, .. } => Role::SubscribeOnly,
        Permission::Topic { role: TopicRole::PublishOnly, .. } => Role::PublishOnly,
        Permission::Function { role: FunctionRole::PermitNone, .. } => Role::PermitNone,
        Permission::Function { role: FunctionRole::Invoke, .. } => Role::Invoke,
    }
}

fn write_items(selector: Selector<'_>) -> JsValue {
    let object = SelectorObject::unchecked_from_js(Object::new().into());
    match selector {
        Selector::All => object.set_all(All::Items),
        Selector::One(key) => object.set_key(&text_or_bytes(key)),
        Selector::Prefix(prefix) => object.set_key_prefix(&text_or_bytes(prefix)),
    }
    object.into()
}

/// Topics or functions. A single name is written as a string.
fn write_names(selector: Selector<'_>, everything: All) -> JsValue {
    match selector {
        Selector::All => all(everything),
        Selector::One(name) => text_or_bytes(name),
        Selector::Prefix(prefix) => {
            let object = SelectorObject::unchecked_from_js(Object::new().into());
            object.set_name_prefix(&text_or_bytes(prefix));
            object.into()
        }
    }
}

fn all(what: All) -> JsValue {
    let object = SelectorObject::unchecked_from_js(Object::new().into());
    object.set_all(what);
    object.into()
}

/// A string if the bytes are UTF-8, otherwise a `Uint8Array`.
fn text_or_bytes(bytes: &[u8]) -> JsValue {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => Uint8Array::from(bytes).into(),
    }
}
