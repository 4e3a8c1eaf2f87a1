//! A strict, pulling JSON reader (RFC 8259): no tree, no floats, borrowed strings where it can.
//!
//! It refuses whatever `serde_json` refuses, and a little more: an object key that the caller reads twice is the
//! caller's to refuse, and a number of 1e308 or more is out of range. Nesting is bounded, so depth costs no stack.

mod error;
mod number;
#[cfg(test)]
mod tests;
mod text;
#[allow(dead_code)]
mod value;
mod write;

pub(crate) use error::Malformed;
pub(crate) use number::Number;
pub(crate) use text::unescape;
#[allow(unused_imports, reason = "the reader of scopes moves to it")]
pub(crate) use value::{Object, Repeated, Value as Json, parse, parse_object};
pub(crate) use write::{push_hex, write_string};

use error::Expected;
use number::FAR;
use std::borrow::Cow;
use text::{escape, plain_run};

/// As deep as `serde_json` reads by default.
const MAX_DEPTH: u32 = 127;

type Result<T> = std::result::Result<T, Malformed>;

/// What kind of value stands next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A list or an object: its brackets, and what stands in their place where they are missing.
struct Brackets {
    open: u8,
    close: u8,
    expected: Expected,
    more: Expected,
}

static ARRAY: Brackets =
    Brackets { open: b'[', close: b']', expected: Expected::Array, more: Expected::CommaOrBracket };
static OBJECT: Brackets =
    Brackets { open: b'{', close: b'}', expected: Expected::Object, more: Expected::CommaOrBrace };

/// Where the content of a string stands in the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// Behind the opening quote.
    pub(crate) from: usize,
    /// At the closing quote.
    pub(crate) to: usize,
    /// Something in it is; see [`unescape`].
    pub(crate) escaped: bool,
}

/// What stands under a name that the caller knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Value {
    /// The name does not stand there.
    #[default]
    Absent,
    Text(Run),
    /// In thousandths, less what stands behind them; `i64::MAX` where that does not fit.
    Number(i64),
    /// Of another kind.
    Other,
}

/// A cursor over one JSON document.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// In the list or object that was opened or gone on with last, something follows.
    more: bool,
    /// The string that was read last.
    run: Run,
}

