//! The model. Names are from Momento's SDK, numbers from `permission_messages`.

use super::error::{Field, Problem, ScopeError};
use super::role::{CacheRole, FunctionRole, TopicRole};

/// Momento accepts at most 20 policy statements in a token (Momento's limits page).
pub const MAX_PERMISSIONS: usize = 20;

/// Which caches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CacheSelector {
    /// Every cache, including caches that do not exist yet.
    All,
    /// The cache with this name.
    Name(String),
}

/// Which items of a cache, by the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ItemSelector {
    /// Every item.
    All,
    /// The item with this key.
    Key(Vec<u8>),
    /// Items whose key starts with these bytes.
    KeyPrefix(Vec<u8>),
}

/// Which topics, or which functions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NameSelector {
    /// Every one.
    All,
    /// The one with this name.
    Name(String),
    /// Those whose name starts with this.
    NamePrefix(String),
}

/// A permission of a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Access to cached items (`PermissionsType.cache_permissions` = 1).
    Cache {
        /// What may be done.
        role: CacheRole,
        /// In which caches.
        cache: CacheSelector,
        /// To which items. `None` is the SDK's plain cache permission, which has no selector and means the whole cache.
        item: Option<ItemSelector>,
    },
    /// Access to topics (`topic_permissions` = 2).
    Topic {
        /// What may be done.
        role: TopicRole,
        /// In which caches.
        cache: CacheSelector,
        /// To which topics.
        topic: NameSelector,
    },
    /// Access to functions (`function_permissions` = 3).
    Function {
        /// What may be done.
        role: FunctionRole,
        /// In which caches.
        cache: CacheSelector,
        /// To which functions.
        function: NameSelector,
    },
}

/// Which items, topics or functions: the common form of [`ItemSelector`] and [`NameSelector`]. Names are bytes.
#[derive(Clone, Copy)]
pub(crate) enum Selector<'a> {
    All,
    One(&'a [u8]),
    Prefix(&'a [u8]),
}

/// A checked, non-empty list of permissions. One matching permission is enough.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenScope {
    permissions: Vec<Permission>,
}

/// What a credential grants: everything, or a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Everything in the account. Only API keys grant this, never disposable tokens.
    SuperUser,
    /// What the scope permits.
    Scope(TokenScope),
}

impl TokenScope {
    /// Creates a scope after checking every permission.
    ///
    /// # Errors
    /// `ERR_SCOPE_INVALID` for no permissions, a blank name, or an empty key or prefix; `ERR_SCOPE_LIMIT` for more than
    /// [`MAX_PERMISSIONS`].
    pub fn new(permissions: Vec<Permission>) -> Result<Self, ScopeError> {
        Self::with_limit(permissions, MAX_PERMISSIONS)
    }

    /// Like [`TokenScope::new`], with another limit.
    ///
    /// # Errors
    /// As for [`TokenScope::new`].
    pub fn with_limit(permissions: Vec<Permission>, limit: usize) -> Result<Self, ScopeError> {
        for (index, permission) in permissions.iter().enumerate() {
            permission.check().map_err(|error| error.at(index))?;
        }
        let scope = Self::of_checked(permissions)?;
        scope.check_limit(limit)?;
        Ok(scope)
    }

    /// Creates a scope from [checked](Permission::check) permissions. There is no limit, because a token may contain
    /// more of them than may be requested today.
    pub(super) fn of_checked(permissions: Vec<Permission>) -> Result<Self, ScopeError> {
        if permissions.is_empty() {
            return Err(ScopeError::from(Problem::NoPermissions).in_field(Field::Permissions));
        }
        Ok(TokenScope { permissions })
    }

    /// Fails if there are more permissions than `limit`.
    pub(crate) fn check_limit(&self, limit: usize) -> Result<(), ScopeError> {
        let found = self.permissions.len();
        if found <= limit {
            return Ok(());
        }
        Err(ScopeError::from(Problem::TooManyPermissions { limit, found }).in_field(Field::Permissions))
    }

    /// The permissions, in their original order.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Returns the permissions by value.
    pub fn into_permissions(self) -> Vec<Permission> {
        self.permissions
    }
}

impl Permission {
    /// In which caches.
    pub(crate) fn cache(&self) -> &CacheSelector {
        match self {
            Permission::Cache { cache, .. } | Permission::Topic { cache, .. } | Permission::Function { cache, .. } => {
                cache
            }
        }
    }

    /// Which items, topics or functions. `None` for a plain cache permission.
    pub(crate) fn selector(&self) -> Option<Selector<'_>> {
        match self {
            Permission::Cache { item, .. } => item.as_ref().map(ItemSelector::as_selector),
            Permission::Topic { topic: names, .. } | Permission::Function { function: names, .. } => {
                Some(names.as_selector())
            }
        }
    }

    /// Rejects blank names and empty keys and prefixes, which would match nothing or everything.
    pub(super) fn check(&self) -> Result<(), ScopeError> {
        if let CacheSelector::Name(name) = self.cache()
            && is_blank(name)
        {
            return Err(ScopeError::from(Problem::BlankName).in_field(Field::Cache));
        }
        let problem = match self {
            Permission::Cache { item: Some(ItemSelector::Key(bytes) | ItemSelector::KeyPrefix(bytes)), .. }
                if bytes.is_empty() =>
            {
                ScopeError::from(Problem::EmptyKey).in_field(Field::Item)
            }
            Permission::Topic { topic, .. } if topic.is_blank() => {
                ScopeError::from(Problem::BlankName).in_field(Field::Topic)
            }
            Permission::Function { function, .. } if function.is_blank() => {
                ScopeError::from(Problem::BlankName).in_field(Field::Func)
            }
            _ => return Ok(()),
        };
        Err(problem)
    }
}

impl ItemSelector {
    fn as_selector(&self) -> Selector<'_> {
        match self {
            ItemSelector::All => Selector::All,
            ItemSelector::Key(key) => Selector::One(key),
            ItemSelector::KeyPrefix(prefix) => Selector::Prefix(prefix),
        }
    }
}

impl NameSelector {
    fn as_selector(&self) -> Selector<'_> {
        match self {
            NameSelector::All => Selector::All,
            NameSelector::Name(name) => Selector::One(name.as_bytes()),
            NameSelector::NamePrefix(prefix) => Selector::Prefix(prefix.as_bytes()),
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            NameSelector::All => false,
            NameSelector::Name(name) | NameSelector::NamePrefix(name) => is_blank(name),
        }
    }
}

/// Whether a name is empty or only white space as defined by Unicode or JavaScript, which includes the byte order mark.
pub(super) fn is_blank(name: &str) -> bool {
    name.chars().all(|character| character.is_whitespace() || character == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_means_unicode_or_javascript_white_space() {
        // The end of the range of `\s` in ECMA-262, and what Unicode has besides (U+0085).
        let blanks = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\
            \u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";
        for character in char::MIN..=char::MAX {
            assert_eq!(is_blank(character.encode_utf8(&mut [0; 4])), blanks.contains(character), "{character:?}");
        }
        assert!(is_blank("") && is_blank(" \t") && !is_blank(" a "));
    }
}
