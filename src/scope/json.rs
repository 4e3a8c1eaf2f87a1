//! The JSON form, as in the npm package's types: `{"permissions":[{"role":…,"cache":…,"item":…}]}`.
//!
//! The `All…` constants are `{"all":"caches"}`, `{"all":"items"}`, `{"all":"topics"}` and `{"all":"functions"}`: they
//! survive JSON, and are neither a cache named `*` nor one another.

use super::error::ScopeError;
use super::model::{MAX_PERMISSIONS, TokenScope, check_count};
use super::parts::{Kind, Parts, Selects};
use super::read::Draft;
use super::wire;
use crate::codec::json::{Malformed, Reader, push, write_string};

impl From<Malformed> for ScopeError {
    fn from(malformed: Malformed) -> Self {
        let error = ScopeError::new("ERR_SCOPE_INVALID", "expected JSON with ");
        error.and(malformed.expected()).and(" at byte ").and_count(malformed.at())
    }
}

impl TokenScope {
    /// Reads the JSON form, strictly: unknown or repeated fields, blank names and contradictory selectors are errors.
    ///
    /// # Errors
    /// Each names the permission's index and field.
    pub fn from_json(text: &str) -> Result<TokenScope, ScopeError> {
        let mut reader = Reader::new(text);
        let mut draft = Draft::new(false);
        draft.scope(&mut reader)?;
        reader.end()?;
        let mut permissions = Vec::new();
        wire::read_explicit(&draft.explicit, &mut |parts| permissions.push(parts.into()))?;
        let scope = TokenScope::checked(permissions);
        check_count(scope.permissions().len(), MAX_PERMISSIONS)?;
        Ok(scope)
    }

    /// Writes the JSON form; `None` where a key is not UTF-8, which JSON cannot carry.
    pub fn to_json(&self) -> Option<String> {
        let mut out = String::from("{\"permissions\":[");
        for (index, permission) in self.permissions().iter().enumerate() {
            if index > 0 {
                push(&mut out, ",");
            }
            write_permission(&mut out, &permission.parts())?;
        }
        push(&mut out, "]}");
        Some(out)
    }
}

fn write_permission(out: &mut String, parts: &Parts<'_>) -> Option<()> {
    push(out, "{\"role\":\"");
    push(out, parts.value());
    push(out, "\",\"cache\":");
    match parts.cache {
        None => push(out, "{\"all\":\"caches\"}"),
        Some(name) => write_string(out, std::str::from_utf8(name).ok()?),
    }
    let name = std::str::from_utf8(parts.name).ok()?;
    let key = match (parts.kind(), parts.selects) {
        (_, Selects::Nothing) => {
            push(out, "}");
            return Some(());
        }
        (_, Selects::All) => "all",
        (Kind::Item, Selects::One) => "key",
        (Kind::Item, Selects::Prefix) => "keyPrefix",
        (_, Selects::Prefix) => "namePrefix",
        // A topic or function is written as its name alone.
        (_, Selects::One) => "",
    };
    push(out, ",\"");
    push(out, parts.kind().field());
    push(out, "\":");
    if !key.is_empty() {
        push(out, "{\"");
        push(out, key);
        push(out, "\":");
    }
    write_string(out, if parts.selects == Selects::All { parts.kind().all() } else { name });
    push(out, if key.is_empty() { "}" } else { "}}" });
    Some(())
}

#[cfg(test)]
mod tests;
