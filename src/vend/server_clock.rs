//! The server's clock, as shown by the headers of a response.

use super::date::SECOND_MS;
use super::http_date;

/// The client's clock is trusted unless the server's `Date` differs by more than this, in milliseconds.
const TOLERANCE_MS: i64 = 5_000;
/// The resolution of `Date`, which is rounded down.
const DATE_STEP_MS: i64 = SECOND_MS;

/// What a response's headers say about the server's time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServerClock {
    /// The header `Date` (RFC 9110, section 6.6.1): when the response was generated, in milliseconds since the epoch.
    /// `None` if it is missing or cannot be read.
    pub date: Option<i64>,
    /// The header `Age` (RFC 9111, section 5.1): how long the response was in caches, in milliseconds. 0 if it is
    /// missing or not a whole number.
    pub age: i64,
}

impl ServerClock {
    /// Reads the headers `Date`, in any of the three HTTP forms (RFC 9110, section 5.6.7), and `Age`.
    ///
    /// `now` is the client's time in milliseconds since the epoch. It determines the century of a two-digit year, as in
    /// the form of RFC 850.
    pub fn from_headers(date: Option<&str>, age: Option<&str>, now: i64) -> Self {
        ServerClock {
            date: date.and_then(|text| http_date::parse(text, now)),
            age: age.and_then(seconds).map_or(0, |seconds| seconds.saturating_mul(SECOND_MS)),
        }
    }

    /// An estimate of the server's current time in milliseconds since the epoch, late rather than early. `None` if
    /// there is no `Date`; use the client's clock then.
    ///
    /// `sent_at` and `now` are the client's time when the request was sent and now. `Date` was generated between the
    /// two, and a shared cache adds `Age`. The result is at least their sum, so a client's clock that is behind does
    /// not count.
    ///
    /// Used only for warnings and [`retry_after`](super::retry_after()). The life of a token is computed from more than
    /// this.
    pub fn server_now(self, sent_at: i64, now: i64) -> Option<i64> {
        let earliest = self.date?.saturating_add(self.age);
        let took = now.saturating_sub(sent_at).max(0);
        let latest = earliest.saturating_add(DATE_STEP_MS).saturating_add(took);
        let believable = earliest.saturating_sub(TOLERANCE_MS)..=latest.saturating_add(TOLERANCE_MS);
        Some(if believable.contains(&now) { now.max(earliest) } else { latest })
    }
}

/// Parses plain digits, saturating as RFC 9111 requires (section 1.2.2).
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-01-01T00:00:00Z.
    const NOW: i64 = 1_767_225_600_000;

    fn clock(date: &str, age: &str) -> ServerClock {
        ServerClock::from_headers(Some(date), Some(age), NOW)
    }

    fn server_now(date: i64, sent_at: i64, now: i64) -> Option<i64> {
        ServerClock { date: Some(date), age: 0 }.server_now(sent_at, now)
    }

    #[test]
    fn reads_the_three_http_date_forms_only() {
        for date in ["Thu, 01 Jan 2026 00:00:00 GMT", "Thursday, 01-Jan-26 00:00:00 GMT", "Thu Jan  1 00:00:00 2026"] {
            // A clock that shows 1970 or 1999 does not put the server there.
            for now in [NOW, 0, 946_684_799_000, i64::MIN] {
                let clock = ServerClock::from_headers(Some(date), None, now);
                assert_eq!(clock, ServerClock { date: Some(NOW), age: 0 }, "{date}");
            }
        }
        for date in
            ["", "0", "2026", "1767225600", "2026-01-01T00:00:00Z", "01/01/2026", "Thu, 32 Jan 2026 00:00:00 GMT"]
        {
            assert_eq!(clock(date, "").date, None, "{date}");
        }
        assert_eq!(ServerClock::from_headers(None, None, NOW), ServerClock::default());
    }

    #[test]
    fn age_accepts_digits_only() {
        for (age, ms) in [("0", 0), ("60", 60_000), (" 060 ", 60_000), ("9223372036854775807", i64::MAX)] {
            assert_eq!(clock("", age).age, ms, "{age}");
        }
        assert_eq!(clock("", &"9".repeat(1_000)).age, i64::MAX);
        for age in ["", " ", "-60", "+60", "60.5", "6e1", "60s", "60, 60", "6 0", "\u{0666}"] {
            assert_eq!(clock("", age).age, 0, "{age}");
        }
    }

    #[test]
    fn close_clock_is_believed() {
        for now in [NOW, NOW + 1, NOW + 5_999, NOW + 6_000] {
            assert_eq!(server_now(NOW, now, now), Some(now));
        }
        // But the server's has come as far as `Date`.
        for now in [NOW - 1, NOW - 5_000] {
            assert_eq!(server_now(NOW, now, now), Some(NOW));
        }
        // What the answer took counts.
        assert_eq!(server_now(NOW, NOW - 2_000, NOW + 8_000), Some(NOW + 8_000));
    }

    #[test]
    fn distant_clock_is_not_believed() {
        for now in [NOW - 5_001, NOW - 3_600_000, NOW + 6_001, NOW + 3_600_000] {
            assert_eq!(server_now(NOW, now, now), Some(NOW + 1_000));
        }
        // The answer may have been written as soon as the request was sent.
        assert_eq!(server_now(NOW, NOW + 3_599_800, NOW + 3_600_000), Some(NOW + 1_200));
        // One that was set back meanwhile says nothing of how long the answer took.
        assert_eq!(server_now(NOW, NOW, NOW - 3_600_000), Some(NOW + 1_000));
    }

    #[test]
    fn age_makes_the_server_time_later() {
        let cached = clock("Wed, 31 Dec 2025 23:59:00 GMT", "60");
        assert_eq!(cached.server_now(NOW, NOW), Some(NOW));
        assert_eq!(cached.server_now(NOW + 60_000, NOW + 60_000), Some(NOW + 1_000));
    }

    #[test]
    fn no_server_time_without_date() {
        assert_eq!(clock("", "60").server_now(NOW, NOW), None);
    }

    proptest! {
        #[test]
        fn arbitrary_headers_do_not_panic(
            date: String,
            form in "[0-9A-Za-z:+ ,-]{0,40}",
            age in "[0-9 .-]{0,30}",
            sent_at: i64,
            now: i64,
        ) {
            for date in [date, form] {
                let read = ServerClock::from_headers(Some(&date), Some(&age), now);
                prop_assert!(read.age >= 0);
                prop_assert_eq!(read.server_now(sent_at, now).is_some(), read.date.is_some());
            }
        }

        #[test]
        fn server_time_is_at_least_date(date: i64, age in 0..=i64::MAX, sent_at: i64, now: i64) {
            let clock = ServerClock { date: Some(date), age };
            prop_assert!(clock.server_now(sent_at, now) >= Some(date.saturating_add(age)));
        }

        #[test]
        fn server_time_is_near_the_believed_clock(behind in -86_400_000_i64..86_400_000, took in 0..10_000_i64) {
            // The server's clock shows NOW, the client's is wrong.
            let now = NOW - behind;
            for written in [NOW - took, NOW] {
                let date = written.div_euclid(1_000) * 1_000;
                let error = server_now(date, now - took, now).unwrap() - NOW;
                prop_assert!((-5_000 - took..=6_000 + took).contains(&error), "{}", error);
            }
        }
    }
}
