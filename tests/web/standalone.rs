//! Tests of the exports of `wasm-pack build` (`src/js/standalone`).

use js_sys::{JSON, Object, Reflect};
use momento_token_wasm::js::standalone::{
    CredentialProvider, DisposableTokenScopes, Refused, TokenScopes, allows, covers, decode_permissions, decode_token,
    describe_scope, encode_permissions, key_version, merge_scopes, parse_scope,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

/// A synthetic unsigned disposable token without permissions, which expires in 2100.
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

/// Parses a JavaScript object literal.
fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[wasm_bindgen_test]
fn decodes_token_without_printing_it() {
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
fn errors_are_token_errors_with_a_code() {
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
fn builders_do_not_widen() {
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
fn parses_scopes_strictly() {
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

#[cfg(feature = "source")]
mod source {
    use super::{code, get, json, parse};
    use crate::clock::Clock;
    use crate::service::{Service, token};
    use js_sys::{Function, Object, Promise, Reflect};
    use momento_token_wasm::js::standalone::JsTokenSource;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::AbortController;

    /// 2026-12-01T00:00:00Z, in seconds since the epoch.
    const NOW: u32 = 1_796_083_200;

    fn clock() -> Clock {
        Clock::at(f64::from(NOW) * 1_000.0)
    }

    async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
        JsFuture::from(promise).await
    }

    async fn code_of(promise: Promise) -> String {
        get(&settled(promise).await.unwrap_err(), "code").as_string().unwrap()
    }

    /// Options with this function as `vend`.
    fn vend(body: &str) -> JsValue {
        let options = Object::new();
        let function = Function::new_with_args("context", body);
        assert!(Reflect::set(&options, &"vend".into(), &function).unwrap());
        options.into()
    }

    #[wasm_bindgen_test]
    async fn current_token_keeps_its_identity() {
        let _clock = clock();
        let body = format!(r#"[{{"status":200,"body":"{}"}}]"#, token("one", NOW + 300));
        let service = Service::answering(&body);
        let options =
            r#"{"vend":{"url":"/token","headers":{"x-app":"1"},"credentials":"omit"},"expiresIn":{"seconds":300}}"#;
        let source = JsTokenSource::new(&parse(options)).unwrap();
        assert!(source.current().is_undefined() && service.requests() == 0, "it begins on demand");
        let token = settled(source.get_token(&JsValue::UNDEFINED)).await.unwrap();
        assert_eq!(get(&token, "tokenId"), "one");
        assert_eq!(source.current(), token);
        assert_eq!(settled(source.get_token(&parse(r#"{"minValidityMs":1}"#))).await.unwrap(), token);
        assert_eq!(service.requests(), 1);
        assert_eq!(service.first(&["url"]), "/token?expiresIn=300");
        assert_eq!(
            (service.first(&["headers", "x-app"]), service.first(&["init", "credentials"])),
            ("1".into(), "omit".into())
        );
        source.close();
        assert!(source.current().is_undefined());
        assert_eq!(code_of(source.get_token(&JsValue::UNDEFINED)).await, "ERR_CLOSED");
    }

    #[wasm_bindgen_test]
    async fn vend_may_return_text_object_or_response() {
        let _clock = clock();
        let token = token("one", NOW + 300);
        for answer in [
            format!("return '{token}'"),
            format!("return Promise.resolve({{ authToken: '{token}' }})"),
            format!("return new Response('{token}')"),
        ] {
            let source = JsTokenSource::new(&vend(&answer)).unwrap();
            let token = settled(source.get_token(&JsValue::UNDEFINED)).await.unwrap();
            assert_eq!(get(&token, "tokenId"), "one", "{answer}");
        }
        for (answer, code, status) in [
            ("return new Response('', { status: 403 })", "ERR_VEND_HTTP", JsValue::from(403)),
            ("throw new Error('the session has ended')", "ERR_VEND_FUNCTION", JsValue::UNDEFINED),
            ("return Promise.reject(7)", "ERR_VEND_FUNCTION", JsValue::UNDEFINED),
            ("return 7", "ERR_VEND_FUNCTION", JsValue::UNDEFINED),
            ("return {}", "ERR_VEND_ANSWER", JsValue::UNDEFINED),
        ] {
            let source = JsTokenSource::new(&vend(answer)).unwrap();
            let error = settled(source.get_token(&JsValue::UNDEFINED)).await.unwrap_err();
            assert_eq!((get(&error, "code"), get(&error, "status")), (code.into(), status), "{answer}");
            assert!(!json(&get(&error, "message")).contains("session"), "what it threw is not repeated");
        }
    }

    #[wasm_bindgen_test]
    async fn unusable_vend_result_is_retried_twice() {
        let clock = clock();
        let source = JsTokenSource::new(&vend("globalThis.calls = (globalThis.calls ?? 0) + 1; return 7")).unwrap();
        assert_eq!(code_of(source.get_token(&JsValue::UNDEFINED)).await, "ERR_VEND_FUNCTION");
        clock.pass(600_000.0).await;
        assert_eq!(get(&js_sys::global(), "calls"), 3);
    }

    #[wasm_bindgen_test]
    async fn vend_receives_its_context() {
        let _clock = clock();
        let answer = format!("globalThis.told = JSON.stringify(context); return '{}'", token("me", NOW + 300));
        let options = vend(&answer);
        let set = |name: &str, value: &str| assert!(Reflect::set(&options, &name.into(), &parse(value)).unwrap());
        set("scope", r#"{"permissions":[{"role":"readonly","cache":"a"}]}"#);
        set("expiresIn", r#"{"seconds":300}"#);
        set("tokenId", r#""me""#);
        settled(JsTokenSource::new(&options).unwrap().get_token(&JsValue::UNDEFINED)).await.unwrap();
        let told = get(&js_sys::global(), "told").as_string().unwrap();
        let scope = r#""scope":{"permissions":[{"role":"readonly","cache":"a"}]}"#;
        assert_eq!(told, format!(r#"{{"reason":"first",{scope},"expiresIn":{{"seconds":300}},"tokenId":"me"}}"#));
    }

    #[wasm_bindgen_test]
    async fn abort_signal_ends_the_wait() {
        let _clock = clock();
        let _service = Service::answering(r#"[{"hangs":true}]"#);
        let source = JsTokenSource::new(&parse(r#"{"vend":"/token"}"#)).unwrap();
        let abort = AbortController::new().unwrap();
        let options = Object::new();
        assert!(Reflect::set(&options, &"signal".into(), &abort.signal()).unwrap());
        let waiting = source.get_token(&options);
        abort.abort_with_reason(&"enough".into());
        assert_eq!(settled(waiting).await.unwrap_err(), "enough");
        assert_eq!(settled(source.get_token(&options)).await.unwrap_err(), "enough");
    }

    #[wasm_bindgen_test]
    async fn rejects_invalid_options() {
        for options in [
            "7",
            "{}",
            r#"{"vend":7}"#,
            r#"{"vend":{}}"#,
            r#"{"vend":{"url":"/token","method":"PUT"}}"#,
            r#"{"vend":{"url":"/token","body":{}}}"#,
            r#"{"vend":{"url":"/token","credentials":"all"}}"#,
            r#"{"vend":{"url":"/token","headers":{"a":7}}}"#,
            r#"{"vend":{"url":"/token","allowRedirects":"no"}}"#,
            r#"{"vend":"/token","expiresIn":{"seconds":1.5}}"#,
            r#"{"vend":"/token","expiresIn":{"seconds":-1}}"#,
            r#"{"vend":"/token","expiresIn":null}"#,
            r#"{"vend":"/token","tokenId":7}"#,
            r#"{"vend":"/token","refreshWindow":[0.9,0.1]}"#,
            r#"{"vend":"/token","refreshWindow":"no"}"#,
            r#"{"vend":"/token","requestTimeoutMs":1}"#,
            r#"{"vend":"/token","shareAcrossTabs":""}"#,
            r#"{"vend":"/token","decode":7}"#,
        ] {
            assert_eq!(code(JsTokenSource::new(&parse(options))), "ERR_ARGUMENT", "{options}");
        }
        assert_eq!(code(JsTokenSource::new(&parse(r#"{"vend":"/token","scope":{}}"#))), "ERR_SCOPE_INVALID");
        let source = JsTokenSource::new(&parse(r#"{"vend":"/token"}"#)).unwrap();
        for call in ["7", r#"{"minValidityMs":"1"}"#, r#"{"forceRefresh":1}"#, r#"{"signal":{}}"#] {
            assert_eq!(code_of(source.get_token(&parse(call))).await, "ERR_ARGUMENT", "{call}");
        }
    }
}
