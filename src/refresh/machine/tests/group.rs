//! Tests of one of several tabs. `tests/sim` tests groups.

mod failures;

use super::*;

/// The longest wait for the lock, how long its owner listens, and how long it drains the channel at most, which is part
/// of the first.
const LOCK_TIMEOUT: i64 = 5 * SECOND;
const LISTEN_TIME: i64 = 100;
const DRAIN_TIMEOUT: i64 = 500;

/// A machine whose request 0 waits for the lock.
fn waiting(seed: u64) -> Bench {
    let mut bench = Bench::in_group(seed);
    let actions = bench.send(Event::Start);
    assert_eq!(actions[0], Action::Lock { request: 0, left: Lifetime::ZERO });
    assert_eq!(fetched(&actions), None);
    assert_eq!(bench.machine.status(), Fetching);
    bench
}

/// A machine whose request 0 is pending, holding the lock.
fn with_request(seed: u64) -> Bench {
    let mut bench = waiting(seed);
    bench.send(Event::Locked { request: 0 });
    assert_eq!(bench.next_fetch(LOCK_TIMEOUT), Some((0, LISTEN_TIME)));
    bench
}

/// A machine whose token has this remaining life (ms), including the margin.
fn settled(seed: u64, life: i64) -> Bench {
    let mut bench = with_request(seed);
    bench.vend(0, life);
    bench
}

fn sibling_token(life: i64, fresh: bool) -> Event {
    Event::SiblingToken { token_hash: new_token(), life: Lifetime::Millis(life), fresh, extended: false, date: None }
}

/// Lets time pass until the next request asks for the lock. Returns its number.
fn next_turn(bench: &mut Bench, within: i64) -> u32 {
    let end = bench.now.mono + within;
    while let Some(at) = bench.timer
        && at <= end
    {
        bench.pass(at - bench.now.mono);
        for action in bench.send(Event::Timer) {
            if let Action::Lock { request, .. } = action {
                return request;
            }
        }
    }
    panic!("no turn within {within} ms");
}

#[test]
fn lock_owner_listens_before_it_vends() {
    let mut bench = with_request(1);
    bench.get(0, false);
    let actions = bench.vend(0, HOUR);
    let settle = Action::Settle { call: 1, outcome: Outcome::Token };
    assert_eq!(
        actions[..4],
        [
            Action::Install { request: 0 },
            Action::Share { fresh: true, extended: false, date: None },
            settle,
            Action::Unlock
        ]
    );
}

#[test]
fn lock_timeout_leads_to_a_request() {
    let waits: Vec<i64> = (0..50).map(|seed| waiting(seed).next_fetch(MINUTE).expect("a request").1).collect();
    let (least, most) = (waits.iter().min().copied(), waits.iter().max().copied());
    assert!(least >= Some(4 * SECOND) && most <= Some(LOCK_TIMEOUT - DRAIN_TIMEOUT), "{waits:?}");
    // Not all at once.
    assert!(most > least.map(|least| least + SECOND / 4), "{waits:?}");
    // And gives up its place in the queue afterwards.
    let mut bench = waiting(1);
    bench.next_fetch(MINUTE);
    assert!(bench.vend(0, HOUR).contains(&Action::Unlock));
}

#[test]
fn lock_wait_ends_before_the_token_expires() {
    for seed in 0..50 {
        let mut bench = settled(seed, 4 * SECOND);
        next_turn(&mut bench, 4 * SECOND);
        let left = bench.left().expect("a token");
        let (_, after) = bench.next_fetch(LOCK_TIMEOUT).expect("a request");
        assert!(after <= left, "{after} ms, and the token had {left} ms left");
    }
}

/// The current token's remaining life when it asks for the lock, and how long it waits for it.
fn patience(bench: &mut Bench, life: i64) -> (i64, i64) {
    next_turn(bench, life);
    let left = bench.left().expect("a token");
    (left, bench.next_fetch(LOCK_TIMEOUT).expect("a request").1)
}

#[test]
fn lock_wait_leaves_time_for_the_owner_and_the_own_request() {
    for life in (2..=12).map(|seconds| seconds * SECOND) {
        for seed in 0..20 {
            let (left, after) = patience(&mut settled(seed, life), life);
            assert!(after >= (left / 2).max(1_500.min(left - 250)).min(4 * SECOND), "{after} of {left} ms");
            assert!(after <= (left / 2).max(1_500), "{after} of {left} ms");
            assert!(left - after >= (left / 2).min(250), "{after} of {left} ms");
        }
    }
}

#[test]
fn throttled_tab_waits_for_the_lock_past_the_token_end() {
    let mut bench = with_request(1);
    bench.vend(0, 3 * SECOND);
    bench.send(Event::Hidden);
    let (left, after) = patience(&mut bench, 3 * SECOND);
    assert!(left < 1_500 && after == 1_500, "{after} of {left} ms");
    // Once it is shown, its timers fire in time.
    bench.vend(1, 3 * SECOND);
    bench.send(Event::Wake);
    let (left, after) = patience(&mut bench, 3 * SECOND);
    assert!(after < left && left < 1_500, "{after} of {left} ms");
}

