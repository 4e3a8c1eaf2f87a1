//! What an HTTP status, and the headers beside it, mean for the next attempt.

use super::{date, error::VendError};
use alloc::string::String;

/// The client's clock is believed unless the server's `Date` contradicts it by more than this, in milliseconds.
const CLOCK_TOLERANCE_MS: i64 = 5_000;
/// The most that `Age` is taken for: what caches themselves make of more than they can count (RFC 9111, 1.2.2).
const MAX_AGE_MS: i64 = (1 << 31) * 1000;

/// `Ok` for a success. 401, 403, 404 and 410 are the service's last word until something changes; all other
/// statuses may pass by themselves.
///
/// # Errors
/// `ERR_VEND_HTTP`.
pub fn check_status(status: u16) -> Result<(), VendError> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let digits = [status / 100 % 10, status / 10 % 10, status % 10];
    let digits: String = digits.iter().map(|digit| char::from(b'0' + *digit as u8)).collect();
    let meaning = match status {
        401 => " (unauthorized): sign in again",
        403 => " (forbidden): this user may not have a token",
        404 | 410 => ": is the vending service's URL right?",
        429 => " (too many requests)",
        _ => "",
    };
    let message = ["expected a token from the vending service, found HTTP status ", &digits, meaning].concat();
    Err(match status {
        401 | 403 | 404 | 410 => VendError::terminal("ERR_VEND_HTTP", message),
        _ => VendError::passing("ERR_VEND_HTTP", message),
    })
}

/// How long `Retry-After` asks to wait, in milliseconds: a count of whole seconds, or a date (RFC 9110, 10.2.3) held against
/// `now` (milliseconds since the epoch; the server's time, where it is known). `None` for anything else, and for a date gone by.
///
/// ```
/// use momento_token_wasm::vend::retry_after;
///
/// assert_eq!(retry_after("120", 0), Some(120_000));
/// assert_eq!(retry_after("Thu, 01 Jan 1970 00:00:07 GMT", 2_000), Some(5_000));
/// assert_eq!(retry_after("1.5", 0), None);
/// ```
pub fn retry_after(text: &str, now: i64) -> Option<i64> {
    delta_seconds(text).or_else(|| date::parse_http(text, now)?.checked_sub(now).filter(|left| *left > 0))
}

/// The server's time at this moment, rather too late than too early, from the headers `Date` and `Age` (empty where there is none)
/// of an answer to a request that was sent at `sent_at`; all times in milliseconds since the epoch. `None` without a readable date.
///
/// `Date` has whole seconds and was written between the request and now; a shared cache adds `Age` (RFC 9110, 6.6.1; RFC 9111, 5.1).
/// The server's clock stands at it at least: a client's that is behind is never believed.
pub fn server_time(date: &str, age: &str, sent_at: i64, now: i64) -> Option<i64> {
    let written = date::parse_http(date, now)?;
    let age = delta_seconds(age).unwrap_or(0).min(MAX_AGE_MS);
    let earliest = written.saturating_add(age);
    let latest = earliest.saturating_add(1000).saturating_add(now.saturating_sub(sent_at).max(0));
    let believable = earliest.saturating_sub(CLOCK_TOLERANCE_MS)..=latest.saturating_add(CLOCK_TOLERANCE_MS);
    Some(if believable.contains(&now) { now.max(earliest) } else { latest })
}

/// `delta-seconds` (RFC 9111, 1.2.2) in milliseconds: digits alone, however many.
fn delta_seconds(text: &str) -> Option<i64> {
    let digits = text.trim_ascii();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Longer than anybody waits, and so many digits that they might not fit.
    if digits.len() > 15 {
        return Some(i64::MAX);
    }
    Some(digits.bytes().fold(0, |count, digit| count * 10 + i64::from(digit - b'0')) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_what_may_pass_from_what_does_not() {
        for status in [200, 201, 204, 299] {
            assert_eq!(check_status(status), Ok(()));
        }
        for (status, terminal) in [
            (401, true),
            (403, true),
            (404, true),
            (410, true),
            (429, false),
            (500, false),
            (503, false),
            (302, false),
            (0, false),
        ] {
            assert_eq!(check_status(status).unwrap_err().is_terminal(), terminal, "{status}");
        }
        assert_eq!(
            check_status(503).unwrap_err().message(),
            "expected a token from the vending service, found HTTP status 503"
        );
    }

    /// Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110's examples.
    const THEN: i64 = 784_111_777_000;
    const IMF: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn retry_after_is_a_count_or_a_date() {
        for (text, wait) in [
            ("0", Some(0)),
            ("7", Some(7_000)),
            (" 120 ", Some(120_000)),
            ("4294967296", Some(4_294_967_296_000)),
            ("99999999999999999999", Some(i64::MAX)),
            (IMF, Some(10_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(10_000)),
            ("Sun Nov  6 08:49:37 1994", Some(10_000)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", None),
            ("", None),
            ("1.5", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("soon", None),
            ("1994-11-06T08:49:37Z", None),
        ] {
            assert_eq!(retry_after(text, THEN - 10_000), wait, "{text}");
        }
        assert_eq!(retry_after(IMF, i64::MIN), None);
    }

    #[test]
    fn the_clients_clock_is_believed_where_the_server_agrees() {
        let time = |age, sent_at, now| server_time(IMF, age, sent_at, now);
        // Within the second of `Date`, and the time the answer took.
        assert_eq!(time("", THEN, THEN + 400), Some(THEN + 400));
        assert_eq!(time("", THEN - 1_000, THEN + 6_900), Some(THEN + 6_900));
        // A little behind: the server's clock stands at what it wrote at least.
        assert_eq!(time("", THEN - 4_200, THEN - 4_000), Some(THEN));
        // Behind by an hour, and ahead by one: as late as it may be at the server.
        for wrong in [-3_600_000, 3_600_000] {
            assert_eq!(time("", THEN + wrong - 300, THEN + wrong), Some(THEN + 1_300));
        }
        // Out of a cache, which adds the time that the answer lay there; nonsense adds none.
        assert_eq!(time("60", THEN + 60_000, THEN + 60_200), Some(THEN + 60_200));
        assert_eq!(time("", THEN + 60_000, THEN + 60_200), Some(THEN + 1_200));
        assert_eq!(time("-60", THEN + 60_000, THEN + 60_200), Some(THEN + 1_200));
        // A clock set back while the request was under way.
        assert_eq!(time("", THEN + 3_000, THEN), Some(THEN));
        assert_eq!(time("9".repeat(40).as_str(), THEN, THEN), Some(THEN + (1 << 31) * 1000 + 1000));
        for none in ["", "yesterday", "784111777"] {
            assert_eq!(server_time(none, "", THEN, THEN), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(date: String, age: String, number: u64, sent_at: i64, now: i64) {
            for text in [&date, &age, &std::format!("{number}"), IMF] {
                prop_assert!(retry_after(text, now).is_none_or(|wait| wait >= 0));
                let _ = (server_time(text, &age, sent_at, now), server_time(IMF, text, sent_at, now));
            }
        }
    }
}
