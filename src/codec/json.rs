//! A strict, pulling JSON reader (RFC 8259): no tree, no floats, borrowed strings where it can.
//!
//! It refuses whatever `serde_json` refuses, and a little more: an object key that the caller reads twice is the caller's to
//! refuse, and a number of 1e308 or more is out of range. Nesting is bounded, so depth costs no stack.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// As deep as `serde_json` reads by default.
const MAX_DEPTH: u32 = 127;

/// Where reading stopped, and what should have stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// Byte offset in the text.
    pub(crate) at: usize,
    /// What a valid document would have here.
    pub(crate) expected: &'static str,
}

type Result<T> = core::result::Result<T, Malformed>;

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

impl Kind {
    /// The kind as English names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

/// Where the content of a string stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// Behind the opening quote.
    pub(crate) from: usize,
    /// At the closing quote.
    pub(crate) to: usize,
    /// Something in it is; see [`unescape`].
    pub(crate) escaped: bool,
}

/// What stands under a name that the caller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// The name does not stand there.
    Absent,
    Text(Run),
    Number(Number),
    /// Of another kind.
    Other,
}

/// A cursor over one JSON document.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    /// Starts at the front of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Reader { text, at: 0, depth: 0 }
    }

    /// How far reading has come, in bytes.
    #[cfg(feature = "refresh")]
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// What stands next; white space before it is passed over.
    pub(crate) fn kind(&mut self) -> Result<Kind> {
        self.space();
        match self.peek() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'"') => Ok(Kind::String),
            Some(b'[') => Ok(Kind::Array),
            Some(b'{') => Ok(Kind::Object),
            _ => self.fail("a value"),
        }
    }

    /// Reads an object; `field` is called with each key and must read (or [`skip`](Self::skip)) its value.
    pub(crate) fn object<E: From<Malformed>>(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> core::result::Result<(), E>,
    ) -> core::result::Result<(), E> {
        let mut more = self.open(b'{', b'}', "an object")?;
        while more {
            let key = self.key()?;
            field(self, &key)?;
            more = self.more(b'}', "',' or '}'")?;
        }
        Ok(())
    }

    /// Reads an array; `element` is called at each element and must read it.
    pub(crate) fn array<E: From<Malformed>>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> core::result::Result<(), E>,
    ) -> core::result::Result<(), E> {
        let mut more = self.open(b'[', b']', "an array")?;
        while more {
            element(self)?;
            more = self.more(b']', "',' or ']'")?;
        }
        Ok(())
    }

    /// Reads the whole document, an object: what stands under each of `names`, to the place of the same number in `values`. What is
    /// not known there is checked and passed over; a known name that stands twice is an error.
    pub(crate) fn members(mut self, names: &[&str], values: &mut [Value], twice: &'static str) -> Result<()> {
        let mut more = self.open(b'{', b'}', "an object")?;
        while more {
            let key = self.key()?;
            let known = names.iter().position(|name| *name == key);
            let value = match self.kind()? {
                Kind::String => Value::Text(self.run()?),
                Kind::Number => Value::Number(self.number()?),
                _ => {
                    self.skip()?;
                    Value::Other
                }
            };
            if let Some(place) = known.and_then(|known| values.get_mut(known)) {
                if *place != Value::Absent {
                    return self.fail(twice);
                }
                *place = value;
            }
            more = self.more(b'}', "',' or '}'")?;
        }
        self.end()
    }

    /// Reads a string; borrowed where nothing in it was escaped.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        let Run { from, to, escaped } = self.run()?;
        let text = self.text.get(from..to).unwrap_or_default();
        if !escaped {
            return Ok(Cow::Borrowed(text));
        }
        let mut bytes = Vec::from(text);
        let length = unescape(&mut bytes);
        bytes.truncate(length);
        Ok(Cow::Owned(String::from_utf8(bytes).unwrap_or_default()))
    }

    /// Reads a string, and tells where it stands.
    #[inline(never)]
    fn run(&mut self) -> Result<Run> {
        self.need(b'"', "a string")?;
        let from = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_run(self.rest());
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(Run { from, to: self.at - 1, escaped });
                }
                [b'\\', rest @ ..] => {
                    escaped = true;
                    self.at += 1;
                    match escape(rest) {
                        Ok((_, length)) => self.at += length,
                        Err(expected) => return self.fail(expected),
                    }
                }
                [] => return self.fail("the string's closing quote"),
                _ => return self.fail("no bare control character in a string"),
            }
        }
    }

    /// Reads a number.
    #[inline(never)]
    pub(crate) fn number(&mut self) -> Result<Number> {
        self.space();
        let start = self.at;
        let mut number = Number { negative: self.take_byte(b'-'), digits: 0, exponent: 0 };
        let zero = self.rest().starts_with(b"0");
        if self.digits(&mut number, 0)? > 1 && zero {
            self.at = start;
            return self.fail("no leading zero");
        }
        if self.take_byte(b'.') {
            self.digits(&mut number, -1)?;
        }
        if self.take_byte(b'e') || self.take_byte(b'E') {
            let down = !self.take_byte(b'+') && self.take_byte(b'-');
            let mut power = Number { negative: down, digits: 0, exponent: 0 };
            self.digits(&mut power, 0)?;
            // What does not fit is as far from any number in use.
            let power = power.scaled(0).unwrap_or(if down { i64::MIN / 2 } else { i64::MAX / 2 });
            number.exponent = number.exponent.saturating_add(power);
        }
        if number.magnitude() > 308 {
            self.at = start;
            return self.fail("a number below 1e308");
        }
        Ok(number)
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool> {
        self.space();
        if self.take_word("true") {
            Ok(true)
        } else if self.take_word("false") {
            Ok(false)
        } else {
            self.fail("true or false")
        }
    }

    /// Reads `null`.
    pub(crate) fn null(&mut self) -> Result<()> {
        self.space();
        if self.take_word("null") { Ok(()) } else { self.fail("null") }
    }

    /// Reads and checks one value of any kind, and forgets it.
    pub(crate) fn skip(&mut self) -> Result<()> {
        match self.kind()? {
            Kind::Null => self.null(),
            Kind::Bool => self.boolean().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::String => self.run().map(drop),
            kind => {
                let (open, close, expected, more) = match kind {
                    Kind::Array => (b'[', b']', "an array", "',' or ']'"),
                    _ => (b'{', b'}', "an object", "',' or '}'"),
                };
                let mut inside = self.open(open, close, expected)?;
                while inside {
                    if kind == Kind::Object {
                        self.run()?;
                        self.need(b':', "':'")?;
                    }
                    self.skip()?;
                    inside = self.more(close, more)?;
                }
                Ok(())
            }
        }
    }

    /// The document must end here.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { self.fail("the end of the document") }
    }

    // The walk itself is apart from the closures, and so in the module once and not with each of them.

    /// The opening bracket; true where something stands between it and the closing one.
    #[inline(never)]
    fn open(&mut self, bracket: u8, closing: u8, expected: &'static str) -> Result<bool> {
        self.need(bracket, expected)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("less nesting");
        }
        Ok(!self.close(closing))
    }

    /// An object's key, up to its value.
    #[inline(never)]
    fn key(&mut self) -> Result<Cow<'a, str>> {
        let key = self.string()?;
        self.need(b':', "':'")?;
        Ok(key)
    }

    /// After an element: false where the bracket closes, true after a comma.
    #[inline(never)]
    fn more(&mut self, closing: u8, expected: &'static str) -> Result<bool> {
        if self.close(closing) {
            return Ok(false);
        }
        self.need(b',', expected)?;
        Ok(true)
    }

    fn close(&mut self, bracket: u8) -> bool {
        self.space();
        let closed = self.take_byte(bracket);
        self.depth -= u32::from(closed);
        closed
    }

    /// One or more digits, added to the number; how many. Each moves its exponent by `step`.
    #[inline(never)]
    fn digits(&mut self, number: &mut Number, step: i64) -> Result<usize> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            number.exponent += step;
            // More digits than these decide nothing.
            if number.digits < u64::MAX / 16 {
                number.digits = number.digits * 10 + u64::from(digit - b'0');
            } else {
                number.exponent += 1;
            }
        }
        if self.at == start { self.fail("a digit") } else { Ok(self.at - start) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take_byte(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn take_word(&mut self, word: &str) -> bool {
        let taken = self.rest().starts_with(word.as_bytes());
        if taken {
            self.at += word.len();
        }
        taken
    }

    /// This byte, perhaps after white space.
    #[inline(never)]
    fn need(&mut self, byte: u8, expected: &'static str) -> Result<()> {
        self.space();
        if self.take_byte(byte) { Ok(()) } else { self.fail(expected) }
    }

    fn fail<T>(&self, expected: &'static str) -> Result<T> {
        Err(Malformed { at: self.at, expected })
    }
}

/// How many bytes stand before the next quote, backslash or control character; eight at a time, since a credential is one long string.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    // The highest bit of each byte that is zero, up to the first one: those behind it may be marked wrongly.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let mut at = 0;
    for chunk in bytes.chunks_exact(8) {
        let Ok(chunk) = chunk.try_into() else { break };
        let word = u64::from_le_bytes(chunk);
        let below_space = zeros(word & (ONES * 0xe0));
        if below_space | zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c)) != 0 {
            break;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len())
}

