//! The first request, and when a token is renewed.

use super::*;

#[test]
fn nothing_happens_before_start() {
    let mut bench = Bench::new(1);
    for event in [Event::Timer, Event::Wake, Event::Rejected, Event::Offline, Event::Online] {
        assert_eq!(bench.send(event), [], "{event:?}");
    }
    assert_eq!((bench.machine.status(), bench.machine.refresh_at()), (Idle, None));
}

#[test]
fn start_sends_one_request() {
    let mut bench = Bench::new(1);
    let first = bench.send(Event::Start);
    let fetch = Action::Fetch { request: 0, reason: Reason::First };
    assert_eq!(first, [fetch, Action::Arm { delay: 10 * SECOND }, Action::Status(Fetching)]);
    assert_eq!(bench.send(Event::Start), []);
}

#[test]
fn first_get_starts() {
    let mut bench = Bench::new(1);
    assert_eq!(fetched(&bench.get(0, false)), Some(0));
    let install = bench.vend(0, HOUR);
    let settle = Action::Settle { call: 1, outcome: Outcome::Token };
    assert_eq!(install, [Action::Install { request: 0 }, settle, Action::Status(Ready)]);
}

#[test]
fn renews_within_the_window() {
    for life in [10 * SECOND, 5 * MINUTE, HOUR, 25 * HOUR, 90 * DAY] {
        let (mut least, mut most) = (f64::MAX, 0.0f64);
        for seed in 0..40 {
            let mut bench = Bench::ready(seed, life + MARGIN);
            let at = bench.machine.refresh_at().expect("a refresh") - bench.now.wall;
            if life <= HOUR {
                let (_, after) = bench.next_fetch(life).expect("a refresh");
                assert_eq!(after, at, "as announced");
                assert_eq!(bench.machine.status(), Refreshing);
            }
            least = least.min(at as f64 / life as f64);
            most = most.max(at as f64 / life as f64);
        }
        assert!((0.6..0.62).contains(&least) && (0.78..0.801).contains(&most), "{life}: {least} to {most}");
    }
}

#[test]
fn timers_are_capped_and_armed_only_when_they_change() {
    let mut bench = Bench::ready(1, 90 * DAY);
    let armed = bench.timer;
    for _ in 0..5 {
        bench.pass(SECOND);
        assert_eq!(bench.get(0, false), [Action::Settle { call: bench.calls, outcome: Outcome::Token }]);
    }
    assert_eq!(bench.timer, armed);
    bench.pass(5 * SECOND);
    assert_eq!(bench.send(Event::Timer), [Action::Arm { delay: HEARTBEAT }]);
    // An overdue timer may have been lost, and one armed before sleep cannot be trusted.
    bench.pass(31 * SECOND);
    assert!(bench.get(0, false).contains(&Action::Arm { delay: HEARTBEAT }));
    assert_eq!(bench.send(Event::Wake), [Action::Arm { delay: HEARTBEAT }]);
}

#[test]
fn requests_are_at_least_a_second_apart() {
    for life in [1, 300, 600, 1_000, 1_400, 3_000] {
        let mut bench = Bench::started(3);
        let mut request = 0;
        for _ in 0..50 {
            bench.pass(5);
            bench.vend(request, life);
            let (next, after) = bench.next_fetch(HOUR).expect("another attempt");
            assert!(after + 5 >= SECOND, "a token of {life} ms: again after {after} ms");
            request = next;
            if life <= MARGIN && request > 8 {
                break; // Counted as failures: the budget is spent.
            }
        }
    }
}

#[test]
fn token_without_expiry_is_kept() {
    let mut bench = Bench::started(1);
    let vended = bench.send(Event::Vended { request: 0, answer: Answer::default() });
    assert_eq!(vended, [Action::Install { request: 0 }, Action::Disarm, Action::Status(Ready)]);
    assert_eq!((bench.machine.token_valid_for(), bench.machine.refresh_at()), (Some(Lifetime::Forever), None));
    bench.pass(1_000 * DAY);
    assert_eq!(outcomes(&bench.get(i64::MAX, false)), [Outcome::Token]);
}

#[test]
fn token_expired_on_arrival_counts_as_failure() {
    for life in [i64::MIN, -1, 0, 1, MARGIN] {
        let mut bench = Bench::started(1);
        bench.get(0, false);
        let actions = bench.vend(0, life.max(-4_000_000_000));
        let retry_at = retry_at(&actions);
        assert!(retry_at.is_some());
        let report = Action::Report { request: 0, cause: Cause::Expired, retry_at };
        let settle = Action::Settle { call: 1, outcome: Outcome::Failed { request: 0 } };
        assert_eq!(actions[..3], [Action::Refuse { request: 0 }, report, settle], "{life}");
        assert_eq!(bench.machine.status(), Waiting);
    }
}

#[test]
fn uses_the_wall_clock_without_date() {
    let mut bench = Bench::started(1);
    let expires_at = Some(bench.now.wall + MINUTE);
    bench.send(Event::Vended { request: 0, answer: Answer { expires_at, ..Answer::default() } });
    assert_eq!(bench.left(), Some(MINUTE - MARGIN));
}

#[test]
fn expired_token_is_dropped() {
    let mut bench = Bench::ready(1, MINUTE + MARGIN);
    bench.send(Event::Offline);
    bench.pass(MINUTE - 1);
    assert_eq!(outcomes(&bench.get(1, false)), [Outcome::Token]);
    bench.pass(1);
    let actions = bench.get(0, false);
    assert_eq!(actions[0], Action::Drop);
    assert_eq!(outcomes(&actions), []);
    assert_eq!((bench.machine.token_valid_for(), bench.machine.status()), (None, Waiting));
}

#[test]
fn seeds_spread_renewals() {
    let refresh_at = |seed| Bench::ready(seed, HOUR).machine.refresh_at();
    assert_ne!(refresh_at(1), refresh_at(2));
    assert_eq!(refresh_at(1), refresh_at(1), "the same seed, the same history");
}
