//! The JSON form, as in the npm package's types: `{"permissions":[{"role":…,"cache":…,"item":…}]}`.
//!
//! The `All…` constants are `{"all":"caches"}`, `{"all":"items"}`, `{"all":"topics"}` and `{"all":"functions"}`: they survive
//! JSON, and are neither a cache named `*` nor one another.

use super::error::ScopeError;
use super::model::{
    CacheRole, CacheSelector, FunctionRole, ItemSelector, NameSelector, Permission, TokenScope, TopicRole,
};
use crate::codec::base64;
use crate::codec::json::{Kind, Malformed, Reader, write_string};
use alloc::{string::String, vec::Vec};

impl From<Malformed> for ScopeError {
    fn from(malformed: Malformed) -> Self {
        let mut reason = String::from("expected JSON with ");
        reason.push_str(malformed.expected);
        reason.push_str(" at byte ");
        super::error::push_decimal(&mut reason, malformed.at);
        ScopeError::new("ERR_SCOPE_INVALID", reason)
    }
}

type Result<T> = core::result::Result<T, ScopeError>;

impl TokenScope {
    /// Reads the JSON form, strictly: unknown or repeated fields, blank names and contradictory selectors are errors.
    ///
    /// # Errors
    /// Each names the permission's index and field.
    pub fn from_json(text: &str) -> Result<TokenScope> {
        Self::read(text, Bytes::Refused)
    }

    /// Reads what the npm package writes: the JSON form, in which a key that is not UTF-8 is `{"base64": …}`.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only the package crosses the boundary"))]
    pub(crate) fn from_package(text: &str) -> Result<TokenScope> {
        Self::read(text, Bytes::AsBase64)
    }

    fn read(text: &str, bytes: Bytes) -> Result<TokenScope> {
        let mut reader = Reader::new(text);
        let mut permissions = None;
        need(&mut reader, Kind::Object, "")?;
        reader.object(|reader, key| {
            if key != "permissions" || permissions.is_some() {
                return Err(unknown("", key));
            }
            need(reader, Kind::Array, "permissions")?;
            let mut list = Vec::new();
            reader.array(|reader| {
                let permission = read_permission(reader, bytes).map_err(|error| error.at(list.len()))?;
                list.push(permission);
                Ok::<_, ScopeError>(())
            })?;
            permissions = Some(list);
            Ok(())
        })?;
        reader.end()?;
        TokenScope::new(
            permissions
                .ok_or_else(|| ScopeError::field("permissions", "expected a list of permissions, found none"))?,
        )
    }

    /// Writes the JSON form; `None` where a key is not UTF-8, which JSON cannot carry.
    pub fn to_json(&self) -> Option<String> {
        let is_text = |permission: &Permission| match permission {
            Permission::Cache { item: Some(ItemSelector::Key(bytes) | ItemSelector::KeyPrefix(bytes)), .. } => {
                core::str::from_utf8(bytes).is_ok()
            }
            _ => true,
        };
        self.permissions().iter().all(is_text).then(|| self.to_package())
    }

    /// Writes what [`Self::from_package`] reads.
    pub(crate) fn to_package(&self) -> String {
        let mut out = String::from("{\"permissions\":[");
        for (index, permission) in self.permissions().iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_permission(&mut out, permission);
        }
        out.push_str("]}");
        out
    }
}

/// One of the three roles of a permission, by the value that names it.
enum Role {
    Cache(CacheRole),
    Topic(TopicRole),
    Function(FunctionRole),
}

fn read_permission(reader: &mut Reader<'_>, bytes: Bytes) -> Result<Permission> {
    let (mut role, mut cache, mut item, mut topic, mut func) = (None, None, None, None, None);
    need(reader, Kind::Object, "")?;
    reader.object(|reader, key| {
        let repeated = match key {
            "role" => role.replace(read_role(reader)?).is_some(),
            "cache" => cache.replace(read_selector(reader, &CACHE, Bytes::Refused)?).is_some(),
            "item" => item.replace(read_selector(reader, &ITEM, bytes)?.into_items()).is_some(),
            "topic" => topic.replace(read_selector(reader, &TOPIC, Bytes::Refused)?.into_names()).is_some(),
            "func" => func.replace(read_selector(reader, &FUNCTION, Bytes::Refused)?.into_names()).is_some(),
            _ => true,
        };
        if repeated { Err(unknown("", key)) } else { Ok(()) }
    })?;
    let cache = match cache {
        Some(Selector::All) => CacheSelector::All,
        Some(Selector::Whole(name) | Selector::Prefix(name)) => CacheSelector::Name(into_text(name)),
        None => return Err(ScopeError::field("cache", "expected a cache's name or AllCaches, found nothing")),
    };
    match (role, item, topic, func) {
        (Some(Role::Cache(role)), item, None, None) => Ok(Permission::Cache { role, cache, item }),
        (Some(Role::Topic(role)), None, Some(topic), None) => Ok(Permission::Topic { role, cache, topic }),
        (Some(Role::Function(role)), None, None, Some(function)) => Ok(Permission::Function { role, cache, function }),
        (None, ..) => Err(ScopeError::field("role", "expected a role, found nothing")),
        (Some(Role::Cache(_)), ..) => {
            Err(ScopeError::field("role", "a cache role goes with item, not with topic or func"))
        }
        (Some(Role::Topic(_)), ..) => Err(ScopeError::field("role", "a topic role goes with topic, and nothing else")),
        (Some(Role::Function(_)), ..) => {
            Err(ScopeError::field("role", "a function role goes with func, and nothing else"))
        }
    }
}