/// The character of an escape sequence, and how many bytes spell it, from behind the backslash.
fn escape(bytes: &[u8]) -> core::result::Result<(char, usize), &'static str> {
    let character = match bytes {
        [b'u', rest @ ..] => {
            let unit = hex4(rest)?;
            let (code, length) = match (unit, rest) {
                (0xd800..=0xdbff, [_, _, _, _, b'\\', b'u', rest @ ..]) => {
                    let low = hex4(rest)?;
                    if !(0xdc00..=0xdfff).contains(&low) {
                        return Err("the second half of a surrogate pair");
                    }
                    (0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 11)
                }
                _ => (unit, 5),
            };
            return char::from_u32(code).map(|character| (character, length)).ok_or("no lone surrogate");
        }
        [b'b', ..] => '\u{8}',
        [b'f', ..] => '\u{c}',
        [b'n', ..] => '\n',
        [b'r', ..] => '\r',
        [b't', ..] => '\t',
        [itself @ (b'"' | b'\\' | b'/'), ..] => char::from(*itself),
        _ => return Err("a known escape"),
    };
    Ok((character, 1))
}

fn hex4(bytes: &[u8]) -> core::result::Result<u32, &'static str> {
    let mut unit = 0;
    for at in 0..4 {
        let digit = match bytes.get(at) {
            Some(digit @ b'0'..=b'9') => digit - b'0',
            Some(digit @ (b'a'..=b'f' | b'A'..=b'F')) => (digit | 0x20) - b'a' + 10,
            _ => return Err("four hexadecimal digits"),
        };
        unit = unit << 4 | u32::from(digit);
    }
    Ok(unit)
}

