//! The JSON form, as in the npm package's types: `{"permissions":[{"role":…,"cache":…,"item":…}]}`.
//!
//! The `All…` constants are `{"all":"caches"}`, `{"all":"items"}`, `{"all":"topics"}` and `{"all":"functions"}`: they survive
//! JSON, and are neither a cache named `*` nor one another.

use super::error::{ScopeError, push, push_decimal};
use super::model::{CacheSelector, Grant, MAX_PERMISSIONS, Permission, TokenScope};
use super::parts::{self, CACHE, Names, Parts, Role, Shape};
use crate::codec::json::{Kind, Malformed, Reader, write_string};
use alloc::{borrow::Cow, string::String, vec::Vec};

impl From<Malformed> for ScopeError {
    fn from(malformed: Malformed) -> Self {
        let mut reason = String::from("expected JSON with ");
        push(&mut reason, malformed.expected);
        push(&mut reason, " at byte ");
        push_decimal(&mut reason, malformed.at);
        ScopeError::new("ERR_SCOPE_INVALID", &reason)
    }
}

type Result<T> = core::result::Result<T, ScopeError>;

impl TokenScope {
    /// Reads the JSON form, strictly: unknown or repeated fields, blank names and contradictory selectors are errors.
    ///
    /// # Errors
    /// Each names the permission's index and field.
    pub fn from_json(text: &str) -> Result<TokenScope> {
        let mut reader = Reader::new(text);
        let scope = Self::read(&mut reader, Bytes::Refused)?;
        reader.end()?;
        scope.check_limit(MAX_PERMISSIONS)?;
        Ok(scope)
    }

    /// Reads one, however many its permissions.
    fn read(reader: &mut Reader<'_>, bytes: Bytes) -> Result<TokenScope> {
        let mut permissions = None;
        need(reader, Kind::Object, "")?;
        object(reader, &mut |reader, key| {
            if key != "permissions" || permissions.is_some() {
                return Err(unknown("", key));
            }
            need(reader, Kind::Array, "permissions")?;
            let mut list = Vec::new();
            reader.array(|reader| {
                let permission = read_permission(reader, bytes).map_err(|error| error.at(list.len()))?;
                list.push(permission);
                Ok::<_, ScopeError>(())
            })?;
            permissions = Some(list);
            Ok(())
        })?;
        let permissions = permissions
            .ok_or_else(|| ScopeError::field("permissions", "expected a list of permissions, found none"))?;
        TokenScope::with_limit(permissions, usize::MAX)
    }

    /// Writes the JSON form; `None` where a key is not UTF-8, which JSON cannot carry.
    pub fn to_json(&self) -> Option<String> {
        let is_text = |permission: &Permission| match permission.parts().names {
            Some(Names::One(bytes) | Names::Prefix(bytes)) => core::str::from_utf8(bytes).is_ok(),
            _ => true,
        };
        self.permissions().iter().all(is_text).then(|| self.to_package())
    }

    /// Writes what the package reads: with a key that is not UTF-8 as a list of bytes.
    pub(crate) fn to_package(&self) -> String {
        let mut out = String::from("{\"permissions\":");
        write_list(&mut out, self.permissions(), write_permission);
        push(&mut out, "}");
        out
    }
}

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only the package crosses the boundary"))]
impl Grant {
    /// Reads what the npm package writes: a list of scopes, however many their permissions and with keys that may be lists of bytes, and of
    /// `"super-user"`.
    pub(crate) fn list_from_package(text: &str) -> Result<Vec<Grant>> {
        let mut grants = Vec::new();
        let mut reader = Reader::new(text);
        reader.array(|reader| {
            grants.push(match reader.kind()? {
                Kind::String if reader.string()? == "super-user" => Grant::SuperUser,
                Kind::String => return Err(ScopeError::field("", "expected an object, found a string")),
                _ => Grant::Scope(TokenScope::read(reader, Bytes::AsNumbers)?),
            });
            Ok(())
        })?;
        reader.end()?;
        Ok(grants)
    }

    /// Writes one of what [`Self::list_from_package`] reads.
    pub(crate) fn to_package(&self) -> String {
        match self {
            Grant::SuperUser => String::from("\"super-user\""),
            Grant::Scope(scope) => scope.to_package(),
        }
    }
}

fn read_permission(reader: &mut Reader<'_>, bytes: Bytes) -> Result<Permission> {
    let (mut role, mut cache, mut names) = (None, None, None);
    need(reader, Kind::Object, "")?;
    object(reader, &mut |reader, key| {
        let repeated = match key {
            "role" => role.replace(read_role(reader)?).is_some(),
            "cache" => cache.replace(read_selector(reader, &CACHE, Bytes::Refused)?).is_some(),
            _ => match parts::Kind::ALL.into_iter().find(|kind| kind.shape().field == key) {
                None => true,
                Some(kind) => {
                    let bytes = if kind == parts::Kind::Item { bytes } else { Bytes::Refused };
                    let selector = read_selector(reader, kind.shape(), bytes)?;
                    match names.replace((kind, selector)) {
                        Some((other, _)) if other != kind => {
                            return Err(ScopeError::field(kind.shape().field, "expected one of item, topic and func"));
                        }
                        replaced => replaced.is_some(),
                    }
                }
            },
        };
        if repeated { Err(unknown("", key)) } else { Ok(()) }
    })?;
    let role: &Role = role.ok_or_else(|| ScopeError::field("role", "expected a role, found nothing"))?;
    let cache = match cache {
        Some(Names::All) => CacheSelector::All,
        // Names are read as text, so they are UTF-8.
        Some(Names::One(name) | Names::Prefix(name)) => {
            CacheSelector::Name(String::from_utf8(name).unwrap_or_default())
        }
        None => return Err(ScopeError::field("cache", "expected a cache's name or AllCaches, found nothing")),
    };
    let goes_with = |kind| kind == role.kind;
    if names.as_ref().is_none_or(|(kind, _)| goes_with(*kind))
        && let Ok(permission) = Permission::from_parts(role, cache, names.map(|(_, names)| names))
    {
        return Ok(permission);
    }
    let mut reason = String::from("goes with ");
    push(&mut reason, role.kind.shape().field);
    push(&mut reason, ", and nothing else");
    Err(ScopeError::field("role", &reason))
}

