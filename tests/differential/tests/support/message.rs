//! Random messages: mostly sound, and now and then with something unset, none, unknown or blank.

use super::{key, name, pick, scope};
use fastrand::Rng;
use momento_protos::permission_messages::permissions_type as parts;
use momento_protos::permission_messages::{Permissions, permissions::Kind as Granted, permissions_type::Kind};
use momento_token_wasm::scope::TokenScope;

pub(crate) fn random(random: &mut Rng) -> Permissions {
    match random.u8(0..40) {
        0 => return Permissions { kind: None },
        1 => return Permissions { kind: Some(Granted::SuperUser(pick(random, &[0, 0, 1, -1]))) },
        _ => {}
    }
    let mut permissions = scope::random(random);
    permissions.truncate(random.usize(1..4));
    let mut message = scope::to_message(&TokenScope::new(permissions).unwrap());
    let Some(Granted::Explicit(explicit)) = &mut message.kind else { unreachable!() };
    if random.u8(0..40) == 0 {
        explicit.permissions.clear();
    }
    for entry in &mut explicit.permissions {
        if random.u8(0..3) == 0 {
            match &mut entry.kind {
                kind if random.u8(0..8) == 0 => *kind = None,
                Some(Kind::CachePermissions(cache)) => spoil_cache(cache, random),
                Some(Kind::TopicPermissions(topic)) => spoil_topic(topic, random),
                Some(Kind::FunctionPermissions(function)) => spoil_function(function, random),
                None => {}
            }
        }
    }
    message
}

fn role(random: &mut Rng) -> i32 {
    pick(random, &[0, 1, 2, 3, 4, 7, 128, -1, i32::MAX, i32::MIN])
}

fn text(random: &mut Rng) -> String {
    if random.bool() { pick(random, &["", " ", "\u{3000}", "\t"]).into() } else { name(random) }
}

fn cache_selector(random: &mut Rng) -> parts::CacheSelector {
    let kind = random.bool().then(|| parts::cache_selector::Kind::CacheName(text(random)));
    parts::CacheSelector { kind }
}

fn spoil_cache(cache: &mut parts::CachePermissions, random: &mut Rng) {
    use parts::{CacheItemSelector, cache_item_selector::Kind as Key, cache_permissions as oneof};
    match random.u8(0..6) {
        0 => cache.role = role(random),
        1 => cache.cache = None,
        2 => cache.cache = Some(oneof::Cache::CacheSelector(cache_selector(random))),
        3 => cache.cache_item = Some(oneof::CacheItem::ItemSelector(CacheItemSelector { kind: None })),
        4 => cache.cache_item = None,
        _ => {
            let bytes = if random.bool() { Vec::new() } else { key(random) };
            let kind = Some(if random.bool() { Key::Key(bytes) } else { Key::KeyPrefix(bytes) });
            cache.cache_item = Some(oneof::CacheItem::ItemSelector(CacheItemSelector { kind }));
        }
    }
}

fn spoil_topic(topic: &mut parts::TopicPermissions, random: &mut Rng) {
    use parts::{TopicSelector, topic_permissions as oneof, topic_selector::Kind as Name};
    match random.u8(0..6) {
        0 => topic.role = role(random),
        1 => topic.cache = None,
        2 => topic.cache = Some(oneof::Cache::CacheSelector(cache_selector(random))),
        3 => topic.topic = Some(oneof::Topic::TopicSelector(TopicSelector { kind: None })),
        4 => topic.topic = None,
        _ => {
            let kind =
                Some(if random.bool() { Name::TopicName(text(random)) } else { Name::TopicNamePrefix(text(random)) });
            topic.topic = Some(oneof::Topic::TopicSelector(TopicSelector { kind }));
        }
    }
}

fn spoil_function(function: &mut parts::FunctionPermissions, random: &mut Rng) {
    use parts::{FunctionSelector, function_permissions as oneof, function_selector::Kind as Name};
    match random.u8(0..6) {
        0 => function.role = role(random),
        1 => function.cache = None,
        2 => function.cache = Some(oneof::Cache::CacheSelector(cache_selector(random))),
        3 => function.function = Some(oneof::Function::FunctionSelector(FunctionSelector { kind: None })),
        4 => function.function = None,
        _ => {
            let text = text(random);
            let kind = Some(if random.bool() { Name::FunctionName(text) } else { Name::FunctionNamePrefix(text) });
            function.function = Some(oneof::Function::FunctionSelector(FunctionSelector { kind }));
        }
    }
}
