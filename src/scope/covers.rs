//! Compares what scopes permit, and checks a scope against an action.

use super::action::Action;
use super::model::{CacheSelector, Grant, ItemSelector, NameSelector, Permission, TokenScope};
use super::role::{CacheAccess, FunctionRole, TopicAccess};

/// Returns whether `granted` permits every action that `requested` permits.
///
/// Each kind of access is checked separately: read-only and write-only together allow reads and writes, but not
/// conditional writes, so they do not cover read-write. A prefix is covered by a prefix of itself. `true` is always
/// right; `false` is wrong only for a grant that lists all 256 one-byte extensions of a prefix.
pub fn covers(granted: &Grant, requested: &TokenScope) -> bool {
    match granted {
        Grant::SuperUser => true,
        Grant::Scope(scope) => uncovered(requested.permissions(), scope.permissions()).next().is_none(),
    }
}

/// The permissions in `of` that permit something that those in `by` do not.
pub(crate) fn uncovered<'a>(of: &'a [Permission], by: &[Permission]) -> impl Iterator<Item = &'a Permission> {
    of.iter().filter(|wanted| !is_covered(wanted, by))
}

/// Returns whether `granted` permits this action. One matching permission is enough.
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
        Grant::Scope(scope) => scope.permissions().iter().any(|permission| permission.allows(action)),
    }
}

/// Whether each kind of access that `wanted` permits is granted by a single permission, for everything that `wanted`
/// selects.
fn is_covered(wanted: &Permission, granted: &[Permission]) -> bool {
    match wanted {
        Permission::Cache { role, cache, item } => role
            .accesses()
            .iter()
            .all(|access| granted.iter().any(|held| held.allows_items(*access, cache, item.as_ref()))),
        Permission::Topic { role, cache, topic } => {
            role.accesses().iter().all(|access| granted.iter().any(|held| held.allows_topics(*access, cache, topic)))
        }
        Permission::Function { role: FunctionRole::PermitNone, .. } => true,
        Permission::Function { role: FunctionRole::Invoke, cache, function } => {
            granted.iter().any(|held| held.allows_functions(cache, function))
        }
    }
}

impl Permission {
    /// Whether this permits the action.
    fn allows(&self, action: &Action) -> bool {
        match (self, action) {
            (Permission::Cache { role, cache, item }, Action::Cache { access, cache: name, key }) => {
                role.accesses().contains(access)
                    && cache.matches(name)
                    && item.as_ref().is_none_or(|item| item.matches(key))
            }
            (Permission::Topic { role, cache, topic }, Action::Topic { access, cache: name, topic: wanted }) => {
                role.accesses().contains(access) && cache.matches(name) && topic.matches(wanted)
            }
            (Permission::Function { role, cache, function }, Action::Function { cache: name, function: wanted }) => {
                *role == FunctionRole::Invoke && cache.matches(name) && function.matches(wanted)
            }
            _ => false,
        }
    }

    /// Whether this permits the access to all of these items in all of these caches. No selector means all items.
    fn allows_items(&self, access: CacheAccess, caches: &CacheSelector, items: Option<&ItemSelector>) -> bool {
        match self {
            Permission::Cache { role, cache, item } => {
                role.accesses().contains(&access)
                    && cache.contains(caches)
                    && item.as_ref().is_none_or(|item| item.contains(items.unwrap_or(&ItemSelector::All)))
            }
            _ => false,
        }
    }

    /// Whether this permits the access to all of these topics in all of these caches.
    fn allows_topics(&self, access: TopicAccess, caches: &CacheSelector, topics: &NameSelector) -> bool {
        match self {
            Permission::Topic { role, cache, topic } => {
                role.accesses().contains(&access) && cache.contains(caches) && topic.contains(topics)
            }
            _ => false,
        }
    }

    /// Whether this permits invoking all of these functions in all of these caches.
    fn allows_functions(&self, caches: &CacheSelector, functions: &NameSelector) -> bool {
        match self {
            Permission::Function { role: FunctionRole::Invoke, cache, function } => {
                cache.contains(caches) && function.contains(functions)
            }
            _ => false,
        }
    }
}

impl CacheSelector {
    fn matches(&self, cache: &str) -> bool {
        match self {
            CacheSelector::All => true,
            CacheSelector::Name(name) => name == cache,
        }
    }

