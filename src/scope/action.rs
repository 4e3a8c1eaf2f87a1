//! One thing that a holder of a token would do.

use super::error::ScopeError;
use super::parts::{Kind, Parts, Selects};
use super::read::Draft;
use crate::codec::json::Reader;

/// What may be asked of [`allows`](super::allows): one access to one item, topic or function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Action {
    pub(super) kind: Kind,
    /// One bit; see `Role::access`.
    pub(super) access: u8,
    pub(super) cache: Vec<u8>,
    pub(super) name: Vec<u8>,
}

/// What may be done to an item; one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheAccess {
    /// To get it.
    Read = 1,
    /// To set or delete it, whatever it was.
    Write = 2,
    /// A write that depends on what is there (`SetIfNotExists`, `IncreaseTTL`) or returns what it changed (`Increment`,
    /// the length that `ListPushBack` answers): only `readwrite` has these.
    ConditionalWrite = 4,
}

/// What may be done to a topic; one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicAccess {
    /// To receive.
    Subscribe = 1,
    /// To send.
    Publish = 2,
}

impl Action {
    /// To get at the item of this key.
    pub fn cache(access: CacheAccess, cache: impl Into<String>, key: impl Into<Vec<u8>>) -> Self {
        Action { kind: Kind::Item, access: access as u8, cache: cache.into().into_bytes(), name: key.into() }
    }

    /// To use the topic of this name.
    pub fn topic(access: TopicAccess, cache: impl Into<String>, topic: impl Into<String>) -> Self {
        Action {
            kind: Kind::Topic,
            access: access as u8,
            cache: cache.into().into_bytes(),
            name: topic.into().into_bytes(),
        }
    }

    /// To invoke the function of this name.
    pub fn function(cache: impl Into<String>, function: impl Into<String>) -> Self {
        Action {
            kind: Kind::Function,
            access: INVOKE,
            cache: cache.into().into_bytes(),
            name: function.into().into_bytes(),
        }
    }

    /// Reads `{"type","access","cache","key"|"topic"|"func"}`, strictly; a key may be a list of bytes.
    ///
    /// # Errors
    /// `ERR_ARGUMENT`, with what was wrong.
    pub fn from_json(text: &str) -> Result<Action, ScopeError> {
        let mut draft = Draft::new(true);
        let mut reader = Reader::new(text);
        draft.action(&mut reader)?;
        reader.end().map_err(|malformed| ScopeError::from(malformed).of_action())?;
        let Act { parts, access } = draft.act();
        let cache = parts.cache.unwrap_or_default().into();
        Ok(Action { kind: parts.kind(), access, cache, name: parts.name.into() })
    }

    /// As a permission without a role, for this one alone.
    pub(super) fn act(&self) -> Act<'_> {
        let role = (self.kind as u8) << 2;
        let parts = Parts { role, cache: Some(&self.cache), selects: Selects::One, name: &self.name };
        Act { parts, access: self.access }
    }
}

/// An action, taken apart.
pub(crate) struct Act<'a> {
    /// Without a role.
    pub(super) parts: Parts<'a>,
    /// One bit; see `Role::access`.
    pub(super) access: u8,
}

/// To invoke is the one access to functions.
const INVOKE: u8 = 1;

/// What stands under `type`: one more than the [`Kind`].
pub(super) const TYPES: &str = ",cache,topic,function,";

/// What stands under `access`.
pub(super) const ACCESSES: &str = ",read,write,conditional-write,publish,subscribe,invoke,";

/// The type that each belongs to, and its bit.
pub(super) static ACCESS_TO: [(u8, u8); 7] = [
    (0, u8::MAX),
    (1, CacheAccess::Read as u8),
    (1, CacheAccess::Write as u8),
    (1, CacheAccess::ConditionalWrite as u8),
    (2, TopicAccess::Publish as u8),
    (2, TopicAccess::Subscribe as u8),
    (3, INVOKE),
];

pub(super) const EXPECTED: &str = "expected cache, and type cache with key and access read, write or conditional-write, \
    type topic with topic and access publish or subscribe, or type function with func and access invoke";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_type() {
        let cache = Action::from_json(r#"{"type":"cache","access":"read","cache":"a","key":[107,0]}"#);
        assert_eq!(cache, Ok(Action::cache(CacheAccess::Read, "a", [107, 0])));
        let topic = Action::from_json(r#"{"topic":"t","cache":"a","access":"publish","type":"topic"}"#);
        assert_eq!(topic, Ok(Action::topic(TopicAccess::Publish, "a", "t")));
        let function = Action::from_json(r#"{"type":"function","access":"invoke","cache":"a","func":"f"}"#);
        assert_eq!(function, Ok(Action::function("a", "f")));
    }

    #[test]
    fn refuses_what_is_no_action() {
        let cases = [
            (
                r#"{"type":"cache","access":"read","cache":"a","key":""}"#,
                "action.key: expected a name or a key, found a blank one",
            ),
            (r#"{"cache":5}"#, "action.cache: expected a string, found a number"),
            (r#"{"key":[256]}"#, "action.key: expected bytes, found another number"),
            (r#"{"cache":"a","cache":"a"}"#, r#"action: unknown or repeated field "cache""#),
            (r#"{"key":"a","key":"a"}"#, r#"action: unknown or repeated field "key""#),
            (r#"{"keys":"a"}"#, r#"action: unknown or repeated field "keys""#),
            (r#"[]"#, "action: expected an object, found an array"),
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
            assert_eq!((error.code(), error.message()), ("ERR_ARGUMENT", format!("action: {EXPECTED}")), "{text}");
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
