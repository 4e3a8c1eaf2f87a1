//! The protobuf form, `permission_messages.Permissions`, which the token service accepts and tokens contain as claim
//! `p` (in base64).

use super::error::ScopeError;
use super::model::{CacheSelector, Grant, ItemSelector, NameSelector, Permission, Selector, TokenScope};
use super::role::{CacheRole, FunctionRole, TopicRole};
use crate::codec::{
    base64,
    proto::{Field, Fields, Value, put_bytes, put_varint},
};

type Result<T> = std::result::Result<T, ScopeError>;

/// Field numbers of `Permissions`, a oneof.
mod permissions {
    /// `super_user`, an enum whose only value is 0.
    pub(super) const SUPER_USER: u32 = 1;
    /// `explicit`: `ExplicitPermissions`.
    pub(super) const EXPLICIT: u32 = 2;
}

/// Field numbers of `ExplicitPermissions`.
mod explicit_permissions {
    /// `permissions`: `PermissionsType`, repeated.
    pub(super) const PERMISSIONS: u32 = 1;
}

/// Field numbers of `PermissionsType`, a oneof.
mod permissions_type {
    /// `cache_permissions`.
    pub(super) const CACHE: u32 = 1;
    /// `topic_permissions`.
    pub(super) const TOPIC: u32 = 2;
    /// `function_permissions`.
    pub(super) const FUNCTION: u32 = 3;
}

/// Field numbers of a permission, which are the same for each type.
mod permission {
    /// `role`, an enum.
    pub(super) const ROLE: u32 = 1;
    /// `all_caches`: `All`, an empty message.
    pub(super) const ALL_CACHES: u32 = 2;
    /// `cache_selector`: `CacheSelector`.
    pub(super) const CACHE_SELECTOR: u32 = 3;
    /// `all_items`, `all_topics` or `all_functions`: `All`.
    pub(super) const ALL: u32 = 4;
    /// `item_selector`, `topic_selector` or `function_selector`.
    pub(super) const SELECTOR: u32 = 5;
}

/// Field numbers of selectors, each of which is a oneof.
mod selector {
    /// `CacheSelector.cache_name`.
    pub(super) const CACHE_NAME: u32 = 1;
    /// `key`, `topic_name` or `function_name`.
    pub(super) const ONE: u32 = 1;
    /// `key_prefix`, `topic_name_prefix` or `function_name_prefix`.
    pub(super) const PREFIX: u32 = 2;
}

impl TokenScope {
    /// Encodes as standard padded base64 of the protobuf message, as in claim `p`.
    pub fn encode(&self) -> String {
        let mut explicit = Vec::new();
        for permission in self.permissions() {
            put_bytes(&mut explicit, explicit_permissions::PERMISSIONS, &encode_permission(permission));
        }
        base64::encode(&message(permissions::EXPLICIT, &explicit))
    }
}

/// Encodes a message `PermissionsType`.
fn encode_permission(permission: &Permission) -> Vec<u8> {
    let (kind, role) = match permission {
        Permission::Cache { role, .. } => (permissions_type::CACHE, *role as u64),
        Permission::Topic { role, .. } => (permissions_type::TOPIC, *role as u64),
        Permission::Function { role, .. } => (permissions_type::FUNCTION, *role as u64),
    };
    let mut body = Vec::new();
    put_varint(&mut body, permission::ROLE, role);
    match permission.cache() {
        CacheSelector::All => put_bytes(&mut body, permission::ALL_CACHES, &[]),
        CacheSelector::Name(name) => {
            put_bytes(&mut body, permission::CACHE_SELECTOR, &message(selector::CACHE_NAME, name.as_bytes()));
        }
    }
    match permission.selector() {
        None => {}
        Some(Selector::All) => put_bytes(&mut body, permission::ALL, &[]),
        Some(Selector::One(name)) => put_bytes(&mut body, permission::SELECTOR, &message(selector::ONE, name)),
        Some(Selector::Prefix(prefix)) => {
            put_bytes(&mut body, permission::SELECTOR, &message(selector::PREFIX, prefix));
        }
    }
    message(kind, &body)
}

/// Encodes a message with a single field of bytes.
fn message(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, number, bytes);
    out
}

impl Grant {
    /// Decodes claim `p`, in any base64 form.
    ///
    /// # Errors
    /// `ERR_SCOPE_NOT_UNDERSTOOD` for anything that cannot be decoded in full: unknown fields and roles, a missing
    /// role, an unset selector. Newer messages are accidentally wire-compatible with this one, so a partial decoding
    /// would be a guess.
    pub fn decode(p: &str) -> Result<Grant> {
        let bytes =
            base64::decode(p).ok_or_else(|| ScopeError::not_understood("expected base64, found something else"))?;
        Self::from_bytes(&bytes)
    }

    /// Like [`Grant::decode`], from the bytes of a message `Permissions`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Grant> {
        let grant = only_field(bytes, "a grant that is neither super-user nor explicit permissions alone")?;
        match (grant.number, grant.value) {
            (permissions::SUPER_USER, Value::Varint(0)) => Ok(Grant::SuperUser),
            (permissions::SUPER_USER, Value::Varint(_)) => {
                Err(ScopeError::not_understood("an unknown kind of super-user"))
            }
            (permissions::EXPLICIT, Value::Bytes(explicit)) => Ok(Grant::Scope(read_explicit(explicit)?)),
            _ => Err(ScopeError::not_understood("an unknown kind of grant")),
        }
    }
}

