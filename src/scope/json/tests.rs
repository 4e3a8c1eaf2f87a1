use super::*;
use crate::codec::json::{Json, Object};
use crate::scope::CacheRole;
use std::error::Error;
use zeroize::Zeroizing;

const CANONICAL: &str = r#"{"permissions":[{"role":"readwrite","cache":{"all":"caches"}},{"role":"readonly","cache":"a","item":{"key":"k"}},{"role":"writeonly","cache":"a","item":{"all":"items"}},{"role":"publishonly","cache":"*","topic":{"namePrefix":"t\n"}},{"role":"functioninvoke","cache":"a","func":{"all":"functions"}}]}"#;

#[test]
fn reads_and_writes_the_canonical_form() {
    assert_eq!(TokenScope::from_json(CANONICAL).unwrap().to_json().unwrap(), CANONICAL);
    let spelled = r#" { "permissions" : [ { "cache" : { "name" : "a" } , "item" : "k" , "role" : "readonly" } ] } "#;
    let short = r#"{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"}}]}"#;
    assert_eq!(TokenScope::from_json(spelled).unwrap().to_json().unwrap(), short);
}

#[test]
fn json_has_no_byte_keys() {
    let prefix = |bytes: Json| {
        let [mut permission, mut item, mut scope] = [(); 3].map(|()| Object::default());
        item.push("keyPrefix".into(), bytes);
        permission.push("role".into(), text("readonly"));
        permission.push("cache".into(), text("a"));
        permission.push("item".into(), Json::Object(item));
        scope.push("permissions".into(), Json::Array(vec![Json::Object(permission)]));
        read::scope(&Json::Object(scope))
    };
    let scope = TokenScope::new(vec![Permission::Cache {
        role: CacheRole::ReadOnly,
        cache: CacheSelector::Name("a".into()),
        item: Some(ItemSelector::KeyPrefix(vec![0xff, 0xfe])),
    }])
    .unwrap();
    assert_eq!(prefix(Json::Bytes(vec![0xff, 0xfe])).as_ref(), Ok(&scope));
    assert_eq!(scope.to_json(), None);
    let empty = prefix(Json::Bytes(Vec::new())).unwrap_err();
    assert_eq!(empty.message(), "permissions[0].item: cache key or key prefix must not be empty");
}

#[test]
fn accepts_bytes_only_as_keys() {
    let bytes = || Json::Bytes(b"a".to_vec());
    let one = |name: &str, value| {
        let mut object = Object::default();
        object.push(name.into(), value);
        Json::Object(object)
    };
    let permission = |field: &str, value| {
        let Json::Object(mut object) = one("role", text("readonly")) else { unreachable!() };
        object.push(field.into(), value);
        one("permissions", Json::Array(vec![Json::Object(object)]))
    };
    for (value, expected) in [
        (bytes(), "expected an object, found bytes"),
        (one("permissions", bytes()), "permissions: expected an array, found bytes"),
        (one("permissions", Json::Array(vec![bytes()])), "permissions[0]: expected an object, found bytes"),
        (permission("cache", bytes()), "permissions[0].cache: expected an object, found bytes"),
        (permission("cache", one("name", bytes())), "permissions[0].cache: expected a string, found bytes"),
        (permission("item", bytes()), "permissions[0].item: expected an object, found bytes"),
        (permission("item", one("all", bytes())), "permissions[0].item: expected a string, found bytes"),
        (permission("topic", one("namePrefix", bytes())), "permissions[0].topic: expected a string, found bytes"),
        (permission("func", one("name", bytes())), "permissions[0].func: expected a string, found bytes"),
    ] {
        assert_eq!(read::scope(&value).unwrap_err().message(), expected);
    }
    for field in ["type", "access", "cache", "topic", "func"] {
        let error = read::action(&one(field, bytes())).unwrap_err();
        assert_eq!(error.message(), format!("action.{field}: expected a string, found bytes"));
    }
}

fn text(text: &str) -> Json {
    Json::String(Zeroizing::new(text.into()))
}

#[test]
fn rejects_blank_names_that_the_sdk_accepts() {
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
        (r#"{"role":"subscribeonly","cache":"a"}"#, "permissions[0].role: goes with topic, and nothing else"),
        (r#"{"role":"readonly","cache":"a","topic":"t"}"#, "permissions[0].role: goes with item, and nothing else"),
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
        let text = format!(r#"{{"permissions":[{permission}]}}"#);
        let error = TokenScope::from_json(&text).unwrap_err();
        assert_eq!(error.message(), expected);
        assert_eq!(error.code(), "ERR_SCOPE_INVALID");
    }
    let many = [r#"{"role":"readonly","cache":"a"}"#; 21].join(",");
    let error = TokenScope::from_json(&format!(r#"{{"permissions":[{many}]}}"#)).unwrap_err();
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

#[test]
fn errors_name_the_position_and_field() {
    let error = |permission: &str| {
        TokenScope::from_json(&format!(r#"{{"permissions":[{{"role":"readonly","cache":"a"}},{permission}]}}"#))
            .unwrap_err()
    };
    let cache = error(r#"{"role":"readonly","cache":5}"#);
    assert_eq!((cache.index(), cache.field()), (Some(1), Some("cache")));
    let unknown = error(r#"{"role":"readonly","caches":5}"#);
    assert_eq!((unknown.index(), unknown.field()), (Some(1), None));
    assert!(unknown.source().is_none());
    let json = error("{");
    assert_eq!((json.index(), json.field()), (None, None));
    assert_eq!(json.message(), "expected JSON with a string at byte 49");
    assert!(json.source().is_some());
}

#[test]
fn errors_quote_unknown_fields_unless_credential_like() {
    let unknown = |name: &str| TokenScope::from_json(&format!(r#"{{"{name}":1}}"#)).unwrap_err().message();
    let hidden = "unknown or repeated field (its name is not shown)";
    assert_eq!(unknown(r#"a\"b"#), r#"unknown or repeated field "a\"b""#);
    assert_eq!(unknown(&"a ".repeat(20)), format!("unknown or repeated field \"{}\"", "a ".repeat(20)));
    assert_eq!(unknown(&"a ".repeat(21)), hidden);
    assert_eq!(unknown("eyJhbGciOiJub25lIn0"), hidden);
}
