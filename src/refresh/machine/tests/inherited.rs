//! Requests of earlier machines, which count as its own.

use super::*;

/// A machine that replaces others, which sent requests this long ago (ms).
fn after(seed: u64, ages: &[i64]) -> Bench {
    let mut bench = Bench::new(seed);
    for &age in ages {
        assert_eq!(bench.send(Event::PriorRequest { age }), []);
    }
    bench
}

#[test]
fn first_request_waits_after_nine_prior_requests() {
    let ages = [500, 400, 300, 200, 100, 50, 20, 10, 1].map(|age| age * SECOND);
    let mut bench = after(1, &ages[1..]);
    assert_eq!(fetched(&bench.send(Event::Start)), Some(0), "the ninth");

    let mut bench = after(1, &ages);
    assert_eq!(fetched(&bench.get(0, false)), None);
    assert_eq!((bench.machine.status(), outcomes(&bench.send(Event::Wake))), (Waiting, vec![]));
    let due = bench.machine.refresh_at().expect("a time") - bench.now.wall;
    assert_eq!((due, bench.next_fetch(HOUR)), (100 * SECOND, Some((0, 100 * SECOND))));
}

#[test]
fn prior_requests_count_after_success() {
    for seed in 0..50 {
        let mut bench = after(seed, &[3 * SECOND, 2 * SECOND, SECOND]);
        let mut request = fetched(&bench.send(Event::Start)).expect("a request");
        let mut starts = vec![bench.now.mono];
        for nth in 1..7 {
            match nth {
                1 => bench.vend(request, 5 * MINUTE),
                _ => bench.fail(request),
            };
            (request, _) = bench.next_fetch(HOUR).expect("a request");
            starts.push(bench.now.mono);
        }
        // Three of other machines and seven of its own: nine within ten minutes of the first.
        assert!(starts[6] - starts[0] >= 10 * MINUTE - 3 * SECOND, "{starts:?}");
    }
}

#[test]
fn prior_requests_delay_a_renewal_within_the_token_life() {
    for seed in 0..50 {
        let mut bench = after(seed, &[8, 7, 6, 5, 4, 3, 2, 1].map(|age| age * SECOND));
        let mut request = fetched(&bench.send(Event::Start)).expect("a request");
        for _ in 0..3 {
            bench.vend(request, MINUTE + MARGIN);
            let (next, after) = bench.next_fetch(HOUR).expect("a renewal");
            assert!((56 * SECOND..59 * SECOND).contains(&after), "{after}");
            request = next;
        }
    }
}

#[test]
fn prior_requests_expire_after_ten_minutes() {
    let mut bench = after(1, &[9 * MINUTE, 9 * MINUTE]);
    let request = fetched(&bench.send(Event::Start)).expect("a request");
    bench.vend(request, HOUR);
    let (request, _) = bench.next_fetch(HOUR).expect("a renewal");
    bench.vend(request, HOUR);
    let (mut request, _) = bench.next_fetch(HOUR).expect("a renewal");
    let from = bench.now.mono;
    for _ in 0..8 {
        bench.fail(request);
        (request, _) = bench.next_fetch(HOUR).expect("a retry");
    }
    assert!(bench.now.mono - from < 10 * MINUTE, "nine of its own");
}
