//! The protobuf form, `permission_messages.Permissions`: what the token service takes, and what tokens carry
//! as claim `p` (in base64). Field numbers stand beside their names.

use super::error::ScopeError;
use super::model::{Grant, TokenScope, check_count};
use super::parts::{Parts, Selects};
use crate::codec::{
    base64,
    proto::{BYTES, Fields, Malformed, VARINT, put_bytes, put_varint, tag},
};

impl From<Malformed> for ScopeError {
    fn from(_: Malformed) -> Self {
        not_understood("the bytes are not a protobuf message")
    }
}

type Result<T> = std::result::Result<T, ScopeError>;

impl TokenScope {
    /// Standard padded base64 of the protobuf message, as in claim `p`.
    pub fn encode(&self) -> String {
        let mut explicit = Vec::new();
        for permission in self.permissions() {
            put(&mut explicit, &permission.parts());
        }
        encode(&explicit)
    }

    /// Of a message `ExplicitPermissions` that has been checked.
    pub(crate) fn of_explicit(explicit: &[u8]) -> Self {
        let mut permissions = Vec::new();
        // What has been checked is read in full.
        let _ = read_explicit(explicit, &mut |parts| permissions.push(parts.into()));
        TokenScope::checked(permissions)
    }
}

impl Grant {
    /// Reads claim `p`, in any base64 form.
    ///
    /// # Errors
    /// `ERR_SCOPE_NOT_UNDERSTOOD` for anything not understood in full: unknown fields and roles, a role of none, a
    /// selector that is not set. Newer messages are wire-compatible with this one by accident, so a partial reading
    /// would be a guess.
    pub fn decode(p: &str) -> Result<Grant> {
        let mut permissions = Vec::new();
        let super_user = read(&decode(p)?, &mut |parts| permissions.push(parts.into()))?;
        Ok(if super_user { Grant::SuperUser } else { Grant::Scope(TokenScope::checked(permissions)) })
    }
}

/// The bytes of claim `p`.
pub(crate) fn decode(p: &str) -> Result<Vec<u8>> {
    base64::decode(p).ok_or_else(|| not_understood("expected base64, found something else"))
}

/// Claim `p` of a message `ExplicitPermissions`.
pub(crate) fn encode(explicit: &[u8]) -> String {
    let mut out = Vec::new();
    put_bytes(&mut out, 2, explicit); // Permissions.explicit
    base64::encode(&out)
}

/// Appends a permission to a message `ExplicitPermissions`.
pub(super) fn put(explicit: &mut Vec<u8>, parts: &Parts<'_>) {
    let mut body = Vec::new();
    // The types are alike.
    put_varint(&mut body, 1, (parts.role & 3).into());
    match parts.cache {
        None => put_bytes(&mut body, 2, &[]),              // all_caches
        Some(name) => put_selector(&mut body, 3, 1, name), // cache_selector.cache_name
    }
    match parts.selects {
        Selects::Nothing => {}
        Selects::All => put_bytes(&mut body, 4, &[]),
        // 1 is one, 2 a prefix.
        selects => put_selector(&mut body, 5, selects as u32 - 1, parts.name),
    }
    put_selector(explicit, 1, u32::from(parts.role >> 2) + 1, &body); // ExplicitPermissions.permissions, of one type
}

/// A message whose one field is these bytes.
fn put_selector(out: &mut Vec<u8>, field: u32, number: u32, bytes: &[u8]) {
    let mut selector = Vec::new();
    put_bytes(&mut selector, number, bytes);
    put_bytes(out, field, &selector);
}

/// Reads `Permissions`: true for a super-user; otherwise each permission goes to `emit`. A token may carry more of them
/// than may be asked for today: reading sets no limit. What was emitted before an error is no grant.
pub(crate) fn read<'a>(bytes: &'a [u8], emit: &mut dyn FnMut(Parts<'a>)) -> Result<bool> {
    let explicit = explicit(bytes)?;
    read_explicit(explicit.unwrap_or_default(), emit)?;
    Ok(explicit.is_none())
}

/// The message `ExplicitPermissions` in `Permissions`; `None` for a super-user.
pub(crate) fn explicit(bytes: &[u8]) -> Result<Option<&[u8]>> {
    let grant = only_field(bytes, "a grant that is neither super-user nor explicit permissions alone")?;
    match grant.tag {
        NUMBER_1 if grant.value == 0 => Ok(None),
        NUMBER_1 => Err(not_understood("an unknown kind of super-user")),
        // Each permission takes a few bytes.
        BYTES_2 => match check_count(grant.bytes.len(), usize::MAX) {
            Ok(()) => Ok(Some(grant.bytes)),
            Err(error) => Err(error.with_code(NOT_UNDERSTOOD)),
        },
        _ => Err(not_understood("an unknown kind of grant")),
    }
}