fn read_role(reader: &mut Reader<'_>) -> Result<Role> {
    need(reader, Kind::String, "role")?;
    Ok(match &*reader.string()? {
        "readwrite" => Role::Cache(CacheRole::ReadWrite),
        "readonly" => Role::Cache(CacheRole::ReadOnly),
        "writeonly" => Role::Cache(CacheRole::WriteOnly),
        "publishsubscribe" => Role::Topic(TopicRole::PublishSubscribe),
        "subscribeonly" => Role::Topic(TopicRole::SubscribeOnly),
        "publishonly" => Role::Topic(TopicRole::PublishOnly),
        "functioninvoke" => Role::Function(FunctionRole::Invoke),
        "functionpermitnone" => Role::Function(FunctionRole::PermitNone),
        _ => return Err(ScopeError::field("role", "expected a role such as \"readonly\", found another text")),
    })
}

/// What selects caches, items, topics or functions: the bytes of a key, or of a name in UTF-8.
enum Selector {
    All,
    Whole(Vec<u8>),
    Prefix(Vec<u8>),
}

impl Selector {
    fn into_names(self) -> NameSelector {
        match self {
            Selector::All => NameSelector::All,
            Selector::Whole(name) => NameSelector::Name(into_text(name)),
            Selector::Prefix(prefix) => NameSelector::NamePrefix(into_text(prefix)),
        }
    }

    fn into_items(self) -> ItemSelector {
        match self {
            Selector::All => ItemSelector::All,
            Selector::Whole(key) => ItemSelector::Key(key),
            Selector::Prefix(prefix) => ItemSelector::KeyPrefix(prefix),
        }
    }
}

/// Names are read as text ([`Bytes::Refused`]), so they are UTF-8.
fn into_text(name: Vec<u8>) -> String {
    String::from_utf8(name).unwrap_or_default()
}

/// Whether a key may be written as bytes.
#[derive(Clone, Copy, PartialEq)]
enum Bytes {
    Refused,
    AsBase64,
}

/// How a selector is written.
struct Shape {
    /// The permission's field.
    field: &'static str,
    /// What the `All…` constant says under `all`.
    all: &'static str,
    /// The key that names one.
    whole: &'static str,
    /// The key that names many by how they start; caches have none.
    prefix: Option<&'static str>,
}

const CACHE: Shape = Shape { field: "cache", all: "caches", whole: "name", prefix: None };
const ITEM: Shape = Shape { field: "item", all: "items", whole: "key", prefix: Some("keyPrefix") };
const TOPIC: Shape = Shape { field: "topic", all: "topics", whole: "name", prefix: Some("namePrefix") };
const FUNCTION: Shape = Shape { field: "func", all: "functions", whole: "name", prefix: Some("namePrefix") };

/// A name as a string, or an object with exactly one of `all`, the whole name and its prefix.
fn read_selector(reader: &mut Reader<'_>, shape: &Shape, bytes: Bytes) -> Result<Selector> {
    let Shape { field, all, whole, prefix } = *shape;
    if reader.kind()? == Kind::String {
        return Ok(Selector::Whole(reader.string()?.into_owned().into_bytes()));
    }
    need(reader, Kind::Object, field)?;
    let mut selector = None;
    reader.object(|reader, key| {
        let is_all = key == "all";
        let is_prefix = Some(key) == prefix;
        if !is_all && !is_prefix && key != whole {
            return Err(unknown(field, key));
        }
        let read = if !is_all && bytes == Bytes::AsBase64 && reader.kind()? == Kind::Object {
            read_base64(reader, field)?
        } else {
            need(reader, Kind::String, field)?;
            reader.string()?.into_owned().into_bytes()
        };
        let read = match (is_all, is_prefix) {
            (true, _) if read == all.as_bytes() => Selector::All,
            (true, _) => return Err(ScopeError::field(field, "the All… constant is one of another kind")),
            (false, true) => Selector::Prefix(read),
            (false, false) => Selector::Whole(read),
        };
        if selector.replace(read).is_some() {
            return Err(ScopeError::field(field, "expected one selector, found two that contradict each other"));
        }
        Ok(())
    })?;
    selector.ok_or_else(|| ScopeError::field(field, "expected a selector, found an empty object"))
}

