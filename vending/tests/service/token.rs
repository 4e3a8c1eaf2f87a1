//! `/token`: what it answers, and what it refuses.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use momento_token_wasm::scope::TokenScope;
use serde_json::Value;
use ureq::http::Method;

use crate::harness::{Server, decode, encoded, now, permissions, scope};

const READ: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}"#;
const READ_LESS: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-1-"}}"#;
const READ_ALL: &str = r#"{"role":"readonly","cache":"demo"}"#;

#[test]
fn answers_a_v1_envelope() {
    let server = Server::start(&["--endpoint", "cell-4-us-west-2-1.prod.a.momentohq.com"]);
    let before = now();
    let answer = server.get("/token");
    let token = answer.token();
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["authToken", "endpoint", "expiresAt"]);
    assert_eq!(body["endpoint"], "cell-4-us-west-2-1.prod.a.momentohq.com");
    let expires_at = body["expiresAt"].as_u64().unwrap();
    assert!((before + 300..=now() + 300).contains(&expires_at), "{expires_at}");

    assert_eq!(token.version().name(), "v1");
    assert_eq!(token.endpoint(), Some("cell-4-us-west-2-1.prod.a.momentohq.com"));
    assert_eq!(token.expires_at(), Some(i64::try_from(expires_at).unwrap() * 1000));
    assert_eq!((token.subject(), token.token_id()), (Some("vending-embedded-signer"), None));

    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-type", "application/json"),
        ("x-token-issuer", "embedded"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    assert!(answer.header("date").is_some_and(|date| date.ends_with(" GMT")));
    assert!(answer.header("access-control-allow-origin").is_none());
}

