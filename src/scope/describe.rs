//! A scope in words.

use super::model::{
    CacheRole, CacheSelector, FunctionRole, Grant, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};
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
    let mut out = String::new();
    match permission {
        Permission::Cache { role, cache, item } => {
            out.push_str(match role {
                CacheRole::ReadWrite => "Read and write ",
                CacheRole::ReadOnly => "Read ",
                CacheRole::WriteOnly => "Write ",
            });
            match item {
                None | Some(ItemSelector::All) => {
                    out.push_str("all items");
                    push_cache(&mut out, cache);
                }
                Some(ItemSelector::Key(key)) => {
                    out.push_str("item ");
                    push_bytes(&mut out, key);
                    push_cache(&mut out, cache);
                }
                Some(ItemSelector::KeyPrefix(prefix)) => {
                    out.push_str("items");
                    push_cache(&mut out, cache);
                    out.push_str(" whose key starts with ");
                    push_bytes(&mut out, prefix);
                }
            }
        }
        Permission::Topic { role, cache, topic } => {
            out.push_str(match role {
                TopicRole::PublishSubscribe => "Publish and subscribe to ",
                TopicRole::SubscribeOnly => "Subscribe to ",
                TopicRole::PublishOnly => "Publish to ",
            });
            push_names(&mut out, topic, "topic", cache);
        }
        Permission::Function { role, cache, function } => {
            out.push_str(match role {
                FunctionRole::Invoke => "Invoke ",
                FunctionRole::PermitNone => "No access to ",
            });
            push_names(&mut out, function, "function", cache);
        }
    }
    out.push('.');
    out
}

fn push_names(out: &mut String, names: &NameSelector, noun: &str, cache: &CacheSelector) {
    match names {
        NameSelector::All => {
            out.push_str("all ");
            out.push_str(noun);
            out.push('s');
            push_cache(out, cache);
        }
        NameSelector::Name(name) => {
            out.push_str(noun);
            out.push(' ');
            write_string(out, name);
            push_cache(out, cache);
        }
        NameSelector::NamePrefix(prefix) => {
            out.push_str(noun);
            out.push('s');
            push_cache(out, cache);
            out.push_str(" whose name starts with ");
            write_string(out, prefix);
        }
    }
}

fn push_cache(out: &mut String, cache: &CacheSelector) {
    match cache {
        CacheSelector::All => out.push_str(" in all caches"),
        CacheSelector::Name(name) => {
            out.push_str(" in cache ");
            write_string(out, name);
        }
    }
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
