//! A strict, pulling JSON reader (RFC 8259): no tree, no floats, borrowed strings where it can.
//!
//! It refuses whatever `serde_json` refuses, and a little more: an object key that the caller reads twice is the caller's to
//! refuse, and a number of 1e308 or more is out of range. Nesting is bounded, so depth costs no stack.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::num::NonZeroU32;

/// As deep as `serde_json` reads by default.
const MAX_DEPTH: u32 = 127;

/// Where reading stopped, and what should have stood there: in one word, since whatever reads may fail, and passes this on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(NonZeroU32);

/// Beyond so many bytes an error's place is not told.
const LAST_PLACE: usize = (1 << 27) - 1;

impl Malformed {
    fn new(at: usize, expected: Expected) -> Self {
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

/// What should have stood there, by its place in [`EXPECTED`].
#[derive(Clone, Copy)]
enum Expected {
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
}

static EXPECTED: [&str; 21] = [
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
];

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

    /// How far reading has come, in bytes.
    #[cfg(feature = "refresh")]
    pub(crate) fn place(&self) -> usize {
        self.at
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
        mut field: impl FnMut(&mut Self, &str) -> core::result::Result<(), E>,
    ) -> core::result::Result<(), E> {
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
        mut element: impl FnMut(&mut Self) -> core::result::Result<(), E>,
    ) -> core::result::Result<(), E> {
        self.open(&ARRAY)?;
        while self.more {
            element(self)?;
            self.go_on(&ARRAY)?;
        }
        Ok(())
    }

    /// Reads the whole document, an object: what stands under each of `names`, to the place of the same number in `values`. What is
    /// not known there is checked and passed over; a known name that stands twice is an error.
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
    while let Some(byte) = bytes.get(at)
        && !is_special(*byte)
    {
        at += 1;
    }
    at
}

/// What does not stand for itself in a string.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// The letters that stand for a character behind a backslash, and those characters.
const LETTERS: &[u8; 8] = b"\"\\nrt/bf";
const MEANT: &[u8; 8] = b"\"\\\n\r\t/\x08\x0c";

/// The character of an escape sequence, and how many bytes spell it, from behind the backslash.
fn escape(bytes: &[u8]) -> core::result::Result<(char, usize), Expected> {
    let [letter, rest @ ..] = bytes else { return Err(Expected::Escape) };
    if *letter != b'u' {
        let meant = LETTERS.iter().zip(MEANT).find(|(known, _)| *known == letter);
        return meant.map(|(_, byte)| (char::from(*byte), 1)).ok_or(Expected::Escape);
    }
    let (mut code, mut length) = (hex4(rest)?, 5);
    if let (0xd800..=0xdbff, Some([b'\\', b'u', rest @ ..])) = (code, rest.get(4..)) {
        let low = hex4(rest)?;
        if !(0xdc00..=0xdfff).contains(&low) {
            return Err(Expected::LowSurrogate);
        }
        (code, length) = (0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), 11);
    }
    char::from_u32(code).map(|character| (character, length)).ok_or(Expected::NoSurrogate)
}

fn hex4(bytes: &[u8]) -> core::result::Result<u32, Expected> {
    let mut unit = 0;
    for at in 0..4 {
        let digit = bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        unit = unit << 4 | digit.ok_or(Expected::Hex)?;
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

/// A power of ten that is as far from any number in use as one can be.
const FAR: u64 = 1 << 30;

/// A JSON number: its digits and the power of ten they count. Read by decimal digits, so that nothing is rounded through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// The first 18 digits at least.
    digits: u64,
    exponent: i32,
}

impl Number {
    /// The number times 10 to the power of `places`, less what stands behind the point then;
    /// `None` where that does not fit. `1.5` with 3 places is 1500.
    #[inline(never)]
    pub(crate) fn scaled(self, places: i32) -> Option<i64> {
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

    /// The power of ten just above the number: 1 for 5, 3 for 250, 0 for 0.1 and for 0.
    fn magnitude(self) -> i32 {
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
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, escaped) = rest.split_at_checked(at).unwrap_or_default();
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        push(out, plain);
        // The usual five have letters.
        if let Some((letter, _)) = LETTERS.iter().zip(MEANT).take(5).find(|(_, meant)| **meant == byte) {
            push_ascii(out, b'\\');
            push_ascii(out, *letter);
        } else {
            push(out, "\\u00");
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
        let malformed = reader.skip().unwrap_err();
        assert_eq!((malformed.at(), *malformed.expected()), (10, "a value"));
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
