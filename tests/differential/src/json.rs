use crate::{NOW, jwt_of};
use momento_token_wasm::token::{DecodeOptions, decode};
use serde_json::Value;

/// An unknown claim may contain any JSON and nothing else: the reader accepts what `serde_json` accepts, except numbers
/// of 1e308 or more.
pub(crate) fn agrees_with_serde(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let payload = ["{\"ver\":1,\"x\":", text, "}"].concat();
    let accepted = decode(&jwt_of(&payload), &DecodeOptions::default(), NOW).is_ok();
    let document = serde_json::from_str::<Value>(&payload);
    if accepted {
        document.expect("accepted, so strict JSON");
    } else if let (Ok(value), Ok(_)) = (serde_json::from_str::<Value>(text), document) {
        assert!(has_huge_number(&value), "strict JSON was refused: {text:?}");
    }
}

/// Whether there is a number that the reader rejects and `serde_json` does not.
pub(crate) fn has_huge_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number.abs() >= 9.9e307),
        Value::Array(list) => list.iter().any(has_huge_number),
        Value::Object(map) => map.values().any(has_huge_number),
        _ => false,
    }
}

/// The members of an object in order, including repeated ones; `None` if it is not an object in strict JSON.
pub(crate) fn members(text: &str) -> Option<Vec<(String, Value)>> {
    struct Members(Vec<(String, Value)>);
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Members;
        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
            let mut list = Vec::new();
            while let Some(entry) = map.next_entry()? {
                list.push(entry);
            }
            Ok(Members(list))
        }
    }
    impl<'de> serde::Deserialize<'de> for Members {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Visitor)
        }
    }
    serde_json::from_str(text).ok().map(|Members(list)| list)
}