#[test]
fn drains_sibling_messages_before_a_request() {
    let draining = || {
        let mut bench = Bench { loses_messages: true, ..waiting(1) };
        bench.get(0, false);
        bench.send(Event::Locked { request: 0 });
        assert_eq!(bench.send(Event::Drained { request: 0 }), [], "not asked yet");
        bench.pass(LISTEN_TIME);
        assert!(bench.send(Event::Timer).contains(&Action::Drain { request: 0 }));
        assert_eq!(bench.machine.status(), Fetching);
        bench
    };
    assert_eq!(fetched(&draining().send(Event::Drained { request: 0 })), Some(0));
    assert_eq!(fetched(&draining().send(Event::Drained { request: 1 })), None, "another one's");
    // If the channel does not work, it does not wait for long.
    assert_eq!(draining().next_fetch(LOCK_TIMEOUT), Some((0, DRAIN_TIMEOUT)));
    // A message handled in time makes the request unnecessary.
    for fresh in [true, false] {
        let mut bench = draining();
        let actions = bench.send(sibling_token(HOUR, fresh));
        assert!(actions.contains(&Action::Unlock) && bench.machine.status() == Ready, "{actions:?}");
        assert_eq!(bench.send(Event::Drained { request: 0 }), [], "too late");
    }
    let failure = Failure::Terminal;
    let actions = draining().send(Event::SiblingFailed { own_fault: false, failure });
    assert!(actions.contains(&Action::Unlock) && outcomes(&actions) == [Outcome::Failed { request: 0 }], "{actions:?}");
}

#[test]
fn drain_timeout_leaves_time_for_the_request() {
    for life in [2 * SECOND, 4 * SECOND, HOUR] {
        let mut bench = settled(1, life);
        bench.loses_messages = true;
        let request = next_turn(&mut bench, life);
        bench.send(Event::Locked { request });
        let left = bench.left().expect("a token") - LISTEN_TIME;
        let (_, after) = bench.next_fetch(LOCK_TIMEOUT).expect("a request");
        assert_eq!(after, LISTEN_TIME + (left - 250).clamp(1, DRAIN_TIMEOUT), "{left} ms left");
    }
}

#[test]
fn sibling_token_ends_the_turn() {
    for (fresh, locked) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut bench = waiting(1);
        bench.get(0, false);
        if locked {
            bench.send(Event::Locked { request: 0 });
        }
        let actions = bench.send(sibling_token(HOUR, fresh));
        let settle = Action::Settle { call: 1, outcome: Outcome::Token };
        assert_eq!(actions[..3], [Action::Adopt, settle, Action::Unlock]);
        assert_eq!(bench.machine.status(), Ready);
        assert_eq!(bench.send(Event::Locked { request: 0 }), [], "too late");
        // Renewed in its window all the same.
        let at = bench.machine.refresh_at().expect("a refresh") - bench.now.wall;
        assert!((HOUR * 59 / 100..=HOUR * 8 / 10).contains(&at), "{at}");
    }
}

#[test]
fn fresh_sibling_token_aborts_the_request() {
    let mut bench = with_request(1);
    bench.get(0, false);
    let actions = bench.send(sibling_token(HOUR, true));
    let settle = Action::Settle { call: 1, outcome: Outcome::Token };
    assert_eq!(actions[..4], [Action::Abort { request: 0 }, Action::Unlock, Action::Adopt, settle]);
    // Its failure brings about no other.
    bench.fail(0);
    assert_eq!(bench.machine.status(), Ready);
    assert!(bench.machine.refresh_at().is_some_and(|at| at > bench.now.wall + HOUR / 2));
    // An answer to an `ask` is not new: the request goes on.
    let mut bench = with_request(1);
    assert!(!bench.send(sibling_token(HOUR, false)).contains(&Action::Abort { request: 0 }));
}

#[test]
fn adopts_only_a_better_token() {
    let mut bench = settled(1, HOUR);
    assert_eq!(bench.send(sibling_token(HOUR, false)), [], "the same");
    assert_eq!(bench.send(sibling_token(MINUTE, true)), [], "one that has been on its way for long");
    assert!(bench.send(sibling_token(2 * HOUR, false)).contains(&Action::Adopt));
    for worthless in [0, -1, MARGIN, i64::MIN] {
        assert_eq!(Bench::in_group(1).send(sibling_token(worthless, true)), [], "before it began");
        assert!(!waiting(1).send(sibling_token(worthless, true)).contains(&Action::Adopt), "{worthless} ms");
    }
}