/// Reads an object through a plain pointer: one copy of the loop for all that is read here.
pub(super) fn object(
    reader: &mut Reader<'_>,
    field: &mut dyn FnMut(&mut Reader<'_>, &str) -> Result<()>,
) -> Result<()> {
    reader.object(field)
}

fn read_role(reader: &mut Reader<'_>) -> Result<&'static Role> {
    let value = text(reader, "role")?;
    Role::find(|role| role.value == value)
        .ok_or_else(|| ScopeError::field("role", "expected a role such as \"readonly\", found another text"))
}

/// Whether a key may be written as a list of bytes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Bytes {
    Refused,
    AsNumbers,
}

/// A name as a string, or an object with exactly one of `all`, the whole name and its prefix.
fn read_selector(reader: &mut Reader<'_>, shape: &Shape, bytes: Bytes) -> Result<Names<Vec<u8>>> {
    let Shape { field, all, whole, prefix, .. } = *shape;
    if reader.kind()? == Kind::String {
        return read_bytes(reader, field, Bytes::Refused).map(Names::One);
    }
    need(reader, Kind::Object, field)?;
    let mut selector = None;
    object(reader, &mut |reader, key| {
        let read = if key == "all" {
            if text(reader, field)? != all {
                return Err(ScopeError::field(field, "the All… constant is one of another kind"));
            }
            Names::All
        } else if key == whole {
            Names::One(read_bytes(reader, field, bytes)?)
        } else if Some(key) == prefix {
            Names::Prefix(read_bytes(reader, field, bytes)?)
        } else {
            return Err(unknown(field, key));
        };
        match selector.replace(read) {
            None => Ok(()),
            Some(_) => Err(ScopeError::field(field, "expected one selector, found two that contradict each other")),
        }
    })?;
    selector.ok_or_else(|| ScopeError::field(field, "expected a selector, found an empty object"))
}

/// Text as its bytes, or a list of bytes where that may be.
pub(super) fn read_bytes(reader: &mut Reader<'_>, field: &'static str, bytes: Bytes) -> Result<Vec<u8>> {
    if bytes == Bytes::Refused || reader.kind()? != Kind::Array {
        return text(reader, field).map(|text| text.into_owned().into_bytes());
    }
    let mut list = Vec::new();
    reader.array(|reader| {
        need(reader, Kind::Number, field)?;
        let byte = reader.number()?.scaled(0).and_then(|number| u8::try_from(number).ok());
        list.push(byte.ok_or_else(|| ScopeError::field(field, "expected bytes, found another number"))?);
        Ok::<_, ScopeError>(())
    })?;
    Ok(list)
}

/// A string, or an error that names the field: a lone surrogate is one.
pub(super) fn text<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<Cow<'a, str>> {
    need(reader, Kind::String, field)?;
    reader.string().map_err(|malformed| ScopeError::from(malformed).within(field))
}

fn need(reader: &mut Reader<'_>, kind: Kind, field: &'static str) -> Result<()> {
    let found = reader.kind()?;
    if found == kind {
        return Ok(());
    }
    let mut reason = String::from("expected ");
    push(&mut reason, kind.name());
    push(&mut reason, ", found ");
    push(&mut reason, found.name());
    Err(ScopeError::field(field, &reason))
}

/// A field that has no business here; its name is the caller's own writing, so it may be shown.
pub(super) fn unknown(field: &'static str, key: &str) -> ScopeError {
    let mut reason = String::from("unknown or repeated field ");
    write_string(&mut reason, &key.chars().take(40).collect::<String>());
    ScopeError::field(field, &reason)
}

/// A JSON array.
pub(crate) fn write_list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    push(out, "[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            push(out, ",");
        }
        write(out, item);
    }
    push(out, "]");
}

fn write_permission(out: &mut String, permission: &Permission) {
    let Parts { role, cache, names } = permission.parts();
    push(out, "{\"role\":\"");
    push(out, role.value);
    push(out, "\",\"cache\":");
    match cache {
        None => push(out, "{\"all\":\"caches\"}"),
        Some(name) => write_string(out, name),
    }
    if let Some(names) = names {
        let Shape { field, all, whole, prefix, .. } = *role.kind.shape();
        let (key, bytes) = match names {
            Names::All => ("all", all.as_bytes()),
            Names::One(bytes) => (whole, bytes),
            Names::Prefix(bytes) => (prefix.unwrap_or_default(), bytes),
        };
        // A topic or function is written as its name alone.
        let alone = key == "name";
        push(out, ",\"");
        push(out, field);
        push(out, "\":");
        if !alone {
            push(out, "{\"");
            push(out, key);
            push(out, "\":");
        }
        match core::str::from_utf8(bytes) {
            Ok(text) => write_string(out, text),
            Err(_) => write_list(out, bytes, |out, byte| push_decimal(out, usize::from(*byte))),
        }
        if !alone {
            push(out, "}");
        }
    }
    push(out, "}");
}

#[cfg(test)]
mod tests;
