//! Errors as the JSON that the package reads. Tokens cross in a form of their own ([`super::block`]).

use crate::codec::json::write_string;
use alloc::string::String;

/// `{"error": {"code", "message"}}`.
pub(super) fn error(code: &str, message: &str) -> String {
    let mut out = String::from("{\"error\":{\"code\":");
    write_string(&mut out, code);
    field(&mut out, "message", Some(message));
    out.push_str("}}");
    out
}

/// A further text field, where there is one.
fn field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        write_string(out, value);
    }
}
