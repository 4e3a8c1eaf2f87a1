use super::*;
use crate::vend::date;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

/// 2026-01-01T00:00:00Z, which is a Thursday.
const NOW: i64 = 1_767_225_600_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn check(headers: &[&str], ms: i64) {
    for header in headers {
        assert_eq!(retry_after(header, NOW), Some(ms), "{header}");
    }
}

fn until(date: &str) -> i64 {
    date::parse(date).unwrap() - NOW
}

#[test]
fn reads_seconds() {
    check(&["120", " 120 ", "\t120", "+120", "0120", "\"120\"", "'120'", "1.2e+02", "1.2E2", "12000e-2"], 120_000);
    check(&["0", "-0", "-1", "-1e999", "0e999", "1e-999", "-1767225720", "-30"], 0);
    check(&["0.493"], 493);
    check(&["12.5"], 12_500);
    check(&["12."], 12_000);
    check(&[".5"], 500);
    check(&["0.0009"], 0);
    check(&["1.0019"], 1_001);
    check(&["999999999"], 999_999_999_000);
}

#[test]
fn reads_several_values() {
    check(&["120, 120", "120,120", "5, 120", "120, 5", ", 120", "120, ", "120, soon", "-5, 120"], 120_000);
    check(&["60, Thu, 01 Jan 2026 00:02:00 GMT", "Thu, 01 Jan 2026 00:02:00 GMT, 60", "soon, later, 120"], 120_000);
    check(&["Thu, 01 Jan 2026 00:02:00 GMT, Thu, 01 Jan 2026 00:01:00 GMT"], 120_000);
    check(&["Thu, 01 Jan 2026 00:01:00 GMT, 2026-01-01T00:02:00Z"], 120_000);
    check(&["-1, -2", "Wed, 31 Dec 2025 00:00:00 GMT, -2"], 0);
}

#[test]
fn reads_units() {
    check(&["30s", "30 s", "30  s", "30S", "30 seconds", "30sec", "30 secs", "PT30S", "pt 30s", "+30s"], 30_000);
    check(&["1 second"], 1_000);
    check(&["1.5s", "1500ms", "1500 msecs", "1500 milliseconds", "1s500ms"], 1_500);
    check(&["500ms"], 500);
    check(&["90000 ms"], 90_000);
    check(&["250000\u{b5}s", "250000us", "250000000ns"], 250);
    check(&["500us500us", "999999ns1ns", "1ms999us"], 1);
    check(&["999us"], 0);
    check(&["2 minutes", "2m", "2min", "2 mins", "0h2m0s"], 120_000);
    check(&["1m30s", "1m 30s", "1 minute 30 seconds", "PT1M30S", "1.5 min"], 90_000);
    check(&["1.12345h"], 4_044_420);
    check(&["2h", "2 hr", "2 hrs", "2 hours", "120m"], 2 * HOUR);
    check(&["2d", "2 days", "1d24h"], 2 * DAY);
    check(&["-30s", "-1h", "-PT30S", "0s", "0 minutes"], 0);
}

#[test]
fn ignores_trailing_text() {
    // SIP has parameters and comments.
    check(
        &["120;duration=3600", "120 (ask later)", "120 ; \"(", "2m(", "Thu, 01 Jan 2026 00:02:00 GMT (soon)"],
        120_000,
    );
}

#[test]
fn reads_epoch_times() {
    check(&["1767225720", "1767225720000", "1767225720000.9", "1.76722572e9"], 120_000);
    check(&["1767225720.5"], 120_500);
    check(&["1767225600", "1500000000", "1000000000", "1000000000000"], 0);
    check(&["99999999999"], 99_999_999_999_000 - NOW);
}

#[test]
fn reads_http_dates() {
    check(
        &[
            "Thu, 01 Jan 2026 00:02:00 GMT",
            "Thursday, 01-Jan-26 00:02:00 GMT",
            "Thu Jan  1 00:02:00 2026",
            "Thu, 01 Jan 2026 00:02:00",
            "Thursday, 01-Jan-26 00:02:00",
            "Thu, 01-Jan-2026 00:02:00 GMT",
        ],
        120_000,
    );
}

#[test]
fn reads_malformed_http_dates() {
    check(
        &[
            "\"Thu, 01 Jan 2026 00:02:00 GMT\"",
            "thu, 1 jan 2026 00:02:00 gmt",
            "Thu,01 Jan 2026 0:02:00 GMT",
            "01 Jan 2026 00:02:00 GMT",
            "01 January 2026 00:02 GMT",
            "Thu, 01 Jan 2026 00:02:00 UTC",
            "Thu, 01 Jan 2026 00:02:00 UT",
            "Thu, 01 Jan 2026 00:02:00 Z",
            "Thu, 01 Jan 2026 00:02:00 +0000",
            "Thu, 01 Jan 2026 01:02:00 +0100",
            "Wed, 31 Dec 2025 19:02:00 -0500",
            "Thu Jan 01 2026 01:02:00 GMT+0100 (Central European Standard Time)",
            "Thu Jan  1 00:02:00 UTC 2026",
        ],
        120_000,
    );
}

