//! A strict JSON parser (RFC 8259) that returns a tree of values.
//!
//! It rejects what `serde_json` rejects, and numbers of 1e308 or more. Repeated fields are kept in the tree, for the
//! reader of the object to handle. Nesting is limited, so that no text exhausts the stack.

mod escape;
mod number;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub(crate) use number::Number;
pub(crate) use value::{Object, Repeated, Value as Json};
pub(crate) use write::{push_hex, write_string};

use escape::{escape, plain_run, unescape};
use std::error::Error;
use std::fmt;
use zeroize::Zeroizing;

/// The deepest nesting of lists and objects, as in `serde_json`.
const MAX_DEPTH: u32 = 127;

/// Where a document is broken, and what a valid one would have there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    at: usize,
    expected: &'static str,
}

impl Malformed {
    /// Byte offset in the text.
    pub(crate) fn at(self) -> usize {
        self.at
    }

    /// What a valid document would have here.
    pub(crate) fn expected(self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.at)
    }
}

impl Error for Malformed {}

type Result<T> = std::result::Result<T, Malformed>;

/// Parses a document.
///
/// # Errors
/// [`Malformed`] for whatever `serde_json` refuses, and for a number of 1e308 or more.
pub(crate) fn parse(text: &str) -> Result<Json> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(MAX_DEPTH)?;
    parser.end()?;
    Ok(value)
}

/// Parses a document that is an object.
///
/// # Errors
/// As [`parse`], and for whatever is not UTF-8 or not an object.
pub(crate) fn parse_object(json: &[u8]) -> Result<Object> {
    let text = std::str::from_utf8(json).map_err(|error| Malformed { at: error.valid_up_to(), expected: "UTF-8" })?;
    let mut parser = Parser { text, at: 0 };
    parser.skip_space();
    if parser.peek() != Some(b'{') {
        return Err(Malformed { at: 0, expected: "an object" });
    }
    let object = parser.object(MAX_DEPTH)?;
    parser.end()?;
    Ok(object)
}

/// Reads a text from front to back.
struct Parser<'a> {
    text: &'a str,
    /// How many bytes have been read.
    at: usize,
}

impl Parser<'_> {
    /// Any value, in which so many lists and objects may be nested.
    fn value(&mut self, depth: u32) -> Result<Json> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(|text| Json::String(Zeroizing::new(text))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            Some(b'{') => self.object(depth).map(Json::Object),
            Some(b'[') => self.array(depth).map(Json::Array),
            Some(b't') => self.word("true", "true or false").map(|()| Json::Bool(true)),
            Some(b'f') => self.word("false", "true or false").map(|()| Json::Bool(false)),
            Some(b'n') => self.word("null", "null").map(|()| Json::Null),
            _ => self.fail("a value"),
        }
    }

    fn array(&mut self, depth: u32) -> Result<Vec<Json>> {
        self.expect(b'[', "an array")?;
        let depth = self.nested(depth)?;
        let mut values = Vec::new();
        if self.take_after_space(b']') {
            return Ok(values);
        }
        loop {
            values.push(self.value(depth)?);
            if self.take_after_space(b']') {
                return Ok(values);
            }
            self.expect(b',', "',' or ']'")?;
        }
    }

    fn object(&mut self, depth: u32) -> Result<Object> {
        self.expect(b'{', "an object")?;
        let depth = self.nested(depth)?;
        let mut object = Object::default();
        if self.take_after_space(b'}') {
            return Ok(object);
        }
        loop {
            let name = self.string()?;
            self.expect(b':', "':'")?;
            object.push(name, self.value(depth)?);
            if self.take_after_space(b'}') {
                return Ok(object);
            }
            self.expect(b',', "',' or '}'")?;
        }
    }

    /// How deep the values in a list or an object may be nested, if that may be nested so deep itself.
    fn nested(&self, depth: u32) -> Result<u32> {
        depth.checked_sub(1).ok_or_else(|| self.malformed("less nesting"))
    }

    fn string(&mut self) -> Result<String> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain_run(self.rest());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.at += 1;
                    let (_, length) = escape(self.rest()).map_err(|expected| self.malformed(expected))?;
                    self.at += length;
                }
                Some(_) => return self.fail("no bare control character in a string"),
                None => return self.fail("the string's closing quote"),
            }
        }
        let content = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(if has_escapes { unescape(content) } else { String::from(content) })
    }

    fn number(&mut self) -> Result<Number> {
        let start = self.at;
        let mut number = Number::ZERO;
        number.negative = self.take(b'-');
        let starts_with_zero = self.peek() == Some(b'0');
        let whole_digits = self.digits(&mut number)?;
        if starts_with_zero && whole_digits > 1 {
            self.at = start;
            return self.fail("no leading zero");
        }
        if self.take(b'.') {
            let places = self.digits(&mut number)?;
            number.shift(true, places as u64);
        }
        if self.take(b'e') || self.take(b'E') {
            let is_negative = self.take(b'-');
            if !is_negative {
                self.take(b'+');
            }
            let mut exponent = Number::ZERO;
            self.digits(&mut exponent)?;
            number.shift(is_negative, exponent.digits);
        }
        if number.magnitude() > 308 {
            self.at = start;
            return self.fail("a number below 1e308");
        }
        Ok(number)
    }

    /// Appends one or more digits to a number; how many there were.
    fn digits(&mut self, number: &mut Number) -> Result<usize> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number.push(digit - b'0');
            self.at += 1;
        }
        if self.at == start { self.fail("a digit") } else { Ok(self.at - start) }
    }

    fn word(&mut self, word: &str, expected: &'static str) -> Result<()> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.fail(expected);
        }
        self.at += word.len();
        Ok(())
    }

    /// Nothing but white space may follow.
    fn end(&mut self) -> Result<()> {
        self.skip_space();
        if self.peek().is_none() { Ok(()) } else { self.fail("the end of the document") }
    }

    /// This byte, perhaps after white space.
    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<()> {
        if self.take_after_space(byte) { Ok(()) } else { self.fail(expected) }
    }

    fn take_after_space(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.take(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    // Parsing consists of this: inlined, it is faster, and smaller than the calls.
    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn malformed(&self, expected: &'static str) -> Malformed {
        Malformed { at: self.at, expected }
    }

    fn fail<T>(&self, expected: &'static str) -> Result<T> {
        Err(self.malformed(expected))
    }
}
