//! The model. Names are those of Momento's SDK; numbers are those of `permission_messages`.

use super::error::ScopeError;
use super::parts::Parts;

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
        check_count(permissions.len(), usize::MAX)?;
        for (index, permission) in permissions.iter().enumerate() {
            permission.parts().check().map_err(|error| error.at(Some(index)))?;
        }
        check_count(permissions.len(), limit)?;
        Ok(TokenScope { permissions })
    }

    /// Of permissions that have been checked.
    pub(super) fn checked(permissions: Vec<Permission>) -> Self {
        TokenScope { permissions }
    }

    /// The permissions, in the order they were written.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Each of them, taken apart.
    pub(crate) fn parts(&self) -> Vec<Parts<'_>> {
        self.permissions.iter().map(Permission::parts).collect()
    }

    /// The permissions, to keep.
    pub fn into_permissions(self) -> Vec<Permission> {
        self.permissions
    }
}

/// Refuses no permissions, and more than that.
pub(crate) fn check_count(count: usize, limit: usize) -> Result<(), ScopeError> {
    if count == 0 {
        return Err(ScopeError::field("permissions", "expected at least one permission, found none"));
    }
    if count <= limit {
        return Ok(());
    }
    let error = ScopeError::field("permissions", "expected at most ").with_code("ERR_SCOPE_LIMIT");
    Err(error.and_count(limit).and(", found ").and_count(count))
}
