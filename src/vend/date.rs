//! Parses dates in the forms that services use.
//!
//! Not done by a date crate: each reads a single form, or not the variants that services send.
//!
//! [`Input`] is the common base of all parsers of times, including those of HTTP headers.

/// The first plausible expiry, in milliseconds since the epoch: 2001, when seconds get a tenth digit. Anything before
/// is a zero, a lifetime or a mistake.
pub(super) const FIRST_PLAUSIBLE_MS: i64 = 1_000_000_000_000;
/// The last millisecond of the year 9999.
pub(super) const LAST_PLAUSIBLE_MS: i64 = 253_402_300_799_999;

pub(super) const SECOND_MS: i64 = 1_000;
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Whether this is a plausible expiry, in milliseconds since the epoch.
pub(super) fn is_plausible(ms: i64) -> bool {
    (FIRST_PLAUSIBLE_MS..=LAST_PLAUSIBLE_MS).contains(&ms)
}

/// Parses a date with time and zone into milliseconds since the epoch.
///
/// `None` for anything else: a date alone may mean its first moment or its last, and a time without a zone may be in
/// any zone.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = without_comment(text.trim_ascii())?;
    [iso_8601, javascript, rfc_5322, java].iter().find_map(|form| Input::read(text, form))
}

/// Removes the zone's name in parentheses, which JavaScript adds: `(Central European Standard Time)`.
fn without_comment(text: &str) -> Option<&str> {
    match text.strip_suffix(')') {
        Some(text) => text.rfind('(').map(|open| text.get(..open).unwrap_or_default().trim_ascii_end()),
        None => Some(text),
    }
}

/// ISO 8601, also with a blank instead of the `T` and before the zone: `2026-11-21T12:00:00.000+01:00`.
fn iso_8601(input: &mut Input<'_>) -> Option<i64> {
    let year = input.year()?;
    input.byte(b"-")?;
    let month = input.number(2..=2)?;
    input.byte(b"-")?;
    let day = input.number(2..=2)?;
    input.byte(b"Tt ")?;
    let time = input.time()?;
    input.skip_blanks();
    let offset = input.zone()?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - offset)
}

/// `Date.prototype.toString` of JavaScript: `Sat Nov 21 2026 12:00:00 GMT+0100`.
fn javascript(input: &mut Input<'_>) -> Option<i64> {
    input.weekday()?;
    input.blanks()?;
    let month = input.month()?;
    input.blanks()?;
    let day = input.number(1..=2)?;
    input.blanks()?;
    let year = input.year()?;
    input.blanks()?;
    let time = input.time()?;
    input.blanks()?;
    let offset = input.zone()?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - offset)
}

/// RFC 5322, section 3.3, and HTTP (RFC 9110, section 5.6.7): `Sat, 21 Nov 2026 12:00:00 GMT`. The weekday may be
/// missing.
fn rfc_5322(input: &mut Input<'_>) -> Option<i64> {
    if !input.starts_with_digit() {
        input.weekday()?;
        input.byte(b",")?;
        input.blanks()?;
    }
    let day = input.number(1..=2)?;
    input.blanks()?;
    let month = input.month()?;
    input.blanks()?;
    let year = input.year()?;
    input.blanks()?;
    let time = input.time()?;
    input.blanks()?;
    let offset = input.zone()?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - offset)
}

/// `java.util.Date.toString`: `Sat Nov 21 12:00:00 UTC 2026`.
fn java(input: &mut Input<'_>) -> Option<i64> {
    input.weekday()?;
    input.blanks()?;
    let month = input.month()?;
    input.blanks()?;
    let day = input.number(1..=2)?;
    input.blanks()?;
    let time = input.time()?;
    input.blanks()?;
    let offset = input.zone()?;
    input.blanks()?;
    let year = input.year()?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - offset)
}