#[test]
fn adopts_a_fresh_token_of_equal_life() {
    let mut bench = settled(1, HOUR);
    next_turn(&mut bench, HOUR);
    let left = bench.left().expect("a token");
    let actions = bench.send(sibling_token(left + MARGIN, true));
    assert_eq!(actions[0], Action::Unlock, "{actions:?}");
    assert!(!actions.contains(&Action::Adopt));
    assert!(bench.machine.refresh_at().is_some_and(|at| at > bench.now.wall + left / 2));
    // But a forced call gets it, because it is new.
    let mut bench = settled(1, HOUR);
    bench.pass(MINUTE);
    bench.get(0, true);
    let actions = bench.send(sibling_token(MINUTE, true));
    assert!(actions.contains(&Action::Adopt) && outcomes(&actions) == [Outcome::Token], "{actions:?}");
}

#[test]
fn stored_sibling_token_does_not_serve_forced_calls() {
    let mut bench = settled(1, MINUTE);
    bench.pass(2 * SECOND);
    bench.get(0, true);
    bench.get(MINUTE - SECOND, false);
    let actions = bench.send(sibling_token(HOUR, false));
    assert!(actions.contains(&Action::Adopt));
    assert_eq!(outcomes(&actions), [Outcome::Token]);
    assert!(!actions.contains(&Action::Unlock), "its turn is still wanted");
    bench.send(Event::Locked { request: 1 });
    let (request, _) = bench.next_fetch(LOCK_TIMEOUT).expect("a request");
    assert_eq!(outcomes(&bench.vend(request, HOUR)), [Outcome::Token]);
}

#[test]
fn sibling_vend_starts_the_one_second_gap() {
    let mut bench = waiting(1);
    bench.send(sibling_token(HOUR, true));
    bench.pass(200);
    let actions = bench.get(0, true);
    assert!(!actions.iter().any(|action| matches!(action, Action::Lock { .. })), "{actions:?}");
    assert_eq!(next_turn(&mut bench, 800), 1);
}

#[test]
fn ignores_lock_of_another_turn() {
    let mut bench = waiting(1);
    assert_eq!(bench.send(Event::Locked { request: 7 }), []);
    assert!(bench.next_fetch(LOCK_TIMEOUT).is_some_and(|(_, after)| after >= 4 * SECOND));
}

#[test]
fn ignores_sibling_token_just_after_the_clock_was_set_back() {
    // A message that was queued for hours may look new if the clock was set back in the meantime.
    let mut bench = waiting(1);
    bench.now.mono += 2 * HOUR;
    bench.now.wall += HOUR;
    assert!(!bench.send(sibling_token(HOUR, true)).contains(&Action::Adopt));
    // Nor is it after sleep.
    bench.pass(HOUR);
    assert!(!bench.send(sibling_token(HOUR, true)).contains(&Action::Adopt));
    for _ in 0..4 {
        assert!(!bench.send(sibling_token(HOUR, true)).contains(&Action::Adopt));
        bench.pass(SECOND);
        bench.send(Event::Timer);
    }
    assert!(bench.send(sibling_token(HOUR, true)).contains(&Action::Adopt));
}

#[test]
fn answers_a_sibling_with_a_better_token() {
    let mut bench = settled(1, HOUR);
    assert_eq!(
        bench.send(Event::SiblingAsked { left: Lifetime::Millis(0) }),
        [Action::Share { fresh: false, extended: false, date: None }]
    );
    assert_eq!(
        bench.send(Event::SiblingAsked { left: Lifetime::Millis(HOUR - MINUTE) }),
        [Action::Share { fresh: false, extended: false, date: None }]
    );
    assert_eq!(bench.send(Event::SiblingAsked { left: Lifetime::Millis(HOUR) }), []);
    assert_eq!(waiting(1).send(Event::SiblingAsked { left: Lifetime::Millis(i64::MIN) }), []);
}

#[test]
fn turn_ends_when_no_token_is_wanted() {
    // Offline …
    assert_eq!(waiting(1).send(Event::Offline)[0], Action::Unlock);
    // … the only caller gone, after a refusal …
    let mut bench = with_request(1);
    bench.refuse(0);
    bench.pass(MINUTE);
    bench.get(0, false);
    assert_eq!(bench.send(Event::Abandon { call: 1 })[0], Action::Unlock);
    // … or all over.
    assert_eq!(waiting(1).send(Event::Close)[0], Action::Unlock);
    let mut bench = with_request(1);
    assert_eq!(bench.send(Event::Close)[..2], [Action::Abort { request: 0 }, Action::Unlock]);
}

#[test]
fn sleep_ends_the_lock_wait() {
    let mut bench = waiting(1);
    bench.pass(HOUR);
    assert!(fetched(&bench.send(Event::Wake)).is_some());
}

#[test]
fn machine_without_group_sends_no_messages() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    let mut actions = bench.vend(0, HOUR);
    for event in [
        sibling_token(2 * HOUR, true),
        Event::SiblingAsked { left: Lifetime::Millis(0) },
        Event::SiblingFailed { own_fault: false, failure: Failure::Terminal },
    ] {
        actions.extend(bench.send(event));
    }
    actions.extend(bench.send(Event::Close));
    let spoken = |action: &Action| {
        use Action::*;
        matches!(action, Lock { .. } | Unlock | Share { .. } | ShareFailure | Adopt)
    };
    assert!(!actions.iter().any(spoken), "{actions:?}");
}