/// `{"base64": …}`, the package's form of a key that is not text.
fn read_base64(reader: &mut Reader<'_>, field: &'static str) -> Result<Vec<u8>> {
    let mut bytes = None;
    reader.object(|reader, key| match (key, bytes.is_none()) {
        ("base64", true) => {
            bytes = base64::decode(&reader.string()?);
            Ok::<_, ScopeError>(())
        }
        _ => Err(unknown(field, key)),
    })?;
    bytes.ok_or_else(|| ScopeError::field(field, "expected bytes in base64"))
}

fn need(reader: &mut Reader<'_>, kind: Kind, field: &'static str) -> Result<()> {
    let found = reader.kind()?;
    if found == kind {
        return Ok(());
    }
    let mut reason = String::from("expected ");
    reason.push_str(kind.name());
    reason.push_str(", found ");
    reason.push_str(found.name());
    Err(ScopeError::field(field, reason))
}

/// A field that has no business here; its name is the caller's own writing, so it may be shown.
fn unknown(field: &'static str, key: &str) -> ScopeError {
    let mut reason = String::from("unknown or repeated field ");
    write_string(&mut reason, &key.chars().take(40).collect::<String>());
    ScopeError::field(field, reason)
}

fn write_permission(out: &mut String, permission: &Permission) {
    let (role, cache) = match permission {
        Permission::Cache { role, cache, .. } => (role.value(), cache),
        Permission::Topic { role, cache, .. } => (role.value(), cache),
        Permission::Function { role, cache, .. } => (role.value(), cache),
    };
    out.push_str("{\"role\":\"");
    out.push_str(role);
    out.push_str("\",\"cache\":");
    match cache {
        CacheSelector::All => out.push_str("{\"all\":\"caches\"}"),
        CacheSelector::Name(name) => write_string(out, name),
    }
    match permission {
        Permission::Cache { item: None, .. } => {}
        Permission::Cache { item: Some(item), .. } => {
            let (key, bytes) = match item {
                ItemSelector::All => ("all", &b"items"[..]),
                ItemSelector::Key(key) => ("key", &key[..]),
                ItemSelector::KeyPrefix(prefix) => ("keyPrefix", &prefix[..]),
            };
            out.push_str(",\"item\":{\"");
            out.push_str(key);
            out.push_str("\":");
            match core::str::from_utf8(bytes) {
                Ok(text) => write_string(out, text),
                Err(_) => {
                    out.push_str("{\"base64\":");
                    write_string(out, &base64::encode(bytes));
                    out.push('}');
                }
            }
            out.push('}');
        }
        Permission::Topic { topic, .. } => write_names(out, ",\"topic\":", topic, "topics"),
        Permission::Function { function, .. } => write_names(out, ",\"func\":", function, "functions"),
    }
    out.push('}');
}

fn write_names(out: &mut String, field: &str, names: &NameSelector, all: &str) {
    out.push_str(field);
    let (key, text) = match names {
        NameSelector::Name(name) => return write_string(out, name),
        NameSelector::All => ("all", all),
        NameSelector::NamePrefix(prefix) => ("namePrefix", prefix.as_str()),
    };
    out.push_str("{\"");
    out.push_str(key);
    out.push_str("\":");
    write_string(out, text);
    out.push('}');
}

impl CacheRole {
    /// The SDK's value: `readwrite`, `readonly` or `writeonly`.
    pub fn value(self) -> &'static str {
        match self {
            CacheRole::ReadWrite => "readwrite",
            CacheRole::ReadOnly => "readonly",
            CacheRole::WriteOnly => "writeonly",
        }
    }
}

impl TopicRole {
    /// The SDK's value: `publishsubscribe`, `subscribeonly` or `publishonly`.
    pub fn value(self) -> &'static str {
        match self {
            TopicRole::PublishSubscribe => "publishsubscribe",
            TopicRole::SubscribeOnly => "subscribeonly",
            TopicRole::PublishOnly => "publishonly",
        }
    }
}

