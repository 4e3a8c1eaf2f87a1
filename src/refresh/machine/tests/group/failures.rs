//! How the failure of one tab affects the others.

use super::*;

/// A sibling's request got no response: its page may be navigating away.
const CUT_SHORT: Event = Event::SiblingFailed { own_fault: true, failure: Failure::Retry { after: None } };

#[test]
fn sibling_failure_counts_when_no_token_is_wanted() {
    let mut bench = settled(1, HOUR);
    for _ in 0..10 {
        bench.pass(2 * SECOND);
        bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: None } });
        assert_eq!(bench.machine.status(), Ready);
    }
    // Ten requests in ten minutes is the budget of the whole group, and `Retry-After` applies to all.
    bench.send(Event::Rejected);
    let at = bench.machine.refresh_at().expect("another attempt") - bench.now.wall;
    assert!((10 * MINUTE - 20 * SECOND..=10 * MINUTE).contains(&at), "{at}");
    let mut bench = settled(1, HOUR);
    bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: Some(MINUTE) } });
    bench.get(0, true);
    assert!(bench.machine.refresh_at().is_some_and(|at| at >= bench.now.wall + MINUTE));
}

#[test]
fn sibling_failure_counts_as_own() {
    let retry = Failure::Retry { after: Some(30 * SECOND) };
    let mut bench = waiting(1);
    bench.get(0, false);
    let actions = bench.send(Event::SiblingFailed { own_fault: false, failure: retry });
    assert_eq!(actions[0], Action::Unlock);
    assert!(matches!(actions[1], Action::Report { cause: Cause::Sibling, retry_at: Some(_), .. }), "{actions:?}");
    assert_eq!(outcomes(&actions).len(), 1);
    assert!(!actions.contains(&Action::ShareFailure), "everyone knows");
    assert!(bench.machine.refresh_at().is_some_and(|at| at >= bench.now.wall + 30 * SECOND));
    // Ten of them spend the budget.
    for _ in 0..10 {
        bench.pass(2 * SECOND);
        bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: None } });
    }
    assert!(bench.machine.refresh_at().is_some_and(|at| at > bench.now.wall + 9 * MINUTE));
    // A refusal is one for all.
    let mut bench = waiting(1);
    bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Terminal });
    assert_eq!((bench.machine.status(), bench.machine.refresh_at()), (Failed, None));
}

#[test]
fn first_own_fault_failure_does_not_settle_callers() {
    let mut bench = waiting(1);
    bench.get(0, false);
    assert_eq!(bench.send(CUT_SHORT), []);
    assert_eq!(bench.machine.status(), Fetching);
    // At once, not after a second.
    bench.send(Event::Locked { request: 0 });
    assert_eq!(bench.next_fetch(LOCK_TIMEOUT), Some((0, LISTEN_TIME)));
    // Not even while a request of this tab is pending.
    assert_eq!(with_request(1).send(CUT_SHORT), []);
}

#[test]
fn second_own_fault_failure_is_blamed_on_the_service() {
    let mut bench = waiting(1);
    bench.send(CUT_SHORT);
    bench.get(0, false);
    let actions = bench.send(CUT_SHORT);
    assert!(matches!(outcomes(&actions)[..], [Outcome::Failed { .. }]), "{actions:?}");
    // And so is one after a failure of this tab, or one with a response.
    for before in [Event::SiblingFailed { own_fault: false, failure: Failure::Malformed }, CUT_SHORT] {
        let mut bench = with_request(1);
        bench.send(before);
        bench.fail(0);
        bench.get(0, false);
        assert_eq!(outcomes(&bench.send(CUT_SHORT)).len(), 1);
    }
    // But not after a token, of this tab or a sibling.
    for own in [true, false] {
        let mut bench = with_request(1);
        bench.send(CUT_SHORT);
        if own {
            bench.vend(0, HOUR)
        } else {
            bench.send(sibling_token(HOUR, true))
        };
        bench.pass(2 * SECOND);
        bench.get(0, true);
        assert_eq!(bench.send(CUT_SHORT), []);
    }
}

#[test]
fn own_fault_failure_counts_against_the_budget() {
    let mut bench = settled(1, HOUR);
    for _ in 0..10 {
        bench.pass(2 * SECOND);
        bench.send(CUT_SHORT);
    }
    bench.send(Event::Rejected);
    let at = bench.machine.refresh_at().expect("another attempt") - bench.now.wall;
    assert!((10 * MINUTE - 20 * SECOND..=10 * MINUTE).contains(&at), "{at}");
}

#[test]
fn sibling_failure_settles_callers_in_backoff() {
    let mut bench = with_request(1);
    bench.fail(0);
    bench.get(0, false);
    let actions = bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: None } });
    assert!(matches!(actions[0], Action::Report { cause: Cause::Sibling, .. }), "{actions:?}");
    assert!(matches!(outcomes(&actions)[..], [Outcome::Failed { .. }]), "{actions:?}");
    assert!(!actions.contains(&Action::Unlock), "it has no turn");
}

#[test]
fn sibling_failure_does_not_shorten_retry_after() {
    let mut bench = with_request(1);
    bench.send(Event::Failed { request: 0, failure: Failure::Retry { after: Some(MINUTE) } });
    bench.pass(2 * SECOND);
    bench.send(Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: None } });
    bench.get(0, true);
    assert!(bench.machine.refresh_at().is_some_and(|at| at >= bench.now.wall + 58 * SECOND));
}

#[test]
fn sibling_failure_is_ignored_with_a_token_or_a_pending_request() {
    let failure = Failure::Terminal;
    assert_eq!(settled(1, HOUR).send(Event::SiblingFailed { own_fault: false, failure }), []);
    assert_eq!(with_request(1).send(Event::SiblingFailed { own_fault: false, failure }), []);
    assert_eq!(Bench::in_group(1).send(Event::SiblingFailed { own_fault: false, failure }), []);
}

#[test]
fn own_failure_is_shared() {
    let failed = with_request(1).fail(0);
    assert!(failed.windows(2).any(|pair| pair == [Action::ShareFailure, Action::Unlock]), "{failed:?}");
    let mut bench = with_request(1);
    bench.pass(11 * SECOND);
    let overdue = bench.send(Event::Timer);
    assert_eq!(overdue[0], Action::Abort { request: 0 });
    assert!(overdue.contains(&Action::ShareFailure) && overdue.contains(&Action::Unlock), "{overdue:?}");
    let expired = with_request(1).vend(0, -HOUR);
    assert!(
        expired.contains(&Action::ShareFailure)
            && !expired.contains(&Action::Share { fresh: true, extended: false, date: None }),
        "{expired:?}"
    );
}