/// Puts what was escaped in the content of a string in its place, where it is never longer; how long all of it is then.
pub(crate) fn unescape(bytes: &mut [u8]) -> usize {
    let (mut read, mut written) = (0, 0);
    while let Some(byte) = bytes.get(read).copied() {
        read += 1;
        let mut utf8 = [byte, 0, 0, 0];
        let mut length = 1;
        // The string has been read, so each escape is one.
        if byte == b'\\'
            && let Some(Ok((character, spelled))) = bytes.get(read..).map(escape)
        {
            read += spelled;
            length = character.encode_utf8(&mut utf8).len();
        }
        for (place, byte) in bytes.iter_mut().skip(written).zip(utf8).take(length) {
            *place = byte;
        }
        written += length;
    }
    written
}

/// A JSON number: its digits and the power of ten they count. Read by decimal digits, so that nothing is rounded through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// The first 18 digits at least.
    digits: u64,
    exponent: i64,
}

impl Number {
    /// The number times 10 to the power of `places`, less what stands behind the point then;
    /// `None` where that does not fit. `1.5` with 3 places is 1500.
    #[inline(never)]
    pub(crate) fn scaled(self, places: i64) -> Option<i64> {
        let mut value = self.digits;
        let mut exponent = self.exponent.saturating_add(places);
        while exponent != 0 && value != 0 {
            if exponent > 0 {
                exponent -= 1;
                // Not `checked_mul`, which is done in 128 bits.
                if value > u64::MAX / 10 {
                    return None;
                }
                value *= 10;
            } else {
                exponent += 1;
                value /= 10;
            }
        }
        let value = i64::try_from(value).ok()?;
        Some(if self.negative { -value } else { value })
    }

    /// The power of ten just above the number, saturating: 1 for 5, 3 for 250, 0 for 0.1.
    fn magnitude(self) -> i64 {
        let (mut digits, mut magnitude) = (self.digits, self.exponent);
        if digits == 0 {
            return 0;
        }
        while digits != 0 {
            digits /= 10;
            magnitude = magnitude.saturating_add(1);
        }
        magnitude
    }
}

