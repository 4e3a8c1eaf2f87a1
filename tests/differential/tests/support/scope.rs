//! Random scopes, and the message that each of them is.

use super::{key, name, pick};
use fastrand::Rng;
use momento_protos::permission_messages::{
    ExplicitPermissions, Permissions, PermissionsType, permissions::Kind as Granted, permissions_type as parts,
    permissions_type::Kind,
};
use momento_token_wasm::scope::{
    CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};

/// One to twenty permissions.
pub(crate) fn random(random: &mut Rng) -> Vec<Permission> {
    (0..random.usize(1..=20)).map(|_| permission(random)).collect()
}

fn permission(random: &mut Rng) -> Permission {
    let cache = if random.u8(0..4) == 0 { CacheSelector::All } else { CacheSelector::Name(name(random)) };
    match random.u8(0..3) {
        0 => Permission::Cache {
            role: pick(random, &[CacheRole::ReadWrite, CacheRole::ReadOnly, CacheRole::WriteOnly]),
            cache,
            item: match random.u8(0..4) {
                0 => None,
                1 => Some(ItemSelector::All),
                2 => Some(ItemSelector::Key(key(random))),
                _ => Some(ItemSelector::KeyPrefix(key(random))),
            },
        },
        1 => Permission::Topic {
            role: pick(random, &[TopicRole::PublishSubscribe, TopicRole::SubscribeOnly, TopicRole::PublishOnly]),
            cache,
            topic: names(random),
        },
        _ => Permission::Function {
            role: pick(random, &[FunctionRole::PermitNone, FunctionRole::Invoke]),
            cache,
            function: names(random),
        },
    }
}

fn names(random: &mut Rng) -> NameSelector {
    match random.u8(0..3) {
        0 => NameSelector::All,
        1 => NameSelector::Name(name(random)),
        _ => NameSelector::NamePrefix(name(random)),
    }
}

/// The message by its generated types.
pub(crate) fn to_message(scope: &TokenScope) -> Permissions {
    let permissions =
        scope.permissions().iter().map(|permission| PermissionsType { kind: Some(kind_of(permission)) }).collect();
    Permissions { kind: Some(Granted::Explicit(ExplicitPermissions { permissions })) }
}

fn kind_of(permission: &Permission) -> Kind {
    match permission.clone() {
        Permission::Cache { role, cache, item } => {
            use parts::{CacheItemSelector, cache_item_selector::Kind as Key, cache_permissions as oneof};
            let key = |key| oneof::CacheItem::ItemSelector(CacheItemSelector { kind: Some(key) });
            Kind::CachePermissions(parts::CachePermissions {
                role: role as i32,
                cache: Some(match cache_of(cache) {
                    None => oneof::Cache::AllCaches(parts::All {}),
                    Some(selector) => oneof::Cache::CacheSelector(selector),
                }),
                cache_item: item.map(|item| match item {
                    ItemSelector::All => oneof::CacheItem::AllItems(parts::All {}),
                    ItemSelector::Key(bytes) => key(Key::Key(bytes)),
                    ItemSelector::KeyPrefix(bytes) => key(Key::KeyPrefix(bytes)),
                }),
            })
        }
        Permission::Topic { role, cache, topic } => {
            use parts::{TopicSelector, topic_permissions as oneof, topic_selector::Kind as Name};
            let name = |name| oneof::Topic::TopicSelector(TopicSelector { kind: Some(name) });
            Kind::TopicPermissions(parts::TopicPermissions {
                role: role as i32,
                cache: Some(match cache_of(cache) {
                    None => oneof::Cache::AllCaches(parts::All {}),
                    Some(selector) => oneof::Cache::CacheSelector(selector),
                }),
                topic: Some(match topic {
                    NameSelector::All => oneof::Topic::AllTopics(parts::All {}),
                    NameSelector::Name(text) => name(Name::TopicName(text)),
                    NameSelector::NamePrefix(text) => name(Name::TopicNamePrefix(text)),
                }),
            })
        }
        Permission::Function { role, cache, function } => {
            use parts::{FunctionSelector, function_permissions as oneof, function_selector::Kind as Name};
            let name = |name| oneof::Function::FunctionSelector(FunctionSelector { kind: Some(name) });
            Kind::FunctionPermissions(parts::FunctionPermissions {
                role: role as i32,
                cache: Some(match cache_of(cache) {
                    None => oneof::Cache::AllCaches(parts::All {}),
                    Some(selector) => oneof::Cache::CacheSelector(selector),
                }),
                function: Some(match function {
                    NameSelector::All => oneof::Function::AllFunctions(parts::All {}),
                    NameSelector::Name(text) => name(Name::FunctionName(text)),
                    NameSelector::NamePrefix(text) => name(Name::FunctionNamePrefix(text)),
                }),
            })
        }
    }
}

fn cache_of(cache: CacheSelector) -> Option<parts::CacheSelector> {
    match cache {
        CacheSelector::All => None,
        CacheSelector::Name(name) => {
            Some(parts::CacheSelector { kind: Some(parts::cache_selector::Kind::CacheName(name)) })
        }
    }
}
