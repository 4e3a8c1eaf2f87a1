//! A strict, pulling JSON reader (RFC 8259): no tree, no floats, borrowed strings where it can.
//!
//! It refuses whatever `serde_json` refuses, and a little more: an object key that the caller reads twice is the caller's to
//! refuse, and a number of 1e308 or more is out of range. Nesting is bounded, so depth costs no stack.

use alloc::{borrow::Cow, string::String};

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

    /// Reads a string; borrowed where nothing in it was escaped.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.space();
        self.need(b'"', "a string")?;
        let mut owned = String::new();
        loop {
            let run = self.at;
            let rest = self.text.as_bytes().get(run..).unwrap_or_default();
            self.at = run + plain_run(rest);
            let piece = self.slice(run, self.at);
            if self.take_byte(b'"') {
                if owned.is_empty() {
                    return Ok(Cow::Borrowed(piece));
                }
                owned.push_str(piece);
                return Ok(Cow::Owned(owned));
            }
            if self.at == self.text.len() {
                return self.fail("the string's closing quote");
            }
            if !self.take_byte(b'\\') {
                return self.fail("no bare control character in a string");
            }
            owned.push_str(piece);
            owned.push(self.escape()?);
        }
    }

    /// Reads a number, checked and left as it was written.
    pub(crate) fn number(&mut self) -> Result<Number<'a>> {
        self.space();
        let start = self.at;
        self.take_byte(b'-');
        let whole = self.at;
        if self.digits()? > 1 && self.text.as_bytes().get(whole) == Some(&b'0') {
            self.at = whole;
            return self.fail("no leading zero");
        }
        if self.take_byte(b'.') {
            self.digits()?;
        }
        if self.take_byte(b'e') || self.take_byte(b'E') {
            if !self.take_byte(b'+') {
                self.take_byte(b'-');
            }
            self.digits()?;
        }
        let number = Number(self.slice(start, self.at));
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
            Kind::String => self.string().map(drop),
            Kind::Array => self.array(Self::skip),
            Kind::Object => self.object(|reader, _| reader.skip()),
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
        self.space();
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
        self.space();
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

    /// The character of an escape sequence, after its backslash.
    fn escape(&mut self) -> Result<char> {
        let byte = self.peek();
        self.at += usize::from(byte.is_some());
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.hex4()?;
                let code = match unit {
                    0xd800..=0xdbff if self.take_word("\\u") => {
                        let low = self.hex4()?;
                        if !(0xdc00..=0xdfff).contains(&low) {
                            return self.fail("the second half of a surrogate pair");
                        }
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => unit,
                };
                match char::from_u32(code) {
                    Some(character) => character,
                    None => return self.fail("no lone surrogate"),
                }
            }
            _ => return self.fail("a known escape"),
        })
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.fail("four hexadecimal digits");
            };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    /// One or more digits; how many.
    fn digits(&mut self) -> Result<usize> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fail("a digit") } else { Ok(self.at - start) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
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
        let taken = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if taken {
            self.at += word.len();
        }
        taken
    }

    fn need(&mut self, byte: u8, expected: &'static str) -> Result<()> {
        if self.take_byte(byte) { Ok(()) } else { self.fail(expected) }
    }

    /// A piece of the text. Both ends always stand at an ASCII byte, so the piece is never absent.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
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

/// A JSON number as it was written. Read by decimal digits, so that nothing is rounded through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number<'a>(&'a str);

impl Number<'_> {
    /// The number times 10 to the power of `places`, less what stands behind the point then;
    /// `None` where that does not fit. `1.5` with 3 places is 1500.
    pub(crate) fn scaled(self, places: i32) -> Option<i64> {
        let (negative, mantissa, exponent) = self.parts();
        // How many digits count: those before the point, moved by the exponent and the places.
        let mut left = i64::try_from(mantissa.find('.').unwrap_or(mantissa.len())).ok()?;
        left = left.checked_add(exponent)?.checked_add(i64::from(places))?;
        let mut value: i64 = 0;
        for byte in mantissa.bytes().filter(|byte| *byte != b'.') {
            if left <= 0 {
                break;
            }
            left -= 1;
            value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        }
        while left > 0 && value != 0 {
            left -= 1;
            value = value.checked_mul(10)?;
        }
        Some(if negative { -value } else { value })
    }

    /// The power of ten just above the number, saturating: 1 for 5, 3 for 250, 0 for 0.1.
    fn magnitude(self) -> i64 {
        let (_, mantissa, exponent) = self.parts();
        let point = mantissa.find('.').unwrap_or(mantissa.len());
        match mantissa.bytes().position(|byte| matches!(byte, b'1'..=b'9')) {
            None => i64::MIN,
            // Behind the point, the point itself takes a place.
            Some(first) if first > point => (point as i64 - first as i64 + 1).saturating_add(exponent),
            Some(first) => (point as i64 - first as i64).saturating_add(exponent),
        }
    }

    /// Sign, digits with their point, and the exponent (saturating).
    fn parts(&self) -> (bool, &str, i64) {
        let (negative, rest) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, ""));
        let mut value: i64 = 0;
        for byte in exponent.bytes().filter(u8::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
        }
        // Saturating far below i64's own bounds leaves room for the sums above.
        value = value.min(i64::from(i32::MAX));
        (negative, mantissa, if exponent.starts_with('-') { -value } else { value })
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
