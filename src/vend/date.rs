//! Dates as services write them.

use super::once::{bare, same};

/// Momento is younger than this: 2001, where seconds since 1970 grow a tenth digit. What lies before is a zero, a count
/// of seconds from now, or a mistake.
const FIRST_SANE_MS: i64 = 1_000_000_000_000;
/// The last millisecond of the year 9999.
const LAST_SANE_MS: i64 = 253_402_300_799_999;
const DAY_MS: i64 = 86_400_000;

const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";
const WEEKDAYS: &[u8] = b"sunmontuewedthufrisat";

// A letter stands for a part: weekday, day, month by name (m) or number (n), year, time and zone.
// Blank is blanks, _ is such as need not be, T is what ISO 8601 puts between date and time; the rest is itself.

/// ISO 8601 (with a blank before the zone too, as Ruby has it), JavaScript's `Date`, RFC 5322 with and without a
/// weekday (and HTTP), and Java's `Date`.
static FORMS: [&str; 5] = ["Y-n-dTt_z", "w m d Y t z", "d m Y t z", "w m d t z Y", "w, d m Y t z"];

/// A date as JSON carries it: milliseconds since the epoch. `None` for what is no date, or says no time or zone: a date
/// alone may mean its first moment or its last, and a time without a zone is nobody's.
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut text = bare(text).as_bytes();
    // What JavaScript puts behind a date: the zone's name, in words.
    if let Some(front) = text.strip_suffix(b")") {
        let opened = front.iter().rposition(|byte| *byte == b'(')?;
        text = front.get(..opened)?.trim_ascii_end();
    }
    FORMS.iter().find_map(|form| fit(form, text))
}

/// Is it a time at which a token may expire?
pub(super) fn is_sane(at: i64) -> bool {
    (FIRST_SANE_MS..=LAST_SANE_MS).contains(&at)
}

/// Reads all of `text` in one form.
fn fit(form: &str, text: &[u8]) -> Option<i64> {
    let mut cursor = Cursor { text, at: 0, fits: true };
    let (mut year, mut month, mut day, mut ms) = (0, 0, 0, 0);
    for part in form.bytes() {
        match part {
            b'w' => cursor.weekday(),
            b'd' => day = cursor.number(1, 2, 31),
            b'm' => month = cursor.name(MONTHS),
            b'n' => month = cursor.number(2, 2, 12),
            b'Y' => year = cursor.number(4, 4, 9999),
            b't' => ms += cursor.time(),
            b'z' => ms -= cursor.zone(),
            b'T' => cursor.need(b"Tt "),
            b'_' => cursor.blanks(),
            b' ' => {
                cursor.need(b" ");
                cursor.blanks();
            }
            literal => cursor.need(&[literal]),
        }
    }
    if !cursor.fits || cursor.at < text.len() {
        return None;
    }
    Some(i64::from(days(year, month, day)?) * DAY_MS + i64::from(ms))
}

/// Where in the text reading is, and whether all before it was as the form has it.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    fits: bool,
}

