//! What the types of permission have in common: one view of all three, and one table of how each is spelled, so that each form
//! of a scope (JSON, protobuf, English, set of actions) is read and written once, not three times.

use super::action::{CacheAccess, TopicAccess};
use super::model::{CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TopicRole};
use alloc::{string::String, vec::Vec};

/// The type of a permission, by its field number in `PermissionsType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Item = 1,
    Topic = 2,
    Function = 3,
}

/// How a selector is spelled.
pub(super) struct Shape {
    /// The permission's field.
    pub(super) field: &'static str,
    /// What the `All…` constant says under `all`.
    pub(super) all: &'static str,
    /// The key that names one.
    pub(super) whole: &'static str,
    /// The key that names many by how they start; caches have none.
    pub(super) prefix: Option<&'static str>,
    /// One of them, in English.
    pub(super) noun: &'static str,
}

pub(super) static CACHE: Shape = Shape { field: "cache", all: "caches", whole: "name", prefix: None, noun: "cache" };
static ITEM: Shape = Shape { field: "item", all: "items", whole: "key", prefix: Some("keyPrefix"), noun: "item" };
static TOPIC: Shape = Shape { field: "topic", all: "topics", whole: "name", prefix: Some("namePrefix"), noun: "topic" };
static FUNCTION: Shape =
    Shape { field: "func", all: "functions", whole: "name", prefix: Some("namePrefix"), noun: "function" };

impl Kind {
    pub(super) const ALL: [Kind; 3] = [Kind::Item, Kind::Topic, Kind::Function];

    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Kind::Item => &ITEM,
            Kind::Topic => &TOPIC,
            Kind::Function => &FUNCTION,
        }
    }
}

/// A role of any kind.
pub(super) struct Role {
    pub(super) kind: Kind,
    /// On the wire.
    pub(super) number: u8,
    /// In the SDK.
    pub(super) value: &'static str,
    /// In English.
    pub(super) words: &'static str,
    /// One bit for each kind of access that it permits: [`CacheAccess`], [`TopicAccess`], or 1 to invoke.
    pub(super) access: u8,
}

const fn role(kind: Kind, number: u8, value: &'static str, words: &'static str, access: u8) -> Role {
    Role { kind, number, value, words, access }
}

const READ: u8 = CacheAccess::Read as u8;
const WRITE: u8 = CacheAccess::Write as u8;
const SUBSCRIBE: u8 = TopicAccess::Subscribe as u8;
const PUBLISH: u8 = TopicAccess::Publish as u8;

static NONE: Role = role(Kind::Function, 0, "functionpermitnone", "No access to ", 0);
static ROLES: [Role; 7] = [
    role(Kind::Item, 1, "readwrite", "Read and write ", READ | WRITE | CacheAccess::ConditionalWrite as u8),
    role(Kind::Item, 2, "readonly", "Read ", READ),
    role(Kind::Item, 3, "writeonly", "Write ", WRITE),
    role(Kind::Topic, 1, "publishsubscribe", "Publish and subscribe to ", PUBLISH | SUBSCRIBE),
    role(Kind::Topic, 2, "subscribeonly", "Subscribe to ", SUBSCRIBE),
    role(Kind::Topic, 3, "publishonly", "Publish to ", PUBLISH),
    role(Kind::Function, 1, "functioninvoke", "Invoke ", 1),
];

impl Role {
    pub(super) fn find(is: impl Fn(&Role) -> bool) -> Option<&'static Role> {
        ROLES.iter().chain([&NONE]).find(|role| is(role))
    }

    /// The role of this number, which the caller has from the model, so that there is one.
    pub(super) fn of(kind: Kind, number: u8) -> &'static Role {
        Self::find(|role| role.kind == kind && role.number == number).unwrap_or(&NONE)
    }
}

/// Items, topics or functions, by the bytes of their keys or names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names<T> {
    All,
    One(T),
    Prefix(T),
}

/// A permission, taken apart.
pub(super) struct Parts<'a> {
    pub(super) role: &'static Role,
    /// `None` is every cache.
    pub(super) cache: Option<&'a str>,
    /// `None` is the plain cache permission.
    pub(super) names: Option<Names<&'a [u8]>>,
}

impl Permission {
    pub(super) fn parts(&self) -> Parts<'_> {
        let (kind, number, cache, names) = match self {
            Permission::Cache { role, cache, item } => {
                let names = item.as_ref().map(|item| match item {
                    ItemSelector::All => Names::All,
                    ItemSelector::Key(key) => Names::One(&key[..]),
                    ItemSelector::KeyPrefix(prefix) => Names::Prefix(&prefix[..]),
                });
                (Kind::Item, *role as u8, cache, names)
            }
            Permission::Topic { role, cache, topic } => (Kind::Topic, *role as u8, cache, Some(topic.names())),
            Permission::Function { role, cache, function } => {
                (Kind::Function, *role as u8, cache, Some(function.names()))
            }
        };
        let cache = match cache {
            CacheSelector::All => None,
            CacheSelector::Name(name) => Some(&name[..]),
        };
        Parts { role: Role::of(kind, number), cache, names }
    }

    /// Puts one together. An error says what is missing or amiss.
    pub(super) fn from_parts(
        role: &Role,
        cache: CacheSelector,
        names: Option<Names<Vec<u8>>>,
    ) -> Result<Permission, &'static str> {
        if role.kind == Kind::Item {
            let item = names.map(|names| match names {
                Names::All => ItemSelector::All,
                Names::One(key) => ItemSelector::Key(key),
                Names::Prefix(prefix) => ItemSelector::KeyPrefix(prefix),
            });
            let role = match role.number {
                1 => CacheRole::ReadWrite,
                2 => CacheRole::ReadOnly,
                _ => CacheRole::WriteOnly,
            };
            return Ok(Permission::Cache { role, cache, item });
        }
        let names = match names.ok_or("a permission that names no topic or function")? {
            Names::All => NameSelector::All,
            Names::One(name) => NameSelector::Name(text(name)?),
            Names::Prefix(prefix) => NameSelector::NamePrefix(text(prefix)?),
        };
        Ok(match (role.kind, role.number) {
            (Kind::Topic, number) => {
                let role = match number {
                    1 => TopicRole::PublishSubscribe,
                    2 => TopicRole::SubscribeOnly,
                    _ => TopicRole::PublishOnly,
                };
                Permission::Topic { role, cache, topic: names }
            }
            (_, 1) => Permission::Function { role: FunctionRole::Invoke, cache, function: names },
            _ => Permission::Function { role: FunctionRole::PermitNone, cache, function: names },
        })
    }
}

fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    String::from_utf8(bytes).map_err(|_| "a name that is not UTF-8")
}

impl NameSelector {
    fn names(&self) -> Names<&[u8]> {
        match self {
            NameSelector::All => Names::All,
            NameSelector::Name(name) => Names::One(name.as_bytes()),
            NameSelector::NamePrefix(prefix) => Names::Prefix(prefix.as_bytes()),
        }
    }
}

impl CacheRole {
    /// The SDK's value: `readwrite`, `readonly` or `writeonly`.
    pub fn value(self) -> &'static str {
        Role::of(Kind::Item, self as u8).value
    }
}

impl TopicRole {
    /// The SDK's value: `publishsubscribe`, `subscribeonly` or `publishonly`.
    pub fn value(self) -> &'static str {
        Role::of(Kind::Topic, self as u8).value
    }
}

impl FunctionRole {
    /// The SDK's value: `functioninvoke` or `functionpermitnone`.
    pub fn value(self) -> &'static str {
        Role::of(Kind::Function, self as u8).value
    }
}
