//! The protobuf form, `permission_messages.Permissions`: what the token service takes, and what tokens carry
//! as claim `p` (in base64). Field numbers stand beside their names.

use super::error::ScopeError;
use super::model::{CacheSelector, Grant, Permission, TokenScope};
use super::parts::{Kind, Names, Parts, Role};
use crate::codec::{
    base64,
    proto::{Field, Fields, Malformed, put_bytes, put_varint},
};
use alloc::{string::String, vec::Vec};

/// What stopped the reader; becomes `ERR_SCOPE_NOT_UNDERSTOOD`.
struct NotUnderstood(&'static str);

impl From<Malformed> for NotUnderstood {
    fn from(_: Malformed) -> Self {
        NotUnderstood("the bytes are not a protobuf message")
    }
}

type Result<T> = core::result::Result<T, NotUnderstood>;

impl TokenScope {
    /// Standard padded base64 of the protobuf message, as in claim `p`.
    pub fn encode(&self) -> String {
        let mut explicit = Vec::new();
        for permission in self.permissions() {
            let parts = permission.parts();
            let mut entry = Vec::new();
            put_bytes(&mut entry, parts.role.kind as u32, &encode_body(&parts));
            put_bytes(&mut explicit, 1, &entry); // ExplicitPermissions.permissions
        }
        let mut out = Vec::new();
        put_bytes(&mut out, 2, &explicit); // Permissions.explicit
        base64::encode(&out)
    }
}

impl Grant {
    /// Reads claim `p`, in any base64 form.
    ///
    /// # Errors
    /// `ERR_SCOPE_NOT_UNDERSTOOD` for anything not understood in full: unknown fields and roles, a role of none, a selector
    /// that is not set. Newer messages are wire-compatible with this one by accident, so a partial reading would be a guess.
    pub fn decode(p: &str) -> core::result::Result<Grant, ScopeError> {
        let not_understood = |reason: &str| ScopeError::new("ERR_SCOPE_NOT_UNDERSTOOD", reason);
        let bytes = base64::decode(p).ok_or_else(|| not_understood("expected base64, found something else"))?;
        match decode_grant(&bytes).map_err(|NotUnderstood(reason)| not_understood(reason))? {
            None => Ok(Grant::SuperUser),
            // A token may carry more permissions than may be asked for today: reading sets no limit.
            Some(permissions) => TokenScope::with_limit(permissions, usize::MAX)
                .map(Grant::Scope)
                .map_err(|error| not_understood(&error.message())),
        }
    }
}

/// The body of a permission of any type; they are alike.
fn encode_body(Parts { role, cache, names }: &Parts<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    put_varint(&mut body, 1, role.number.into(), false);
    match cache {
        None => put_bytes(&mut body, 2, &[]),                            // all_caches
        Some(name) => encode_selector(&mut body, 3, 1, name.as_bytes()), // cache_selector.cache_name
    }
    match names {
        None => {}
        Some(Names::All) => put_bytes(&mut body, 4, &[]),
        Some(Names::One(name)) => encode_selector(&mut body, 5, 1, name),
        Some(Names::Prefix(prefix)) => encode_selector(&mut body, 5, 2, prefix),
    }
    body
}

fn encode_selector(body: &mut Vec<u8>, field: u32, number: u32, bytes: &[u8]) {
    let mut selector = Vec::new();
    put_bytes(&mut selector, number, bytes);
    put_bytes(body, field, &selector);
}

/// `Permissions`: `None` is super-user.
fn decode_grant(bytes: &[u8]) -> Result<Option<Vec<Permission>>> {
    match only_field(bytes, "a grant that is neither super-user nor explicit permissions alone")? {
        (1, Field::Varint(0)) => Ok(None),
        (1, Field::Varint(_)) => Err(NotUnderstood("an unknown kind of super-user")),
        (2, Field::Bytes(explicit)) => {
            let mut permissions = Vec::new();
            let mut fields = Fields::new(explicit);
            while let Some(field) = fields.next()? {
                let (1, Field::Bytes(entry)) = field else {
                    return Err(NotUnderstood("an unknown field among the permissions"));
                };
                permissions.push(decode_permission(entry)?);
            }
            Ok(Some(permissions))
        }
        _ => Err(NotUnderstood("an unknown kind of grant")),
    }
}

/// `PermissionsType`.
fn decode_permission(bytes: &[u8]) -> Result<Permission> {
    let (number, Field::Bytes(body)) = only_field(bytes, "a permission that is not of exactly one type")? else {
        return Err(NotUnderstood("an unknown type of permission"));
    };
    let kind = Kind::ALL.into_iter().find(|kind| *kind as u32 == number);
    let kind = kind.ok_or(NotUnderstood("an unknown type of permission"))?;
    let Body { role, cache, all, selector } = Body::read(body)?;
    let role = Role::find(|known| known.kind == kind && u64::from(known.number) == role)
        .ok_or(NotUnderstood("a role that is none or unknown"))?;
    let names = match selector.map(read_selector).transpose()? {
        Some((1, name)) => Some(Names::One(name.into())),
        Some((_, prefix)) => Some(Names::Prefix(prefix.into())),
        None => all.then_some(Names::All),
    };
    Permission::from_parts(role, cache, names).map_err(NotUnderstood)
}

/// What the three types of permission have in common, by field number.
struct Body<'a> {
    /// `role` = 1; absent is 0.
    role: u64,
    /// `all_caches` = 2 or `cache_selector` = 3.
    cache: CacheSelector,
    /// `all_items`, `all_topics`, `all_functions` = 4.
    all: bool,
    /// `item_selector`, `topic_selector`, `function_selector` = 5.
    selector: Option<&'a [u8]>,
}

