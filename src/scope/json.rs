//! The JSON form, as in the npm package's types: `{"permissions":[{"role":…,"cache":…,"item":…}]}`.
//!
//! The `All…` constants are `{"all":"caches"}`, `{"all":"items"}`, `{"all":"topics"}` and `{"all":"functions"}`. They
//! can be expressed in JSON, and are distinct from each other and from a cache named `*`.

use super::action::Action;
use super::error::ScopeError;
use super::model::{CacheSelector, ItemSelector, MAX_PERMISSIONS, NameSelector, Permission, TokenScope};
use super::read;
use crate::codec::json::{self, write_string};

impl TokenScope {
    /// Reads the JSON form, strictly: unknown or repeated fields, blank names and contradictory selectors are errors.
    ///
    /// # Errors
    /// `ERR_SCOPE_INVALID`, with the permission's index and field; `ERR_SCOPE_LIMIT` for more than
    /// [`MAX_PERMISSIONS`].
    pub fn from_json(text: &str) -> Result<TokenScope, ScopeError> {
        let scope = read::scope(&json::parse(text)?)?;
        scope.check_limit(MAX_PERMISSIONS)?;
        Ok(scope)
    }

    /// Writes the JSON form; `None` if a key is not UTF-8, which JSON cannot represent.
    pub fn to_json(&self) -> Option<String> {
        let permissions: Option<Vec<String>> = self.permissions().iter().map(permission).collect();
        Some(format!(r#"{{"permissions":[{}]}}"#, permissions?.join(",")))
    }
}

impl Action {
    /// Reads `{"type","access","cache","key"|"topic"|"func"}`, strictly: unknown and repeated fields are errors.
    ///
    /// # Errors
    /// `ERR_ARGUMENT`, with what was wrong.
    pub fn from_json(text: &str) -> Result<Action, ScopeError> {
        let value = json::parse(text).map_err(|malformed| ScopeError::from(malformed).in_action())?;
        read::action(&value)
    }
}

fn permission(permission: &Permission) -> Option<String> {
    let cache = match permission.cache() {
        CacheSelector::All => object("all", "caches"),
        CacheSelector::Name(name) => string(name),
    };
    let (role, selector) = match permission {
        Permission::Cache { role, item: None, .. } => (role.value(), String::new()),
        Permission::Cache { role, item: Some(item), .. } => {
            let item = match item {
                ItemSelector::All => object("all", "items"),
                ItemSelector::Key(key) => object("key", std::str::from_utf8(key).ok()?),
                ItemSelector::KeyPrefix(prefix) => object("keyPrefix", std::str::from_utf8(prefix).ok()?),
            };
            (role.value(), format!(r#","item":{item}"#))
        }
        Permission::Topic { role, topic, .. } => (role.value(), format!(r#","topic":{}"#, names(topic, "topics"))),
        Permission::Function { role, function, .. } => {
            (role.value(), format!(r#","func":{}"#, names(function, "functions")))
        }
    };
    Some(format!(r#"{{"role":"{role}","cache":{cache}{selector}}}"#))
}

fn names(selector: &NameSelector, all: &str) -> String {
    match selector {
        NameSelector::All => object("all", all),
        NameSelector::Name(name) => string(name),
        NameSelector::NamePrefix(prefix) => object("namePrefix", prefix),
    }
}

/// Writes an object with one field.
fn object(field: &str, value: &str) -> String {
    format!(r#"{{"{field}":{}}}"#, string(value))
}

fn string(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

#[cfg(test)]
mod tests;