/// A cursor over the text being parsed.
#[derive(Clone, Copy)]
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Parses a text that matches `form` completely.
    pub(super) fn read<T>(text: &'a str, form: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut input = Input(text.as_bytes());
        let value = form(&mut input)?;
        input.is_empty().then_some(value)
    }

    /// Parses something optional. Consumes nothing if it is missing.
    pub(super) fn optional<T>(&mut self, form: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let value = form(&mut ahead)?;
        *self = ahead;
        Some(value)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of these bytes.
    pub(super) fn byte(&mut self, any_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        any_of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.byte(b" ").is_some() {}
    }

    /// One blank or more.
    pub(super) fn blanks(&mut self) -> Option<()> {
        self.byte(b" ")?;
        self.skip_blanks();
        Some(())
    }

    pub(super) fn starts_with_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    pub(super) fn starts_with_letter(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_alphabetic)
    }

    /// Zero or more letters.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    fn digit(&mut self) -> Option<i64> {
        self.byte(b"0123456789").map(|digit| i64::from(digit - b'0'))
    }

    /// A number with as many digits as there are, within the given range.
    pub(super) fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
        let (mut number, mut count) = (0, 0);
        while count < *digits.end()
            && let Some(digit) = self.digit()
        {
            number = number * 10 + digit;
            count += 1;
        }
        digits.contains(&count).then_some(number)
    }

    pub(super) fn year(&mut self) -> Option<i64> {
        self.number(4..=4)
    }

    /// The index of a name in the list, from 0. Names have three letters, in any case.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let (front, rest) = self.0.split_at_checked(3)?;
        let place = names.iter().position(|name| name.as_bytes().eq_ignore_ascii_case(front))?;
        self.0 = rest;
        Some(place)
    }

    /// A month in three letters; from 1.
    pub(super) fn month(&mut self) -> Option<i64> {
        i64::try_from(self.name(&MONTHS)?).ok().map(|month| month + 1)
    }

    /// A weekday in three letters or in full. It is not checked against the date.
    fn weekday(&mut self) -> Option<()> {
        self.name(&WEEKDAYS)?;
        self.word();
        Some(())
    }

    fn hour(&mut self) -> Option<i64> {
        self.number(2..=2).filter(|hour| *hour <= 23)
    }

    fn minute(&mut self) -> Option<i64> {
        self.number(2..=2).filter(|minute| *minute <= 59)
    }

    /// `12:00`, `12:00:00` or with a fraction of any length, in milliseconds.
    fn time(&mut self) -> Option<i64> {
        Some(self.hour()? * HOUR_MS + self.minutes_and_seconds()?)
    }

    /// A time without its hour: `:00`, `:00:00` or with a fraction. The second 60 is a leap second.
    pub(super) fn minutes_and_seconds(&mut self) -> Option<i64> {
        self.byte(b":")?;
        let mut ms = self.minute()? * MINUTE_MS;
        if self.byte(b":").is_some() {
            ms += self.number(2..=2).filter(|second| *second <= 60)? * SECOND_MS;
            if self.byte(b".,").is_some() {
                ms += self.fraction()?;
            }
        }
        Some(ms)
    }

    /// The digits of a fraction of a second, in milliseconds, truncated.
    fn fraction(&mut self) -> Option<i64> {
        let mut unit = 100;
        let mut ms = self.digit()? * unit;
        while let Some(digit) = self.digit() {
            unit /= 10;
            ms += digit * unit;
        }
        Some(ms)
    }

    /// `Z`, `GMT`, `UTC` or `UT`, an offset as `+01:00`, `+0100` or `+01`, or a name and an offset; in milliseconds.
    pub(super) fn zone(&mut self) -> Option<i64> {
        let is_named = self.name(&["gmt", "utc"]).is_some() || self.byte(b"Zz").is_some() || self.ut().is_some();
        match self.byte(b"+-") {
            Some(b'-') => self.offset().map(|offset| -offset),
            Some(_) => self.offset(),
            None => is_named.then_some(0),
        }
    }

    /// `UT`, an obsolete form in RFC 5322 (section 4.3).
    fn ut(&mut self) -> Option<()> {
        self.optional(|input| input.word().eq_ignore_ascii_case(b"ut").then_some(()))
    }

    fn offset(&mut self) -> Option<i64> {
        let hour = self.hour()?;
        let has_minute = self.byte(b":").is_some() || self.starts_with_digit();
        let minute = if has_minute { self.minute()? } else { 0 };
        Some(hour * HOUR_MS + minute * MINUTE_MS)
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; `None` for a date that does not exist. Months and days
/// count from 1.
pub(super) fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months_before = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1..=*lengths.get(months_before)?).contains(&day) {
        return None;
    }
    // Leap days in all years before this one, from the year 1.
    let last = year - 1;
    let leap_days = last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400);
    let days_before_year = 365 * last + leap_days;
    Some(days_before_year + lengths.iter().take(months_before).sum::<i64>() + day - 1 - DAYS_BEFORE_1970)
}

