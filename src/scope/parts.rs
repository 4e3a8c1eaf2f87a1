//! What the types of permission have in common: one view of all three, and one table of how each is spelled, so that
//! each form of a scope (JSON, protobuf, English, set of actions) is read and written once, not three times.

use super::action::{CacheAccess, TopicAccess};
use super::error::ScopeError;
use super::model::{CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TopicRole};
use crate::codec::words::word;

/// The type of a permission: one less than its field number in `PermissionsType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Item = 0,
    Topic = 1,
    Function = 2,
}

/// The fields of permissions, by [`Kind`].
const FIELDS: &str = "item,topic,func,";
/// What each selects one of, in English.
const ONE: &str = "item,topic,function,";
/// What the `All…` constants say under `all`, which is the plural in English: of caches, and behind that by [`Kind`].
pub(super) const ALL: &str = "caches,items,topics,functions,";

impl Kind {
    /// The permission's field.
    pub(super) fn field(self) -> &'static str {
        word(FIELDS, self as usize)
    }

    /// One of them in English.
    pub(super) fn one(self) -> &'static str {
        word(ONE, self as usize)
    }

    /// Several of them.
    pub(super) fn all(self) -> &'static str {
        word(ALL, self as usize + 1)
    }
}

/// What a permission names: the last two have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selects {
    /// Only the plain cache permission does, and it means all.
    Nothing = 0,
    All = 1,
    One = 2,
    Prefix = 3,
}

// Roles of any kind, by `Parts::role`.

/// In the SDK.
pub(super) const ROLES: &str =
    ",readwrite,readonly,writeonly,,publishsubscribe,subscribeonly,publishonly,functionpermitnone,functioninvoke,";

/// In English.
const WORDS: &str = ",Read and write,Read,Write,,Publish and subscribe to,Subscribe to,Publish to,No access to,Invoke,";

const READ: u8 = CacheAccess::Read as u8;
const WRITE: u8 = CacheAccess::Write as u8;
const SUBSCRIBE: u8 = TopicAccess::Subscribe as u8;
const PUBLISH: u8 = TopicAccess::Publish as u8;

/// One bit for each kind of access that is permitted: [`CacheAccess`], [`TopicAccess`], or 1 to invoke.
static ACCESS: [u8; 10] = [
    0,
    READ | WRITE | CacheAccess::ConditionalWrite as u8,
    READ,
    WRITE,
    0,
    PUBLISH | SUBSCRIBE,
    SUBSCRIBE,
    PUBLISH,
    0,
    1,
];

/// A permission, taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// The role's number on the wire, and four times the [`Kind`].
    pub(crate) role: u8,
    /// The cache's name, UTF-8; `None` is every cache.
    pub(crate) cache: Option<&'a [u8]>,
    pub(crate) selects: Selects,
    /// The key, name or prefix, where there is one; UTF-8 unless it is an item's.
    pub(crate) name: &'a [u8],
}

