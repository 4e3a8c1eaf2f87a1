//! An action of a token's holder.

use super::role::{CacheAccess, TopicAccess};

/// An action to be checked by [`allows`](super::allows): one kind of access to one item, topic or function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Access to an item.
    Cache {
        /// The kind of access.
        access: CacheAccess,
        /// The cache's name.
        cache: String,
        /// The item's key.
        key: Vec<u8>,
    },
    /// Access to a topic.
    Topic {
        /// The kind of access.
        access: TopicAccess,
        /// The cache's name.
        cache: String,
        /// The topic's name.
        topic: String,
    },
    /// Invocation of a function.
    Function {
        /// The cache's name.
        cache: String,
        /// The function's name.
        function: String,
    },
}

impl Action {
    /// Access to the item with this key.
    pub fn cache(access: CacheAccess, cache: impl Into<String>, key: impl Into<Vec<u8>>) -> Self {
        Action::Cache { access, cache: cache.into(), key: key.into() }
    }

    /// Access to the topic with this name.
    pub fn topic(access: TopicAccess, cache: impl Into<String>, topic: impl Into<String>) -> Self {
        Action::Topic { access, cache: cache.into(), topic: topic.into() }
    }

    /// Invocation of the function with this name.
    pub fn function(cache: impl Into<String>, function: impl Into<String>) -> Self {
        Action::Function { cache: cache.into(), function: function.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Problem;
    use super::*;

    #[test]
    fn reads_each_type() {
        let cache = Action::from_json(r#"{"type":"cache","access":"read","cache":"a","key":"k"}"#);
        assert_eq!(cache, Ok(Action::cache(CacheAccess::Read, "a", "k")));
        let topic = Action::from_json(r#"{"topic":"t","cache":"a","access":"publish","type":"topic"}"#);
        assert_eq!(topic, Ok(Action::topic(TopicAccess::Publish, "a", "t")));
        let function = Action::from_json(r#"{"type":"function","access":"invoke","cache":"a","func":"f"}"#);
        assert_eq!(function, Ok(Action::function("a", "f")));
    }

    #[test]
    fn reads_each_access() {
        for (text, access) in [
            ("read", CacheAccess::Read),
            ("write", CacheAccess::Write),
            ("conditional-write", CacheAccess::ConditionalWrite),
        ] {
            let action = Action::from_json(&format!(r#"{{"type":"cache","access":"{text}","cache":"a","key":" "}}"#));
            assert_eq!(action, Ok(Action::cache(access, "a", " ")));
        }
        for (text, access) in [("publish", TopicAccess::Publish), ("subscribe", TopicAccess::Subscribe)] {
            let action = Action::from_json(&format!(r#"{{"type":"topic","access":"{text}","cache":"a","topic":"t"}}"#));
            assert_eq!(action, Ok(Action::topic(access, "a", "t")));
        }
    }

    #[test]
    fn rejects_invalid_actions() {
        let cases = [
            (
                r#"{"type":"cache","access":"read","cache":"a","key":""}"#,
                "action.key: expected a name or a key, found a blank one",
            ),
            (r#"{"cache":5}"#, "action.cache: expected a string, found a number"),
            (r#"{"key":[107]}"#, "action.key: expected a string, found an array"),
            (r#"{"cache":"a","cache":"a"}"#, r#"action: unknown or repeated field "cache""#),
            (r#"{"key":"a","key":"a"}"#, r#"action: unknown or repeated field "key""#),
            (r#"{"key":"a","topic":"a"}"#, r#"action: unknown or repeated field "topic""#),
            (r#"{"keys":"a"}"#, r#"action: unknown or repeated field "keys""#),
            (r#"[]"#, "action: expected an object, found an array"),
            (r#"{"type":"cache""#, "action: expected JSON with ',' or '}' at byte 15"),
        ];
        for (text, expected) in cases {
            let error = Action::from_json(text).unwrap_err();
            assert_eq!((error.code(), &*error.message()), ("ERR_ARGUMENT", expected), "{text}");
        }
        for text in [
            "{}",
            r#"{"cache":"a"}"#,
            r#"{"type":"cache","access":"read","key":"k"}"#,
            r#"{"type":"cache","access":"read","cache":"a"}"#,
            r#"{"type":"cache","access":"publish","cache":"a","key":"k"}"#,
            r#"{"type":"topic","access":"read","cache":"a","topic":"t"}"#,
            r#"{"type":"function","access":"read","cache":"a","func":"f"}"#,
            r#"{"type":"topic","access":"publish","cache":"a","key":"k"}"#,
            r#"{"type":"cache","cache":"a","key":"k"}"#,
        ] {
            let error = Action::from_json(text).unwrap_err();
            let expected = format!("action: {}", Problem::NotAnAction);
            assert_eq!((error.code(), error.message()), ("ERR_ARGUMENT", expected), "{text}");
        }
        for text in [
            r#"{"type":"cache","access":"read","cache":" ","key":"k"}"#,
            r#"{"type":"cache","access":"read","cache":"a","key":"k","topic":"t"}"#,
            r#"{"type":"cache","access":"read","cache":"a","key":"k"} x"#,
        ] {
            assert!(Action::from_json(text).is_err(), "{text}");
        }
    }
}
