//! A service that refuses a client which has, or recently had, a token.

use super::*;

/// Refuses every request. Returns the delays until the next one, as long as one follows within an hour.
fn refuse_all(bench: &mut Bench, mut request: u32, most: usize) -> Vec<i64> {
    let mut delays = Vec::new();
    while delays.len() < most {
        let announced = retry_at(&bench.refuse(request)).map(|at| at - bench.now.wall);
        let next = bench.next_fetch(HOUR);
        assert_eq!(next.map(|(_, after)| after), announced, "what was announced");
        let Some((next, after)) = next else { break };
        delays.push(after);
        request = next;
    }
    delays
}

fn assert_near(after: i64, usual: i64) {
    assert!((usual * 4 / 5..=usual * 6 / 5).contains(&after), "{after} ms, expected about {usual}");
}

#[test]
fn refusal_is_retried_while_there_is_a_token() {
    for seed in 0..50 {
        let mut bench = Bench::ready(seed, 10 * HOUR);
        let (request, _) = bench.next_fetch(10 * HOUR).expect("a refresh");
        let delays = refuse_all(&mut bench, request, 20);
        assert_eq!(bench.machine.status(), Refreshing);
        for (after, usual) in delays.iter().zip([5, 10, 20, 40, 60, 60, 60, 60]) {
            assert_near(*after, usual * SECOND);
        }
        // The ninth attempt is the last that it makes by itself; then the window of ten minutes is waited for.
        let starts: Vec<_> = delays.iter().scan(0, |at, after| Some(std::mem::replace(at, *at + after))).collect();
        assert!(starts.windows(10).all(|ten| ten[9] - ten[0] >= 10 * MINUTE), "{starts:?}");
        assert_eq!(delays.len(), 20);
    }
}

#[test]
fn current_token_is_served_while_a_refusal_is_retried() {
    let mut bench = Bench::ready(1, HOUR);
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    bench.refuse(request);
    assert_eq!(bench.machine.status(), Waiting);
    assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token]);
    let (request, _) = bench.next_fetch(MINUTE).expect("a retry");
    bench.vend(request, HOUR);
    assert_eq!(bench.machine.status(), Ready);
    // And the next refusal is a first one again.
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    assert_near(refuse_all(&mut bench, request, 1)[0], 5 * SECOND);
}

#[test]
fn forced_call_and_wake_skip_the_refusal_delay() {
    for wakes in [false, true] {
        let mut bench = Bench::ready(1, HOUR);
        let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
        bench.refuse(request);
        bench.pass(2 * SECOND);
        let actions = if wakes { bench.send(Event::Wake) } else { bench.get(0, true) };
        assert!(fetched(&actions).is_some(), "wakes: {wakes}");
    }
}

#[test]
fn last_of_ten_requests_is_reserved_for_wake() {
    let mut bench = Bench::ready(1, 10 * HOUR);
    let (request, _) = bench.next_fetch(10 * HOUR).expect("a refresh");
    refuse_all(&mut bench, request, 8);
    let request = bench.machine.next_request - 1;
    let wait = retry_at(&bench.refuse(request)).expect("a retry") - bench.now.wall;
    assert!(wait > 2 * MINUTE, "the budget delays it: {wait} ms");
    bench.pass(2 * SECOND);
    assert!(fetched(&bench.send(Event::Wake)).is_some());
}

#[test]
fn expired_token_counts_for_five_minutes() {
    for (since, counts) in [(0, true), (5 * MINUTE - SECOND, true), (5 * MINUTE, false), (DAY, false)] {
        let mut bench = Bench::ready(3, 5 * MINUTE);
        bench.send(Event::Offline);
        bench.pass(5 * MINUTE - MARGIN + since);
        let request = fetched(&bench.get(0, true)).or_else(|| fetched(&bench.send(Event::Online)));
        let (request, _) =
            request.map(|request| (request, 0)).or_else(|| bench.next_fetch(MINUTE)).expect("an attempt");
        let refused = bench.refuse(request);
        assert_eq!(retry_at(&refused).is_some(), counts, "{since} ms after its end");
        assert_eq!(bench.machine.status(), if counts { Waiting } else { Failed });
    }
}

#[test]
fn refusal_is_final_five_minutes_after_expiry() {
    for seed in 0..20 {
        let mut bench = Bench::ready(seed, 20 * SECOND);
        let (request, _) = bench.next_fetch(MINUTE).expect("a refresh");
        let from = bench.now.mono;
        let delays = refuse_all(&mut bench, request, 20);
        assert_eq!(bench.machine.status(), Failed);
        let lasted: i64 = delays.iter().sum();
        assert!((5 * MINUTE..=16 * MINUTE).contains(&lasted), "{lasted} ms");
        assert!(bench.now.mono > from);
    }
}

#[test]
fn rejected_token_does_not_count() {
    // Current, or expired recently.
    for ended in [false, true] {
        let mut bench = Bench::ready(4, 5 * MINUTE);
        if ended {
            bench.send(Event::Offline);
            bench.pass(5 * MINUTE);
            assert_eq!(bench.send(Event::Timer)[0], Action::Drop);
        } else {
            bench.pass(MINUTE);
        }
        let mut request = fetched(&bench.send(Event::Rejected));
        if ended {
            request =
                fetched(&bench.send(Event::Online)).or_else(|| bench.next_fetch(MINUTE).map(|(request, _)| request));
        }
        assert_eq!(retry_at(&bench.refuse(request.expect("an attempt"))), None, "ended: {ended}");
        assert_eq!(bench.machine.status(), Failed);
    }
}

#[test]
fn token_expired_before_a_rejection_does_not_count() {
    let mut bench = Bench::ready(5, MINUTE);
    bench.send(Event::Offline);
    bench.pass(MINUTE);
    bench.send(Event::Timer);
    let request = fetched(&bench.send(Event::Online)).or_else(|| bench.next_fetch(MINUTE).map(|(request, _)| request));
    bench.vend(request.expect("an attempt"), HOUR);
    bench.pass(2 * SECOND);
    let request = fetched(&bench.send(Event::Rejected)).expect("a replacement");
    assert_eq!(retry_at(&bench.refuse(request)), None);
}

#[test]
fn malformed_answers_are_retried_while_there_is_a_token() {
    let mut bench = Bench::ready(6, HOUR);
    let (mut request, _) = bench.next_fetch(HOUR).expect("a refresh");
    for _ in 0..5 {
        bench.send(Event::Failed { request, failure: Failure::Malformed });
        assert_eq!(bench.machine.status(), Waiting);
        request = bench.next_fetch(HOUR).expect("another attempt").0;
    }
}

#[test]
fn sibling_refusal_is_judged_by_the_own_token() {
    let failure = Failure::Terminal;
    let mut with = Bench::in_group(7);
    with.send(Event::Start);
    with.send(Event::SiblingToken {
        token_hash: new_token(),
        life: Lifetime::Millis(10 * SECOND),
        fresh: true,
        extended: false,
        date: None,
    });
    with.pass(2 * SECOND);
    with.get(0, true);
    let mut without = Bench::in_group(7);
    without.send(Event::Start);
    for (bench, status) in [(&mut with, Waiting), (&mut without, Failed)] {
        let actions = bench.send(Event::SiblingFailed { own_fault: false, failure });
        assert_eq!(retry_at(&actions).is_some(), status == Waiting, "{actions:?}");
        assert_eq!(bench.machine.status(), status);
    }
    assert!(with.next_fetch(MINUTE).is_some());
    assert_eq!(without.next_fetch(HOUR), None);
}