// Not inlined, for size.
impl Parts<'_> {
    #[inline(never)]
    pub(crate) fn kind(&self) -> Kind {
        match self.role >> 2 {
            0 => Kind::Item,
            1 => Kind::Topic,
            _ => Kind::Function,
        }
    }

    /// What the SDK calls the role; nothing where there is none of this number.
    pub(super) fn value(&self) -> &'static str {
        word(ROLES, self.role.into())
    }

    /// The role in English.
    pub(super) fn words(&self) -> &'static str {
        word(WORDS, self.role.into())
    }

    /// Which kinds of access the role permits.
    pub(super) fn access(&self) -> u8 {
        ACCESS.get(usize::from(self.role)).copied().unwrap_or_default()
    }

    /// Refuses names that are blank, and keys and prefixes that are empty: each would match nothing, or everything.
    pub(super) fn check(&self) -> Result<(), ScopeError> {
        let blank = "expected a name, found a blank one; use the All… constant to mean all";
        if self.cache.is_some_and(is_blank) {
            return Err(ScopeError::field("cache", blank));
        }
        if matches!(self.selects, Selects::One | Selects::Prefix) {
            match self.kind() {
                Kind::Item if self.name.is_empty() => {
                    return Err(ScopeError::field("item", "cache key or key prefix must not be empty"));
                }
                Kind::Topic | Kind::Function if is_blank(self.name) => {
                    return Err(ScopeError::field(self.kind().field(), blank));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Is whatever the other names, in whichever cache, named here as well?
    #[inline(never)]
    pub(super) fn contains(&self, other: &Parts<'_>) -> bool {
        self.kind() == other.kind()
            && (self.cache.is_none() || self.cache == other.cache)
            && match self.selects {
                Selects::Nothing | Selects::All => true,
                Selects::One => other.selects == Selects::One && other.name == self.name,
                Selects::Prefix => {
                    matches!(other.selects, Selects::One | Selects::Prefix) && other.name.starts_with(self.name)
                }
            }
    }
}

/// White space as JavaScript and Unicode each see it: a byte order mark is blank as well. Spelled out, since the
/// standard library's table is larger.
const BLANKS: &[u8] =
    "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\
    \u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}"
        .as_bytes();

/// Is there nothing else in the name? What is not UTF-8 is not blank.
pub(super) fn is_blank(mut name: &[u8]) -> bool {
    while let Some(first) = name.first() {
        let length = match first {
            ..0x80 => 1,
            0xc2 => 2,
            0xe1.. => 3,
            _ => return false,
        };
        // A character stands nowhere but where one starts.
        match name.split_at_checked(length) {
            Some((character, rest)) if BLANKS.windows(length).any(|blank| blank == character) => name = rest,
            _ => return false,
        }
    }
    true
}

impl Permission {
    pub(crate) fn parts(&self) -> Parts<'_> {
        let (kind, number, cache, (selects, name)) = match self {
            Permission::Cache { role, cache, item } => {
                let names = match item {
                    None => (Selects::Nothing, &[][..]),
                    Some(ItemSelector::All) => (Selects::All, &[][..]),
                    Some(ItemSelector::Key(key)) => (Selects::One, &key[..]),
                    Some(ItemSelector::KeyPrefix(prefix)) => (Selects::Prefix, &prefix[..]),
                };
                (Kind::Item, *role as u8, cache, names)
            }
            Permission::Topic { role, cache, topic } => (Kind::Topic, *role as u8, cache, topic.parts()),
            Permission::Function { role, cache, function } => (Kind::Function, *role as u8, cache, function.parts()),
        };
        let cache = match cache {
            CacheSelector::All => None,
            CacheSelector::Name(name) => Some(name.as_bytes()),
        };
        Parts { role: (kind as u8) << 2 | number, cache, selects, name }
    }
}

impl NameSelector {
    fn parts(&self) -> (Selects, &[u8]) {
        match self {
            NameSelector::All => (Selects::All, &[]),
            NameSelector::Name(name) => (Selects::One, name.as_bytes()),
            NameSelector::NamePrefix(prefix) => (Selects::Prefix, prefix.as_bytes()),
        }
    }
}

impl From<Parts<'_>> for Permission {
    fn from(parts: Parts<'_>) -> Self {
        let Parts { role, selects, name, .. } = parts;
        let cache = parts.cache.map_or(CacheSelector::All, |name| CacheSelector::Name(text(name)));
        if parts.kind() == Kind::Item {
            let item = match selects {
                Selects::Nothing => None,
                Selects::All => Some(ItemSelector::All),
                Selects::One => Some(ItemSelector::Key(name.into())),
                Selects::Prefix => Some(ItemSelector::KeyPrefix(name.into())),
            };
            let role = match role & 3 {
                1 => CacheRole::ReadWrite,
                2 => CacheRole::ReadOnly,
                _ => CacheRole::WriteOnly,
            };
            return Permission::Cache { role, cache, item };
        }
        let names = match selects {
            Selects::Nothing | Selects::All => NameSelector::All,
            Selects::One => NameSelector::Name(text(name)),
            Selects::Prefix => NameSelector::NamePrefix(text(name)),
        };
        if parts.kind() == Kind::Topic {
            let role = match role & 3 {
                1 => TopicRole::PublishSubscribe,
                2 => TopicRole::SubscribeOnly,
                _ => TopicRole::PublishOnly,
            };
            return Permission::Topic { role, cache, topic: names };
        }
        let role = if role & 3 == 1 { FunctionRole::Invoke } else { FunctionRole::PermitNone };
        Permission::Function { role, cache, function: names }
    }
}

/// A name, which whoever took the permission apart has seen to be UTF-8.
fn text(name: &[u8]) -> String {
    String::from(std::str::from_utf8(name).unwrap_or_default())
}

impl CacheRole {
    /// The SDK's value: `readwrite`, `readonly` or `writeonly`.
    pub fn value(self) -> &'static str {
        value(Kind::Item, self as u8)
    }
}

impl TopicRole {
    /// The SDK's value: `publishsubscribe`, `subscribeonly` or `publishonly`.
    pub fn value(self) -> &'static str {
        value(Kind::Topic, self as u8)
    }
}

impl FunctionRole {
    /// The SDK's value: `functioninvoke` or `functionpermitnone`.
    pub fn value(self) -> &'static str {
        value(Kind::Function, self as u8)
    }
}

fn value(kind: Kind, number: u8) -> &'static str {
    Parts { role: (kind as u8) << 2 | number, cache: None, selects: Selects::All, name: &[] }.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_what_unicode_and_javascript_call_white_space() {
        for character in char::MIN..=char::MAX {
            let blank = character.is_whitespace() || character == '\u{feff}';
            let mut utf8 = [0; 4];
            assert_eq!(is_blank(character.encode_utf8(&mut utf8).as_bytes()), blank, "{character:?}");
        }
        assert!(is_blank(b"") && is_blank(b" \t") && !is_blank(b" a ") && !is_blank(&[0xff]));
    }
}
