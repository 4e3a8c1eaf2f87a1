//! Text in a response: what surrounds it, and JSON in a string.

use crate::codec::json::{Json, parse};
use crate::token;

/// Prefixes that services add to JSON so that it does not run as a script.
const GUARDS: [&str; 4] = [")]}',", ")]}'", "while(1);", "for(;;);"];

/// Removes white space and the zero-width marks that editors leave from both ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(token::is_blank)
}

/// Removes white space from both ends, and a guard from the front.
pub(super) fn strip_guard(text: &str) -> &str {
    let text = trim(text);
    GUARDS.iter().find_map(|guard| text.strip_prefix(guard)).map_or(text, trim)
}

/// Whether a text is empty or white space.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// The contents of a string in a response.
pub(super) enum Content {
    /// A name, a credential, or any other text.
    Plain,
    /// JSON: an object, an array or a string.
    Json(Json),
    /// Text that begins like JSON but is invalid.
    BrokenJson,
    WebPage,
}

impl Content {
    /// Classifies a string by its beginning.
    pub(super) fn of(text: &str) -> Self {
        let text = strip_guard(text);
        match text.chars().next() {
            Some('{' | '[' | '"') => parse(text).map_or(Content::BrokenJson, Content::Json),
            Some('<') if ["<!doctype html", "<html"].iter().any(|start| starts_with(text, start)) => Content::WebPage,
            _ => Content::Plain,
        }
    }
}

/// Whether `text` starts with `start`, ignoring ASCII case.
fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_invisible_characters() {
        assert_eq!(trim("\u{feff}\u{200b} a b\r\n\u{2060}"), "a b");
        assert_eq!(trim(" \u{200d}"), "");
    }

    #[test]
    fn strips_one_json_guard() {
        for text in [" )]}',\n{}", ")]}'{}", "while(1);{}", "for(;;); {} "] {
            assert_eq!(strip_guard(text), "{}", "{text:?}");
        }
        assert_eq!(strip_guard("for(;;);for(;;);"), "for(;;);");
    }
}
