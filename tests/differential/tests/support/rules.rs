//! Random `permission_rules.PermissionSet`s, of every kind of rule.

use super::{key, name};
use fastrand::Rng;
use momento_protos::permission_rules::{
    All, CacheItemSelector, CacheSelector, Condition, ExplicitPermissions, IpFilter, PermissionSet, Rule,
    TopicSelector, cache_item_selector, cache_selector, condition, ip_filter, permission_set::Kind, rule,
    topic_selector,
};

pub(crate) fn random(random: &mut Rng) -> PermissionSet {
    let kind = match random.u8(0..20) {
        0 => None,
        1..3 => Some(Kind::SuperUser(i32::from(random.u8(0..6) == 0))),
        _ => {
            let rules = (0..random.usize(0..5)).map(|_| Rule { kind: rule(random) }).collect();
            Some(Kind::Explicit(ExplicitPermissions { rules }))
        }
    };
    let range =
        |random: &mut Rng| ip_filter::CidrRange { range: Some(ip_filter::cidr_range::Range::Ipv4(name(random))) };
    let conditions = match random.u8(0..4) {
        0 => vec![Condition { condition: None }],
        1 => {
            let filter = IpFilter { allowed_cidr_ranges: vec![range(random)] };
            vec![Condition { condition: Some(condition::Condition::IpFilter(filter)) }]
        }
        _ => Vec::new(),
    };
    PermissionSet { conditions, kind }
}

/// Unrestricted super-user: the one value that both messages write alike and mean alike.
pub(crate) fn is_super_user(set: &PermissionSet) -> bool {
    set.conditions.is_empty() && set.kind == Some(Kind::SuperUser(0))
}

fn rule(random: &mut Rng) -> Option<rule::Kind> {
    let permissions: Vec<i32> = (0..random.usize(0..4)).map(|_| random.i32(0..4)).collect();
    let all = random.bool();
    let cache = CacheSelector { kind: Some(cache_selector::Kind::CacheName(name(random))) };
    Some(match random.u8(0..8) {
        0 => rule::Kind::AccountManagementRule(rule::AccountManagementRule { permissions }),
        1 => rule::Kind::AuthManagementRule(rule::AuthManagementRule {
            permissions,
            auth_items: all.then_some(rule::auth_management_rule::AuthItems::AllItems(All {})),
        }),
        2 => rule::Kind::ResourceManagementRule(rule::ResourceManagementRule {
            permissions,
            resources: all.then_some(rule::resource_management_rule::Resources::AllResources(All {})),
        }),
        3 => {
            let item = CacheItemSelector { kind: Some(cache_item_selector::Kind::Key(key(random))) };
            use rule::cache_rule as oneof;
            rule::Kind::CacheRule(rule::CacheRule {
                permissions,
                cache: Some(if all { oneof::Cache::AllCaches(All {}) } else { oneof::Cache::CacheSelector(cache) }),
                cache_item: random.bool().then_some(oneof::CacheItem::ItemSelector(item)),
            })
        }
        4 => {
            let topic = TopicSelector { kind: Some(topic_selector::Kind::TopicName(name(random))) };
            use rule::topic_rule as oneof;
            rule::Kind::TopicRule(rule::TopicRule {
                permissions,
                cache: Some(if all { oneof::Cache::AllCaches(All {}) } else { oneof::Cache::CacheSelector(cache) }),
                topic: Some(oneof::Topic::TopicSelector(topic)),
            })
        }
        5 => rule::Kind::StorageRule(rule::StoreRule {
            permissions,
            store: Some(rule::store_rule::Store::AllStores(All {})),
            store_item: all.then_some(rule::store_rule::StoreItem::AllItems(All {})),
        }),
        6 => rule::Kind::FunctionRule(rule::FunctionRule {
            permissions,
            cache: Some(rule::function_rule::Cache::AllCaches(All {})),
            function: all.then_some(rule::function_rule::Function::AllFunctions(All {})),
        }),
        _ if all => rule::Kind::DatabaseRule(rule::DatabaseRule::default()),
        _ => return None,
    })
}
