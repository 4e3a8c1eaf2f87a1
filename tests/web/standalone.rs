//! What `wasm-pack build` exports (`src/js/standalone`).

use js_sys::{JSON, Object, Reflect};
use momento_token_wasm::js::standalone::{
    CredentialProvider, DisposableTokenScopes, Refused, TokenScopes, allows, covers, decode_permissions, decode_token,
    describe_scope, encode_permissions, key_version, merge_scopes, parse_scope,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

/// A synthetic disposable token without permissions, signed by nobody; it expires in 2100.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lb25lIiwidmVyIjoxLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl";
const UNDEFINED: JsValue = JsValue::UNDEFINED;

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn code<T>(result: Result<T, Refused>) -> String {
    let error = JsValue::from(result.err().expect("an error"));
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(get(&error, "name"), "TokenError");
    get(&error, "code").as_string().unwrap()
}

/// What an object literal in JavaScript is.
fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[wasm_bindgen_test]
fn a_token_is_read_and_never_printed() {
    let options = parse(r#"{"endpoint":"cell.momentohq.com"}"#);
    let token = decode_token(&TOKEN.into(), &options).unwrap();
    assert_eq!(key_version(&TOKEN.into()), "v1");
    assert_eq!((token.version(), token.subject()), ("v1".into(), Some("someone".into())));
    assert_eq!(get(&token.endpoints(), "cacheEndpoint"), "cache.cell.momentohq.com");
    assert_eq!(token.expires_at().unwrap().get_time(), 4_102_444_800_000.0);
    assert_eq!(token.remaining_ms(&4_102_444_799_000_f64.into()).unwrap(), 1_000.0);
    assert!(token.is_expired(&4_102_444_800_000_f64.into()).unwrap());
    assert_eq!(token.reveal(&UNDEFINED).unwrap(), TOKEN);
    let envelope = token.reveal(&"envelope".into()).unwrap();
    let again = CredentialProvider::from_disposable_token(&envelope.into(), &UNDEFINED).unwrap();
    assert_eq!(again.endpoint().as_deref(), Some("cell.momentohq.com"));
    for printed in [json(&token.to_json()), token.redacted(), json(&JsValue::from(token))] {
        assert!(!printed.contains(TOKEN), "{printed}");
    }
}

#[wasm_bindgen_test]
fn what_is_wrong_is_a_token_error_with_a_code() {
    let decode = |options: &str| code(decode_token(&TOKEN.into(), &parse(options)));
    assert_eq!(code(decode_token(&UNDEFINED, &UNDEFINED)), "ERR_ARGUMENT");
    assert_eq!(code(decode_token(&"x".into(), &UNDEFINED)), "ERR_TOKEN_MALFORMED");
    assert_eq!(decode("null"), "ERR_ARGUMENT");
    assert_eq!(decode(r#"{"endpoint":7}"#), "ERR_ARGUMENT");
    assert_eq!(decode(r#"{"endpoint":"evil.example"}"#), "ERR_ENDPOINT_NOT_ALLOWED");
    assert_eq!(decode(r#"{"allowedEndpointSuffixes":"a"}"#), "ERR_ARGUMENT");
    assert_eq!(decode(r#"{"endpointOverrides":{"baseEndpoint":"a","secureConnection":"no"}}"#), "ERR_ARGUMENT");
    assert_eq!(decode(r#"{"endpointOverrides":{"cacheEndpoint":"a"}}"#), "ERR_ARGUMENT");
    assert_eq!(code(CredentialProvider::from_string(&TOKEN.into(), &UNDEFINED)), "ERR_ENDPOINT_MISSING");
    assert_eq!(code(CredentialProvider::from_string(&Object::new().into(), &UNDEFINED)), "ERR_ARGUMENT");
    assert_eq!(code(CredentialProvider::from_api_key_v2(&TOKEN.into(), &"a.b".into())), "ERR_NOT_V2_KEY");
    assert_eq!(code(decode_permissions(&"Eg4".into())), "ERR_SCOPE_NOT_UNDERSTOOD");
    let token = decode_token(&TOKEN.into(), &UNDEFINED).unwrap();
    assert_eq!(code(token.reveal(&"raw".into())), "ERR_ARGUMENT");
    assert_eq!(code(token.reveal(&"envelope".into())), "ERR_ENDPOINT_MISSING");
    assert_eq!(code(token.remaining_ms(&f64::NAN.into())), "ERR_ARGUMENT");
}

#[wasm_bindgen_test]
fn builders_never_widen() {
    let scope = DisposableTokenScopes::cache_key_read_only(&"a".into(), &"k".into()).unwrap();
    assert_eq!(json(&scope), r#"{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"}}]}"#);
    assert!(Object::is_frozen(scope.unchecked_ref::<Object>()));
    let all = TokenScopes::cache_read_write(&parse(r#"{"all":"caches"}"#)).unwrap();
    assert_eq!(json(&all), r#"{"permissions":[{"role":"readwrite","cache":{"all":"caches"}}]}"#);
    for cache in
        [r#""""#, r#"" ""#, "7", "null", "{}", r#"{"all":"topics"}"#, r#"{"name":""}"#, r#"{"namePrefix":"a"}"#]
    {
        assert_eq!(code(TokenScopes::cache_read_only(&parse(cache))), "ERR_ARGUMENT", "{cache}");
    }
    assert_eq!(code(TokenScopes::cache_read_only(&parse(r#"{"name":"a","all":"caches"}"#))), "ERR_ARGUMENT");
    assert_eq!(code(TokenScopes::cache_read_only(&parse(r#""\ud800""#))), "ERR_ARGUMENT");
    assert_eq!(code(DisposableTokenScopes::cache_key_read_only(&"a".into(), &"".into())), "ERR_ARGUMENT");
    assert_eq!(code(DisposableTokenScopes::cache_key_read_only(&"a".into(), &UNDEFINED)), "ERR_ARGUMENT");
    assert_eq!(code(TokenScopes::topic_publish_only(&"a".into(), &UNDEFINED)), "ERR_ARGUMENT");
}

#[wasm_bindgen_test]
fn scopes_are_read_strictly() {
    let written = r#"{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"}}]}"#;
    let scope = parse_scope(&parse(written), &UNDEFINED).unwrap();
    assert_eq!(json(&scope), written);
    let all = TokenScopes::cache_read_write(&parse(r#"{"all":"caches"}"#)).unwrap();
    let merged = merge_scopes(vec![scope.clone(), all.clone(), scope.clone()]).unwrap();
    assert_eq!(describe_scope(&merged).unwrap().length(), 2);
    let encoded = encode_permissions(&merged).unwrap();
    assert_eq!(json(&decode_permissions(&encoded.into()).unwrap()), json(&merged));
    assert!(covers(&all, &scope).unwrap() && !covers(&scope, &all).unwrap());
    let action = parse(r#"{"type":"cache","access":"read","cache":"a","key":"k"}"#);
    assert!(allows(&scope, &action).unwrap());
    for wrong in
        ["7", "null", r#"{"permissions":[]}"#, r#"{"permissions":[{"role":"readonly","cache":"a","items":"k"}]}"#]
    {
        assert_eq!(code(parse_scope(&parse(wrong), &UNDEFINED)), "ERR_SCOPE_INVALID", "{wrong}");
        assert_eq!(code(covers(&scope, &parse(wrong))), "ERR_SCOPE_INVALID", "{wrong}");
        assert_eq!(code(merge_scopes(vec![parse(wrong)])), "ERR_SCOPE_INVALID", "{wrong}");
    }
    assert_eq!(code(allows(&scope, &Object::new().into())), "ERR_ARGUMENT");
    assert_eq!(code(parse_scope(&merged, &parse(r#"{"maxPermissions":1}"#))), "ERR_SCOPE_LIMIT");
    for limits in ["null", "7", r#"{"maxPermissions":0}"#, r#"{"maxPermissions":1.5}"#] {
        assert_eq!(code(parse_scope(&scope, &parse(limits))), "ERR_ARGUMENT", "{limits}");
    }
}
