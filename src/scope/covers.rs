//! Comparison of what scopes permit, and of a scope with one action.

use super::action::{Act, Action};
#[cfg(feature = "refresh")]
use super::model::Permission;
use super::model::{Grant, TokenScope};
use super::parts::Parts;

/// Is every action that `requested` permits also permitted by `granted`?
///
/// Unions are seen through, one kind of access at a time: read-only and write-only together allow reads and writes, but
/// not conditional writes, so they do not cover read-write. A prefix is covered by a prefix of itself. An answer of
/// `true` is always right; `false` is wrong only for a grant that spells out a prefix by all of its 256 extensions.
pub fn covers(granted: &Grant, requested: &TokenScope) -> bool {
    match granted {
        Grant::SuperUser => true,
        Grant::Scope(scope) => within(&scope.parts(), &requested.parts()),
    }
}

/// The permissions of `of` that those in `by` do not cover.
#[cfg(feature = "refresh")]
pub(crate) fn uncovered<'a>(of: &'a [Permission], by: &[Permission]) -> impl Iterator<Item = &'a Permission> {
    let by: Vec<_> = by.iter().map(Permission::parts).collect();
    of.iter().filter(move |permission| !within(&by, &[permission.parts()]))
}

/// As [`covers`], of permissions taken apart.
pub(crate) fn within(granted: &[Parts<'_>], requested: &[Parts<'_>]) -> bool {
    requested.iter().all(|wanted| is_granted(granted, wanted, wanted.access()))
}

