//! Where a string stands in an answer, and JSON that stands in one as text.

use super::answer::trim;
use crate::codec::json::Reader;
use crate::token::Secret;

/// Where a string stands in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Nowhere,
    /// The document is no JSON, but the string itself.
    Whole,
    /// The string of JSON that starts at this byte.
    At(usize),
    /// In a text that is JSON in its turn: where the text starts in the document, and the string in [`json_of`] the
    /// text.
    Within(usize, usize),
}

/// The string that stands there; empty where none does.
#[inline(never)]
pub(crate) fn text_at(document: &str, place: Place) -> Secret {
    match place {
        Place::Nowhere => Secret::new(String::new()),
        Place::Whole => Secret::new(String::from(document)),
        Place::At(at) => string_at(document, at),
        Place::Within(text, at) => string_at(json_of(string_at(document, text).reveal()), at),
    }
}

fn string_at(document: &str, at: usize) -> Secret {
    let mut reader = Reader::new(document.get(at..).unwrap_or_default());
    let string = reader.string().map(|string| string.into_owned());
    Secret::new(string.unwrap_or_default())
}

/// What services put before JSON, so that it does not run as a script.
static GUARDS: [&str; 4] = [")]}',", ")]}'", "while(1);", "for(;;);"];

/// A text without white space around it, and without a guard before it.
pub(super) fn json_of(text: &str) -> &str {
    let text = trim(text);
    GUARDS.iter().find_map(|guard| text.strip_prefix(guard)).map_or(text, trim)
}

/// What a text in an answer is, as far as its own text says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A name, a credential, anything that is not as below.
    Other,
    /// JSON, which holds no token.
    Json,
    /// It begins as JSON does.
    Broken,
    /// JSON within a text that is JSON within the answer.
    Deeper,
    WebPage,
}

/// What a text in an answer is, which [`json_of`] was taken of.
pub(super) fn kind_of(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{' | b'[' | b'"') => {
            let mut reader = Reader::new(text);
            if reader.skip().is_ok() && reader.end().is_ok() { Kind::Json } else { Kind::Broken }
        }
        Some(b'<') if ["<!doctype html", "<html"].iter().any(|front| begins(text, front)) => Kind::WebPage,
        _ => Kind::Other,
    }
}

fn begins(text: &str, front: &str) -> bool {
    text.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front))
}
