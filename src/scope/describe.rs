//! A scope in words.

use super::model::{Grant, TokenScope};
use super::parts::{Kind, Parts, Selects};
use crate::codec::json::{push, push_hex, write_string};
#[cfg(feature = "refresh")]
use crate::codec::quote::is_quotable;

/// What a super-user may do, as [`describe`] says it.
pub(crate) const ANYTHING: &str = "Do anything in the whole account (super-user).\n";

impl TokenScope {
    /// One plain English sentence for each permission, in order.
    pub fn describe(&self) -> Vec<String> {
        let mut out = String::new();
        for permission in self.permissions() {
            describe(&mut out, &permission.parts(), push_name);
        }
        lines(&out)
    }
}

#[cfg(feature = "refresh")]
impl super::model::Permission {
    /// A sentence for logs and messages: a name that may be a credential is not shown.
    pub(crate) fn describe_for_log(&self) -> String {
        let mut out = String::new();
        describe(&mut out, &self.parts(), push_quotable_name);
        out.pop();
        out
    }
}

impl Grant {
    /// As [`TokenScope::describe`]; for a super-user, one sentence that says so.
    pub fn describe(&self) -> Vec<String> {
        match self {
            Grant::SuperUser => lines(ANYTHING),
            Grant::Scope(scope) => scope.describe(),
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(String::from).collect()
}

/// Appends the name of a cache or of what is in it.
pub(crate) type PushName = fn(&mut String, &[u8]);

/// Appends a sentence, which has no line break in it, and a line feed.
pub(crate) fn describe(out: &mut String, parts: &Parts<'_>, push_name: PushName) {
    let kind = parts.kind();
    push(out, parts.words());
    push(out, " ");
    if parts.selects == Selects::One {
        push(out, kind.one());
        push(out, " ");
        push_name(out, parts.name);
    } else {
        if parts.selects != Selects::Prefix {
            push(out, "all ");
        }
        push(out, kind.all());
    }
    push(out, " in ");
    match parts.cache {
        None => push(out, "all caches"),
        Some(name) => {
            push(out, "cache ");
            push_name(out, name);
        }
    }
    if parts.selects == Selects::Prefix {
        push(out, if kind == Kind::Item { " whose key starts with " } else { " whose name starts with " });
        push_name(out, parts.name);
    }
    push(out, ".\n");
}

/// A key in quotes where it is text, in hexadecimal where it is not.
pub(crate) fn push_name(out: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => write_string(out, text),
        Err(_) => {
            out.push_str("0x");
            for byte in bytes {
                push_hex(out, *byte);
            }
        }
    }
}

/// The same for messages, which end up in logs: a name that may be a credential is not shown.
#[cfg(feature = "refresh")]
fn push_quotable_name(out: &mut String, bytes: &[u8]) {
    if is_quotable(bytes) { push_name(out, bytes) } else { push(out, "(not shown)") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::{CacheRole, CacheSelector, ItemSelector, Permission};
    use std::vec;

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
