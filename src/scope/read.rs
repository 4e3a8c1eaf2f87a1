//! Reads scopes and actions from a tree of values. Unknown fields, repeated fields and blank names are errors.
//!
//! The tree comes from JSON text or JavaScript data. Only the latter has [`Json::Bytes`], which is accepted only for a
//! key or key prefix.

use super::action::Action;
use super::error::{Field, Problem, ScopeError};
use super::model::{CacheSelector, ItemSelector, NameSelector, Permission, TokenScope, is_blank};
use super::role::{CacheAccess, Role, TopicAccess};
use crate::codec::json::{Json, Object};

type Result<T> = std::result::Result<T, ScopeError>;

/// Reads `{"permissions":[…]}` with at least one permission.
pub(crate) fn scope(value: &Json) -> Result<TokenScope> {
    let mut permissions = None;
    for (name, value) in object(value)?.iter() {
        if name != "permissions" || permissions.is_some() {
            return Err(ScopeError::unexpected_field(name));
        }
        permissions = Some(permission_list(value)?);
    }
    match permissions {
        Some(permissions) => TokenScope::of_checked(permissions),
        None => Err(ScopeError::from(Problem::NoPermissionList).in_field(Field::Permissions)),
    }
}

fn permission_list(value: &Json) -> Result<Vec<Permission>> {
    let mut permissions = Vec::new();
    for value in array(value).map_err(|error| error.in_field(Field::Permissions))? {
        permissions.push(permission(value).map_err(|error| error.at(permissions.len()))?);
    }
    Ok(permissions)
}

/// What a permission is for, according to its field.
enum Selected {
    Item(ItemSelector),
    Topic(NameSelector),
    Function(NameSelector),
}

impl Selected {
    fn field(&self) -> Field {
        match self {
            Selected::Item(_) => Field::Item,
            Selected::Topic(_) => Field::Topic,
            Selected::Function(_) => Field::Func,
        }
    }

    fn read(field: Field, value: &Json) -> Result<Selected> {
        match field {
            Field::Item => items(value).map(Selected::Item),
            Field::Topic => names(value, "topics").map(Selected::Topic),
            _ => names(value, "functions").map(Selected::Function),
        }
    }
}

fn permission(value: &Json) -> Result<Permission> {
    let (mut role, mut cache, mut selected) = (None, None, None::<Selected>);
    for (name, value) in object(value)?.iter() {
        let field = match name {
            "role" if role.is_none() => {
                role = Some(text(value).map_err(|error| error.in_field(Field::Role))?);
                continue;
            }
            "cache" if cache.is_none() => {
                cache = Some(caches(value).map_err(|error| error.in_field(Field::Cache))?);
                continue;
            }
            "item" => Field::Item,
            "topic" => Field::Topic,
            "func" => Field::Func,
            _ => return Err(ScopeError::unexpected_field(name)),
        };
        match &selected {
            None => selected = Some(Selected::read(field, value).map_err(|error| error.in_field(field))?),
            Some(other) if other.field() == field => return Err(ScopeError::unexpected_field(name)),
            Some(_) => return Err(ScopeError::from(Problem::SeveralKinds).in_field(field)),
        }
    }
    let of_role = |problem: Problem| ScopeError::from(problem).in_field(Field::Role);
    let role = role.ok_or_else(|| of_role(Problem::NoRole))?;
    let role = Role::from_value(role).ok_or_else(|| of_role(Problem::UnknownRole))?;
    let cache = cache.ok_or_else(|| ScopeError::from(Problem::NoCache).in_field(Field::Cache));
    let permission = match (role, selected) {
        (Role::Cache(role), None) => Permission::Cache { role, cache: cache?, item: None },
        (Role::Cache(role), Some(Selected::Item(item))) => Permission::Cache { role, cache: cache?, item: Some(item) },
        (Role::Topic(role), Some(Selected::Topic(topic))) => Permission::Topic { role, cache: cache?, topic },
        (Role::Function(role), Some(Selected::Function(function))) => {
            Permission::Function { role, cache: cache?, function }
        }
        (Role::Cache(_), _) => return Err(of_role(Problem::RoleOfOtherKind(Field::Item))),
        (Role::Topic(_), _) => return Err(of_role(Problem::RoleOfOtherKind(Field::Topic))),
        (Role::Function(_), _) => return Err(of_role(Problem::RoleOfOtherKind(Field::Func))),
    };
    permission.check()?;
    Ok(permission)
}

fn caches(value: &Json) -> Result<CacheSelector> {
    if let Some(name) = value.as_str() {
        return Ok(CacheSelector::Name(name.into()));
    }
    selector(value, |name, value| match name {
        "all" => constant(value, "caches").map(|()| CacheSelector::All),
        "name" => text(value).map(|name| CacheSelector::Name(name.into())),
        _ => Err(ScopeError::unexpected_field(name)),
    })
}

