//! Requests that fail.

use super::*;

#[test]
fn backoff_grows_with_failures() {
    for seed in 0..50 {
        let mut bench = Bench::started(seed);
        let mut request = 0;
        let mut starts = vec![bench.now.mono];
        for nth in 1..60 {
            bench.pass(10);
            let announced = retry_at(&bench.fail(request)).expect("a retry") - bench.now.wall;
            assert_eq!(bench.machine.status(), Waiting);
            let (next, after) = bench.next_fetch(HOUR).expect("a retry");
            assert_eq!(after, announced);
            if nth < 9 {
                assert!(after <= (SECOND << nth).min(5 * MINUTE), "failure {nth}: {after} ms");
            }
            assert!(after + 10 >= SECOND);
            starts.push(bench.now.mono);
            request = next;
        }
        // Without callers, it leaves one of the ten requests unused.
        assert!(starts.windows(10).all(|ten| ten[9] - ten[0] >= 10 * MINUTE), "{starts:?}");
    }
}

#[test]
fn retry_falls_within_the_token_life() {
    let mut late = 0;
    for seed in 0..50 {
        let mut bench = Bench::ready(seed, 5 * MINUTE);
        let (mut request, _) = bench.next_fetch(HOUR).expect("a refresh");
        for nth in 1..9 {
            bench.fail(request);
            let Some(left) = bench.left() else { break };
            assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token], "kept through failures");
            let (next, after) = bench.next_fetch(HOUR).expect("a retry");
            assert!(after <= left.max(SECOND), "{after} ms, {left} left");
            late += u32::from(left < SECOND << nth);
            request = next;
        }
    }
    assert!(late > 50, "only {late} times was there little left");
}

#[test]
fn success_resets_the_backoff() {
    let mut bench = Bench::started(1);
    bench.fail_times(9, 0);
    let (request, _) = bench.next_fetch(HOUR).expect("a retry");
    bench.vend(request, HOUR);
    assert_eq!(bench.machine.status(), Ready);
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    bench.fail(request);
    assert!(bench.next_fetch(HOUR).expect("a retry").1 <= 2 * SECOND);
}

#[test]
fn retry_after_is_honored_up_to_an_hour() {
    for (asked, granted) in [(i64::MIN, 0), (-1, 0), (0, 0), (MINUTE, MINUTE), (2 * HOUR, HOUR), (i64::MAX, HOUR)] {
        let mut bench = Bench::started(5);
        bench.pass(SECOND);
        bench.send(Event::Failed { request: 0, failure: Failure::Retry { after: Some(asked) } });
        // Neither a forced call nor a page that wakes shortens it.
        bench.get(0, true);
        bench.send(Event::Wake);
        assert_eq!(bench.machine.refresh_at().is_none(), granted == 0, "{asked}: at once");
        if granted > 0 {
            let (_, after) = bench.next_fetch(2 * HOUR).expect("a retry");
            assert_eq!(after, granted, "{asked}");
        }
    }
}

#[test]
fn retry_after_is_jittered() {
    let after = |seed| {
        let mut bench = Bench::started(seed);
        bench.send(Event::Failed { request: 0, failure: Failure::Retry { after: Some(MINUTE) } });
        bench.next_fetch(2 * HOUR).expect("a retry").1
    };
    let mut times: Vec<_> = (0..20).map(after).collect();
    assert!(times.iter().all(|after| (MINUTE..=MINUTE + 2 * SECOND).contains(after)), "{times:?}");
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 15, "{times:?}");
}

#[test]
fn terminal_failure_waits_for_a_caller() {
    let mut bench = Bench::started(1);
    let refused = bench.refuse(0);
    let report = Action::Report { request: 0, cause: Cause::Answer, retry_at: None };
    assert_eq!(refused, [report, Action::Disarm, Action::Status(Failed)]);
    assert_eq!(bench.next_fetch(DAY), None);
    assert_eq!(fetched(&bench.get(0, false)), Some(1));
}

#[test]
fn repeated_calls_after_401_are_rate_limited() {
    for force in [false, true] {
        let mut bench = Bench::started(7);
        let end = bench.now.mono + HOUR;
        let mut request = 0;
        let mut attempts = 1;
        while bench.now.mono < end {
            bench.pass(5);
            bench.refuse(request);
            let asked = bench.get(0, force);
            request = match fetched(&asked) {
                Some(request) => request,
                None => bench.next_fetch(HOUR).expect("an attempt").0,
            };
            attempts += 1;
        }
        assert!((20..60).contains(&attempts), "{attempts} attempts in an hour");
    }
}