/// Are all of these kinds of access permitted to whatever `wanted` names? Each must be granted over the whole of it.
fn is_granted(granted: &[Parts<'_>], wanted: &Parts<'_>, access: u8) -> bool {
    let held = |all, held: &Parts<'_>| if held.contains(wanted) { all | held.access() } else { all };
    access & !granted.iter().fold(0, held) == 0
}

/// May a holder of `granted` do this? Any permission that matches grants.
///
/// ```
/// use momento_token_wasm::scope::{Action, CacheAccess, Grant, TokenScope, allows};
///
/// let scope = TokenScope::from_json(r#"{"permissions":[{"role":"writeonly","cache":"chat","item":{"keyPrefix":"room-"}}]}"#)?;
/// let act = |access, key| Action::cache(access, "chat", key);
/// let grant = Grant::Scope(scope);
/// assert!(allows(&grant, &act(CacheAccess::Write, "room-7")));
/// assert!(!allows(&grant, &act(CacheAccess::Write, "user-7")));
/// assert!(!allows(&grant, &act(CacheAccess::ConditionalWrite, "room-7")));
/// # Ok::<(), momento_token_wasm::scope::ScopeError>(())
/// ```
pub fn allows(granted: &Grant, action: &Action) -> bool {
    match granted {
        Grant::SuperUser => true,
        Grant::Scope(scope) => is_allowed(&scope.parts(), &action.act()),
    }
}

/// As [`allows`], of permissions taken apart.
pub(crate) fn is_allowed(granted: &[Parts<'_>], act: &Act<'_>) -> bool {
    is_granted(granted, &act.parts, act.access)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::parts::Kind;
    use crate::scope::{
        CacheAccess, CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TopicAccess,
        TopicRole,
    };
    use proptest::prelude::*;

    fn scope(permissions: &str) -> TokenScope {
        TokenScope::from_json(&format!(r#"{{"permissions":[{permissions}]}}"#)).unwrap()
    }

    fn check(granted: &str, requested: &str) -> bool {
        covers(&Grant::Scope(scope(granted)), &scope(requested))
    }

    const ALL: &str = r#"{"role":"readwrite","cache":{"all":"caches"},"item":{"all":"items"}}"#;
    const PLAIN: &str = r#"{"role":"readwrite","cache":"a"}"#;
    const READ_ONLY: &str = r#"{"role":"readonly","cache":"a"}"#;
    const WRITE_ONLY: &str = r#"{"role":"writeonly","cache":"a"}"#;
    const PREFIX: &str = r#"{"role":"readonly","cache":"a","item":{"keyPrefix":"u-"}}"#;
    const LONGER: &str = r#"{"role":"readonly","cache":"a","item":{"keyPrefix":"u-1"}}"#;
    const KEY: &str = r#"{"role":"readonly","cache":"a","item":"u-1"}"#;
    const TOPIC: &str = r#"{"role":"subscribeonly","cache":"a","topic":"u-1"}"#;

    #[test]
    fn covers_what_it_contains_and_no_more() {
        for wider in [ALL, PLAIN, READ_ONLY, PREFIX, LONGER, KEY] {
            assert!(check(wider, KEY), "{wider}");
        }
        assert!(check(PREFIX, LONGER));
        assert!(!check(LONGER, PREFIX));
        assert!(!check(KEY, LONGER));
        assert!(!check(PREFIX, READ_ONLY));
        assert!(!check(PLAIN, ALL));
        assert!(!check(ALL, TOPIC));
        assert!(covers(&Grant::SuperUser, &scope(TOPIC)));
    }

    #[test]
    fn a_union_covers_each_access_but_not_conditional_writes() {
        let both = format!("{READ_ONLY},{WRITE_ONLY}");
        assert!(check(&both, &both));
        assert!(!check(&both, PLAIN));
        assert!(check(PLAIN, &both));
        let topics =
            r#"{"role":"subscribeonly","cache":"a","topic":"t"},{"role":"publishonly","cache":"a","topic":"t"}"#;
        assert!(check(topics, r#"{"role":"publishsubscribe","cache":"a","topic":"t"}"#));
    }

    #[test]
    fn a_permission_for_nothing_is_always_covered() {
        assert!(check(KEY, r#"{"role":"functionpermitnone","cache":"a","func":"f"}"#));
        assert!(!check(KEY, r#"{"role":"functioninvoke","cache":"a","func":"f"}"#));
    }

    /// Names and caches that permissions are drawn from.
    const NAMES: [&str; 6] = ["a", "b", "aa", "ab", "ba", "bb"];
    const CACHES: [&str; 2] = ["a", "b"];

    fn permission() -> impl Strategy<Value = Permission> {
        let cache = || {
            prop_oneof![
                Just(CacheSelector::All),
                prop::sample::select(&CACHES[..]).prop_map(|name| CacheSelector::Name(name.into())),
            ]
        };
        let name = || prop::sample::select(&NAMES[..]).prop_map(String::from);
        let names = move || {
            prop_oneof![
                Just(NameSelector::All),
                name().prop_map(NameSelector::Name),
                name().prop_map(NameSelector::NamePrefix),
            ]
        };
        let items = prop_oneof![
            Just(None),
            Just(Some(ItemSelector::All)),
            name().prop_map(|key| Some(ItemSelector::Key(key.into_bytes()))),
            name().prop_map(|prefix| Some(ItemSelector::KeyPrefix(prefix.into_bytes()))),
        ];
        let cache_role = prop::sample::select(vec![CacheRole::ReadWrite, CacheRole::ReadOnly, CacheRole::WriteOnly]);
        let topic_role =
            prop::sample::select(vec![TopicRole::PublishSubscribe, TopicRole::SubscribeOnly, TopicRole::PublishOnly]);
        let function_role = prop::sample::select(vec![FunctionRole::PermitNone, FunctionRole::Invoke]);
        prop_oneof![
            4 => (cache_role, cache(), items).prop_map(|(role, cache, item)| Permission::Cache { role, cache, item }),
            2 => (topic_role, cache(), names()).prop_map(|(role, cache, topic)| Permission::Topic { role, cache, topic }),
            1 => (function_role, cache(), names())
                .prop_map(|(role, cache, function)| Permission::Function { role, cache, function }),
        ]
    }

    fn any_scope(most: usize) -> impl Strategy<Value = TokenScope> {
        prop::collection::vec(permission(), 1..=most).prop_map(|list| TokenScope::new(list).unwrap())
    }

    /// Every action in a small world, which holds a letter and a cache more than any permission names: so no union of
    /// names makes up all of them.
    fn world() -> Vec<Action> {
        let letters = ["a", "b", "z"];
        let mut names: Vec<String> = letters.iter().map(|letter| String::from(*letter)).collect();
        for length in 1..3 {
            let shorter: Vec<_> = names.iter().filter(|name| name.len() == length).cloned().collect();
            names.extend(shorter.iter().flat_map(|name| letters.iter().map(move |letter| format!("{name}{letter}"))));
        }
        let mut world = Vec::new();
        for cache in ["a", "b", "z"].map(String::from) {
            for name in &names {
                for access in [CacheAccess::Read, CacheAccess::Write, CacheAccess::ConditionalWrite] {
                    world.push(Action::cache(access, &cache[..], &name[..]));
                }
                for access in [TopicAccess::Publish, TopicAccess::Subscribe] {
                    world.push(Action::topic(access, &cache[..], &name[..]));
                }
                world.push(Action::function(&cache[..], &name[..]));
            }
        }
        world
    }

    /// What one permission allows, written down a second time and as plainly as can be.
    fn oracle(permission: &Permission, action: &Action) -> bool {
        let in_cache = |selector: &CacheSelector| match selector {
            CacheSelector::All => true,
            CacheSelector::Name(name) => name.as_bytes() == action.cache,
        };
        let named = |selector: &NameSelector| match selector {
            NameSelector::All => true,
            NameSelector::Name(name) => name.as_bytes() == action.name,
            NameSelector::NamePrefix(prefix) => action.name.starts_with(prefix.as_bytes()),
        };
        match (permission, action.kind) {
            (Permission::Cache { role, cache, item }, Kind::Item) => {
                let role = match role {
                    CacheRole::ReadWrite => true,
                    CacheRole::ReadOnly => action.access == CacheAccess::Read as u8,
                    CacheRole::WriteOnly => action.access == CacheAccess::Write as u8,
                };
                let item = match item {
                    None | Some(ItemSelector::All) => true,
                    Some(ItemSelector::Key(key)) => *key == action.name,
                    Some(ItemSelector::KeyPrefix(prefix)) => action.name.starts_with(prefix),
                };
                role && item && in_cache(cache)
            }
            (Permission::Topic { role, cache, topic }, Kind::Topic) => {
                let role = match role {
                    TopicRole::PublishSubscribe => true,
                    TopicRole::SubscribeOnly => action.access == TopicAccess::Subscribe as u8,
                    TopicRole::PublishOnly => action.access == TopicAccess::Publish as u8,
                };
                role && named(topic) && in_cache(cache)
            }
            (Permission::Function { role, cache, function }, Kind::Function) => {
                *role == FunctionRole::Invoke && named(function) && in_cache(cache)
            }
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn allows_what_any_permission_allows(scope in any_scope(4)) {
            let granted = Grant::Scope(scope.clone());
            for action in world() {
                let expected = scope.permissions().iter().any(|permission| oracle(permission, &action));
                prop_assert_eq!(allows(&granted, &action), expected, "{:?}", action);
                prop_assert!(allows(&Grant::SuperUser, &action));
            }
        }

        #[test]
        fn covers_exactly_when_every_action_is_covered(granted in any_scope(6), requested in any_scope(2)) {
            let (granted, wanted) = (Grant::Scope(granted), Grant::Scope(requested.clone()));
            let expected = world().iter().all(|action| !allows(&wanted, action) || allows(&granted, action));
            prop_assert_eq!(covers(&granted, &requested), expected);
        }

        #[test]
        fn the_union_covers_its_parts_and_no_more(one in any_scope(3), other in any_scope(3)) {
            let union = TokenScope::merge([one.clone(), other.clone()], 6).unwrap();
            let granted = Grant::Scope(union.clone());
            prop_assert!(covers(&granted, &one) && covers(&granted, &other));
            let (one, other) = (Grant::Scope(one), Grant::Scope(other));
            for action in world() {
                prop_assert_eq!(allows(&granted, &action), allows(&one, &action) || allows(&other, &action));
            }
            prop_assert_eq!(TokenScope::merge([union.clone(), union.clone()], 6), Ok(union));
        }
    }
}
