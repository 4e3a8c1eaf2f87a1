//! Parses `Retry-After` in the forms that services and proxies actually send.
//!
//! RFC 9110 (section 10.2.3) defines whole seconds and dates. Fractions, units, quotes, times since the epoch, dates
//! without a zone and repeated headers occur too.

use super::date::Input;
use super::http_date;
use crate::codec::json::Number;

/// The longest value that is parsed, in bytes.
const MAX_LENGTH: usize = 256;
/// From this value on (ten digits), a number is a time in seconds since the epoch: as a delay it would be 31 years.
const FIRST_EPOCH_SECONDS: i64 = 1_000_000_000;
/// From this value on (thirteen digits), a number is a time in milliseconds since the epoch.
const FIRST_EPOCH_MS: i64 = 1_000_000_000_000;

/// The delay that a `Retry-After` header (RFC 9110, section 10.2.3) asks for, in milliseconds, never negative; `None`
/// if it cannot be parsed.
///
/// `now` is the server's time as far as known, in milliseconds since the epoch
/// ([`ServerClock::server_now`](super::ServerClock::server_now)). Times are relative to it. Fractions of a millisecond
/// are truncated. Of several values, which proxies may have added, the longest counts.
///
/// ```
/// use momento_token_wasm::vend::retry_after;
///
/// let now = 1_767_225_600_000; // 2026-01-01T00:00:00Z
/// assert_eq!(retry_after("120", now), Some(120_000));
/// assert_eq!(retry_after("1m30s", now), Some(90_000));
/// assert_eq!(retry_after("Thu, 01 Jan 2026 00:02:00 GMT", now), Some(120_000));
/// assert_eq!(retry_after("soon", now), None);
/// ```
pub fn retry_after(header: &str, now: i64) -> Option<i64> {
    if header.len() > MAX_LENGTH {
        return None;
    }
    values(&plain(header)).iter().filter_map(|value| wait(value, now)).max().map(|ms| ms.max(0))
}

/// Converts the header to lower case, and removes quotes and any parameter or comment after the values.
fn plain(header: &str) -> String {
    header
        .chars()
        .take_while(|char| !matches!(char, ';' | '('))
        .filter(|char| !matches!(char, '"' | '\''))
        .map(|char| match char {
            // The micro sign of microseconds.
            '\u{b5}' => 'u',
            _ if char.is_whitespace() => ' ',
            _ => char.to_ascii_lowercase(),
        })
        .collect()
}

/// Splits at commas, except after a weekday, where the comma is part of a date.
fn values(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut weekday = None;
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let is_word = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match weekday.take() {
            Some(weekday) => values.push(format!("{weekday} {part}")),
            None if is_word => weekday = Some(part),
            None => values.push(part.into()),
        }
    }
    values
}

/// The delay of one value, in milliseconds; negative for a time in the past.
fn wait(value: &str, now: i64) -> Option<i64> {
    Input::read(value, |input| number(input, now))
        .or_else(|| Input::read(value, duration))
        .or_else(|| http_date::parse_any(value, now).map(|at| at.saturating_sub(now)))
}

/// A plain number: seconds or a time since the epoch, distinguished by size.
fn number(input: &mut Input<'_>, now: i64) -> Option<i64> {
    let is_negative = minus(input);
    let mut number = decimal(input)?;
    if input.byte(b"e").is_some() {
        let divide = minus(input);
        let mut power = Number::ZERO;
        if push_digits(input, &mut power) == 0 {
            return None;
        }
        number.shift(divide, power.scaled(0).map_or(u64::MAX, i64::unsigned_abs));
    }
    if is_negative {
        return Some(0);
    }
    let whole = scaled(number, 0);
    let thousandfold = scaled(number, 3);
    Some(match whole {
        FIRST_EPOCH_MS.. => whole.saturating_sub(now),
        FIRST_EPOCH_SECONDS.. => thousandfold.saturating_sub(now),
        _ => thousandfold,
    })
}

/// A sequence of numbers with units, such as `30s`, `1m30s` (Go), `PT30S` (Java) or `2 minutes`; in milliseconds.
fn duration(input: &mut Input<'_>) -> Option<i64> {
    let is_negative = minus(input);
    if input.byte(b"p").is_some() {
        input.byte(b"t")?;
        input.skip_blanks();
    }
    let mut ns = 0_i64;
    loop {
        let count = decimal(input)?;
        input.skip_blanks();
        ns = ns.saturating_add(Unit::of(input.word())?.nanoseconds(count));
        input.skip_blanks();
        if input.is_empty() {
            return Some(if is_negative { 0 } else { ns / 1_000_000 });
        }
    }
}

/// Parses an optional sign. Returns whether it is a minus.
fn minus(input: &mut Input<'_>) -> bool {
    input.byte(b"+-") == Some(b'-')
}

/// Digits with an optional decimal point anywhere.
fn decimal(input: &mut Input<'_>) -> Option<Number> {
    let mut number = Number::ZERO;
    let before = push_digits(input, &mut number);
    let behind = input.byte(b".").map_or(0, |_| push_digits(input, &mut number));
    number.shift(true, behind);
    (before + behind > 0).then_some(number)
}

/// Appends all digits to a number, and returns how many there were.
fn push_digits(input: &mut Input<'_>, number: &mut Number) -> u64 {
    let mut count = 0;
    while let Some(digit) = input.byte(b"0123456789") {
        number.push(digit - b'0');
        count += 1;
    }
    count
}

/// A non-negative number times 10 to the power of `places`, saturating.
fn scaled(number: Number, places: i32) -> i64 {
    number.scaled(places).unwrap_or(i64::MAX)
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    /// The unit with this name in lower case, singular or plural.
    fn of(name: &[u8]) -> Option<Self> {
        // A single letter has no plural.
        let singular = || name.strip_suffix(b"s").filter(|singular| singular.len() > 1);
        Self::of_singular(name).or_else(|| Self::of_singular(singular()?))
    }

    fn of_singular(name: &[u8]) -> Option<Self> {
        match name {
            b"ns" => Some(Unit::Nanosecond),
            b"us" => Some(Unit::Microsecond),
            b"ms" | b"msec" | b"millisecond" => Some(Unit::Millisecond),
            b"s" | b"sec" | b"second" => Some(Unit::Second),
            b"m" | b"min" | b"minute" => Some(Unit::Minute),
            b"h" | b"hr" | b"hour" => Some(Unit::Hour),
            b"d" | b"day" => Some(Unit::Day),
            _ => None,
        }
    }

    fn nanoseconds(self, count: Number) -> i64 {
        match self {
            Unit::Nanosecond => scaled(count, 0),
            Unit::Microsecond => scaled(count, 3),
            Unit::Millisecond => scaled(count, 6),
            Unit::Second => scaled(count, 9),
            Unit::Minute => scaled(count, 9).saturating_mul(60),
            Unit::Hour => scaled(count, 9).saturating_mul(3_600),
            Unit::Day => scaled(count, 9).saturating_mul(86_400),
        }
    }
}

#[cfg(test)]
mod tests;
