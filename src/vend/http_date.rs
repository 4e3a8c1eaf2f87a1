//! Dates in HTTP headers: all three forms of RFC 9110, section 5.6.7, and common deviations.

use super::date::{DAY_MS, FIRST_PLAUSIBLE_MS, HOUR_MS, Input, LAST_PLAUSIBLE_MS, days_since_epoch};

/// The mean year of the Gregorian calendar.
const MEAN_YEAR_MS: i64 = 31_556_952_000;

/// Parses an HTTP date into milliseconds since the epoch. `now` determines the century of a two-digit year.
///
/// A date without a zone is in UTC, as all dates in HTTP; a zone that is given counts.
pub(super) fn parse(text: &str, now: i64) -> Option<i64> {
    let text = text.trim_ascii();
    Input::read(text, |input| day_first(input, now)).or_else(|| Input::read(text, asctime))
}

/// Like [`parse`], but also accepts the forms of JavaScript and ISO 8601. A date alone is its first moment.
pub(super) fn parse_any(text: &str, now: i64) -> Option<i64> {
    let text = text.trim_ascii();
    parse(text, now).or_else(|| [javascript, iso_8601].iter().find_map(|form| Input::read(text, form)))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` or, as in RFC 850, `Sunday, 06-Nov-94 08:49:37 GMT`.
fn day_first(input: &mut Input<'_>, now: i64) -> Option<i64> {
    skip_weekday(input, Input::starts_with_digit);
    let day = input.number(1..=2)?;
    hyphen_or_blanks(input)?;
    let month = month(input)?;
    hyphen_or_blanks(input)?;
    let year = match input.optional(Input::year) {
        Some(year) => year,
        None => full_year(input.number(2..=2)?, now),
    };
    input.blanks()?;
    let time = time(input)?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - zone(input))
}

/// The form of C's `asctime`, `Sun Nov  6 08:49:37 1994`. Java adds a zone before the year.
fn asctime(input: &mut Input<'_>) -> Option<i64> {
    skip_weekday(input, Input::starts_with_letter);
    let month = month(input)?;
    input.blanks()?;
    let day = input.number(1..=2)?;
    input.blanks()?;
    let time = time(input)? - zone(input);
    input.blanks()?;
    let year = input.year()?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time)
}

/// The form of JavaScript: `Sun Nov 06 1994 08:49:37 GMT+0000`.
fn javascript(input: &mut Input<'_>) -> Option<i64> {
    skip_weekday(input, Input::starts_with_letter);
    let month = month(input)?;
    input.blanks()?;
    let day = input.number(1..=2)?;
    input.blanks()?;
    let year = input.year()?;
    input.blanks()?;
    let time = time(input)?;
    Some(days_since_epoch(year, month, day)? * DAY_MS + time - zone(input))
}

/// `1994-11-06T08:49:37Z`, also with blanks instead of the `T`, or `1994-11-06`.
fn iso_8601(input: &mut Input<'_>) -> Option<i64> {
    let year = input.year()?;
    input.byte(b"-")?;
    let month = input.number(2..=2)?;
    input.byte(b"-")?;
    let day = input.number(2..=2)?;
    let has_time = input.byte(b"Tt").is_some() || input.blanks().is_some();
    let time = if has_time { time(input)? - zone(input) } else { 0 };
    Some(days_since_epoch(year, month, day)? * DAY_MS + time)
}

/// Skips a word before the rest of the date, with or without a comma. It may be in any language, since it is not
/// needed.
fn skip_weekday<'a>(input: &mut Input<'a>, is_rest: fn(&Input<'a>) -> bool) {
    input.optional(|input| {
        let word = input.word();
        let is_apart = input.byte(b",").is_some() | input.blanks().is_some();
        (!word.is_empty() && is_apart && is_rest(input)).then_some(())
    });
}

fn hyphen_or_blanks(input: &mut Input<'_>) -> Option<()> {
    if input.byte(b"-").is_some() { Some(()) } else { input.blanks() }
}

/// In three letters or in full; from 1.
fn month(input: &mut Input<'_>) -> Option<i64> {
    let month = input.month();
    input.word();
    month
}

/// The full form of a two-digit year: the latest one that is at most fifty years ahead.
fn full_year(digits: i64, now: i64) -> i64 {
    // Clamped, because an unset clock must not lead to another century.
    let now = now.clamp(FIRST_PLAUSIBLE_MS, LAST_PLAUSIBLE_MS);
    // The mean year may begin a day early or late, which does not matter here.
    let last = 1970 + now.div_euclid(MEAN_YEAR_MS) + 50;
    last - (last - digits).rem_euclid(100)
}

/// A time in milliseconds; the hour may have one digit.
fn time(input: &mut Input<'_>) -> Option<i64> {
    let hour = input.number(1..=2).filter(|hour| *hour <= 23)?;
    Some(hour * HOUR_MS + input.minutes_and_seconds()?)
}

/// A zone in milliseconds; UTC if there is none.
fn zone(input: &mut Input<'_>) -> i64 {
    let zone = input.optional(|input| {
        input.skip_blanks();
        input.zone()
    });
    zone.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    /// 2026-01-01T00:00:00Z.
    const NOW: i64 = 1_767_225_600_000;
    /// 1994-11-06T08:49:37Z, the example of RFC 9110.
    const EXAMPLE: i64 = 784_111_777_000;

    #[test]
    fn reads_all_http_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT\t",
        ] {
            assert_eq!(parse(text, NOW), Some(EXAMPLE), "{text}");
            assert_eq!(parse_any(text, NOW), Some(EXAMPLE), "{text}");
        }
    }

    #[test]
    fn reads_malformed_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37",
            "sun,6 nov 1994 8:49:37 gmt",
            "So, 06 Nov 1994 08:49:37 GMT",
            "Sun 06 November 1994 08:49:37.000 UTC",
            "06-Nov-1994 08:49:37 UT",
            "Sun, 06 Nov 1994 09:49:37 +0100",
            "Sun, 06 Nov 1994 08:49:37Z",
            "Nov 6 08:49:37 1994",
            "Sun Nov 06 08:49:37 UTC 1994",
            "Sunday, November 6 03:49:37 GMT-05:00 1994",
        ] {
            assert_eq!(parse(text, NOW), Some(EXAMPLE), "{text}");
        }
    }

    #[test]
    fn reads_obsolete_forms_only_on_request() {
        for text in [
            "Sun Nov 06 1994 09:49:37 GMT+0100",
            "Sun Nov 06 1994 08:49:37",
            "Nov 6 1994 8:49:37 UTC",
            "1994-11-06T08:49:37Z",
            "1994-11-06T08:49:37",
            "1994-11-06  08:49:37",
            "1994-11-06 09:49:37 +0100",
        ] {
            assert_eq!(parse(text, NOW), None, "{text}");
            assert_eq!(parse_any(text, NOW), Some(EXAMPLE), "{text}");
        }
        assert_eq!(parse_any("1970-01-02", NOW), Some(DAY_MS));
    }

    #[test]
    fn rejects_invalid_dates() {
        for text in [
            "",
            "Sun",
            "Sun, 06 Nov",
            "Sun, 06 Nov 1994",
            "Sun,, 06 Nov 1994 08:49:37 GMT",
            "06Nov1994 08:49:37 GMT",
            "Sun, 06 Nov 994 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sun, 006 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Tue, 29 Feb 1994 08:49:37 GMT",
            "Sun, 06 Noa 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37 PST",
            "Sun, 06 Nov 1994 08:49:37 +24:00",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov  6 08:49:371994",
            "Sun Nov  6 08:49:37 GMT1994",
            "1994-11-06T",
            "1994-11-06T08",
            "1994-11",
            "1994-1-06",
            "1994-02-29",
            "11/06/1994",
            "é",
        ] {
            assert_eq!(parse_any(text, NOW), None, "{text}");
        }
    }

    #[test]
    fn two_digit_years_are_at_most_fifty_years_ahead() {
        for (this_year, digits, year) in [
            (2026, 26, 2026),
            (2026, 0, 2000),
            (2026, 76, 2076),
            (2026, 77, 1977),
            (2026, 99, 1999),
            // The clock was never set: it is 2001 at least.
            (1970, 26, 2026),
            (1970, 51, 2051),
            (1970, 52, 1952),
            // A new century is no hundred years ago.
            (2099, 0, 2100),
            (2099, 49, 2149),
            (2099, 50, 2050),
        ] {
            let summer = days_since_epoch(this_year, 7, 1).unwrap() * DAY_MS;
            assert_eq!(full_year(digits, summer), year, "{digits} in {this_year}");
        }
    }

    #[test]
    fn extreme_clocks_do_not_overflow() {
        for (now, ms) in [(i64::MIN, EXAMPLE), (i64::MAX, EXAMPLE + 252_455_616_000_000)] {
            assert_eq!(parse("Sunday, 06-Nov-94 08:49:37 GMT", now), Some(ms), "{now}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_jiff_writes(seconds in 0..=4_102_444_799_i64, now in NOW..NOW + DAY_MS) {
            let ms = seconds * 1_000;
            let utc = Timestamp::from_millisecond(ms).unwrap().to_zoned_datetime(TimeZone::UTC);
            for format in ["%a, %d %b %Y %T GMT", "%a %b %e %T %Y", "%A, %d-%B-%Y %T", "%a %b %d %T UTC %Y"] {
                let text = utc.strftime(format).to_string();
                prop_assert_eq!(parse(&text, now), Some(ms), "{}", text);
            }
            // Those of the years 1977 to 2076 have a century.
            let text = utc.strftime("%A, %d-%b-%y %T GMT").to_string();
            prop_assert_eq!(parse(&text, now) == Some(ms), (1977..=2076).contains(&utc.year()), "{}", text);
        }

        #[test]
        fn arbitrary_text_does_not_panic(text: String, dates in "[0-9A-Za-z:+ ,./-]{0,40}", now: i64) {
            for text in [&text, &dates] {
                let _ = parse_any(text, now);
            }
        }

        #[test]
        fn near_dates_do_not_panic(
            day in "([a-z]{3},? ?)?[0-9]{1,3}[ -](Jan|Feb|June|Decx|Foo)[ -][0-9]{2,4} ",
            time in "[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[GMTUCZ]{0,3}[+-]?[0-9]{0,4})?",
            now: i64,
        ) {
            let _ = parse_any(&(day + &time), now);
        }
    }
}
