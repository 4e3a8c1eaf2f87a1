//! Tokens that the service refuses.

use super::*;

#[test]
fn rejected_token_is_replaced() {
    let mut bench = Bench::ready(1, HOUR);
    bench.pass(MINUTE);
    let actions = bench.send(Event::Rejected);
    assert_eq!(actions[..2], [Action::Drop, Action::Fetch { request: 1, reason: Reason::Rejected }]);
    assert_eq!(bench.send(Event::Rejected), [], "once");
    bench.fail(1);
    bench.next_fetch(MINUTE);
    bench.pass(10 * SECOND);
    // The reason stays until there is a new token.
    assert_eq!(reason(&bench.get(0, true)), Some(Reason::Rejected));
}

#[test]
fn repeated_rejections_are_delayed_even_for_forced_calls() {
    let mut bench = Bench::ready(2, HOUR);
    let end = bench.now.mono + 2 * HOUR;
    let mut vends = 0;
    while bench.now.mono < end {
        bench.pass(5);
        let rejected = bench.send(Event::Rejected);
        let insists = bench.get(0, true);
        let request = fetched(&rejected).or(fetched(&insists));
        let request = request.unwrap_or_else(|| bench.next_fetch(HOUR).expect("an attempt").0);
        bench.vend(request, HOUR);
        vends += 1;
    }
    assert!((30..90).contains(&vends), "{vends} vends in two hours");
}

#[test]
fn proven_token_resets_the_rejection_count() {
    let mut bench = Bench::ready(2, HOUR);
    for request in 1..8 {
        bench.send(Event::Rejected);
        bench.next_fetch(HOUR);
        bench.vend(request, HOUR);
    }
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    bench.vend(request, HOUR);
    bench.pass(MINUTE);
    assert!(fetched(&bench.send(Event::Rejected)).is_some(), "at once");
}

#[test]
fn rejection_does_not_shorten_the_backoff() {
    for seed in 0..20 {
        let mut bench = Bench::ready(seed, 3 * HOUR);
        let (request, _) = bench.next_fetch(3 * HOUR).expect("a refresh");
        bench.fail_times(8, request);
        let planned = bench.machine.refresh_at();
        bench.send(Event::Rejected);
        assert_eq!(bench.machine.refresh_at(), planned);
    }
}
