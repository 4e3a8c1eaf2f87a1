//! Where a document is broken, and what should have stood there.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU32;

/// Where reading stopped, and what should have stood there: in one word, since whatever reads may fail, and passes this
/// on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(NonZeroU32);

/// Beyond so many bytes an error's place is not told.
const LAST_PLACE: usize = (1 << 27) - 1;

impl Malformed {
    pub(super) fn new(at: usize, expected: Expected) -> Self {
        Malformed(NonZeroU32::MIN.saturating_add((at.min(LAST_PLACE) as u32) << 5 | expected as u32))
    }

    /// Byte offset in the text.
    pub(crate) fn at(self) -> usize {
        (self.0.get() - 1) as usize >> 5
    }

    /// What a valid document would have here.
    pub(crate) fn expected(self) -> &'static &'static str {
        EXPECTED.get((self.0.get() - 1) as usize & 31).unwrap_or(&"")
    }

    /// A name stands there that has stood there before.
    pub(crate) fn is_twice(self) -> bool {
        (self.0.get() - 1) & 31 == Expected::Once as u32
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected(), self.at())
    }
}

impl Error for Malformed {}

/// What should have stood there, by its place in [`EXPECTED`].
#[derive(Clone, Copy)]
pub(super) enum Expected {
    Value,
    String,
    Array,
    Object,
    CommaOrBracket,
    CommaOrBrace,
    Colon,
    Quote,
    NoControl,
    Escape,
    Hex,
    LowSurrogate,
    NoSurrogate,
    Digit,
    NoZero,
    Smaller,
    Boolean,
    Null,
    LessNesting,
    End,
    Once,
    Utf8,
}

static EXPECTED: [&str; 22] = [
    "a value",
    "a string",
    "an array",
    "an object",
    "',' or ']'",
    "',' or '}'",
    "':'",
    "the string's closing quote",
    "no bare control character in a string",
    "a known escape",
    "four hexadecimal digits",
    "the second half of a surrogate pair",
    "no lone surrogate",
    "a digit",
    "no leading zero",
    "a number below 1e308",
    "true or false",
    "null",
    "less nesting",
    "the end of the document",
    "each name once",
    "UTF-8",
];
