use super::super::{Overrides, from_api_key_v2, from_disposable_token, from_string};
use super::*;
use crate::codec::base64;
use crate::scope::TokenScope;
use crate::token::MAX_CREDENTIAL_CHARS;
use proptest::prelude::*;

const CELL: &str = "cell-4-us-west-2-1.prod.a.momentohq.com";
/// 2025-01-01T00:00:00Z.
const NOW: i64 = 1_735_689_600_000;
/// A scope of one permission, encoded.
const READ_CHAT: &str = "Eg4KDAoKCAIaBgoEY2hhdA==";

fn jwt(claims: &str) -> String {
    let part = |text: &str| base64::encode(text.as_bytes()).trim_end_matches('=').replace('+', "-").replace('/', "_");
    [&part(r#"{"alg":"HS256","typ":"JWT"}"#), ".", &part(claims), ".", "c2lnbmF0dXJl"].concat()
}

fn envelope(endpoint: &str, key: &str) -> String {
    base64::encode(format!(r#"{{"endpoint":"{endpoint}","api_key":"{key}"}}"#).as_bytes())
}

fn disposable_claims() -> String {
    let exp = NOW / 1000 + 300;
    format!(r#"{{"sub":"a@b","ver":1,"p":"{READ_CHAT}","exp":{exp},"id":"user-7"}}"#)
}

fn disposable() -> String {
    envelope(CELL, &jwt(&disposable_claims()))
}

fn read(credential: &str) -> Result<Token, TokenError> {
    decode(credential, &DecodeOptions::default(), NOW)
}

fn codes(token: &Token) -> Vec<&'static str> {
    token.warnings().iter().map(|warning| warning.code).collect()
}

#[test]
fn decodes_disposable_token() {
    let token = read(&disposable()).unwrap();
    assert_eq!(token.version(), Version::V1);
    assert_eq!(token.endpoint(), Some(CELL));
    let endpoints = token.endpoints().unwrap();
    assert_eq!(endpoints.cache, format!("cache.{CELL}"));
    assert_eq!(endpoints.control, format!("control.{CELL}"));
    assert_eq!(endpoints.token, format!("token.{CELL}"));
    assert!(endpoints.secure && !endpoints.overridden);
    assert_eq!(token.expires_at(), Some(NOW + 300_000));
    let scope = TokenScope::from_json(r#"{"permissions":[{"role":"readonly","cache":"chat"}]}"#).unwrap();
    assert_eq!(token.grant(), Some(&Grant::Scope(scope)));
    assert_eq!((token.token_id(), token.subject()), (Some("user-7"), Some("a@b")));
    assert!(token.is_disposable());
    assert_eq!(codes(&token), [""; 0]);
    assert_eq!(token.credential().reveal(), jwt(&disposable_claims()));
}

#[test]
fn decodes_pasted_token() {
    let token = disposable();
    let (head, tail) = token.split_at(76);
    let url_safe = token.trim_end_matches('=').replace('+', "-").replace('/', "_");
    for pasted in [
        format!("{token}\n"),
        format!("  {token}"),
        format!("{head}\r\n{tail}"),
        format!("\"{token}\""),
        format!("Bearer {token}"),
        url_safe,
    ] {
        assert_eq!(read(&pasted).unwrap().token_id(), Some("user-7"), "{pasted}");
    }
}

#[test]
fn accepts_any_key_order_and_spacing() {
    let key = jwt(&disposable_claims());
    let go =
        base64::encode(format!(r#"{{ "api_key" : "{key}",{}"endpoint": "{CELL}", "more": [1] }}"#, '\n').as_bytes());
    assert_eq!(read(&go).unwrap().endpoint(), Some(CELL));
}

#[test]
fn key_version_depends_on_form() {
    let cases = [
        (disposable(), Some(Version::V1)),
        (jwt(&disposable_claims()), Some(Version::V1)),
        (jwt(r#"{"t":"g","jti":"k"}"#), Some(Version::V2)),
        (jwt(r#"{"t":"\u0067","jti":"k"}"#), Some(Version::V2)),
        (jwt(r#"{"sub":"s","cp":"control.h.momentohq.com","c":"cache.h.momentohq.com"}"#), Some(Version::Legacy)),
        (jwt(r#"{"iss":"i","aud":"a","exp":1735689700}"#), Some(Version::Session)),
        (jwt(r#"{"t":5,"ver":"1"}"#), Some(Version::Session)),
        (jwt("[]"), None),
        (String::from("<!doctype html>"), None),
        (String::new(), None),
    ];
    for (credential, version) in cases {
        assert_eq!(key_version(&credential), version, "{credential}");
    }
}

#[test]
fn decodes_legacy_and_session_tokens() {
    let legacy = read(&jwt(r#"{"sub":"s","cp":"control.h.momentohq.com","c":"cache.h.momentohq.com"}"#)).unwrap();
    let endpoints = legacy.endpoints().unwrap();
    assert_eq!(
        (&*endpoints.control, &*endpoints.cache, &*endpoints.token),
        ("control.h.momentohq.com", "cache.h.momentohq.com", "cache.h.momentohq.com")
    );
    assert_eq!(codes(&legacy), ["WARN_NEVER_EXPIRES"]);
    let session = read(&jwt(r#"{"iss":"i","exp":1735689700.5,"id":7}"#)).unwrap();
    assert_eq!((session.endpoint(), session.expires_at()), (None, Some(1_735_689_700_500)));
    assert!(!session.is_disposable());
    let options = DecodeOptions { endpoint: Some(CELL.into()), ..DecodeOptions::default() };
    let bare = decode(&jwt(&disposable_claims()), &options, NOW).unwrap();
    assert_eq!((bare.endpoint(), bare.version()), (Some(CELL), Version::V1));
}

#[test]
fn overrides_take_precedence() {
    let overrides = Some(Overrides::Base { base: "localhost:8080".into(), prefix: None, secure: false });
    let token = decode(&disposable(), &DecodeOptions { overrides, ..DecodeOptions::default() }, NOW).unwrap();
    assert_eq!(token.endpoint(), Some("localhost:8080"));
    assert_eq!(token.endpoints().unwrap().cache, "cache.localhost:8080");
}

#[test]
fn warns_of_unusual_tokens() {
    let v1 = |claims: &str| codes(&read(&envelope(CELL, &jwt(claims))).unwrap()).join(" ");
    let exp = |left: i64| NOW / 1000 + left;
    assert_eq!(v1(r#"{"ver":1,"p":"CAA="}"#), "WARN_SUPER_USER WARN_NEVER_EXPIRES");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":"{READ_CHAT}","exp":{}}}"#, exp(90_001))), "WARN_LONG_LIVED");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":"{READ_CHAT}","exp":{}}}"#, exp(90_000))), "");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":"{READ_CHAT}","exp":{}}}"#, exp(9))), "WARN_EXPIRES_SOON");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":"{READ_CHAT}","exp":{}}}"#, exp(0))), "WARN_EXPIRED");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":"GgA=","exp":{}}}"#, exp(60))), "WARN_SCOPE_NOT_UNDERSTOOD");
    assert_eq!(v1(&format!(r#"{{"ver":1,"p":5,"exp":{}}}"#, exp(60))), "WARN_SCOPE_NOT_UNDERSTOOD");
    assert_eq!(v1(r#"{"t":"g","jti":"k"}"#), "WARN_NESTED_V2_KEY WARN_NEVER_EXPIRES");
}

#[test]
fn errors_have_a_code_and_no_credential() {
    let cases = [
        (String::from(" \n"), "ERR_TOKEN_EMPTY"),
        (String::from("<html>nope</html>"), "ERR_TOKEN_MALFORMED"),
        (String::from("aaa.bbb"), "ERR_TOKEN_MALFORMED"),
        (String::from("aaaa.bbbb.cccc"), "ERR_TOKEN_MALFORMED"),
        (jwt(r#"{"ver":1}{}"#), "ERR_TOKEN_MALFORMED"),
        (jwt(r#"{"ver":1,"ver":1}"#), "ERR_TOKEN_MALFORMED"),
        (base64::encode(br#"{"endpoint":"h.momentohq.com"}"#), "ERR_TOKEN_MALFORMED"),
        (base64::encode(br#"{"endpoint":"h.momentohq.com","api_key":{}}"#), "ERR_TOKEN_MALFORMED"),
        (base64::encode(b"{\"endpoint\":\"\xff\"}"), "ERR_TOKEN_MALFORMED"),
        (envelope(CELL, "garbage"), "ERR_TOKEN_MALFORMED"),
        (envelope("evil.example", &jwt(&disposable_claims())), "ERR_ENDPOINT_NOT_ALLOWED"),
        (envelope("x@evil.example", &jwt(&disposable_claims())), "ERR_ENDPOINT_INVALID"),
        (envelope(CELL, &jwt(r#"{"ver":1,"exp":0}"#)), "ERR_TOKEN_EXPIRY"),
        (envelope(CELL, &jwt(r#"{"ver":1,"exp":-5}"#)), "ERR_TOKEN_EXPIRY"),
        (envelope(CELL, &jwt(r#"{"ver":1,"exp":1735689600000}"#)), "ERR_TOKEN_EXPIRY"),
        (envelope(CELL, &jwt(r#"{"ver":1,"exp":"1735689600"}"#)), "ERR_TOKEN_EXPIRY"),
        (envelope(CELL, &jwt(r#"{"ver":1,"exp":null}"#)), "ERR_TOKEN_EXPIRY"),
    ];
    for (credential, code) in cases {
        let error = read(&credential).unwrap_err();
        assert_eq!(error.code(), code, "{credential}");
        let piece = credential.trim().get(..8).unwrap_or("evil.example");
        assert!(!error.message().contains(piece) && !error.message().contains("evil"), "{}", error.message());
    }
}

#[test]
fn provider_errors_match_the_sdk() {
    let v2 = jwt(r#"{"t":"g","jti":"k"}"#);
    let default = DecodeOptions::default();
    for error in [from_string(&v2, &default, NOW).unwrap_err(), from_disposable_token(&v2, &default, NOW).unwrap_err()]
    {
        assert_eq!(error.code(), "ERR_V2_KEY");
        assert_eq!(
            error.message(),
            "Received a v2 API key. Are you using the correct key? Or did you mean to use `fromApiKeyV2()` or `fromEnvVarV2()` instead?"
        );
    }
    let session = jwt(r#"{"iss":"i","exp":1735689700}"#);
    assert_eq!(from_string(&session, &default, NOW).unwrap_err().code(), "ERR_ENDPOINT_MISSING");
    assert_eq!(from_api_key_v2(&v2, CELL, NOW).unwrap().endpoint(), Some(CELL));
    assert_eq!(from_api_key_v2(&disposable(), CELL, NOW).unwrap_err().code(), "ERR_NOT_V2_KEY");
    assert_eq!(from_api_key_v2("", CELL, NOW).unwrap_err().message(), "API key cannot be an empty string");
    assert_eq!(from_api_key_v2(&v2, " ", NOW).unwrap_err().message(), "Endpoint cannot be an empty string");
}

#[test]
fn rejects_overlong_credential() {
    let claims = |length: usize| format!(r#"{{"ver":1,"x":"{}"}}"#, "x".repeat(length));
    let empty = jwt(&claims(0)).len();
    // Three bytes of JSON are four characters.
    let longest = jwt(&claims((MAX_CREDENTIAL_CHARS - empty) / 4 * 3));
    assert!(MAX_CREDENTIAL_CHARS - longest.len() < 4);
    let blanks = " \u{2003}\n".repeat(20_000);
    assert_eq!(key_version(&format!("{blanks}{longest}{blanks}")), Some(Version::V1));
    let longer = jwt(&claims((MAX_CREDENTIAL_CHARS - empty) / 4 * 3 + 6));
    assert_eq!(key_version(&longer), None);
    let error = read(&longer).unwrap_err();
    assert_eq!(error.code(), "ERR_TOKEN_MALFORMED");
    assert!(error.message().contains("at most 65536 characters"), "{error}");
    // Characters count, not bytes; what is not ASCII may be inside of a paste as well.
    let (head, tail) = longest.split_at(100);
    assert_eq!(key_version(&format!("{head}\u{2003}\u{2003}\u{2003}{tail}")), None);
    let short = jwt(&claims(30_000));
    let (head, tail) = short.split_at(100);
    assert_eq!(key_version(&format!("{head}{}{tail}", "\u{2003}".repeat(20_000))), Some(Version::V1));
}

#[test]
fn errors_name_the_broken_part_and_have_a_source() {
    use std::error::Error as _;
    for (credential, expected) in [
        (
            jwt(r#"{"ver":1,}"#),
            "failed to parse token: expected a JWT with a string, found something else; copy the whole credential again",
        ),
        (
            envelope(CELL, &jwt("[]")),
            "failed to parse token: expected an envelope whose api_key is a JWT with an object, found something else; copy the whole credential again",
        ),
        (
            base64::encode(br#"{"endpoint":"h","endpoint":"h","api_key":"k"}"#),
            "failed to parse token: expected an envelope with endpoint and api_key once each, found something else; copy the whole credential again",
        ),
        (
            base64::encode(b"{\"endpoint\":\"\xff\"}"),
            "failed to parse token: expected an envelope with UTF-8, found something else; copy the whole credential again",
        ),
    ] {
        let error = read(&credential).unwrap_err();
        assert_eq!((error.code(), &*error.message(), error.is_malformed()), ("ERR_TOKEN_MALFORMED", expected, true));
        assert!(error.source().is_some());
    }
    let refused = read(&envelope("evil.example", &jwt(&disposable_claims()))).unwrap_err();
    assert!(!refused.is_malformed() && refused.source().is_none());
    let expiry = read(&jwt(r#"{"exp":0}"#)).unwrap_err();
    assert!(expiry.is_malformed());
}

#[test]
fn token_debug_is_redacted() {
    let token = read(&disposable()).unwrap();
    let printed = format!("{token:?}");
    assert!(printed.contains("[redacted]") && !printed.contains("eyJ"), "{printed}");
}

proptest! {
    #[test]
    fn arbitrary_text_decodes_or_fails_with_a_code(text: String) {
        let _ = key_version(&text);
        if let Err(error) = read(&text) {
            prop_assert!(error.code().starts_with("ERR_"));
        }
    }

    /// Whatever is done to one character, the result is a token or a coded error; and never one with more than was
    /// signed.
    #[test]
    fn mutated_token_decodes_or_fails(at: prop::sample::Index, character in "[ -~]") {
        let mut text = disposable();
        let at = at.index(text.len());
        text.replace_range(at..=at, &character);
        let _ = read(&text);
    }

    #[test]
    fn reads_arbitrary_claim_values(
        exp in 1i64..253_402_300_799,
        id in "[a-zA-Z0-9\u{e9}\u{1F600} \"\\\\]{0,64}",
        cell in "[a-z][a-z0-9-]{0,20}[a-z]",
    ) {
        let claims = format!(
            r#"{{"ver":1,"exp":{exp},"id":{},"sub":"s","p":"{READ_CHAT}"}}"#,
            serde_json::to_string(&id).unwrap()
        );
        let endpoint = format!("{cell}.prod.a.momentohq.com");
        let token = read(&envelope(&endpoint, &jwt(&claims))).unwrap();
        prop_assert_eq!(token.endpoint(), Some(&*endpoint));
        prop_assert_eq!(token.expires_at(), Some(exp * 1000));
        prop_assert_eq!(token.token_id(), Some(&*id));
    }

    #[test]
    fn arbitrary_envelope_bytes_do_not_panic(bytes: Vec<u8>) {
        let _ = read(&base64::encode(&bytes));
        let _ = read(&[&base64::encode(&bytes), ".", &base64::encode(&bytes), ".", "c2ln"].concat());
    }
}
