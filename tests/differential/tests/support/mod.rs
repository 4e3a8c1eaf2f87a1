//! Seeded cases, and what a message means by its generated types.

pub(crate) mod message;
pub(crate) mod rules;
pub(crate) mod scope;

use base64::{Engine, engine::general_purpose::STANDARD};
use fastrand::Rng;
use momento_protos::permission_messages::{
    Permissions, permissions::Kind as Granted, permissions_type as parts, permissions_type::Kind,
};
use momento_token_wasm::scope::{
    CacheRole, CacheSelector, FunctionRole, Grant, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};

/// How many cases there were, and how many were understood.
pub(crate) struct Count {
    pub(crate) total: u64,
    pub(crate) understood: u64,
}

impl Count {
    /// The cases are worth their name only where some are understood and some refused.
    pub(crate) fn both_happen(&self) {
        assert!(self.understood > self.total / 100 && self.understood < self.total * 99 / 100, "{}", self.understood);
    }
}

/// Prints the failed case when dropped during a panic.
struct Name(String);

impl Drop for Name {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

/// Runs so many cases, each with a generator of its own; the case says whether its input was understood.
pub(crate) fn cases(what: &str, total: u64, case: impl Fn(&mut Rng) -> bool) -> Count {
    let seed: u64 = std::env::var("DIFF_SEED").map_or(1, |seed| seed.parse().expect("DIFF_SEED is a number"));
    let mut understood = 0;
    for index in 0..total {
        let _name = Name(format!("failed: {what}, DIFF_SEED={seed}, case {index}"));
        understood += u64::from(case(&mut Rng::with_seed(seed ^ index << 32)));
    }
    println!("{what}: {total} cases, {understood} understood, DIFF_SEED={seed}");
    Count { total, understood }
}

pub(crate) fn base64_of(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn bytes_of(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

pub(crate) fn pick<T: Clone>(random: &mut Rng, from: &[T]) -> T {
    from[random.usize(0..from.len())].clone()
}

/// A name or key that is not blank; now and then long, or far from ASCII.
pub(crate) fn name(random: &mut Rng) -> String {
    match random.u8(0..8) {
        0 => pick(random, &["*", "all", "é", "\u{1f600}", "a b", "\0", "\u{feff}x", "{\"a\":1}"]).into(),
        1 => "n".repeat(random.usize(100..400)),
        _ => (0..random.usize(1..12)).map(|_| random.alphanumeric()).collect(),
    }
}

pub(crate) fn key(random: &mut Rng) -> Vec<u8> {
    if random.bool() { name(random).into_bytes() } else { (0..random.usize(1..20)).map(|_| random.u8(..)).collect() }
}

/// What a message grants; `None` where any part of it is unset, none, unknown or blank.
pub(crate) fn grant_of(message: &Permissions) -> Option<Grant> {
    let list = match message.kind.as_ref()? {
        Granted::SuperUser(0) => return Some(Grant::SuperUser),
        Granted::SuperUser(_) => return None,
        Granted::Explicit(explicit) => &explicit.permissions,
    };
    let permissions = list.iter().map(|entry| permission_of(entry.kind.as_ref()?)).collect::<Option<Vec<_>>>()?;
    TokenScope::with_limit(permissions, usize::MAX).ok().map(Grant::Scope)
}

fn permission_of(kind: &Kind) -> Option<Permission> {
    Some(match kind {
        Kind::CachePermissions(cache) => {
            use parts::{cache_item_selector::Kind as Key, cache_permissions as oneof};
            Permission::Cache {
                role: match cache.role {
                    1 => CacheRole::ReadWrite,
                    2 => CacheRole::ReadOnly,
                    3 => CacheRole::WriteOnly,
                    _ => return None,
                },
                cache: match cache.cache.as_ref()? {
                    oneof::Cache::AllCaches(_) => CacheSelector::All,
                    oneof::Cache::CacheSelector(selector) => cache_of(selector)?,
                },
                item: match &cache.cache_item {
                    None => None,
                    Some(oneof::CacheItem::AllItems(_)) => Some(ItemSelector::All),
                    Some(oneof::CacheItem::ItemSelector(selector)) => Some(match selector.kind.clone()? {
                        Key::Key(key) => ItemSelector::Key(key),
                        Key::KeyPrefix(prefix) => ItemSelector::KeyPrefix(prefix),
                    }),
                },
            }
        }
        Kind::TopicPermissions(topic) => {
            use parts::{topic_permissions as oneof, topic_selector::Kind as Name};
            Permission::Topic {
                role: match topic.role {
                    1 => TopicRole::PublishSubscribe,
                    2 => TopicRole::SubscribeOnly,
                    3 => TopicRole::PublishOnly,
                    _ => return None,
                },
                cache: match topic.cache.as_ref()? {
                    oneof::Cache::AllCaches(_) => CacheSelector::All,
                    oneof::Cache::CacheSelector(selector) => cache_of(selector)?,
                },
                topic: match topic.topic.as_ref()? {
                    oneof::Topic::AllTopics(_) => NameSelector::All,
                    oneof::Topic::TopicSelector(selector) => match selector.kind.clone()? {
                        Name::TopicName(name) => NameSelector::Name(name),
                        Name::TopicNamePrefix(prefix) => NameSelector::NamePrefix(prefix),
                    },
                },
            }
        }
        Kind::FunctionPermissions(function) => {
            use parts::{function_permissions as oneof, function_selector::Kind as Name};
            Permission::Function {
                role: match function.role {
                    0 => FunctionRole::PermitNone,
                    1 => FunctionRole::Invoke,
                    _ => return None,
                },
                cache: match function.cache.as_ref()? {
                    oneof::Cache::AllCaches(_) => CacheSelector::All,
                    oneof::Cache::CacheSelector(selector) => cache_of(selector)?,
                },
                function: match function.function.as_ref()? {
                    oneof::Function::AllFunctions(_) => NameSelector::All,
                    oneof::Function::FunctionSelector(selector) => match selector.kind.clone()? {
                        Name::FunctionName(name) => NameSelector::Name(name),
                        Name::FunctionNamePrefix(prefix) => NameSelector::NamePrefix(prefix),
                    },
                },
            }
        }
    })
}

fn cache_of(selector: &parts::CacheSelector) -> Option<CacheSelector> {
    let parts::cache_selector::Kind::CacheName(name) = selector.kind.clone()?;
    Some(CacheSelector::Name(name))
}
