//! Describes scopes in English.

use super::model::{CacheSelector, Grant, Permission, Selector, TokenScope};
use super::role::{CacheRole, FunctionRole, TopicRole};
use crate::codec::json::{push_hex, write_string};

/// The description of a super-user's permissions.
pub(crate) const SUPER_USER: &str = "Do anything in the whole account (super-user).";

impl TokenScope {
    /// One English sentence for each permission, in order.
    pub fn describe(&self) -> Vec<String> {
        self.permissions().iter().map(Permission::describe).collect()
    }
}

impl Grant {
    /// Like [`TokenScope::describe`]; for a super-user, a single sentence.
    pub fn describe(&self) -> Vec<String> {
        match self {
            Grant::SuperUser => vec![SUPER_USER.into()],
            Grant::Scope(scope) => scope.describe(),
        }
    }
}

impl Permission {
    /// The permission as a sentence.
    pub(crate) fn describe(&self) -> String {
        self.describe_with(quote)
    }

    /// Like [`Permission::describe`], but for messages that end up in logs: does not show names that may be
    /// credentials.
    #[cfg(feature = "refresh")]
    pub(crate) fn describe_for_log(&self) -> String {
        use crate::codec::quote;
        self.describe_with(|name| if quote::is_quotable(name) { quote(name) } else { "(not shown)".into() })
    }

    fn describe_with(&self, quote: fn(&[u8]) -> String) -> String {
        let caches = match self.cache() {
            CacheSelector::All => "all caches".into(),
            CacheSelector::Name(name) => format!("cache {}", quote(name.as_bytes())),
        };
        let (verb, one, several, name) = match self {
            Permission::Cache { role: CacheRole::ReadWrite, .. } => ("Read and write", "item", "items", "key"),
            Permission::Cache { role: CacheRole::ReadOnly, .. } => ("Read", "item", "items", "key"),
            Permission::Cache { role: CacheRole::WriteOnly, .. } => ("Write", "item", "items", "key"),
            Permission::Topic { role: TopicRole::PublishSubscribe, .. } => {
                ("Publish and subscribe to", "topic", "topics", "name")
            }
            Permission::Topic { role: TopicRole::SubscribeOnly, .. } => ("Subscribe to", "topic", "topics", "name"),
            Permission::Topic { role: TopicRole::PublishOnly, .. } => ("Publish to", "topic", "topics", "name"),
            Permission::Function { role: FunctionRole::PermitNone, .. } => {
                ("No access to", "function", "functions", "name")
            }
            Permission::Function { role: FunctionRole::Invoke, .. } => ("Invoke", "function", "functions", "name"),
        };
        match self.selector() {
            None | Some(Selector::All) => format!("{verb} all {several} in {caches}."),
            Some(Selector::One(selected)) => format!("{verb} {one} {} in {caches}.", quote(selected)),
            Some(Selector::Prefix(prefix)) => {
                format!("{verb} {several} in {caches} whose {name} starts with {}.", quote(prefix))
            }
        }
    }
}

/// A name or key: in quotes if it is text, otherwise in hexadecimal.
fn quote(name: &[u8]) -> String {
    let mut out = String::new();
    match std::str::from_utf8(name) {
        Ok(text) => write_string(&mut out, text),
        Err(_) => {
            out.push_str("0x");
            for byte in name {
                push_hex(&mut out, *byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::model::ItemSelector;
    #[cfg(feature = "refresh")]
    use super::super::model::NameSelector;
    use super::*;

    #[test]
    fn describes_each_permission_in_a_sentence() {
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

    #[test]
    #[cfg(feature = "refresh")]
    fn log_descriptions_hide_possible_credentials() {
        let permission = |cache: &str, topic: &str| Permission::Topic {
            role: TopicRole::SubscribeOnly,
            cache: CacheSelector::Name(cache.into()),
            topic: NameSelector::NamePrefix(topic.into()),
        };
        let plain = permission("a", "t");
        assert_eq!(plain.describe_for_log(), plain.describe());
        let hidden = permission("eyJhbGciOiJub25lIn0", &"t".repeat(40));
        assert_eq!(
            hidden.describe_for_log(),
            "Subscribe to topics in cache (not shown) whose name starts with (not shown)."
        );
    }
}