/// Reads `ExplicitPermissions`.
fn read_explicit(bytes: &[u8]) -> Result<TokenScope> {
    let mut list = Vec::new();
    for field in Fields::new(bytes) {
        let Field { number: explicit_permissions::PERMISSIONS, value: Value::Bytes(entry) } = field? else {
            return Err(ScopeError::not_understood("an unknown field among the permissions"));
        };
        let permission = read_permission(entry)?;
        permission.check().map_err(|error| error.at(list.len()).in_encoded())?;
        list.push(permission);
    }
    TokenScope::of_checked(list).map_err(ScopeError::in_encoded)
}

/// Reads `PermissionsType`.
fn read_permission(bytes: &[u8]) -> Result<Permission> {
    let entry = only_field(bytes, "a permission that is not of exactly one type")?;
    match (entry.number, entry.value) {
        (permissions_type::CACHE, Value::Bytes(body)) => {
            let parts = Parts::read(body)?;
            let role = parts.role(CacheRole::from_number)?;
            let item = parts.selector.map(|selector| match selector {
                Selector::All => ItemSelector::All,
                Selector::One(key) => ItemSelector::Key(key.into()),
                Selector::Prefix(prefix) => ItemSelector::KeyPrefix(prefix.into()),
            });
            Ok(Permission::Cache { role, cache: parts.cache()?, item })
        }
        (permissions_type::TOPIC, Value::Bytes(body)) => {
            let parts = Parts::read(body)?;
            let role = parts.role(TopicRole::from_number)?;
            Ok(Permission::Topic { role, topic: parts.names()?, cache: parts.cache()? })
        }
        (permissions_type::FUNCTION, Value::Bytes(body)) => {
            let parts = Parts::read(body)?;
            let role = parts.role(FunctionRole::from_number)?;
            Ok(Permission::Function { role, function: parts.names()?, cache: parts.cache()? })
        }
        _ => Err(ScopeError::not_understood("an unknown type of permission")),
    }
}

/// The fields of a permission of any type.
struct Parts<'a> {
    /// 0 if missing.
    role: u64,
    /// The name as bytes; `None` for every cache.
    cache: Option<&'a [u8]>,
    /// May be `None` only in permissions for caches.
    selector: Option<Selector<'a>>,
}

impl<'a> Parts<'a> {
    fn read(body: &'a [u8]) -> Result<Self> {
        let (mut role, mut cache, mut all, mut selector) = (None, None, None, None);
        for field in Fields::new(body) {
            let field = field?;
            match (field.number, field.value) {
                (permission::ROLE, Value::Varint(number)) => set(&mut role, number)?,
                (permission::ALL_CACHES, Value::Bytes([])) => set(&mut cache, None)?,
                (permission::CACHE_SELECTOR, Value::Bytes(bytes)) => set(&mut cache, Some(read_cache(bytes)?))?,
                (permission::ALL, Value::Bytes([])) => set(&mut all, Selector::All)?,
                (permission::SELECTOR, Value::Bytes(bytes)) => set(&mut selector, read_selector(bytes)?)?,
                _ => return Err(ScopeError::not_understood("an unknown field in a permission")),
            }
        }
        if all.is_some() && selector.is_some() {
            return Err(ScopeError::not_understood("a permission for all and for one at once"));
        }
        let cache = cache.ok_or_else(|| ScopeError::not_understood("a permission that names no cache"))?;
        Ok(Parts { role: role.unwrap_or(0), cache, selector: all.or(selector) })
    }

    fn role<T>(&self, from_number: fn(u64) -> Option<T>) -> Result<T> {
        from_number(self.role).ok_or_else(|| ScopeError::not_understood("a role that is none or unknown"))
    }

    fn cache(&self) -> Result<CacheSelector> {
        Ok(match self.cache {
            None => CacheSelector::All,
            Some(name) => CacheSelector::Name(text(name)?),
        })
    }

    fn names(&self) -> Result<NameSelector> {
        Ok(match self.selector {
            None => return Err(ScopeError::not_understood("a permission that names no topic or function")),
            Some(Selector::All) => NameSelector::All,
            Some(Selector::One(name)) => NameSelector::Name(text(name)?),
            Some(Selector::Prefix(prefix)) => NameSelector::NamePrefix(text(prefix)?),
        })
    }
}

/// Stores the value of a field or oneof that may occur at most once.
fn set<T>(place: &mut Option<T>, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(ScopeError::not_understood("a field that stands twice")),
    }
}

/// Reads the name in a `CacheSelector`.
fn read_cache(bytes: &[u8]) -> Result<&[u8]> {
    let field = only_field(bytes, "a cache selector without a name")?;
    match (field.number, field.value) {
        (selector::CACHE_NAME, Value::Bytes(name)) => Ok(name),
        _ => Err(ScopeError::not_understood("an unknown cache selector")),
    }
}

/// Reads `CacheItemSelector`, `TopicSelector` or `FunctionSelector`.
fn read_selector(bytes: &[u8]) -> Result<Selector<'_>> {
    let field = only_field(bytes, "a selector that is not set")?;
    match (field.number, field.value) {
        (selector::ONE, Value::Bytes(name)) => Ok(Selector::One(name)),
        (selector::PREFIX, Value::Bytes(prefix)) => Ok(Selector::Prefix(prefix)),
        _ => Err(ScopeError::not_understood("an unknown selector")),
    }
}

/// The single field of a message that is a oneof. No field or several are an error.
fn only_field<'a>(message: &'a [u8], otherwise: &'static str) -> Result<Field<'a>> {
    let mut fields = Fields::new(message);
    match (fields.next().transpose()?, fields.next()) {
        (Some(field), None) => Ok(field),
        _ => Err(ScopeError::not_understood(otherwise)),
    }
}

fn text(bytes: &[u8]) -> Result<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(ScopeError::not_understood("a name that is not UTF-8")),
    }
}

#[cfg(test)]
mod tests;
