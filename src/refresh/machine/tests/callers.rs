//! Callers and their results.

use super::*;

#[test]
fn callers_share_one_request() {
    let mut bench = Bench::started(1);
    for force in [false, true, false] {
        assert_eq!(bench.get(0, force), []);
    }
    assert_eq!(outcomes(&bench.vend(0, HOUR)), [Outcome::Token; 3]);
}

#[test]
fn returns_the_current_token_if_it_is_valid_for_long_enough() {
    let mut bench = Bench::ready(1, HOUR + MARGIN);
    for (min_validity, outcome) in [(HOUR, Outcome::Token), (-1, Outcome::Token), (i64::MIN, Outcome::Token)] {
        assert_eq!(outcomes(&bench.get(min_validity, false)), [outcome]);
    }
    bench.next_fetch(HOUR);
    assert_eq!(bench.machine.status(), Refreshing);
    assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token], "even during a refresh");
}

#[test]
fn requests_a_token_if_the_current_one_is_too_short() {
    let mut bench = Bench::ready(1, HOUR + MARGIN);
    bench.pass(MINUTE);
    assert_eq!(reason(&bench.get(HOUR, false)), Some(Reason::Refresh));
    assert_eq!(outcomes(&bench.vend(1, HOUR + MARGIN)), [Outcome::Token]);
}

#[test]
fn settles_as_too_short_if_even_a_fresh_token_is() {
    let mut bench = Bench::started(1);
    bench.get(HOUR + 1, false);
    assert_eq!(outcomes(&bench.vend(0, HOUR + MARGIN)), [Outcome::TooShort]);
    // Known while this token counts as fresh.
    bench.pass(MINUTE);
    assert_eq!(outcomes(&bench.get(HOUR + 1, false)), [Outcome::TooShort]);
    assert_eq!(reason(&bench.get(HOUR + 1, true)), Some(Reason::Forced), "who insists may see for himself");
    assert_eq!(outcomes(&bench.vend(1, HOUR + MARGIN)), [Outcome::TooShort]);
    bench.next_fetch(HOUR);
    assert_eq!(outcomes(&bench.get(HOUR + 1, false)), [], "joins the refresh");
}

#[test]
fn forced_requests_are_rate_limited() {
    let mut bench = Bench::ready(1, HOUR);
    bench.pass(300);
    assert_eq!(outcomes(&bench.get(0, true)), []);
    assert_eq!(bench.machine.refresh_at(), Some(bench.now.wall + 700));
    let (request, after) = bench.next_fetch(HOUR).expect("an attempt");
    assert_eq!(after, 700);
    assert_eq!(outcomes(&bench.vend(request, HOUR)), [Outcome::Token]);
}

#[test]
fn only_forced_calls_skip_the_backoff() {
    for seed in 0..20 {
        let mut bench = Bench::started(seed);
        bench.fail_times(8, 0);
        let planned = bench.machine.refresh_at().expect("a retry");
        if planned < bench.now.wall + 2 * SECOND {
            continue; // Too soon to tell.
        }
        bench.pass(SECOND);
        assert_eq!(bench.get(0, false), []);
        assert_eq!(bench.machine.refresh_at(), Some(planned));
        let forced = bench.get(0, true);
        assert_eq!(reason(&forced), Some(Reason::Forced));
        let request = fetched(&forced).expect("an attempt");
        assert_eq!(outcomes(&bench.fail(request)), [Outcome::Failed { request }; 2]);
    }
}

#[test]
fn forced_calls_are_limited_to_ten_requests_in_ten_minutes() {
    let mut bench = Bench::started(4);
    let end = bench.now.mono + HOUR;
    let mut starts = vec![bench.now.mono];
    let mut request = 0;
    while bench.now.mono < end {
        bench.pass(5);
        bench.fail(request);
        let forced = bench.get(0, true);
        request = fetched(&forced).unwrap_or_else(|| bench.next_fetch(HOUR).expect("an attempt").0);
        starts.push(bench.now.mono);
    }
    assert!(starts.windows(11).all(|eleven| eleven[10] - eleven[0] >= 10 * MINUTE), "{starts:?}");
    assert_eq!(starts[9] - starts[0], 9 * SECOND);
}

#[test]
fn abandoning_a_call_keeps_the_request_and_other_calls() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.get(0, false);
    assert_eq!(bench.send(Event::Abandon { call: 1 }), []);
    assert_eq!(bench.send(Event::Abandon { call: 99 }), []);
    let vended = bench.vend(0, HOUR);
    assert!(vended.contains(&Action::Settle { call: 2, outcome: Outcome::Token }));
    assert_eq!(outcomes(&vended).len(), 1);
}