/// `ExplicitPermissions`.
pub(crate) fn read_explicit<'a>(bytes: &'a [u8], emit: &mut dyn FnMut(Parts<'a>)) -> Result<()> {
    let mut fields = Fields::new(bytes);
    let mut count = 0;
    while fields.next()? {
        if fields.tag != BYTES_1 {
            return Err(not_understood("an unknown field among the permissions"));
        }
        let parts = read_permission(fields.bytes)?;
        parts.check().map_err(|error| error.at(Some(count)).with_code(NOT_UNDERSTOOD))?;
        emit(parts);
        count += 1;
    }
    Ok(())
}

/// `PermissionsType`.
fn read_permission(bytes: &[u8]) -> Result<Parts<'_>> {
    let entry = only_field(bytes, "a permission that is not of exactly one type")?;
    if !matches!(entry.tag, BYTES_1 | BYTES_2 | BYTES_3) {
        return Err(not_understood("an unknown type of permission"));
    }
    let kind = (entry.tag >> 3) as u8 - 1;
    let (mut role, mut cache, mut selects, mut name) = (0, None, Selects::Nothing, &[][..]);
    let mut seen = 0;
    let mut fields = Fields::new(entry.bytes);
    while fields.next()? {
        let bit = match fields.tag {
            // `role`; absent is 0.
            NUMBER_1 => {
                role = fields.value;
                ROLE
            }
            // `all_caches`.
            BYTES_2 if fields.bytes.is_empty() => CACHE,
            // `all_items`, `all_topics`, `all_functions`.
            BYTES_4 if fields.bytes.is_empty() => {
                selects = Selects::All;
                ALL
            }
            // `cache_selector`; `item_selector`, `topic_selector`, `function_selector`.
            BYTES_3 | BYTES_5 => {
                let of_cache = fields.tag == BYTES_3;
                let (unset, unknown) = if of_cache {
                    ("a cache selector without a name", "an unknown cache selector")
                } else {
                    ("a selector that is not set", "an unknown selector")
                };
                let selector = only_field(fields.bytes, unset)?;
                match selector.tag {
                    BYTES_1 if of_cache => cache = Some(selector.bytes),
                    BYTES_1 | BYTES_2 if !of_cache => {
                        selects = if selector.tag == BYTES_1 { Selects::One } else { Selects::Prefix };
                        name = selector.bytes;
                    }
                    _ => return Err(not_understood(unknown)),
                }
                if of_cache { CACHE } else { SELECTOR }
            }
            _ => return Err(not_understood("an unknown field in a permission")),
        };
        if seen & bit != 0 {
            return Err(not_understood("a field that stands twice"));
        }
        seen |= bit;
    }
    let parts = Parts { role: kind << 2 | (role & 3) as u8, cache, selects, name };
    Err(not_understood(if seen & (ALL | SELECTOR) == ALL | SELECTOR {
        "a permission for all and for one at once"
    } else if seen & CACHE == 0 {
        "a permission that names no cache"
    } else if role > 3 || parts.value().is_empty() {
        "a role that is none or unknown"
    } else if kind > 0 && selects == Selects::Nothing {
        "a permission that names no topic or function"
    } else if !cache.is_none_or(is_text) || kind > 0 && !is_text(name) {
        "a name that is not UTF-8"
    } else {
        return Ok(parts);
    }))
}

// What a permission has had, one bit each.
const ROLE: u32 = 1;
const CACHE: u32 = 2;
const ALL: u32 = 4;
const SELECTOR: u32 = 8;

const NUMBER_1: u32 = tag(1, VARINT);
const BYTES_1: u32 = tag(1, BYTES);
const BYTES_2: u32 = tag(2, BYTES);
const BYTES_3: u32 = tag(3, BYTES);
const BYTES_4: u32 = tag(4, BYTES);
const BYTES_5: u32 = tag(5, BYTES);

/// The one field of a message that is a oneof; none or several are not understood.
fn only_field<'a>(bytes: &'a [u8], otherwise: &'static str) -> Result<Fields<'a>> {
    let mut fields = Fields::new(bytes);
    if fields.next()? && fields.is_last() { Ok(fields) } else { Err(not_understood(otherwise)) }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Not inlined, for size, as [`ScopeError::new`].
#[cold]
#[inline(never)]
fn not_understood(reason: &str) -> ScopeError {
    ScopeError::new(NOT_UNDERSTOOD, reason)
}

const NOT_UNDERSTOOD: &str = "ERR_SCOPE_NOT_UNDERSTOOD";

#[cfg(test)]
mod tests;