#[test]
fn reads_iso_8601_dates() {
    check(
        &[
            "2026-01-01T00:02:00Z",
            "2026-01-01T01:02:00+01:00",
            "2026-01-01T00:02:00",
            "2026-01-01 00:02:00",
            "2026-01-01 00:02:00 UTC",
            "2026-01-01 01:02:00 +0100",
        ],
        120_000,
    );
    check(&["2026-01-01T00:02:00.250Z"], 120_250);
    check(&["2026-01-01T00:02:00.123456789Z"], 120_123);
    check(&["2026-01-02"], DAY);
}

#[test]
fn past_times_mean_no_wait() {
    check(
        &[
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sunday, 01-Jan-78 00:00:00 GMT", // of 1978
            "2025-12-31",
            "0000-01-01",
        ],
        0,
    );
    // But this is of 2070.
    check(&["Thursday, 01-Jan-70 00:00:00 GMT"], until("2070-01-01T00:00:00Z"));
}

#[test]
fn saturates_long_delays() {
    check(&["7200"], 2 * HOUR);
    check(&["Fri, 31 Dec 9999 23:59:59 GMT"], until("9999-12-31T23:59:59Z"));
    check(&["99999999999999999999999999", "1e308", "1e999", "1e99999999999999999999"], i64::MAX - NOW);
    check(&["1000000000h", "99999999999999999999 days", "9000000000s9000000000s"], i64::MAX / 1_000_000);
    assert_eq!(retry_after("1e999", i64::MIN), Some(i64::MAX));
    assert_eq!(retry_after("2026-01-01", i64::MIN), Some(i64::MAX));
    assert_eq!(retry_after("2026-01-01", i64::MAX), Some(0));
}

#[test]
fn rejects_values_without_a_time() {
    for header in [
        "",
        " ",
        ",",
        "\"\"",
        "soon",
        "null",
        "undefined",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "[object Object]",
        "0x78",
        "1_000",
        "--1",
        "- 1",
        "+",
        ".",
        "e5",
        ".e5",
        "5e",
        "5e+",
        "5e1.5",
        "1.2.3",
        "1.2.3s",
        "1e3s",
        "12 parsecs",
        "12 constructor",
        "s",
        "s30",
        "30ss",
        "30hs",
        "30s40",
        "30s -5s",
        "30 40s",
        "PT",
        "P1M",
        "PTPT1M",
        "minutes 2",
        "soon 120",
        "soon, 120",
        "Thu",
        "Thu, 01 Jan",
        "Thu, 32 Jan 2026 00:02:00 GMT",
        "Mon, 31 Feb 2026 00:02:00 GMT",
        "Thu, 01 Foo 2026 00:02:00 GMT",
        "Thu, 01 Jan 2026 25:02:00 GMT",
        "Thu, 01 Jan 2026 00:61:00 GMT",
        "Thu, 01 Jan 2026 00:02:00 EST",
        "Thu, 01 Jan 2026 00:02:00 GMT GMT",
        "2026-13-01T00:00:00Z",
        "2026-02-30",
        "2026-01",
        "01/01/2026",
        "(120)",
        ";120",
        "\u{0661}\u{0662}\u{0660}",
    ] {
        assert_eq!(retry_after(header, NOW), None, "{header}");
    }
}

#[test]
fn rejects_overlong_values() {
    let padded = |length: usize| format!("{:>length$}", "120");
    assert_eq!(retry_after(&padded(MAX_LENGTH), NOW), Some(120_000));
    assert_eq!(retry_after(&padded(MAX_LENGTH + 1), NOW), None);
    for part in ["1", "1s", "1.", ",", ", ", " ", "a", "a ", "Thu, ", "\"", "(", "-", "1 ", "1:", "2026-", "e1"] {
        for length in [100, 256, 60_000] {
            let _ = retry_after(&part.chars().cycle().take(length).collect::<String>(), NOW);
        }
    }
}

#[test]
fn times_are_relative_to_the_server_clock() {
    let ahead = NOW + HOUR;
    for header in [
        "Thu, 01 Jan 2026 01:02:00 GMT",
        "Thu Jan  1 01:02:00 2026",
        "2026-01-01T01:02:00Z",
        "1767229320",
        "1767229320000",
        "120",
        "2m",
    ] {
        assert_eq!(retry_after(header, ahead), Some(120_000), "{header}");
    }
}