/// Days from 0001-01-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_162;

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::fmt::rfc2822::DateTimePrinter;
    use jiff::tz::{Offset, TimeZone};
    use proptest::prelude::*;

    /// 2026-11-21T11:00:00Z.
    const NOON_IN_VIENNA: i64 = 1_795_258_800_000;

    #[test]
    fn reads_every_form() {
        for text in [
            "2026-11-21T11:00:00Z",
            "2026-11-21T11:00:00.000Z",
            "2026-11-21T11:00:00.0000000Z",
            "2026-11-21T11:00Z",
            "2026-11-21t11:00:00z",
            "2026-11-21T12:00:00+01:00",
            "2026-11-21T12:00:00,0+0100",
            "2026-11-21T12:00:00+01",
            "2026-11-21T05:30:00-05:30",
            "2026-11-21 11:00:00+00:00",
            "2026-11-21 11:00:00 UTC",
            "2026-11-21 12:00:00 +0100",
            "Sat Nov 21 2026 12:00:00 GMT+0100 (CET)",
            "Sat Nov 21 2026 12:00:00 GMT+0100 (Central European Standard Time)",
            "Sat Nov 21 2026 12:00:00 GMT+0100",
            "Sat, 21 Nov 2026 11:00:00 GMT",
            "Saturday, 21 Nov 2026 11:00:00 UTC",
            "Sat, 21 Nov 2026 12:00:00 +0100",
            "21 Nov 2026 11:00:00 Z",
            "Sat, 21 Nov 2026 11:00:00 UT",
            "Sat Nov 21 11:00:00 UTC 2026",
            " Sat, 21 Nov 2026 11:00:00 GMT\n",
        ] {
            assert_eq!(parse(text), Some(NOON_IN_VIENNA), "{text}");
        }
        assert_eq!(parse("2026-11-21T11:00:00.25Z"), Some(NOON_IN_VIENNA + 250));
        assert_eq!(parse("2026-11-21T11:00:00.9999Z"), Some(NOON_IN_VIENNA + 999));
        assert_eq!(parse("2026-12-31T23:59:60Z"), parse("2027-01-01T00:00:00Z"));
        assert_eq!(parse("1969-12-31T23:59:59Z"), Some(-1000));
    }

    #[test]
    fn rejects_incomplete_dates() {
        for text in [
            "",
            "soon",
            "2026-11-21",
            "2026-11-21T11:00:00",
            "2026-11-21 11:00:00",
            "Sat Nov 21 2026",
            "Sat Nov 21 2026 12:00:00",
            "Sat Nov 21 11:00:00 2026",
            "Sat, 21-Nov-26 11:00:00 GMT",
            "11/21/2026, 12:00:00 PM",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-11-00T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-21T11:60:00Z",
            "2026-11-21T11:00:61Z",
            "2026-11-21T11:00:00.Z",
            "2026-11-21T1:00:00Z",
            "2026-11-21T11:00:00+1:00",
            "2026-11-21T11:00:00+01:0",
            "2026-11-21T11:00:00+24:00",
            "2026-11-21T11:00:00 CET",
            "2026-11-21T11:00:00 UTA",
            "12026-11-21T11:00:00Z",
            "+002026-11-21T11:00:00Z",
            "Sat, 21 Nov 2026 11:00:00 GMT GMT",
            "Sam, 21 Nov 2026 11:00:00 GMT",
            "Sat, 21 November 2026 11:00:00 GMT",
            "Sat Nov 21 2026 12:00:00 (CET)",
            "(",
            ")",
            "é",
            "Invalid Date",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// A moment in every form that is read.
    fn written(moment: Timestamp, offset: i32) -> Vec<String> {
        let zoned = moment.to_zoned_datetime(TimeZone::fixed(Offset::from_seconds(offset).unwrap()));
        [
            "%Y-%m-%dT%H:%M:%S%.3f%:z",
            "%Y-%m-%d %H:%M:%S%.3f %z",
            "%a %b %d %Y %H:%M:%S%.3f GMT%z (Somewhere)",
            "%A, %d %b %Y %H:%M:%S%.3f %z",
            "%-d %b %Y %H:%M:%S%.3f %z",
            "%a %b %d %H:%M:%S%.3f %z %Y",
        ]
        .iter()
        .map(|format| zoned.strftime(format).to_string())
        .collect()
    }

    #[test]
    fn days_agree_with_jiff() {
        let mut date = jiff::civil::date(1, 1, 1);
        for day in -DAYS_BEFORE_1970.. {
            let (year, month, of_month) = (date.year().into(), date.month().into(), date.day().into());
            assert_eq!(days_since_epoch(year, month, of_month), Some(day), "{date}");
            assert_eq!(days_since_epoch(year, month, of_month + 1).is_none(), date.day() == date.days_in_month());
            match date.tomorrow() {
                Ok(tomorrow) => date = tomorrow,
                Err(_) => break,
            }
        }
        assert_eq!(date.year(), 9999);
    }

    proptest! {
        #[test]
        fn reads_what_jiff_writes(ms in -2_208_988_800_000..=LAST_PLAUSIBLE_MS - DAY_MS, offset in -1439_i32..=1439) {
            let moment = Timestamp::from_millisecond(ms).unwrap();
            for text in written(moment, offset * 60) {
                prop_assert_eq!(parse(&text), Some(ms), "{}", text);
            }
            for text in [moment.to_string(), DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap()] {
                prop_assert_eq!(parse(&text).map(|ms| ms.div_euclid(1000)), Some(ms.div_euclid(1000)), "{}", text);
            }
        }

        #[test]
        fn agrees_with_jiff_where_both_parse(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-6][0-9]([.,][0-9]{1,9})?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)",
        ) {
            let jiff = text.parse::<Timestamp>().map(|moment| moment.as_millisecond());
            // A fraction is cut off here, also before 1970, and a leap second is the next one.
            if let Ok(ms) = jiff && ms > 0 && !text.contains(":60") {
                prop_assert_eq!(parse(&text), Some(ms), "{}", text);
            } else if jiff.is_err() {
                prop_assert_eq!(parse(&text).filter(|ms| is_plausible(*ms)), None, "{}", text);
            }
        }

        #[test]
        fn arbitrary_text_does_not_panic(text: String, dates in "[0-9A-Za-z:+ ,()./-]{0,40}") {
            for text in [&text, &dates] {
                let _ = parse(text);
            }
        }
    }
}