#[test]
fn abandoned_call_after_terminal_failure_sends_nothing() {
    let mut bench = Bench::started(1);
    bench.refuse(0);
    bench.get(0, true);
    assert_eq!(bench.machine.status(), Waiting);
    let call = bench.calls;
    assert_eq!(bench.send(Event::Abandon { call }), [Action::Disarm, Action::Status(Failed)]);
    assert_eq!(bench.next_fetch(DAY), None);
}

#[test]
fn request_times_out() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.pass(10 * SECOND);
    let actions = bench.send(Event::Timer);
    let report = Action::Report { request: 0, cause: Cause::Timeout, retry_at: retry_at(&actions) };
    let settle = Action::Settle { call: 1, outcome: Outcome::Failed { request: 0 } };
    assert_eq!(actions[..3], [Action::Abort { request: 0 }, report, settle]);
    // Its answer comes too late.
    assert_eq!(bench.vend(0, HOUR), []);
    assert_eq!(bench.refuse(0), []);
}

#[test]
fn timeout_counts_as_failure() {
    let mut bench = Bench::started(1);
    bench.pass(10 * SECOND);
    bench.send(Event::Timer);
    assert_eq!(bench.machine.status(), Waiting);
    let (mut request, _) = bench.next_fetch(HOUR).expect("a retry");
    for nth in 2..12 {
        // The next request times out too, and each one comes later.
        let (next, after) = bench.next_fetch(HOUR).expect("a retry");
        assert_eq!(next, request + 1);
        assert!(after - 10 * SECOND <= (SECOND << nth).min(10 * MINUTE), "failure {nth}: {after} ms");
        request = next;
    }
    assert_eq!(request, 11);
}

#[test]
fn ignores_answer_to_unknown_request() {
    let mut bench = Bench::started(1);
    assert_eq!(bench.vend(7, HOUR), []);
    assert_eq!(bench.refuse(7), []);
    bench.vend(0, HOUR);
    assert_eq!(bench.refuse(0), [], "nor is it answered twice");
    assert_eq!(bench.machine.status(), Ready);
}

#[test]
fn accepts_answer_before_the_timeout_is_noticed() {
    let mut bench = Bench::started(1);
    bench.pass(MINUTE);
    assert!(bench.vend(0, HOUR).contains(&Action::Install { request: 0 }));
}

#[test]
fn callers_do_not_join_an_overdue_request() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.pass(MINUTE);
    let actions = bench.get(0, true);
    assert!(actions.contains(&Action::Settle { call: 1, outcome: Outcome::Failed { request: 0 } }));
    assert_eq!(fetched(&actions), Some(1), "and who insists gets a new one");
    assert_eq!(outcomes(&bench.vend(1, HOUR)), [Outcome::Token]);
}

#[test]
fn third_malformed_answer_in_a_row_is_terminal() {
    let failure = Failure::Malformed;
    let mut bench = Bench::started(1);
    for request in 0..3 {
        assert_eq!(bench.machine.status(), Fetching);
        bench.send(Event::Failed { request, failure });
        assert_eq!(bench.next_fetch(HOUR).is_some(), request < 2);
    }
    assert_eq!(bench.machine.status(), Failed);
    // Until someone asks, or the page wakes.
    assert!(fetched(&bench.get(0, false)).is_some());
    bench.send(Event::Failed { request: 3, failure });
    assert_eq!(bench.machine.status(), Failed);
    bench.pass(HOUR);
    assert!(fetched(&bench.send(Event::Wake)).is_some());
}

#[test]
fn other_outcomes_reset_the_malformed_count() {
    let mut bench = Bench::started(1);
    let mut request = 0;
    for failure in [Failure::Malformed, Failure::Malformed, Failure::Retry { after: None }].repeat(2) {
        bench.send(Event::Failed { request, failure });
        request = bench.next_fetch(HOUR).expect("another attempt").0;
    }
    bench.send(Event::Failed { request, failure: Failure::Malformed });
    request = bench.next_fetch(HOUR).expect("another attempt").0;
    bench.vend(request, HOUR);
    request = bench.next_fetch(HOUR).expect("a refresh").0;
    bench.send(Event::Failed { request, failure: Failure::Malformed });
    assert!(bench.next_fetch(HOUR).is_some());
}