    /// Whether this selects every cache that `other` selects.
    fn contains(&self, other: &CacheSelector) -> bool {
        match other {
            CacheSelector::All => *self == CacheSelector::All,
            CacheSelector::Name(name) => self.matches(name),
        }
    }
}

impl ItemSelector {
    fn matches(&self, item: &[u8]) -> bool {
        match self {
            ItemSelector::All => true,
            ItemSelector::Key(key) => key == item,
            ItemSelector::KeyPrefix(prefix) => item.starts_with(prefix),
        }
    }

    /// Whether this selects every item that `other` selects.
    fn contains(&self, other: &ItemSelector) -> bool {
        match (self, other) {
            (ItemSelector::All, _) => true,
            (_, ItemSelector::All) => false,
            (_, ItemSelector::Key(key)) => self.matches(key),
            (ItemSelector::Key(_), ItemSelector::KeyPrefix(_)) => false,
            (ItemSelector::KeyPrefix(prefix), ItemSelector::KeyPrefix(longer)) => longer.starts_with(prefix),
        }
    }
}

impl NameSelector {
    fn matches(&self, wanted: &str) -> bool {
        match self {
            NameSelector::All => true,
            NameSelector::Name(name) => name == wanted,
            NameSelector::NamePrefix(prefix) => wanted.starts_with(prefix.as_str()),
        }
    }

    /// Whether this selects every topic or function that `other` selects.
    fn contains(&self, other: &NameSelector) -> bool {
        match (self, other) {
            (NameSelector::All, _) => true,
            (_, NameSelector::All) => false,
            (_, NameSelector::Name(name)) => self.matches(name),
            (NameSelector::Name(_), NameSelector::NamePrefix(_)) => false,
            (NameSelector::NamePrefix(prefix), NameSelector::NamePrefix(longer)) => longer.starts_with(prefix.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::{CacheRole, TopicRole};
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
    fn covers_contained_permissions_only() {
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
    fn permit_none_is_always_covered() {
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
        let in_cache = |selector: &CacheSelector, cache: &String| match selector {
            CacheSelector::All => true,
            CacheSelector::Name(name) => name == cache,
        };
        let named = |selector: &NameSelector, wanted: &String| match selector {
            NameSelector::All => true,
            NameSelector::Name(name) => name == wanted,
            NameSelector::NamePrefix(prefix) => wanted.starts_with(prefix),
        };
        match (permission, action) {
            (Permission::Cache { role, cache, item }, Action::Cache { access, cache: of, key: wanted }) => {
                let role = match role {
                    CacheRole::ReadWrite => true,
                    CacheRole::ReadOnly => *access == CacheAccess::Read,
                    CacheRole::WriteOnly => *access == CacheAccess::Write,
                };
                let item = match item {
                    None | Some(ItemSelector::All) => true,
                    Some(ItemSelector::Key(key)) => key == wanted,
                    Some(ItemSelector::KeyPrefix(prefix)) => wanted.starts_with(prefix),
                };
                role && item && in_cache(cache, of)
            }
            (Permission::Topic { role, cache, topic }, Action::Topic { access, cache: of, topic: wanted }) => {
                let role = match role {
                    TopicRole::PublishSubscribe => true,
                    TopicRole::SubscribeOnly => *access == TopicAccess::Subscribe,
                    TopicRole::PublishOnly => *access == TopicAccess::Publish,
                };
                role && named(topic, wanted) && in_cache(cache, of)
            }
            (Permission::Function { role, cache, function }, Action::Function { cache: of, function: wanted }) => {
                *role == FunctionRole::Invoke && named(function, wanted) && in_cache(cache, of)
            }
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn any_matching_permission_allows(scope in any_scope(4)) {
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
            // Each permission by itself.
            let Grant::Scope(granted_scope) = &granted else { unreachable!() };
            let lacking: Vec<_> = uncovered(requested.permissions(), granted_scope.permissions()).collect();
            let expected: Vec<_> = requested
                .permissions()
                .iter()
                .filter(|wanted| !world().iter().all(|action| !oracle(wanted, action) || allows(&granted, action)))
                .collect();
            prop_assert_eq!(lacking, expected);
        }

        #[test]
        fn union_covers_its_parts_only(one in any_scope(3), other in any_scope(3)) {
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
