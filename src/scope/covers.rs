//! Comparison of what scopes permit.

use super::model::{
    CacheRole, CacheSelector, FunctionRole, Grant, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};

/// Is every action that `requested` permits also permitted by `granted`?
///
/// Unions are seen through, one kind of access at a time: read-only and write-only together allow reads and
/// writes, but not conditional writes, so they do not cover read-write. A prefix is covered by a prefix of itself. An answer of
/// `true` is always right; `false` is wrong only for a grant that spells out a prefix by all of its 256 extensions.
pub fn covers(granted: &Grant, requested: &TokenScope) -> bool {
    match granted {
        Grant::SuperUser => true,
        Grant::Scope(scope) => requested.permissions().iter().all(|wanted| covers_one(scope, wanted)),
    }
}

fn covers_one(granted: &TokenScope, wanted: &Permission) -> bool {
    let wanted = Region::of(wanted);
    // Each access is one bit, and must be granted over the whole region that is wanted.
    (0..3).map(|bit| 1 << bit).filter(|bit| wanted.access & bit != 0).all(|bit| {
        granted
            .permissions()
            .iter()
            .map(Region::of)
            .any(|held| held.access & bit != 0 && held.kind == wanted.kind && held.contains(&wanted))
    })
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Item,
    Topic,
    Function,
}

#[derive(Clone, Copy)]
enum Names<'a> {
    All,
    One(&'a [u8]),
    Prefix(&'a [u8]),
}

/// A permission as a set of actions: kinds of access × caches × names.
struct Region<'a> {
    kind: Kind,
    access: u8,
    cache: &'a CacheSelector,
    names: Names<'a>,
}

const READ: u8 = 1;
const WRITE: u8 = 2;
/// Conditional writes, and writes that return what they changed: only read-write has them.
const CONDITIONAL_WRITE: u8 = 4;

impl<'a> Region<'a> {
    fn of(permission: &'a Permission) -> Self {
        match permission {
            Permission::Cache { role, cache, item } => Region {
                kind: Kind::Item,
                access: match role {
                    CacheRole::ReadWrite => READ | WRITE | CONDITIONAL_WRITE,
                    CacheRole::ReadOnly => READ,
                    CacheRole::WriteOnly => WRITE,
                },
                cache,
                names: match item {
                    None | Some(ItemSelector::All) => Names::All,
                    Some(ItemSelector::Key(key)) => Names::One(key),
                    Some(ItemSelector::KeyPrefix(prefix)) => Names::Prefix(prefix),
                },
            },
            Permission::Topic { role, cache, topic } => Region {
                kind: Kind::Topic,
                access: match role {
                    TopicRole::PublishSubscribe => READ | WRITE,
                    TopicRole::SubscribeOnly => READ,
                    TopicRole::PublishOnly => WRITE,
                },
                cache,
                names: topic.into(),
            },
            Permission::Function { role, cache, function } => Region {
                kind: Kind::Function,
                access: match role {
                    FunctionRole::PermitNone => 0,
                    FunctionRole::Invoke => READ,
                },
                cache,
                names: function.into(),
            },
        }
    }

    fn contains(&self, other: &Region<'_>) -> bool {
        let cache = match (self.cache, other.cache) {
            (CacheSelector::All, _) => true,
            (CacheSelector::Name(held), CacheSelector::Name(wanted)) => held == wanted,
            (CacheSelector::Name(_), CacheSelector::All) => false,
        };
        cache
            && match (self.names, other.names) {
                (Names::All, _) => true,
                (Names::One(held), Names::One(wanted)) => held == wanted,
                (Names::Prefix(held), Names::One(wanted) | Names::Prefix(wanted)) => wanted.starts_with(held),
                (Names::One(_) | Names::Prefix(_), _) => false,
            }
    }
}

impl<'a> From<&'a NameSelector> for Names<'a> {
    fn from(selector: &'a NameSelector) -> Self {
        match selector {
            NameSelector::All => Names::All,
            NameSelector::Name(name) => Names::One(name.as_bytes()),
            NameSelector::NamePrefix(prefix) => Names::Prefix(prefix.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(permissions: &str) -> TokenScope {
        TokenScope::from_json(&std::format!(r#"{{"permissions":[{permissions}]}}"#)).unwrap()
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
        let both = std::format!("{READ_ONLY},{WRITE_ONLY}");
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
}
