use super::*;
use crate::scope::{CacheRole, CacheSelector, ItemSelector, Permission};

const CANONICAL: &str = r#"{"permissions":[{"role":"readwrite","cache":{"all":"caches"}},{"role":"readonly","cache":"a","item":{"key":"k"}},{"role":"writeonly","cache":"a","item":{"all":"items"}},{"role":"publishonly","cache":"*","topic":{"namePrefix":"t\n"}},{"role":"functioninvoke","cache":"a","func":{"all":"functions"}}]}"#;

/// Reads a scope as the package writes it.
fn package(text: &str) -> Result<Vec<Permission>, ScopeError> {
    let (mut draft, mut permissions) = (Draft::new(true), Vec::new());
    draft.scope(&mut Reader::new(text))?;
    wire::read_explicit(&draft.explicit, &mut |parts| permissions.push(parts.into()))?;
    Ok(permissions)
}

#[test]
fn reads_and_writes_the_canonical_form() {
    assert_eq!(TokenScope::from_json(CANONICAL).unwrap().to_json().unwrap(), CANONICAL);
    let spelled = r#" { "permissions" : [ { "cache" : { "name" : "a" } , "item" : "k" , "role" : "readonly" } ] } "#;
    let short = r#"{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"}}]}"#;
    assert_eq!(TokenScope::from_json(spelled).unwrap().to_json().unwrap(), short);
}

#[test]
fn keys_that_are_not_text_come_from_the_package_alone() {
    let scope = TokenScope::new(vec![Permission::Cache {
        role: CacheRole::ReadOnly,
        cache: CacheSelector::All,
        item: Some(ItemSelector::KeyPrefix(vec![0xff, 0xfe])),
    }])
    .unwrap();
    let written = r#"{"permissions":[{"role":"readonly","cache":{"all":"caches"},"item":{"keyPrefix":[255,254]}}]}"#;
    assert_eq!(scope.to_json(), None);
    assert_eq!(package(written).unwrap(), scope.permissions());
    assert!(TokenScope::from_json(written).is_err());
    assert!(package(&written.replace("254", "256")).is_err());
    assert!(package(r#"{"permissions":[{"role":"readonly","cache":{"name":[97]}}]}"#).is_err());
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
    let many = vec![r#"{"role":"readonly","cache":"a"}"#; 21].join(",");
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