/// Byte for byte, as the SDKs and no tolerant decoder would see it.
#[test]
fn the_envelope_is_to_the_letter() {
    let server = Server::start(&["--scope", &permissions(&[READ])]);
    let answer = server.post("/token", r#"{"tokenId":"ann"}"#);
    let envelope = STANDARD.decode(answer.json()["authToken"].as_str().unwrap()).unwrap();
    let envelope: Value = serde_json::from_slice(&envelope).unwrap();
    assert_eq!(envelope.as_object().unwrap().keys().collect::<Vec<_>>(), ["api_key", "endpoint"]);
    let parts: Vec<Vec<u8>> =
        envelope["api_key"].as_str().unwrap().split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(serde_json::from_slice::<Value>(&parts[0]).unwrap(), serde_json::json!({"alg": "HS256"}));
    let claims: Value = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!(claims.as_object().unwrap().keys().collect::<Vec<_>>(), ["exp", "id", "p", "sub", "ver"]);
    assert_eq!((&claims["ver"], &claims["id"]), (&Value::from(1), &Value::from("ann")));
    assert_eq!(claims["p"], TokenScope::from_json(&permissions(&[READ])).unwrap().encode());
    assert_eq!(claims["exp"], answer.json()["expiresAt"]);
    assert_eq!(parts[2].len(), 32);
}

#[test]
fn grants_the_configured_scope_unless_asked_for_less() {
    let server = Server::start(&["--scope", &permissions(&[READ])]);
    let of = |list: &[&str]| TokenScope::from_json(&permissions(list)).unwrap();
    assert_eq!(scope(&server.get("/token").token()), of(&[READ]));
    assert_eq!(scope(&server.post("/token", "{}").token()), of(&[READ]));

    let less = permissions(&[READ_LESS]);
    assert_eq!(scope(&server.get(&format!("/token?scope={}", encoded(&less))).token()), of(&[READ_LESS]));
    assert_eq!(scope(&server.post("/token", &format!(r#"{{"scope":{less}}}"#)).token()), of(&[READ_LESS]));

    let more = permissions(&[READ_LESS, READ_ALL]);
    for answer in [
        server.get(&format!("/token?scope={}", encoded(&more))),
        server.post("/token", &format!(r#"{{"scope":{more}}}"#)),
    ] {
        assert_eq!((answer.status, answer.code().as_str()), (403, "scope_not_covered"));
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&of(&[READ_ALL]).describe()[0]), "{message}");
        assert!(!message.contains(&of(&[READ_LESS]).describe()[0]), "{message}");
    }
}

#[test]
fn life_is_as_asked_up_to_the_ttl() {
    let server = Server::start(&["--ttl", "100"]);
    for (asked, given) in [(1, 1), (100, 100), (101, 100), (u64::MAX, 100)] {
        let before = now();
        for answer in [
            server.get(&format!("/token?expiresIn={asked}")),
            server.post("/token", &format!(r#"{{"expiresIn":{asked}}}"#)),
        ] {
            let expires_at = answer.json()["expiresAt"].as_u64().unwrap();
            assert!((before + given..=now() + given).contains(&expires_at), "{asked}: {expires_at}");
            assert_eq!(answer.token().expires_at(), Some(i64::try_from(expires_at).unwrap() * 1000));
        }
    }
}

#[test]
fn token_id_becomes_the_claim() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/token?tokenId=ann%20%C3%A9").token().token_id(), Some("ann é"));
    assert_eq!(server.post("/token", r#"{"tokenId":"a\"\\\n"}"#).token().token_id(), Some("a\"\\\n"));
    let long = "é".repeat(33);
    for answer in [
        server.get(&format!("/token?tokenId={}", encoded(&long))),
        server.post("/token", &format!(r#"{{"tokenId":"{long}"}}"#)),
    ] {
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_token_id"));
    }
}

#[test]
fn requests_not_understood_are_refused() {
    let server = Server::start(&[]);
    for (query, code) in [
        ("expiresIn=0", "invalid_expires_in"),
        ("expiresIn=1.5", "invalid_expires_in"),
        ("expiresIn=", "invalid_expires_in"),
        ("scope=%7B%7D", "invalid_scope"),
        ("scope=readonly", "invalid_scope"),
        ("tokenId=", "invalid_token_id"),
        ("tokenId=%FF", "invalid_query"),
        ("scopes=x", "invalid_query"),
        ("expiresIn=1&expiresIn=1", "invalid_query"),
    ] {
        let answer = server.get(&format!("/token?{query}"));
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{query}");
    }
    for (body, code) in [
        (r#"{"expiresIn":0}"#, "invalid_expires_in"),
        (r#"{"expiresIn":"60"}"#, "invalid_expires_in"),
        (r#"{"scope":{"permissions":[]}}"#, "invalid_scope"),
        (r#"{"scope":null}"#, "invalid_scope"),
        (r#"{"tokenId":" "}"#, "invalid_token_id"),
        (r#"{"tokenId":null}"#, "invalid_body"),
        (r#"{"scopes":{}}"#, "invalid_body"),
        ("[]", "invalid_body"),
        ("{", "invalid_body"),
    ] {
        let answer = server.post("/token", body);
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{body}");
    }
    let answer = server.post("/token?expiresIn=1", "");
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_query"));
}

#[test]
fn a_body_is_json_or_none_and_not_large() {
    let server = Server::start(&[]);
    let post = |headers: &[(&str, &str)], body| server.request(Method::POST, "/token", headers, body);
    assert_eq!(post(&[], Some("")).status, 200);
    assert_eq!(post(&[("content-type", "application/json; charset=utf-8")], Some("{}")).status, 200);

    for headers in [&[("content-type", "text/plain")][..], &[("content-type", "application/x-www-form-urlencoded")]] {
        let answer = post(headers, Some("{}"));
        assert_eq!((answer.status, answer.code().as_str()), (415, "unsupported_media_type"));
    }

    let fits = format!("{{}}{}", " ".repeat(16 * 1024 - 2));
    assert_eq!(server.post("/token", &fits).status, 200);
    let answer = server.post("/token", &format!("{fits} "));
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));
    // Without a length to go by, the bytes are counted.
    let chunked = [("content-type", "application/json"), ("transfer-encoding", "chunked")];
    assert_eq!(post(&chunked, Some(&fits)).status, 200);
    let answer = post(&chunked, Some(&format!("{fits} ")));
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));

    let answer = server.get(&format!("/token?tokenId={}", "a".repeat(16 * 1024)));
    assert_eq!((answer.status, answer.code().as_str()), (414, "query_too_long"));
}

#[test]
fn text_for_those_who_prefer_it() {
    let server = Server::start(&[]);
    let answer = server.get_with("/token", &[("accept", "text/plain")]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.all("vary").contains("accept"));
    assert_eq!(answer.body.trim(), answer.body);
    assert_eq!(decode(&answer.body).version().name(), "v1");

    let headers = [("accept", "text/plain"), ("content-type", "application/json")];
    assert_eq!(decode(&server.request(Method::POST, "/token", &headers, Some("{}")).body).version().name(), "v1");
    assert!(server.get_with("/token", &[("accept", "application/json, text/plain, */*")]).json().is_object());
    // Errors stay JSON: who cannot read them sees the status.
    assert_eq!(server.get_with("/token?expiresIn=0", &[("accept", "text/plain")]).code(), "invalid_expires_in");
}

#[test]
fn methods() {
    let server = Server::start(&[]);
    let head = server.request(Method::HEAD, "/token", &[], None);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for (name, value) in
        [("content-type", "application/json"), ("cache-control", "no-store"), ("x-token-issuer", "embedded")]
    {
        assert_eq!(head.header(name), Some(value));
    }
    assert_eq!(server.request(Method::HEAD, "/token?expiresIn=0", &[], None).status, 400);

    let options = server.request(Method::OPTIONS, "/token", &[], None);
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, POST, OPTIONS")));

    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = server.request(method.clone(), "/token", &[], method.ne(&Method::DELETE).then_some(""));
        assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
        assert_eq!(answer.header("allow").unwrap().split(',').count(), 4, "{:?}", answer.header("allow"));
    }
    let answer = server.post("/healthz", "");
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
}

#[test]
fn other_paths() {
    let server = Server::start(&[]);
    let health = server.get("/healthz");
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
    assert_eq!(health.header("cache-control"), Some("no-store"));
    for path in ["/", "/tokens", "/token/", "/favicon.ico"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
}

#[test]
fn the_secret_decides_the_signature() {
    let server = |secret| Server::start_with(&[], &[("VENDING_SIGNING_SECRET", secret)]);
    let (a, b) = (server("0123456789abcdef0123456789abcdef"), server("0123456789abcdef0123456789abcdeF"));
    // Same second or not, the header and claims differ at most in `exp`; the signature is compared over equal ones.
    let sign = |server: &Server| {
        let token = server.get("/token").token();
        let jwt = token.credential().reveal().to_owned();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        (signed.to_owned(), signature.to_owned())
    };
    let (one, two) = loop {
        let (one, two) = (sign(&a), sign(&b));
        if one.0 == two.0 {
            break (one, two);
        }
    };
    assert_ne!(one.1, two.1);
}
