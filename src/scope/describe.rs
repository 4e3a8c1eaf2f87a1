//! A scope in words.

use super::error::push;
use super::model::{Grant, Permission, TokenScope};
use super::parts::{Names, Parts};
use crate::codec::json::write_string;
use alloc::{string::String, vec, vec::Vec};

impl TokenScope {
    /// One plain English sentence for each permission, in order.
    pub fn describe(&self) -> Vec<String> {
        self.permissions().iter().map(describe).collect()
    }
}

impl Grant {
    /// As [`TokenScope::describe`]; for a super-user, one sentence that says so.
    pub fn describe(&self) -> Vec<String> {
        match self {
            Grant::SuperUser => vec![String::from("Do anything in the whole account (super-user).")],
            Grant::Scope(scope) => scope.describe(),
        }
    }
}

fn describe(permission: &Permission) -> String {
    let Parts { role, cache, names } = permission.parts();
    let mut out = String::from(role.words);
    let names = names.unwrap_or(Names::All);
    if names == Names::All {
        push(&mut out, "all ");
    }
    push(&mut out, role.kind.shape().noun);
    if let Names::One(name) = names {
        push(&mut out, " ");
        push_bytes(&mut out, name);
    } else {
        push(&mut out, "s");
    }
    match cache {
        None => push(&mut out, " in all caches"),
        Some(name) => {
            push(&mut out, " in cache ");
            write_string(&mut out, name);
        }
    }
    if let Names::Prefix(prefix) = names {
        push(&mut out, " whose ");
        push(&mut out, role.kind.shape().whole);
        push(&mut out, " starts with ");
        push_bytes(&mut out, prefix);
    }
    push(&mut out, ".");
    out
}

/// A key in quotes where it is text, in hexadecimal where it is not.
fn push_bytes(out: &mut String, bytes: &[u8]) {
    match core::str::from_utf8(bytes) {
        Ok(text) => write_string(out, text),
        Err(_) => {
            out.push_str("0x");
            for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
                out.push(char::from_digit(nibble.into(), 16).unwrap_or('?'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::{CacheRole, CacheSelector, ItemSelector};

    #[test]
    fn one_sentence_a_permission() {
        let scope = TokenScope::from_json(
            r#"{"permissions":[
                {"role":"readwrite","cache":{"all":"caches"}},
                {"role":"readonly","cache":"a","item":{"key":"k\"1"}},
                {"role":"writeonly","cache":"a","item":{"keyPrefix":"p-"}},
                {"role":"publishsubscribe","cache":"a","topic":{"all":"topics"}},
                {"role":"subscribeonly","cache":"a","topic":"t"},
                {"role":"publishonly","cache":"a","topic":{"namePrefix":"t-"}},
                {"role":"functioninvoke","cache":"a","func":"f"},
                {"role":"functionpermitnone","cache":"a","func":{"all":"functions"}}
            ]}"#,
        )
        .unwrap();
        assert_eq!(
            scope.describe(),
            [
                r#"Read and write all items in all caches."#,
                r#"Read item "k\"1" in cache "a"."#,
                r#"Write items in cache "a" whose key starts with "p-"."#,
                r#"Publish and subscribe to all topics in cache "a"."#,
                r#"Subscribe to topic "t" in cache "a"."#,
                r#"Publish to topics in cache "a" whose name starts with "t-"."#,
                r#"Invoke function "f" in cache "a"."#,
                r#"No access to all functions in cache "a"."#,
            ]
        );
        let bytes = TokenScope::new(vec![Permission::Cache {
            role: CacheRole::ReadOnly,
            cache: CacheSelector::All,
            item: Some(ItemSelector::Key(vec![0xff, 0x0a])),
        }]);
        assert_eq!(bytes.unwrap().describe(), ["Read item 0xff0a in all caches."]);
        assert_eq!(Grant::SuperUser.describe(), ["Do anything in the whole account (super-user)."]);
    }
}