impl<'a> Reader<'a> {
    /// Starts at the front of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Reader { text, at: 0, depth: 0, more: false, run: Run::default() }
    }

    /// What stands next; white space before it is passed over.
    pub(crate) fn kind(&mut self) -> Result<Kind> {
        match self.next_kind() {
            Some(kind) => Ok(kind),
            None => self.fail(Expected::Value),
        }
    }

    #[inline(never)]
    fn next_kind(&mut self) -> Option<Kind> {
        self.space();
        Some(match self.peek() {
            b'n' => Kind::Null,
            b't' | b'f' => Kind::Bool,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'"' => Kind::String,
            b'[' => Kind::Array,
            b'{' => Kind::Object,
            _ => return None,
        })
    }

    /// Reads an object; `field` is called with each key and must read (or [`skip`](Self::skip)) its value.
    pub(crate) fn object<E: From<Malformed>>(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.open(&OBJECT)?;
        while self.more {
            self.key()?;
            let key = self.content();
            field(self, &key)?;
            self.go_on(&OBJECT)?;
        }
        Ok(())
    }

    /// Reads an array; `element` is called at each element and must read it.
    pub(crate) fn array<E: From<Malformed>>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.open(&ARRAY)?;
        while self.more {
            element(self)?;
            self.go_on(&ARRAY)?;
        }
        Ok(())
    }

    /// Reads the whole document, an object: what stands under each of `names`, to the place of the same number in
    /// `values`. What is not known there is checked and passed over; a known name that stands twice is an error.
    pub(crate) fn members(mut self, names: &[&str], values: &mut [Value]) -> Result<()> {
        self.open(&OBJECT)?;
        while self.more {
            self.key()?;
            let key = self.content();
            let known = names.iter().zip(&mut *values).find(|(name, _)| **name == key);
            let value = match self.next_kind() {
                Some(Kind::Number) => Value::Number(self.number()?.scaled(3).unwrap_or(i64::MAX)),
                kind => {
                    self.skip()?;
                    if kind == Some(Kind::String) { Value::Text(self.run) } else { Value::Other }
                }
            };
            if let Some((_, place)) = known {
                if *place != Value::Absent {
                    return self.fail(Expected::Once);
                }
                *place = value;
            }
            self.go_on(&OBJECT)?;
        }
        self.end()
    }

    /// Reads a string; borrowed where nothing in it was escaped.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.run()?;
        Ok(self.content())
    }

    /// The string that was read last.
    #[inline(never)]
    fn content(&self) -> Cow<'a, str> {
        let Run { from, to, escaped } = self.run;
        let text = self.text.get(from..to).unwrap_or_default();
        if !escaped {
            return Cow::Borrowed(text);
        }
        let mut bytes = Vec::from(text);
        let length = unescape(&mut bytes);
        bytes.truncate(length);
        Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
    }

    /// Reads a string, and remembers where it stands.
    #[inline(never)]
    fn run(&mut self) -> Result<()> {
        self.need(b'"', Expected::String)?;
        self.run = Run { from: self.at, to: 0, escaped: false };
        loop {
            self.at += plain_run(self.rest());
            match self.rest() {
                [b'"', ..] => {
                    self.run.to = self.at;
                    self.at += 1;
                    return Ok(());
                }
                [b'\\', rest @ ..] => {
                    self.run.escaped = true;
                    self.at += 1;
                    match escape(rest) {
                        Ok((_, length)) => self.at += length,
                        Err(expected) => return self.fail(expected),
                    }
                }
                [] => return self.fail(Expected::Quote),
                _ => return self.fail(Expected::NoControl),
            }
        }
    }

    /// Reads a number.
    #[inline(never)]
    pub(crate) fn number(&mut self) -> Result<Number> {
        self.space();
        let start = self.at;
        let mut number = Number { negative: self.take_byte(b'-'), digits: 0, exponent: 0 };
        let (first, zero) = (self.at, self.peek() == b'0');
        self.digits(&mut number, 0)?;
        if zero && self.at > first + 1 {
            self.at = start;
            return self.fail(Expected::NoZero);
        }
        if self.take_byte(b'.') {
            self.digits(&mut number, -1)?;
        }
        if self.take_byte(b'e') || self.take_byte(b'E') {
            let down = !self.take_byte(b'+') && self.take_byte(b'-');
            let mut power = Number { negative: down, digits: 0, exponent: 0 };
            self.digits(&mut power, 0)?;
            // What does not fit is as far from any number in use.
            let power = power.digits.min(FAR) as i32;
            number.exponent = number.exponent.saturating_add(if down { -power } else { power });
        }
        if number.magnitude() > 308 {
            self.at = start;
            return self.fail(Expected::Smaller);
        }
        Ok(number)
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool> {
        self.space();
        let is_true = self.peek() == b't';
        self.word(if is_true { "true" } else { "false" }, Expected::Boolean)?;
        Ok(is_true)
    }

    /// Reads and checks one value of any kind, and forgets it.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let Some(kind) = self.next_kind() else { return self.fail(Expected::Value) };
        let brackets = match kind {
            Kind::Null => return self.word("null", Expected::Null),
            Kind::Bool => return self.boolean().map(drop),
            Kind::Number => return self.number().map(drop),
            Kind::String => return self.run(),
            Kind::Array => &ARRAY,
            Kind::Object => &OBJECT,
        };
        self.open(brackets)?;
        while self.more {
            if kind == Kind::Object {
                self.key()?;
            }
            self.skip()?;
            self.go_on(brackets)?;
        }
        Ok(())
    }

    /// The document must end here.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { self.fail(Expected::End) }
    }

    // The walk itself is apart from the closures, and so in the module once and not with each of them.

    /// The opening bracket, and the closing one if that follows.
    #[inline(never)]
    fn open(&mut self, brackets: &Brackets) -> Result<()> {
        self.need(brackets.open, brackets.expected)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(Expected::LessNesting);
        }
        self.close(brackets);
        Ok(())
    }

    /// An object's key, up to its value.
    #[inline(never)]
    fn key(&mut self) -> Result<()> {
        self.run()?;
        self.need(b':', Expected::Colon)
    }

    /// After an element: the closing bracket, or a comma.
    #[inline(never)]
    fn go_on(&mut self, brackets: &Brackets) -> Result<()> {
        self.close(brackets);
        if self.more { self.need(b',', brackets.more) } else { Ok(()) }
    }

    fn close(&mut self, brackets: &Brackets) {
        self.space();
        self.more = !self.take_byte(brackets.close);
        self.depth -= u32::from(!self.more);
    }

    /// One or more digits, added to the number. Each moves its exponent by `step`.
    #[inline(never)]
    fn digits(&mut self, number: &mut Number, step: i32) -> Result<()> {
        let start = self.at;
        while let digit @ b'0'..=b'9' = self.peek() {
            self.at += 1;
            number.exponent = number.exponent.saturating_add(step);
            // More digits than these decide nothing.
            if number.digits < u64::MAX / 16 {
                number.digits = number.digits * 10 + u64::from(digit - b'0');
            } else {
                number.exponent = number.exponent.saturating_add(1);
            }
        }
        if self.at == start { self.fail(Expected::Digit) } else { Ok(()) }
    }

    // These four are inlined always, for speed: reading consists of them.

    #[inline(always)]
    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next byte; 0, which stands nowhere outside of strings, behind the last one.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn take_byte(&mut self, byte: u8) -> bool {
        let taken = self.peek() == byte;
        self.at += usize::from(taken);
        taken
    }

    fn word(&mut self, word: &str, expected: Expected) -> Result<()> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.fail(expected);
        }
        self.at += word.len();
        Ok(())
    }

    /// This byte, perhaps after white space.
    #[inline(never)]
    fn need(&mut self, byte: u8, expected: Expected) -> Result<()> {
        self.space();
        if self.take_byte(byte) { Ok(()) } else { self.fail(expected) }
    }

    #[inline(never)]
    fn failure(&self, expected: Expected) -> Malformed {
        Malformed::new(self.at, expected)
    }

    fn fail<T>(&self, expected: Expected) -> Result<T> {
        Err(self.failure(expected))
    }
}