fn items(value: &Json) -> Result<ItemSelector> {
    if let Some(key) = value.as_str() {
        return Ok(ItemSelector::Key(key.into()));
    }
    selector(value, |name, value| match name {
        "all" => constant(value, "items").map(|()| ItemSelector::All),
        "key" => key(value).map(|key| ItemSelector::Key(key.into())),
        "keyPrefix" => key(value).map(|prefix| ItemSelector::KeyPrefix(prefix.into())),
        _ => Err(ScopeError::unexpected_field(name)),
    })
}

/// Reads a selector of topics or functions. The constant for all is `{"all": all}`.
fn names(value: &Json, all: &str) -> Result<NameSelector> {
    if let Some(name) = value.as_str() {
        return Ok(NameSelector::Name(name.into()));
    }
    selector(value, |name, value| match name {
        "all" => constant(value, all).map(|()| NameSelector::All),
        "name" => text(value).map(|name| NameSelector::Name(name.into())),
        "namePrefix" => text(value).map(|prefix| NameSelector::NamePrefix(prefix.into())),
        _ => Err(ScopeError::unexpected_field(name)),
    })
}

/// Reads an object with one field, passing its name and value to `read`.
fn selector<T>(value: &Json, read: impl Fn(&str, &Json) -> Result<T>) -> Result<T> {
    let mut selector = None;
    for (name, value) in object(value)?.iter() {
        if selector.replace(read(name, value)?).is_some() {
            return Err(Problem::SeveralSelectors.into());
        }
    }
    selector.ok_or_else(|| Problem::NoSelector.into())
}

fn constant(value: &Json, all: &str) -> Result<()> {
    if text(value)? == all { Ok(()) } else { Err(Problem::OtherConstant.into()) }
}

/// Reads `{"type","access","cache","key"|"topic"|"func"}`.
pub(crate) fn action(value: &Json) -> Result<Action> {
    read_action(value).map_err(ScopeError::in_action)
}

/// What an action is for, according to its field.
enum Target<'a> {
    Key(&'a [u8]),
    Topic(&'a str),
    Function(&'a str),
}

fn read_action(value: &Json) -> Result<Action> {
    let (mut kind, mut access, mut cache, mut target) = (None, None, None, None);
    for (name, value) in object(value)?.iter() {
        match name {
            "type" if kind.is_none() => kind = Some(name_in_action(value, Field::Type)?),
            "access" if access.is_none() => access = Some(name_in_action(value, Field::Access)?),
            "cache" if cache.is_none() => cache = Some(name_in_action(value, Field::Cache)?),
            "key" if target.is_none() => target = Some(Target::Key(key_in_action(value)?)),
            "topic" if target.is_none() => target = Some(Target::Topic(name_in_action(value, Field::Topic)?)),
            "func" if target.is_none() => target = Some(Target::Function(name_in_action(value, Field::Func)?)),
            _ => return Err(ScopeError::unexpected_field(name)),
        }
    }
    make_action(kind, access, cache, target).ok_or_else(|| Problem::NotAnAction.into())
}

/// Combines the fields of an action. `None` if a field is missing, or type, access and target do not match.
fn make_action(
    kind: Option<&str>,
    access: Option<&str>,
    cache: Option<&str>,
    target: Option<Target>,
) -> Option<Action> {
    let (access, cache) = (access?, cache?);
    match (kind?, target?) {
        ("cache", Target::Key(key)) => Some(Action::cache(CacheAccess::from_value(access)?, cache, key)),
        ("topic", Target::Topic(topic)) => Some(Action::topic(TopicAccess::from_value(access)?, cache, topic)),
        ("function", Target::Function(function)) if access == "invoke" => Some(Action::function(cache, function)),
        _ => None,
    }
}

/// Reads a name that is not blank. A blank one most often comes from an unset variable.
fn name_in_action(value: &Json, field: Field) -> Result<&str> {
    let name = text(value).map_err(|error| error.in_field(field))?;
    if is_blank(name) { Err(ScopeError::from(Problem::BlankField).in_field(field)) } else { Ok(name) }
}

/// Reads a key that is not empty. It may be white space, and need not be text.
fn key_in_action(value: &Json) -> Result<&[u8]> {
    let key = key(value).map_err(|error| error.in_field(Field::Key))?;
    if key.is_empty() { Err(ScopeError::from(Problem::BlankField).in_field(Field::Key)) } else { Ok(key) }
}

fn object(value: &Json) -> Result<&Object> {
    match value {
        Json::Object(object) => Ok(object),
        other => Err(Problem::Kind { expected: "an object", found: other.kind() }.into()),
    }
}

fn array(value: &Json) -> Result<&[Json]> {
    match value {
        Json::Array(values) => Ok(values),
        other => Err(Problem::Kind { expected: "an array", found: other.kind() }.into()),
    }
}

fn text(value: &Json) -> Result<&str> {
    value.as_str().ok_or_else(|| Problem::Kind { expected: "a string", found: value.kind() }.into())
}

fn key(value: &Json) -> Result<&[u8]> {
    match value {
        Json::Bytes(key) => Ok(key),
        other => text(other).map(str::as_bytes),
    }
}