/// A moment in every form that is read.
fn written(moment: Timestamp, offset: i32) -> Vec<String> {
    let utc = moment.to_zoned_datetime(TimeZone::UTC);
    let zoned = moment.to_zoned_datetime(TimeZone::fixed(Offset::from_seconds(offset).unwrap()));
    let with_zone = [
        "%a, %d %b %Y %T%.3f %z",
        "%-d-%B-%Y %T%.3f %:z",
        "%a %b %d %T%.3f GMT%z %Y",
        "%a %b %d %Y %T%.3f GMT%z (Somewhere)",
        "%Y-%m-%dT%T%.3f%:z",
        "%Y-%m-%d %T%.3f %z",
    ];
    let in_utc = [
        "%a, %d %b %Y %T%.3f GMT",
        "%A, %d-%b-%y %T%.3f GMT",
        "%a %b %e %T%.3f %Y",
        "%a %b %e %Y %k:%M:%S%.3f",
        "%Y-%m-%dT%T%.3f",
        "%Y-%m-%d %T%.3fZ",
    ];
    let zoned = with_zone.iter().map(|format| zoned.strftime(format).to_string());
    zoned.chain(in_utc.iter().map(|format| utc.strftime(format).to_string())).collect()
}

/// A value that is understood.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-]?[0-9]{1,13}",
        "[0-9]{0,4}[.][0-9]{1,6}(e[+-]?[0-9]{1,3})?",
        "[0-9]{1,4} ?(ms|s|sec|seconds|m|min|h|hours|days)",
        "PT([0-9]{1,2}H)?[0-9]{1,2}M[0-9]{1,2}S",
        "(Thu, )?[0-2][1-9] (Jan|Mar|December) 20[0-9]{2} [01][0-9]:[0-5][0-9]:[0-5][0-9]( GMT)?",
        "20[0-9]{2}-0[13-9]-[0-2][1-9](T[01][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+]01:00)?)?",
    ]
}

proptest! {
    #[test]
    fn reads_every_date_form(
        // Within fifty years, for the form with two digits, and past the nine digits that are a delay.
        ms in NOW - 40 * 365 * DAY..NOW + 40 * 365 * DAY,
        offset in -1439_i32..=1439,
        now in NOW - DAY..NOW + DAY,
    ) {
        let moment = Timestamp::from_millisecond(ms).unwrap();
        let mut headers = written(moment, offset * 60);
        if ms >= FIRST_EPOCH_MS {
            headers.extend([ms.to_string(), format!("{}.{:03}", ms / 1_000, ms % 1_000)]);
        }
        for header in headers {
            prop_assert_eq!(retry_after(&header, now), Some((ms - now).max(0)), "{}", header);
        }
    }

    #[test]
    fn numbers_agree_with_float_parsing(number in 0.0..1e9_f64, now: i64) {
        let ms = retry_after(&number.to_string(), now).unwrap();
        prop_assert!((ms as f64 - number * 1_000.0).abs() <= 1.0, "{}", ms);
        prop_assert_eq!(retry_after(&format!("{number:e}"), now), Some(ms));
        prop_assert_eq!(retry_after(&format!("{number} s"), now), Some(ms));
    }

    #[test]
    fn adds_up_duration_parts(
        [d, h, m, s, ms] in prop::array::uniform5(0..1000_i64),
    ) {
        let sum = d * DAY + h * HOUR + m * 60_000 + s * 1_000 + ms;
        for header in [
            format!("{d}d{h}h{m}m{s}s{ms}ms"),
            format!("{d} days {h} hours {m} minutes {s} seconds {ms} milliseconds"),
            format!("{d}d {h}hrs {m}min {s}.{ms:03}s"),
            format!("PT{d}D{h}H{m}M{s}.{ms:03}S"),
        ] {
            prop_assert_eq!(retry_after(&header, NOW), Some(sum), "{}", header);
        }
    }

    #[test]
    fn longest_of_several_values_counts(values in prop::collection::vec(value(), 1..5)) {
        let waits = values.iter().map(|value| retry_after(value, NOW).unwrap());
        prop_assert_eq!(retry_after(&values.join(", "), NOW), waits.max());
    }

    #[test]
    fn ignores_quotes_case_blanks_and_parameters(value in value()) {
        let wait = retry_after(&value, NOW);
        prop_assert!(wait.is_some());
        for other in [
            format!("\"{value}\""),
            format!("  {value}\t"),
            value.to_ascii_lowercase(),
            value.to_ascii_uppercase(),
            value.replace(' ', "  "),
            format!("{value}; a=b, 5000000 (soon)"),
        ] {
            prop_assert_eq!(retry_after(&other, NOW), wait, "{}", other);
        }
    }

    #[test]
    fn arbitrary_text_gives_no_negative_wait(
        text: String,
        form in "[0-9a-zA-Z:+ ,;()./\"'-]{0,60}",
        number in "[+-]?[0-9]{0,40}[.]?[0-9]{0,40}(e[+-]?[0-9]{0,30})?( ?[mnuhds]{0,2})?",
        now: i64,
    ) {
        for header in [text, form, number] {
            prop_assert!(retry_after(&header, now).is_none_or(|ms| ms >= 0), "{}", header);
        }
    }
}
