use crate::{base64_of, jwt_of};
use momento_token_wasm::scope::{Grant, MAX_PERMISSIONS, TokenScope, covers};
use momento_token_wasm::token::{DecodeOptions, decode};

/// Anything decoded from protobuf encodes to a message that decodes to the same value and is not longer.
pub(crate) fn protobuf(data: &[u8]) {
    let p = base64_of(data);
    let grant = Grant::decode(&p);
    let jwt = jwt_of(&format!(r#"{{"ver":1,"p":"{p}"}}"#));
    let token = decode(&jwt, &DecodeOptions::default(), 0).expect("a token, whatever it grants");
    assert_eq!(token.grant(), grant.as_ref().ok());
    match grant {
        Err(error) => assert_eq!(error.code(), "ERR_SCOPE_NOT_UNDERSTOOD"),
        Ok(Grant::SuperUser) => {}
        Ok(Grant::Scope(scope)) => {
            let written = scope.encode();
            assert!(written.len() <= p.len(), "the canonical form is the shortest");
            read_back(&scope);
        }
    }
}

/// Anything parsed from JSON is strict JSON, and round-trips.
pub(crate) fn json(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    match TokenScope::from_json(text) {
        Err(error) => {
            assert!(matches!(error.code(), "ERR_SCOPE_INVALID" | "ERR_SCOPE_LIMIT"), "{}", error.code());
            assert!(error.message().len() < 400, "an error is a sentence, not the input");
        }
        Ok(scope) => {
            let oracle: serde_json::Value = serde_json::from_str(text).expect("accepted, so strict JSON");
            let listed = oracle["permissions"].as_array().expect("accepted, so there is a list");
            assert_eq!(listed.len(), scope.permissions().len(), "nothing is dropped");
            let written = scope.to_json().expect("what came from JSON goes back into JSON");
            assert_eq!(TokenScope::from_json(&written).as_ref(), Ok(&scope));
            serde_json::from_str::<serde_json::Value>(&written).expect("what is written is strict JSON");
            read_back(&scope);
        }
    }
}

/// Every form of a scope decodes to the same scope.
fn read_back(scope: &TokenScope) {
    let grant = Grant::Scope(scope.clone());
    assert_eq!(Grant::decode(&scope.encode()), Ok(grant.clone()), "protobuf reads back");
    assert!(covers(&grant, scope), "a scope covers itself");
    assert_eq!(scope.describe().len(), scope.permissions().len(), "one sentence a permission");
    if let Some(written) = scope.to_json()
        && scope.permissions().len() <= MAX_PERMISSIONS
    {
        assert_eq!(TokenScope::from_json(&written).as_ref(), Ok(scope), "JSON reads back");
    }
}
