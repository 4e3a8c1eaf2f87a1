//! A permission, or one action, as a set of actions.

use super::action::Action;
use super::model::{Permission, TokenScope};
use super::parts::{Kind, Names};

/// A set of actions: kinds of access × caches × names.
pub(super) struct Region<'a> {
    kind: Kind,
    /// One bit for each kind of access; see `Role::access`.
    access: u8,
    /// `None` is every cache.
    cache: Option<&'a str>,
    names: Names<&'a [u8]>,
}

impl<'a> Region<'a> {
    pub(super) fn of(permission: &'a Permission) -> Self {
        let parts = permission.parts();
        let names = parts.names.unwrap_or(Names::All);
        Region { kind: parts.role.kind, access: parts.role.access, cache: parts.cache, names }
    }

    /// Is every action of this region permitted by some permission of `scope`? Asked for one kind of access at a time, each of
    /// which must be granted over the whole region.
    pub(super) fn within(&self, scope: &TokenScope) -> bool {
        (0..3).map(|bit| 1 << bit).filter(|bit| self.access & bit != 0).all(|bit| {
            scope.permissions().iter().map(Region::of).any(|held| held.access & bit != 0 && held.contains(self))
        })
    }

    /// Is every action of `other` in here, but for its kinds of access?
    fn contains(&self, other: &Region<'_>) -> bool {
        self.kind == other.kind
            && (self.cache.is_none() || self.cache == other.cache)
            && match (self.names, other.names) {
                (Names::All, _) => true,
                (Names::One(held), Names::One(wanted)) => held == wanted,
                (Names::Prefix(held), Names::One(wanted) | Names::Prefix(wanted)) => wanted.starts_with(held),
                (Names::One(_) | Names::Prefix(_), _) => false,
            }
    }
}

impl<'a> From<&'a Action> for Region<'a> {
    fn from(action: &'a Action) -> Self {
        Region { kind: action.kind, access: action.access, cache: Some(&action.cache), names: Names::One(&action.name) }
    }
}
