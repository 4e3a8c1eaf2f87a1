//! The model. Names are those of Momento's SDK; numbers are those of `permission_messages`.

use super::error::{ScopeError, push_decimal};
use super::parts::{Kind, Names, Parts};
use alloc::{string::String, vec::Vec};

/// Momento accepts at most 20 policy statements in a token (Momento's limits page).
pub const MAX_PERMISSIONS: usize = 20;

/// What may be done to the items of a cache (`CacheRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheRole {
    /// `readwrite` = 1: reads, writes, and writes that depend on what is there.
    ReadWrite = 1,
    /// `readonly` = 2.
    ReadOnly = 2,
    /// `writeonly` = 3: plain writes; not conditional ones, nor calls that return what they changed.
    WriteOnly = 3,
}

/// What may be done to topics (`TopicRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicRole {
    /// `publishsubscribe` = 1.
    PublishSubscribe = 1,
    /// `subscribeonly` = 2.
    SubscribeOnly = 2,
    /// `publishonly` = 3.
    PublishOnly = 3,
}

/// What may be done to functions (`FunctionRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionRole {
    /// `functionpermitnone` = 0: grants nothing.
    PermitNone = 0,
    /// `functioninvoke` = 1.
    Invoke = 1,
}

/// Which caches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CacheSelector {
    /// Every cache, those not yet made included.
    All,
    /// The cache of this name.
    Name(String),
}

/// Which items of a cache, by the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ItemSelector {
    /// Every item.
    All,
    /// The item of this key.
    Key(Vec<u8>),
    /// Items whose key starts with these bytes.
    KeyPrefix(Vec<u8>),
}

/// Which topics, or which functions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NameSelector {
    /// Every one.
    All,
    /// The one of this name.
    Name(String),
    /// Those whose name starts so.
    NamePrefix(String),
}

/// One thing a token may do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Access to cached items (`PermissionsType.cache_permissions` = 1).
    Cache {
        /// What may be done.
        role: CacheRole,
        /// In which caches.
        cache: CacheSelector,
        /// To which items. `None` is the SDK's plain cache permission, which names none and means the whole cache.
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

/// A checked, non-empty list of permissions; any one that matches grants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenScope {
    permissions: Vec<Permission>,
}

/// What a credential grants: everything, or a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Everything in the account, as only an API key may; never a disposable token.
    SuperUser,
    /// What the scope lists.
    Scope(TokenScope),
}

impl TokenScope {
    /// Checks every permission.
    ///
    /// # Errors
    /// No permissions, more than [`MAX_PERMISSIONS`], a blank name, or an empty key or prefix.
    pub fn new(permissions: Vec<Permission>) -> Result<Self, ScopeError> {
        Self::with_limit(permissions, MAX_PERMISSIONS)
    }

    /// As [`TokenScope::new`], with another limit.
    ///
    /// # Errors
    /// As there.
    pub fn with_limit(permissions: Vec<Permission>, limit: usize) -> Result<Self, ScopeError> {
        if permissions.is_empty() {
            return Err(ScopeError::new(
                "ERR_SCOPE_INVALID",
                "permissions: expected at least one permission, found none",
            ));
        }
        for (index, permission) in permissions.iter().enumerate() {
            permission.check().map_err(|error| error.at(index))?;
        }
        let scope = TokenScope { permissions };
        scope.check_limit(limit)?;
        Ok(scope)
    }

    /// Refuses more permissions than that.
    pub(crate) fn check_limit(&self, limit: usize) -> Result<(), ScopeError> {
        if self.permissions.len() > limit {
            let mut reason = String::from("permissions: expected at most ");
            push_decimal(&mut reason, limit);
            reason.push_str(", found ");
            push_decimal(&mut reason, self.permissions.len());
            return Err(ScopeError::new("ERR_SCOPE_LIMIT", &reason));
        }
        Ok(())
    }

    /// The permissions, in the order they were written.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// The permissions, to keep.
    pub fn into_permissions(self) -> Vec<Permission> {
        self.permissions
    }
}

impl Permission {
    /// Refuses names that are blank, and keys and prefixes that are empty: each would match nothing, or everything.
    fn check(&self) -> Result<(), ScopeError> {
        let Parts { role, cache, names } = self.parts();
        if let Some(name) = cache {
            not_blank(name, "cache")?;
        }
        match names {
            Some(Names::One([]) | Names::Prefix([])) if role.kind == Kind::Item => {
                Err(ScopeError::field("item", "cache key or key prefix must not be empty"))
            }
            Some(Names::One(name) | Names::Prefix(name)) if role.kind != Kind::Item => {
                not_blank(core::str::from_utf8(name).unwrap_or_default(), role.kind.shape().field)
            }
            _ => Ok(()),
        }
    }
}

/// White space as JavaScript and Unicode each see it: a byte order mark is blank as well.
pub(super) fn is_blank(name: &str) -> bool {
    name.chars().all(|character| character.is_whitespace() || character == '\u{feff}')
}

fn not_blank(name: &str, field: &'static str) -> Result<(), ScopeError> {
    if is_blank(name) {
        return Err(ScopeError::field(field, "expected a name, found a blank one; use the All… constant to mean all"));
    }
    Ok(())
}
