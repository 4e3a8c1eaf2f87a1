use super::*;
use crate::codec::base64;
use crate::scope::TokenScope;
use crate::token::Version;
use proptest::prelude::*;
use std::format;
use std::vec::Vec;

/// 2025-01-01T00:00:00Z.
const NOW: i64 = 1_735_689_600_000;
/// Five minutes later: claim `exp` of the tokens here.
const EXP: i64 = 1_735_689_900_000;
const CELL: &str = "cell-1-us-east-2-1.prod.a.momentohq.com";

fn jwt(claims: &str) -> String {
    let part = |text: &str| String::from(base64::encode(text.as_bytes()).trim_end_matches('='));
    [&part(r#"{"alg":"HS256"}"#), ".", &part(claims), ".c2ln"].concat()
}

fn seal(key: &str) -> String {
    base64::encode(format!(r#"{{"endpoint":"{CELL}","api_key":"{key}"}}"#).as_bytes())
}

/// The key of a disposable token, bare.
fn key() -> String {
    jwt(r#"{"ver":1,"exp":1735689900,"id":"ann"}"#)
}

fn envelope() -> String {
    seal(&key())
}

/// Another one.
fn other() -> String {
    seal(&jwt(r#"{"ver":1,"exp":1735689900,"id":"bob"}"#))
}

/// A legacy token, which does not say when it expires.
fn legacy() -> String {
    jwt(r#"{"sub":"s","c":"c.momentohq.com","cp":"cp.momentohq.com"}"#)
}

/// A JWT of the app's own login.
fn login() -> String {
    jwt(r#"{"sub":"ann","iss":"https://login.example","exp":1735693200}"#)
}

fn token(body: &str) -> Result<Token, VendError> {
    Ok(Answer::read(body)?.into_token(&DecodeOptions::default(), &Asked::default(), NOW)?)
}

fn codes(token: &Token) -> Vec<&'static str> {
    token.warnings().iter().map(|warning| warning.code).collect()
}

/// Answers of real services, each with the token of [`key`] in it.
fn shapes() -> Vec<String> {
    let (envelope, key) = (envelope(), key());
    let url = "https://api.cache.cell-1-us-east-2-1.prod.a.momentohq.com/topics/demo/news?x=1";
    [
        format!(r#"{{"authToken":"{envelope}","expiresAt":1735689900}}"#),
        format!(r#"{{"authToken":"{envelope}","endpoint":"{CELL}","expiresAt":1735689900000}}"#),
        envelope.clone(),
        format!(" {envelope}\r\n"),
        format!("\"{envelope}\""),
        format!("\"{}\"", envelope.replace('=', "\\u003d").replace('/', "\\/")),
        format!(r#"{{"token":"{envelope}","exp":1735689900}}"#),
        format!(r#"{{"token":"{envelope}","expiresAtEpoch":1735689900}}"#),
        format!(r#"{{"token":"{envelope}"}}"#),
        format!(r#"{{"token":"{envelope}","expiresAt":1735689900123}}"#),
        format!(r#"{{"api_key":"{key}","endpoint":"{CELL}","valid_until":1735689900}}"#),
        format!(r#"{{"enabled":true,"token":"{envelope}","endpoint":"{CELL}","cacheName":"demo","topics":["news"],"expiresAt":"2025-01-01T00:05:00.000Z"}}"#),
        format!(r#"{{"endpoint":"{CELL}","token":"{envelope}","cacheName":"demo","expiresAt":"Wed Jan 01 2025 01:05:00 GMT+0100 (CET)"}}"#),
        format!(r#"{{"reviewId":7,"token":"{envelope}","endpoint":"{url}","expiresAt":1735689900}}"#),
        format!(r#"{{"reviewId":7,"token":"{key}","endpoint":"{url}","expiresAt":1735689900}}"#),
        format!(r#"{{"is_success":true,"type":"Success","authToken":"{envelope}","endpoint":"{CELL}","expiresAt":{{"_doesExpire":true,"validUntil":1735689900}}}}"#),
        format!(r#"{{"is_success":true,"type":"Success","apiKey":"{envelope}","refreshToken":"r","endpoint":"{CELL}","expiresAt":{{"_doesExpire":true,"validUntil":1735689900}}}}"#),
        format!(r#"{{"sub":"ann","exp":1735693200,"https://app.example/momento":{{"token":"{envelope}","exp":1735689900}}}}"#),
        format!(r#"{{"user":{{"name":"Ann","claims":{{"momento":"{envelope}"}}}},"expires":"2025-02-01T00:00:00Z"}}"#),
        format!(r#"{{"disposable_token":"{envelope}","expires_at":"Wed, 01 Jan 2025 00:05:00 GMT"}}"#),
        format!(r#"{{"AuthToken":"{envelope}","ExpiresAt":"2025-01-01T01:05:00+01:00"}}"#),
        format!(r#"{{"auth_token":"{envelope}","expires_in":300}}"#),
        format!(r#"{{"momentoToken":"{envelope}","expiresIn":"300"}}"#),
        format!(r#"[{{"token":"{envelope}"}}]"#),
        format!(r#"{{"endpoint":"{CELL}","credentials":{{"apiKey":"{key}"}}}}"#),
        format!(r#"{{"idToken":"{}","session":"{}","momento":"{envelope}"}}"#, login(), login()),
        format!(r#"{{"token":"{}","momento":{{"authToken":"{envelope}"}}}}"#, login()),
        format!(r#"{{"token":"{}","momento":"{envelope}"}}"#, login()),
    ]
    .into()
}

#[test]
fn reads_every_shape() {
    for body in shapes() {
        let token = token(&body).unwrap();
        assert_eq!(token.credential().reveal(), key(), "{body}");
        assert_eq!(token.expires_at(), Some(EXP), "{body}");
        assert_eq!(token.endpoint(), Some(CELL), "{body}");
        assert_eq!(codes(&token), [""; 0], "{body}");
    }
}

/// The expiry and the warnings of a token without claim `exp`, in an answer with these fields.
fn stated(fields: &str) -> (Option<i64>, Vec<&'static str>) {
    let token = token(&format!(r#"{{"token":"{}",{fields}}}"#, legacy())).unwrap();
    (token.expires_at(), codes(&token))
}

#[test]
fn distinguishes_expiry_units() {
    for fields in [
        r#""expiresAt":1735689900"#,
        r#""expiresAt":1735689900000"#,
        r#""expiresAt":1.7356899e9"#,
        r#""expiresAt":"1735689900""#,
        r#""expiresAt":" 1735689900000 ""#,
        r#""expiry":"2025-01-01T00:05:00Z""#,
        r#""expires":"Wed, 01 Jan 2025 00:05:00 GMT""#,
        r#""validUntil":"Wed Jan 01 2025 00:05:00 GMT+0000 (Coordinated Universal Time)""#,
        r#""expiration":{"validUntil":1735689900}"#,
        r#""expiresAt":{"validUntil":"2025-01-01T00:05:00Z","_doesExpire":true}"#,
        r#""expires_in":300"#,
        r#""expiresIn":"300.0""#,
        r#""validForSeconds":3e2"#,
        // A time goes before what is none, and a time before a lifetime.
        r#""expiresAt":0,"exp":1735689900"#,
        r#""exp":1735689900,"expiresAt":null"#,
        r#""expiresIn":3600,"exp":1735689900"#,
        // The name that is preferred goes first.
        r#""exp":1735690000,"expiresAt":1735689900"#,
    ] {
        assert_eq!(stated(fields), (Some(EXP), [].into()), "{fields}");
    }
}

#[test]
fn ignores_invalid_expiry_with_a_warning() {
    for fields in [
        r#""expiresAt":0"#,
        r#""expiresAt":-1"#,
        r#""expiresAt":300"#,
        r#""expiresAt":1e300"#,
        r#""expiresAt":1735689900000000"#,
        r#""expiresAt":"soon""#,
        r#""expiresAt":"NaN""#,
        r#""expiresAt":"2025-01-01""#,
        r#""expiresAt":"0001-01-01T00:00:00Z""#,
        r#""expiresAt":[1735689900]"#,
        r#""expiresAt":{}"#,
        r#""expiresAt":{"_doesExpire":true,"validUntil":null}"#,
        r#""expiresIn":0"#,
        r#""expiresIn":-300"#,
        r#""expiresIn":1735689900"#,
        r#""expiresIn":"2025-01-01T00:05:00Z""#,
    ] {
        assert_eq!(stated(fields), (None, ["WARN_NEVER_EXPIRES", "WARN_EXPIRY_UNCLEAR"].into()), "{fields}");
        // With a claim the answer's fields do not matter.
        let claimed = token(&format!(r#"{{"token":"{}",{fields}}}"#, envelope())).unwrap();
        assert_eq!((claimed.expires_at(), codes(&claimed)), (Some(EXP), [].into()), "{fields}");
    }
    for fields in [
        r#""x":1"#,
        r#""expiresAt":null"#,
        r#""expiresAt":"""#,
        r#""expires":false"#,
        r#""expiresAt":{"_doesExpire":false,"validUntil":null}"#,
    ] {
        assert_eq!(stated(fields), (None, ["WARN_NEVER_EXPIRES"].into()), "{fields}");
    }
}

#[test]
fn exp_claim_takes_precedence() {
    for (fields, warned) in [
        (r#""expiresAt":1735689905"#, false),
        (r#""expiresAt":1735689906"#, true),
        (r#""expiresAt":1735689894"#, true),
        (r#""expiresIn":304"#, false),
        (r#""expiresIn":3600"#, true),
    ] {
        let token = token(&format!(r#"{{"token":"{}",{fields}}}"#, envelope())).unwrap();
        assert_eq!(token.expires_at(), Some(EXP));
        assert_eq!(codes(&token) == ["WARN_EXPIRY_DISAGREES"], warned, "{fields}");
    }
}

#[test]
fn best_candidate_wins() {
    let (mine, other, login) = (envelope(), other(), login());
    for body in [
        // By the order of names, at any depth, and not by the order of fields.
        format!(r#"{{"token":"{other}","authToken":"{mine}"}}"#),
        format!(r#"{{"data":{{"apiKey":"{other}","token":"{mine}"}}}}"#),
        // By depth, whatever the names.
        format!(r#"{{"a":{{"authToken":"{other}"}},"apiKey":"{mine}"}}"#),
        format!(r#"{{"a":{{"b":{{"token":"{other}"}},"token":"{mine}"}}}}"#),
        // A known name goes before any other, even above it.
        format!(r#"{{"x":"{other}","a":{{"token":"{mine}"}}}}"#),
        // A Momento credential goes before an app's own.
        format!(r#"{{"authToken":"{login}","apiKey":"{mine}"}}"#),
        format!(r#"{{"authToken":null,"token":"","apiKey":"{mine}"}}"#),
        // The same twice is one.
        format!(r#"{{"a":{{"token":"{mine}"}},"b":{{"token":"{mine}"}}}}"#),
        format!(r#"{{"token":"{mine}","token":"{mine}"}}"#),
        format!(r#"["{mine}","{mine}"]"#),
        // Worse candidates that are ambiguous make no difference.
        format!(r#"{{"x":"{other}","y":"{login}","z":"{other}","token":"{mine}"}}"#),
    ] {
        assert_eq!(token(&body).unwrap().token_id(), Some("ann"), "{body}");
    }
    let session = token(&format!(r#"{{"token":"{login}"}}"#)).unwrap();
    assert_eq!(session.version(), Version::Session);
}

#[test]
fn rejects_two_different_tokens() {
    let (mine, other) = (envelope(), other());
    for body in [
        format!(r#"{{"token":"{mine}","token":"{other}"}}"#),
        format!(r#"{{"token":"{mine}","Token":"{other}"}}"#),
        format!(r#"{{"a":{{"token":"{mine}"}},"b":{{"token":"{other}"}}}}"#),
        format!(r#"{{"a":"{mine}","b":"{other}"}}"#),
        format!(r#"["{mine}","{other}","{mine}"]"#),
        format!(r#"{{"token":"{}","endpoint":"a.momentohq.com","endpoint":"b.momentohq.com"}}"#, key()),
    ] {
        let error = token(&body).unwrap_err();
        assert_eq!(error.code(), "ERR_VEND_ANSWER", "{body}");
        assert!(error.message().contains("two"), "{error}");
    }
}

#[test]
fn errors_describe_the_body() {
    let v2 = jwt(r#"{"t":"g","jti":"j"}"#);
    let (mine, login) = (envelope(), login());
    let deep = format!(r#"{}{{"token":"{mine}"}}{}"#, r#"{"a":"#.repeat(5), "}".repeat(5));
    for (body, code, terminal) in [
        ("", "ERR_VEND_ANSWER", false),
        ("<!doctype html><p>Log in", "ERR_VEND_HTML", false),
        ("{\"authToken\":", "ERR_VEND_ANSWER", false),
        ("[object Object]", "ERR_VEND_ANSWER", false),
        ("{\"authToken\":null}", "ERR_VEND_ANSWER", false),
        ("{\"enabled\":true,\"token\":null}", "ERR_VEND_ANSWER", false),
        ("{\"enabled\":false,\"token\":null}", "ERR_VEND_ANSWER", true),
        ("{\"data\":{\"token\":\"\",\"enabled\":false,\"expiresAt\":null}}", "ERR_VEND_ANSWER", true),
        ("{\"authToken\":\"a\",\"authToken\":\"b\"}", "ERR_VEND_ANSWER", false),
        ("{\"error\":\"no\"}", "ERR_VEND_ANSWER", false),
        ("[]", "ERR_VEND_ANSWER", false),
        ("null", "ERR_TOKEN_MALFORMED", false),
        ("Internal error", "ERR_TOKEN_MALFORMED", false),
        ("\"unclosed", "ERR_TOKEN_MALFORMED", false),
        ("{\"token\":\"none\"}", "ERR_TOKEN_MALFORMED", false),
        (&v2, "ERR_V2_KEY", true),
        (&format!("\"{v2}\""), "ERR_V2_KEY", true),
        (&format!(r#"{{"apiKey":"{v2}","endpoint":"{CELL}"}}"#), "ERR_V2_KEY", true),
        (&format!(r#"{{"key":"{v2}"}}"#), "ERR_V2_KEY", true),
        // An app's own JWT is not taken for a token.
        (&format!(r#"{{"idToken":"{login}","session":{{"jwt":"{login}"}}}}"#), "ERR_VEND_ANSWER", false),
        // A field of a known name is not passed over.
        (&format!(r#"{{"token":"none","note":"{mine}"}}"#), "ERR_TOKEN_MALFORMED", false),
        (&format!(r#"{{"apiKey":"{v2}","note":"{mine}"}}"#), "ERR_V2_KEY", true),
        (&deep, "ERR_VEND_ANSWER", false),
        (&format!(r#"{{"token":"{}","endpoint":"evil.example"}}"#, key()), "ERR_ENDPOINT_NOT_ALLOWED", true),
        (
            &format!(r#"{{"token":"{}","endpoint":"https://cache.{CELL}@evil.example/"}}"#, key()),
            "ERR_ENDPOINT_INVALID",
            true,
        ),
        (
            &format!(r#"{{"token":"{}","endpoint":"https://evil.example#.momentohq.com"}}"#, key()),
            "ERR_ENDPOINT_NOT_ALLOWED",
            true,
        ),
    ] {
        let error = token(body).unwrap_err();
        assert_eq!((error.code(), error.is_terminal()), (code, terminal), "{body}");
        assert!(!error.message().contains("eyJ"), "{error}");
    }
}

#[test]
fn accepts_endpoint_urls() {
    for endpoint in [
        CELL,
        "Cell-1-us-east-2-1.prod.a.momentohq.com",
        "cache.cell-1-us-east-2-1.prod.a.momentohq.com",
        "https://api.cache.cell-1-us-east-2-1.prod.a.momentohq.com/topics/demo/news",
        "HTTPS://web.cache.cell-1-us-east-2-1.prod.a.momentohq.com?x",
        "https://cell-1-us-east-2-1.prod.a.momentohq.com#x",
        " https://cache.cell-1-us-east-2-1.prod.a.momentohq.com ",
    ] {
        let bare = token(&format!(r#"{{"token":"{}","endpoint":"{endpoint}"}}"#, key())).unwrap();
        assert_eq!(bare.endpoint(), Some(CELL), "{endpoint}");
    }
    // The envelope's own goes first, and then the app's, before the answer's.
    let sealed = token(&format!(r#"{{"token":"{}","endpoint":"https://evil.example/"}}"#, envelope())).unwrap();
    assert_eq!(sealed.endpoint(), Some(CELL));
    let options = DecodeOptions { endpoint: Some("b.momentohq.com".into()), ..DecodeOptions::default() };
    let answer = Answer::read(&format!(r#"{{"token":"{}","endpoint":"{CELL}"}}"#, key())).unwrap();
    assert_eq!(answer.into_token(&options, &Asked::default(), NOW).unwrap().endpoint(), Some("b.momentohq.com"));
    for none in ["", r#","endpoint":"""#, r#","endpoint":" ""#, r#","endpoint":null"#, r#","endpoint":7"#] {
        assert_eq!(token(&format!(r#"{{"token":"{}"{none}}}"#, key())).unwrap().endpoint(), None, "{none}");
    }
}

#[test]
fn refresh_token_is_kept_and_redacted() {
    let refresh = |body: &str| Answer::read(body).unwrap().refresh_token().map(|token| String::from(token.reveal()));
    for name in ["refreshToken", "refresh_token"] {
        assert_eq!(refresh(&format!(r#"{{"{name}":"r1","token":"{}"}}"#, envelope())).as_deref(), Some("r1"));
        assert_eq!(refresh(&format!(r#"{{"a":{{"token":"{}","{name}":"r2"}}}}"#, envelope())).as_deref(), Some("r2"));
        // One of the app's own session is ignored.
        for body in [
            format!(r#"{{"access_token":"{}","{name}":"r","momento":{{"token":"{}"}}}}"#, login(), envelope()),
            format!(r#"{{"access_token":"{}","{name}":"r","momento":"{}"}}"#, login(), envelope()),
            format!(r#"{{"token":"{}","{name}":""}}"#, envelope()),
            format!(r#"{{"token":"{}","{name}":7}}"#, envelope()),
            envelope(),
        ] {
            assert_eq!(refresh(&body), None, "{body}");
        }
    }
    // A refresh token is not taken for the token either, whatever it looks like.
    let body = format!(r#"{{"refreshToken":"{}"}}"#, envelope());
    assert_eq!(token(&body).unwrap_err().code(), "ERR_VEND_ANSWER");
    let shown = format!("{:?}", Answer::read(&format!(r#"{{"refreshToken":"r1","token":"{}"}}"#, envelope())).unwrap());
    assert_eq!(shown, "Answer([redacted])");
}

#[test]
fn compares_the_grant_with_the_request() {
    let scope = |json: &str| TokenScope::from_json(&format!(r#"{{"permissions":[{json}]}}"#)).unwrap();
    let p = scope(r#"{"role":"readwrite","cache":"a"}"#).encode();
    let body = format!(r#"{{"token":"{}"}}"#, jwt(&format!(r#"{{"ver":1,"exp":1735689900,"p":"{p}"}}"#)));
    let asked = Asked {
        scope: Some(scope(r#"{"role":"readonly","cache":"a"}"#)),
        expires_in: Some(60_000),
        token_id: Some("ann".into()),
    };
    let token = Answer::read(&body).unwrap().into_token(&DecodeOptions::default(), &asked, NOW).unwrap();
    assert_eq!(codes(&token), ["WARN_SCOPE_WIDER", "WARN_EXPIRY_LONGER", "WARN_TOKEN_ID"]);
}

#[test]
fn rejects_oversized_answer() {
    let body = |length: usize| {
        let rest = format!(r#"","token":"{}"}}"#, envelope());
        [r#"{"x":""#, &"e".repeat(length - rest.len() - 6), &rest].concat()
    };
    assert_eq!(token(&body(MAX_ANSWER_BYTES)).unwrap().token_id(), Some("ann"));
    let error = Answer::read(&body(MAX_ANSWER_BYTES + 1)).unwrap_err();
    assert_eq!((error.code(), error.is_terminal()), ("ERR_VEND_TOO_LARGE", false));
}

#[test]
fn nesting_is_bounded() {
    for depth in [100, 50_000] {
        for body in ["[".repeat(depth), r#"{"a":"#.repeat(depth)] {
            assert_eq!(token(&body).unwrap_err().code(), "ERR_VEND_ANSWER");
        }
    }
}

/// Any JSON, without a credential in it: no string is as long as one.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop_oneof![
        2 => "[a-z]{1,8}",
        1 => prop::sample::select(
            &["endpoint", "expiresAt", "exp", "expiresIn", "refreshToken", "enabled", "user", "_doesExpire", "validUntil"][..],
        )
        .prop_map(String::from),
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|number| if number.abs() < 1e300 { number.into() } else { 0.into() }),
        ".{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn rejects_json_without_token(document in json()) {
        prop_assert!(token(&document.to_string()).is_err());
    }

    #[test]
    fn ignores_unknown_fields(index in 0_usize..40, extra in prop::collection::btree_map("x-[a-z]{1,6}", json(), 0..4)) {
        let shapes = shapes();
        let body = &shapes[index % shapes.len()];
        if let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_str(body) {
            fields.extend(extra);
            let token = token(&serde_json::Value::Object(fields).to_string()).unwrap();
            prop_assert_eq!(token.credential().reveal(), key());
            prop_assert_eq!(token.expires_at(), Some(EXP));
            prop_assert_eq!(token.endpoint(), Some(CELL));
            prop_assert_eq!(token.warnings(), []);
        }
    }

    #[test]
    fn arbitrary_text_does_not_panic(text: String, cut in 0_usize..200, put in "[\\[\\]{}\",:0-9eE+.truefalsn \\\\-]{0,8}", index in 0_usize..40) {
        let _ = token(&text);
        let shapes = shapes();
        let body = &shapes[index % shapes.len()];
        let (front, rest) = body.split_at(cut.min(body.len()));
        let _ = token(&[front, &put, rest].concat());
    }
}

mod within;