/// Appends `text` as a JSON string literal.
pub(crate) fn write_string(out: &mut String, text: &str) {
    push(out, "\"");
    let mut rest = text;
    // What is to be escaped is ASCII, so pieces end where characters do.
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        let (plain, escaped) = rest.split_at_checked(at).unwrap_or_default();
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        push(out, plain);
        push(
            out,
            match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                _ => "\\u00",
            },
        );
        if byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t') {
            push_hex(out, byte);
        }
        rest = escaped.get(1..).unwrap_or_default();
    }
    push(out, rest);
    push(out, "\"");
}

/// Appends two hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        push_ascii(out, if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    }
}

// Not inlined, for size: text is put together in many places.

/// Appends text.
#[inline(never)]
pub(crate) fn push(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Appends an ASCII character.
#[inline(never)]
pub(crate) fn push_ascii(out: &mut String, byte: u8) {
    out.push(char::from(byte));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    fn accepts(text: &str) -> bool {
        let mut reader = Reader::new(text);
        reader.skip().and_then(|()| reader.end()).is_ok()
    }

    #[test]
    fn refuses_what_serde_json_refuses() {
        let deep = |depth| std::format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let cases = [
            "",
            " ",
            "null",
            "nul",
            "nulll",
            "true",
            "false",
            "tru",
            "0",
            "-0",
            "-",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1E-2",
            "+1",
            "1.5e3x",
            "\"a\"",
            "\"a",
            "\"\\u0041\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"",
            "\"\\ud83d\\u0041\"",
            "\"\\x\"",
            "\"\\u00g0\"",
            "\"\t\"",
            "\"\u{7f}\"",
            "[]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{}",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":}",
            "{\"a\":1 \"b\":2}",
            "{,}",
            "{\"a\":1}}",
            "[1]2",
            "\u{feff}1",
            "1e999",
            "-1e999",
            "1e-999",
            "0e999",
            "\u{a0}1",
            "NaN",
            "Infinity",
            "'a'",
            "//c\n1",
            "\"\\",
            "\"\\u12",
        ];
        for case in cases.into_iter().map(String::from).chain([deep(126), deep(127), deep(128), deep(100_000)]) {
            let oracle = serde_json::from_str::<serde_json::Value>(&case).is_ok();
            let label: String = case.chars().take(40).collect();
            assert_eq!(accepts(&case), oracle, "{label}");
        }
    }

    #[test]
    fn numbers_are_read_by_their_digits() {
        let scaled = |text, places| Reader::new(text).number().unwrap().scaled(places);
        assert_eq!(scaled("1735689600", 3), Some(1_735_689_600_000));
        assert_eq!(scaled("1735689600.9999", 3), Some(1_735_689_600_999));
        assert_eq!(scaled("1.7356896e9", 3), Some(1_735_689_600_000));
        assert_eq!(scaled("17356896000e-1", 0), Some(1_735_689_600));
        assert_eq!(scaled("-1.5", 3), Some(-1500));
        assert_eq!(scaled("0.0004", 3), Some(0));
        assert_eq!(scaled("0e300", 3), Some(0));
        assert_eq!(scaled("9223372036854775807", 0), Some(i64::MAX));
        assert_eq!(scaled("9223372036854775808", 0), None);
        assert_eq!(scaled("1e300", 0), None);
        assert_eq!(scaled("1e-99999999999999999999", 3), Some(0));
    }

    #[test]
    fn an_error_tells_where() {
        let mut reader = Reader::new("{\"a\": [1, }");
        assert_eq!(reader.skip(), Err(Malformed { at: 10, expected: "a value" }));
    }

    proptest! {
        #[test]
        fn strings_read_as_serde_json_reads_them(text: String) {
            let oracle = serde_json::to_string(&text).unwrap();
            let escaped: String = text.encode_utf16().map(|unit| std::format!("\\u{unit:04x}")).collect();
            let escaped = std::format!("\"{escaped}\"");
            prop_assert_eq!(Reader::new(&oracle).string().unwrap(), text.as_str());
            prop_assert_eq!(Reader::new(&escaped).string().unwrap(), text.as_str());
            let mut written = String::new();
            write_string(&mut written, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }

        #[test]
        fn agrees_with_serde_json_on_anything(text in "[\\[\\]{}\",:0-9eE+.truefalsn \\\\-]{0,24}") {
            prop_assert_eq!(accepts(&text), serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }

        #[test]
        fn whole_numbers_are_exact(number: i64) {
            prop_assert_eq!(Reader::new(&number.to_string()).number().unwrap().scaled(0), number.checked_abs().map(|_| number));
        }
    }
}