impl FunctionRole {
    /// The SDK's value: `functioninvoke` or `functionpermitnone`.
    pub fn value(self) -> &'static str {
        match self {
            FunctionRole::PermitNone => "functionpermitnone",
            FunctionRole::Invoke => "functioninvoke",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str = r#"{"permissions":[{"role":"readwrite","cache":{"all":"caches"}},{"role":"readonly","cache":"a","item":{"key":"k"}},{"role":"writeonly","cache":"a","item":{"all":"items"}},{"role":"publishonly","cache":"*","topic":{"namePrefix":"t\n"}},{"role":"functioninvoke","cache":"a","func":{"all":"functions"}}]}"#;

    #[test]
    fn reads_and_writes_the_canonical_form() {
        assert_eq!(TokenScope::from_json(CANONICAL).unwrap().to_json().unwrap(), CANONICAL);
        let spelled =
            r#" { "permissions" : [ { "cache" : { "name" : "a" } , "item" : "k" , "role" : "readonly" } ] } "#;
        let short = r#"{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"}}]}"#;
        assert_eq!(TokenScope::from_json(spelled).unwrap().to_json().unwrap(), short);
    }

    #[test]
    fn keys_that_are_not_text_pass_to_the_package_alone() {
        let scope = TokenScope::new(vec![Permission::Cache {
            role: CacheRole::ReadOnly,
            cache: CacheSelector::All,
            item: Some(ItemSelector::KeyPrefix(vec![0xff])),
        }])
        .unwrap();
        let written =
            r#"{"permissions":[{"role":"readonly","cache":{"all":"caches"},"item":{"keyPrefix":{"base64":"/w=="}}}]}"#;
        assert_eq!(scope.to_json(), None);
        assert_eq!(scope.to_package(), written);
        assert_eq!(TokenScope::from_package(written).unwrap(), scope);
        assert!(TokenScope::from_json(written).is_err());
        assert!(TokenScope::from_package(&written.replace("/w==", "?")).is_err());
        assert!(
            TokenScope::from_package(r#"{"permissions":[{"role":"readonly","cache":{"name":{"base64":"/w=="}}}]}"#)
                .is_err()
        );
    }

    #[test]
    fn refuses_what_the_sdk_lets_through() {
        let cases = [
            (r#"{"role":"readwrite","cache":"a","items":"k"}"#, r#"permissions[0]: unknown or repeated field "items""#),
            (
                r#"{"role":"readwrite","cache":""}"#,
                "permissions[0].cache: expected a name, found a blank one; use the All… constant to mean all",
            ),
            (
                r#"{"role":"readwrite","cache":"a","item":""}"#,
                "permissions[0].item: cache key or key prefix must not be empty",
            ),
            (
                r#"{"role":"readwrite","cache":"a","item":{"key":"k","keyPrefix":"k"}}"#,
                "permissions[0].item: expected one selector, found two that contradict each other",
            ),
            (
                r#"{"role":"readwrite","cache":"a","item":{}}"#,
                "permissions[0].item: expected a selector, found an empty object",
            ),
            (r#"{"role":"readwrite","cache":"a","item":null}"#, "permissions[0].item: expected an object, found null"),
            (
                r#"{"role":"readwrite","cache":{"all":"topics"}}"#,
                "permissions[0].cache: the All… constant is one of another kind",
            ),
            (
                r#"{"role":"subscribeonly","cache":"a"}"#,
                "permissions[0].role: a topic role goes with topic, and nothing else",
            ),
            (
                r#"{"role":"readonly","cache":"a","topic":"t"}"#,
                "permissions[0].role: a cache role goes with item, not with topic or func",
            ),
            (r#"{"cache":"a"}"#, "permissions[0].role: expected a role, found nothing"),
            (
                r#"{"role":"admin","cache":"a"}"#,
                "permissions[0].role: expected a role such as \"readonly\", found another text",
            ),
            (
                r#"{"role":"readonly","cache":"a","item":{"key":[1]}}"#,
                "permissions[0].item: expected a string, found an array",
            ),
            ("", "permissions: expected at least one permission, found none"),
        ];
        for (permission, expected) in cases {
            let text = std::format!(r#"{{"permissions":[{permission}]}}"#);
            let error = TokenScope::from_json(&text).unwrap_err();
            assert_eq!(error.message(), expected);
            assert_eq!(error.code(), "ERR_SCOPE_INVALID");
        }
        let many = std::vec![r#"{"role":"readonly","cache":"a"}"#; 21].join(",");
        let error = TokenScope::from_json(&std::format!(r#"{{"permissions":[{many}]}}"#)).unwrap_err();
        assert_eq!(
            (error.code(), error.message().as_str()),
            ("ERR_SCOPE_LIMIT", "permissions: expected at most 20, found 21")
        );
        for text in
            ["", "[]", "{}", "{\"permissions\":{}}", "{\"permissions\":[1]}", "{\"permissions\":[]}x", "\"super-user\""]
        {
            assert!(TokenScope::from_json(text).is_err(), "{text}");
        }
    }
}