impl<'a> Body<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self> {
        let (mut role, mut cache, mut all, mut selector) = (None, None, false, None);
        let mut fields = Fields::new(bytes);
        while let Some(field) = fields.next()? {
            let repeated = match field {
                (1, Field::Varint(value)) => role.replace(value).is_some(),
                (2, Field::Bytes([])) => cache.replace(CacheSelector::All).is_some(),
                (3, Field::Bytes(name)) => {
                    let (1, Field::Bytes(name)) = only_field(name, "a cache selector without a name")? else {
                        return Err(NotUnderstood("an unknown cache selector"));
                    };
                    cache.replace(CacheSelector::Name(text(name)?)).is_some()
                }
                (4, Field::Bytes([])) => core::mem::replace(&mut all, true),
                (5, Field::Bytes(bytes)) => selector.replace(bytes).is_some(),
                _ => return Err(NotUnderstood("an unknown field in a permission")),
            };
            if repeated {
                return Err(NotUnderstood("a field that stands twice"));
            }
        }
        if all && selector.is_some() {
            return Err(NotUnderstood("a permission for all and for one at once"));
        }
        let cache = cache.ok_or(NotUnderstood("a permission that names no cache"))?;
        Ok(Body { role: role.unwrap_or(0), cache, all, selector })
    }
}

/// A selector: its member's number (1: whole, 2: prefix) and bytes.
fn read_selector(bytes: &[u8]) -> Result<(u32, &[u8])> {
    match only_field(bytes, "a selector that is not set")? {
        (number @ (1 | 2), Field::Bytes(bytes)) => Ok((number, bytes)),
        _ => Err(NotUnderstood("an unknown selector")),
    }
}

/// The one field of a message that is a oneof; none or several are not understood.
fn only_field<'a>(bytes: &'a [u8], otherwise: &'static str) -> Result<(u32, Field<'a>)> {
    let mut fields = Fields::new(bytes);
    let field = fields.next()?.ok_or(NotUnderstood(otherwise))?;
    if fields.next()?.is_some() {
        return Err(NotUnderstood(otherwise));
    }
    Ok(field)
}

fn text(bytes: &[u8]) -> Result<String> {
    core::str::from_utf8(bytes).map(String::from).map_err(|_| NotUnderstood("a name that is not UTF-8"))
}

#[cfg(test)]
mod tests;
