use crate::json::{has_huge_number, members};
use crate::{NOW, base64_of, jwt_of};
use momento_token_wasm::scope::Grant;
use momento_token_wasm::token::{
    DEFAULT_ENDPOINT_SUFFIX, DecodeOptions, Token, TokenError, Version, decode, key_version,
};
use momento_token_wasm::vend::{Answer, Asked};
use serde_json::Value;

/// Any text, as a credential and as the contents of an envelope: a consistent token, or an error with a code.
pub(crate) fn envelope(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    credential(&text);
    credential(&base64_of(data));
}

fn credential(text: &str) {
    let token = match read(text) {
        Err(error) => return refused(&error, text),
        Ok(token) => token,
    };
    assert_eq!(key_version(text), Some(token.version()));
    consistent(&token);
    let pasted = read(&["\u{feff} Bearer \"", text, "\"\r\n"].concat()).expect("what surrounds it makes no difference");
    assert_eq!(facts(&pasted), facts(&token));
    assert_eq!((pasted.endpoints(), pasted.version()), (token.endpoints(), token.version()));
    // The inner key alone says the same, but for what the envelope adds: the endpoint, and being a v1 envelope.
    if let Ok(bare) = read(token.credential().reveal()) {
        assert_eq!(facts(&bare), facts(&token));
    }
}

/// Any payload: its claims are read as `serde_json` reads them, or refused for a reason that can be named.
pub(crate) fn jwt(data: &[u8]) {
    const CLAIMS: [&str; 8] = ["exp", "p", "id", "sub", "c", "cp", "t", "ver"];
    let Ok(payload) = core::str::from_utf8(data) else { return };
    let jwt = jwt_of(payload);
    let oracle = members(payload);
    let repeated =
        |list: &[(String, Value)]| CLAIMS.iter().any(|claim| list.iter().filter(|(name, _)| name == claim).count() > 1);
    let token = match read(&jwt) {
        Ok(token) => token,
        Err(error) => {
            refused(&error, &jwt);
            if error.code() == "ERR_TOKEN_MALFORMED" {
                let known = oracle.is_some_and(|list| {
                    !payload.is_empty() && !repeated(&list) && !list.iter().any(|(_, value)| has_huge_number(value))
                });
                assert!(!known, "strict JSON was refused: {payload:?}");
            }
            return;
        }
    };
    let claims = oracle.expect("accepted, so an object in strict JSON");
    assert!(!repeated(&claims), "a repeated claim is refused");
    let claim = |name: &str| claims.iter().find(|(found, _)| found == name).map(|(_, value)| value);
    assert_eq!(token.subject(), claim("sub").and_then(Value::as_str));
    assert_eq!(token.token_id(), claim("id").and_then(Value::as_str));
    assert_eq!(token.version() == Version::V2, claim("t").and_then(Value::as_str) == Some("g"));
    assert_eq!(token.grant().cloned(), claim("p").and_then(Value::as_str).and_then(|p| Grant::decode(p).ok()));
    match (token.expires_at(), claim("exp")) {
        (None, None) => {}
        (Some(at), Some(exp)) => {
            let told = exp.as_f64().expect("only a number is a time") * 1000.0;
            assert!((told - at as f64).abs() <= 1.0, "exp {told} was read as {at}");
        }
        (found, told) => panic!("exp {told:?} was read as {found:?}"),
    }
    consistent(&token);
}

/// Any response body: a token, or an error with a code. JSON is parsed strictly.
pub(crate) fn vend(data: &[u8]) {
    let body = String::from_utf8_lossy(data);
    let answer = match Answer::read(&body) {
        Err(error) => {
            assert!(
                matches!(error.code(), "ERR_VEND_ANSWER" | "ERR_VEND_HTML" | "ERR_VEND_TOO_LARGE"),
                "{}",
                error.code()
            );
            assert!(!error.message().contains("eyJ"), "the message quotes its input");
            return;
        }
        Ok(answer) => answer,
    };
    let text = body.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    if text.starts_with('{') {
        members(text).expect("accepted, so an object in strict JSON");
    }
    assert_eq!(format!("{answer:?}"), "Answer([redacted])");
    match answer.into_token(&DecodeOptions::default(), &Asked::default(), NOW) {
        Err(error) => refused(&error, &body),
        Ok(token) => {
            assert_ne!(token.version(), Version::V2, "a v2 key never belongs in a browser");
            consistent(&token);
        }
    }
}

fn read(text: &str) -> Result<Token, TokenError> {
    decode(text, &DecodeOptions::default(), NOW)
}

/// What the claims alone decide.
fn facts(token: &Token) -> (Option<i64>, Option<&Grant>, Option<&str>, Option<&str>, &str) {
    (token.expires_at(), token.grant(), token.token_id(), token.subject(), token.credential().reveal())
}

fn consistent(token: &Token) {
    let key = token.credential().reveal();
    assert!(!format!("{token:?}").contains(key), "Debug is redacted");
    if let Some(endpoints) = token.endpoints() {
        for host in [&endpoints.cache, &endpoints.control, &endpoints.token] {
            let rest = host.strip_suffix(DEFAULT_ENDPOINT_SUFFIX).expect("only Momento's own hosts");
            assert!(rest.is_empty() || rest.ends_with('.'), "{host}");
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            assert!(host.bytes().all(plain), "{host}");
        }
    }
    assert!(!token.is_disposable() || (token.expires_at().is_some() && matches!(token.grant(), Some(Grant::Scope(_)))));
}

/// A stable code, and a message that quotes no piece of the credential.
fn refused(error: &TokenError, input: &str) {
    const CODES: [&str; 6] = [
        "ERR_TOKEN_EMPTY",
        "ERR_TOKEN_MALFORMED",
        "ERR_TOKEN_EXPIRY",
        "ERR_V2_KEY",
        "ERR_ENDPOINT_INVALID",
        "ERR_ENDPOINT_NOT_ALLOWED",
    ];
    assert!(CODES.contains(&error.code()), "{}", error.code());
    // A credential has no spaces in it, and no stretch of a message is this long without one.
    let message = error.message().into_bytes();
    let quoted = input
        .as_bytes()
        .windows(32)
        .step_by(16)
        .filter(|piece| !piece.contains(&b' '))
        .any(|piece| message.windows(32).any(|part| part == piece));
    assert!(!quoted, "the message quotes its input: {}", error.message());
}
