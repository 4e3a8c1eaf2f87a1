//! Tokens in JSON that an answer holds as text.

use super::*;
use serde_json::{Value, json};

/// A document as a JSON string.
fn text(document: &str) -> Value {
    Value::from(document)
}

/// A document encoded as JSON text, so many times.
fn encoded(document: &str, times: u32) -> String {
    (0..times).fold(String::from(document), |inner, _| text(&inner).to_string())
}

fn message(body: &str) -> String {
    let error = token(body).unwrap_err();
    assert_eq!(error.code(), "ERR_VEND_ANSWER", "{body}");
    assert!(!error.message().contains("eyJ"), "{error}");
    error.message()
}

#[test]
fn reads_every_shape_within_one_json_string() {
    for shape in shapes() {
        for body in [
            encoded(&shape, 1),
            json!({"statusCode": 200, "headers": {}, "body": text(&shape), "isBase64Encoded": false}).to_string(),
            json!({"statusCode": "201", "body": text(&shape)}).to_string(),
            json!({"body": text(&shape)}).to_string(),
            json!({"data": {"getToken": text(&shape)}, "errors": null}).to_string(),
            json!({"data": {"token": text(&shape)}}).to_string(),
            json!([text(&shape)]).to_string(),
            format!(")]}}',\n{shape}"),
            format!(")]}}'\n{shape}"),
            format!(" \r\nwhile(1);{shape}"),
            json!({"body": format!(")]}}',\n {}", encoded(&shape, u32::from(!shape.starts_with(['{', '[', '"']))))})
                .to_string(),
        ] {
            let token = token(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
            assert_eq!(token.credential().reveal(), key(), "{body}");
            assert_eq!((token.expires_at(), token.endpoint()), (Some(EXP), Some(CELL)), "{body}");
            assert_eq!(codes(&token), [""; 0], "{body}");
        }
    }
}

#[test]
fn reads_sibling_fields_and_outer_endpoint() {
    let inner = json!({"token": legacy(), "expiresIn": 300, "refreshToken": "r\"1"}).to_string();
    for body in [encoded(&inner, 1), json!({"statusCode": 200, "body": inner, "refreshToken": "other"}).to_string()] {
        assert_eq!(token(&body).unwrap().expires_at(), Some(EXP));
        assert_eq!(Answer::read(&body).unwrap().refresh_token().unwrap().reveal(), "r\"1");
    }
    let bare = json!({"endpoint": CELL, "body": json!({"apiKey": key()}).to_string()}).to_string();
    assert_eq!(token(&bare).unwrap().endpoint(), Some(CELL));
    let within = json!({"endpoint": "b.momentohq.com", "body": json!({"apiKey": key(), "endpoint": CELL}).to_string()});
    assert_eq!(token(&within.to_string()).unwrap().endpoint(), Some(CELL));
    // A refresh token may be any text.
    let opaque = json!({"token": envelope(), "refreshToken": "{\"r\":1}"}).to_string();
    assert_eq!(Answer::read(&opaque).unwrap().refresh_token().unwrap().reveal(), "{\"r\":1}");
}

#[test]
fn outer_token_precedes_nested_ones() {
    let of = |token: String| json!({"token": token}).to_string();
    for body in [
        json!({"data": {"token": envelope()}, "debug": of(other())}),
        json!({"x": envelope(), "debug": of(other())}),
        json!({"debug": of(other()), "x": envelope()}),
        json!({"x": other(), "token": text(&envelope()).to_string()}),
        // The same twice is one.
        json!({"a": of(envelope()), "b": of(envelope())}),
        json!({"a": of(envelope()), "b": {"c": of(other())}}),
    ] {
        assert_eq!(token(&body.to_string()).unwrap().token_id(), Some("ann"), "{body}");
    }
    for body in [
        json!({"a": of(envelope()), "b": of(other())}).to_string(),
        json!([of(envelope()), of(other())]).to_string(),
        json!({"body": json!({"a": envelope(), "b": other()}).to_string()}).to_string(),
        encoded(&json!([envelope(), other()]).to_string(), 1),
    ] {
        assert!(message(&body).contains("two different"), "{body}");
    }
    let v2 = jwt(r#"{"t":"g","jti":"j"}"#);
    assert_eq!(token(&json!({"body": of(v2)}).to_string()).unwrap_err().code(), "ERR_V2_KEY");
}

#[test]
fn reports_unsuccessful_status_code() {
    let good = json!({"authToken": envelope()}).to_string();
    for (status, words, terminal) in [
        (401, "status 401 (unauthorized): sign in again", true),
        (403, "status 403 (forbidden)", true),
        (404, "status 404: is the vending service's URL right?", true),
        (429, "status 429 (too many requests)", false),
        (500, "status 500;", false),
        (302, "status 302;", false),
    ] {
        for body in [
            json!({"statusCode": status, "body": "{\"message\":\"no\"}"}),
            json!({"statusCode": status, "body": ""}),
            json!({"statusCode": status, "message": "no"}),
            json!({"statusCode": format!("{status}"), "body": good}),
            json!({"body": good, "statusCode": status}),
            json!({"output": {"statusCode": status, "body": good}}),
        ] {
            let said = message(&body.to_string());
            assert!(said.contains(words) && said.contains("`statusCode` in a successful answer"), "{said}");
            let error = token(&body.to_string()).unwrap_err();
            assert_eq!((error.is_terminal(), error.status()), (terminal, Some(status)), "{body}");
        }
    }
    for body in [
        // Of another request, or no status at all.
        json!({"audit": {"statusCode": 500, "body": "no"}, "body": good}),
        json!({"body": good, "audit": {"statusCode": 500, "body": "no"}}),
        json!({"responses": [{"statusCode": 404, "body": ""}, {"statusCode": 200, "body": good}]}),
        json!({"statusCode": 0, "body": good}),
        json!({"statusCode": "ok", "body": good}),
        json!({"statusCode": null, "body": good}),
        json!({"statusCode": 500, "authToken": envelope()}),
    ] {
        assert_eq!(token(&body.to_string()).unwrap().token_id(), Some("ann"), "{body}");
    }
}

#[test]
fn error_names_the_most_specific_text() {
    let good = json!({"authToken": envelope()}).to_string();
    for (body, words) in [
        (json!({"statusCode": 200, "body": "{\"message\":\"no\"}"}).to_string(), "also in the text in it that is JSON"),
        (json!({"data": {"token": "[]"}}).to_string(), "also in the text in it that is JSON"),
        (encoded("{\"message\":\"no\"}", 1), "also in the text in it that is JSON"),
        (json!({"body": "{\"authToken\":"}).to_string(), "a text in it that begins as JSON but is broken"),
        (json!({"body": format!("{good}}}")}).to_string(), "a text in it that begins as JSON but is broken"),
        (encoded(&good, 2), "only one text deep is searched"),
        (encoded(&good, 5), "only one text deep is searched"),
        (json!({"body": encoded(&good, 1)}).to_string(), "only one text deep is searched"),
        (json!({"body": json!({"body": good}).to_string()}).to_string(), "only one text deep is searched"),
        (json!({"body": json!({"token": good}).to_string()}).to_string(), "only one text deep is searched"),
        (json!({"statusCode": 200, "body": "<!DOCTYPE html><p>Sign in"}).to_string(), "a web page in it as text"),
        (encoded("<html>", 1), "a web page in it as text"),
        (json!({"message": "no", "note": "<b>"}).to_string(), "found JSON without `authToken`, `token` or `api_key`"),
    ] {
        assert!(message(&body).contains(words), "{body}: {}", message(&body));
    }
    assert_eq!(token(")]}',\n<!doctype html>").unwrap_err().code(), "ERR_VEND_HTML");
    assert!(message(")]}',\n").contains("an empty answer"));
    assert!(message(")]}',\n{").contains("broken JSON"));
}

#[test]
fn nesting_is_bounded_across_texts() {
    let wrap = |document: &str, times: usize| format!("{}{document}{}", "[".repeat(times), "]".repeat(times));
    let good = json!({"authToken": envelope()}).to_string();
    for (outer, inner, found) in [(2, 2, true), (4, 0, true), (3, 2, false), (5, 0, false), (0, 5, false)] {
        let body = wrap(&text(&wrap(&good, inner)).to_string(), outer);
        assert_eq!(token(&body).is_ok(), found, "{body}");
    }
    for depth in [100, 20_000] {
        for part in ["[", "{\"a\":", "\"", "\\\"", "[\""] {
            assert!(token(&json!({"body": part.repeat(depth)}).to_string()).is_err());
            assert!(token(&encoded(&part.repeat(depth), 1)).is_err());
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_nested_text_does_not_panic(document in json(), cut in 0_usize..400, times in 0_u32..4) {
        let body = encoded(&json!({"statusCode": 200, "body": document.to_string()}).to_string(), times);
        prop_assert!(token(&body).is_err());
        let answer = json!({"body": json!({"token": envelope()}).to_string(), "more": document});
        let good = encoded(&answer.to_string(), times.min(1));
        let without_one: String = good.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, one)| one).collect();
        let _ = token(&without_one);
    }
}