// Not inlined, for size.
impl Cursor<'_> {
    /// What is next; 0 at the end.
    #[inline(never)]
    fn next(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or_default()
    }

    /// Passes one of these, if one is next.
    #[inline(never)]
    fn take(&mut self, bytes: &[u8]) -> bool {
        let taken = bytes.contains(&self.next());
        self.at += usize::from(taken);
        taken
    }

    #[inline(never)]
    fn need(&mut self, bytes: &[u8]) {
        self.fits &= self.take(bytes);
    }

    fn blanks(&mut self) {
        while self.take(b" ") {}
    }

    /// Passes a digit, if one is next.
    #[inline(never)]
    fn digit(&mut self) -> Option<i32> {
        let digit = self.next().wrapping_sub(b'0');
        (digit < 10).then(|| {
            self.at += 1;
            digit.into()
        })
    }

    /// A number of so many digits, up to so much.
    #[inline(never)]
    fn number(&mut self, least: u32, most: u32, up_to: i32) -> i32 {
        let (mut number, mut count) = (0, 0);
        while count < most
            && let Some(digit) = self.digit()
        {
            number = number * 10 + digit;
            count += 1;
        }
        self.fits &= count >= least && number <= up_to;
        number
    }

    /// Which of these names of three letters, counted from 1; 0: none of them.
    #[inline(never)]
    fn name(&mut self, names: &[u8]) -> i32 {
        let front = self.text.get(self.at..self.at + 3).unwrap_or_default();
        let known = names.chunks_exact(3).position(|name| same(name, front));
        known.map_or(0, |known| {
            self.at += 3;
            known as i32 + 1
        })
    }

    /// In three letters or in full.
    fn weekday(&mut self) {
        self.fits &= self.name(WEEKDAYS) > 0;
        while self.next().is_ascii_alphabetic() {
            self.at += 1;
        }
    }

    /// Hours and minutes in milliseconds: `12:00`; of a `zone`, `1200` and `12` as well.
    #[inline(never)]
    fn hours(&mut self, zone: bool) -> i32 {
        let hours = self.number(2, 2, 23);
        let colon = self.take(b":");
        self.fits &= colon || zone;
        let more = colon || self.next().is_ascii_digit();
        hours * 3_600_000 + if more { self.number(2, 2, 59) * 60_000 } else { 0 }
    }

    /// `12:00`, `12:00:00` or with a fraction of any length, in milliseconds. The second 60 is a leap second.
    fn time(&mut self) -> i32 {
        let mut ms = self.hours(false);
        if self.take(b":") {
            ms += self.number(2, 2, 60) * 1000;
            if self.take(b".,") {
                self.fits &= self.next().is_ascii_digit();
                let mut unit = 100;
                while let Some(digit) = self.digit() {
                    ms += digit * unit;
                    unit /= 10;
                }
            }
        }
        ms
    }

    /// `Z`, `GMT`, `UTC`, an offset, or one behind the other; in milliseconds.
    fn zone(&mut self) -> i32 {
        let named = self.name(b"gmtutc") > 0 || self.take(b"Zz");
        if self.take(b"-") {
            -self.hours(true)
        } else if self.take(b"+") {
            self.hours(true)
        } else {
            self.fits &= named;
            0
        }
    }
}

/// Days from 1970 to a date of the Gregorian calendar; `None` for a day that its month has not.
fn days(year: i32, month: i32, day: i32) -> Option<i32> {
    let first = first_of(year, month);
    let is_day = (1..=12).contains(&month) && (1..=first_of(year, month + 1) - first).contains(&day);
    is_day.then_some(first + day - 1)
}

/// Days from 1970 to the first of a month, of which the thirteenth is the next year's first. Not inlined, for size.
#[inline(never)]
fn first_of(year: i32, month: i32) -> i32 {
    // Years from March on, so that the day that comes and goes is the last of its year; and 400 more, so that none is
    // below 0.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 - 719_468 - 146_097
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;

    /// 2026-11-21T11:00:00Z.
    const NOON_IN_VIENNA: i64 = 1_795_258_800_000;

    #[test]
    fn every_form_of_one_moment() {
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
    fn what_is_no_moment_is_refused() {
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

    /// The date of a day, by counting: the years, then the months.
    fn date_of(day: i64) -> (i64, i64, i64) {
        let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let (mut year, mut left) = (1970, day);
        while left >= 365 + i64::from(leap(year)) {
            left -= 365 + i64::from(leap(year));
            year += 1;
        }
        let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 0;
        while left >= lengths[month] {
            left -= lengths[month];
            month += 1;
        }
        (year, month as i64 + 1, left + 1)
    }

    #[test]
    fn every_day_until_2500_is_the_next_of_the_one_before() {
        for day in 0..193_600 {
            let (year, month, of_month) = date_of(day);
            assert_eq!(days(year as i32, month as i32, of_month as i32), Some(day as i32), "{year}-{month}-{of_month}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_was_written(second in 0_i64..16_000_000_000, ms in 0_i64..1000, offset in -1439_i64..=1439) {
            let local = second + offset * 60;
            prop_assume!(local >= 0);
            let (year, month, day) = date_of(local / 86_400);
            let (hour, minute, rest) = (local / 3600 % 24, local / 60 % 60, local % 60);
            let sign = if offset < 0 { '-' } else { '+' };
            let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
            let iso = format!(
                "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{rest:02}.{ms:03}{sign}{hours:02}:{minutes:02}"
            );
            prop_assert_eq!(parse(&iso), Some(second * 1000 + ms), "{}", iso);
            let name = std::str::from_utf8(&MONTHS[month as usize * 3 - 3..][..3]).unwrap();
            let script = format!(
                "Sat {name} {day:02} {year} {hour:02}:{minute:02}:{rest:02} GMT{sign}{hours:02}{minutes:02} (Somewhere)"
            );
            prop_assert_eq!(parse(&script), Some(second * 1000), "{}", script);
        }

        #[test]
        fn takes_anything(text: String, dates in "[0-9A-Za-z:+ ,()./-]{0,40}") {
            for text in [&text, &dates] {
                let _ = parse(text);
            }
        }
    }
}
