//! Uncertain answers, and the requests that confirm them.

use super::*;

/// How far a client's clock is ahead.
const AHEAD: i64 = HOUR;

/// A token for five minutes, issued right now by a clock that is right, to a client that is `AHEAD`; `date`: the answer
/// says what time it is.
fn live(bench: &Bench, date: bool) -> Answer {
    let truth = bench.now.wall - AHEAD;
    Answer {
        token_hash: new_token(),
        expires_at: Some(truth + 5 * MINUTE),
        issued_at: (!date).then_some(truth),
        date: date.then_some(truth),
        ..Answer::default()
    }
}

fn vended(bench: &mut Bench, request: u32, answer: Answer) -> Vec<Action> {
    bench.send(Event::Vended { request, answer })
}

/// A machine with an uncertain answer and a caller.
fn with_uncertain_answer(seed: u64) -> Bench {
    let mut bench = Bench::started(seed);
    bench.get(0, false);
    let answer = live(&bench, true);
    let actions = vended(&mut bench, 0, answer);
    assert_eq!(actions[0], Action::Uncertain { request: 0 });
    assert!(matches!(actions[1..], [Action::Arm { .. }]), "neither report nor status: {actions:?}");
    bench
}

#[test]
fn uncertain_answer_is_confirmed_after_three_to_four_seconds() {
    let mut waits: Vec<_> = (0..300)
        .map(|seed| {
            let mut bench = with_uncertain_answer(seed);
            assert_eq!(bench.machine.status(), Fetching);
            bench.next_fetch(HOUR).expect("another request").1
        })
        .collect();
    waits.sort_unstable();
    assert!(waits[0] >= 3_000 && waits[299] <= 4_000, "{waits:?}");
    assert!(waits[0] < 3_050 && waits[299] > 3_950, "{waits:?}");
}

#[test]
fn callers_wait_for_the_confirming_answer() {
    for date in [true, false] {
        let mut bench = Bench::started(1);
        bench.get(0, false);
        let answer = live(&bench, date);
        vended(&mut bench, 0, answer);
        // Including forced calls.
        assert_eq!(outcomes(&bench.get(0, true)), []);
        let (request, after) = bench.next_fetch(HOUR).expect("another request");
        assert!(after >= 3_000);
        let answer = live(&bench, date);
        let actions = vended(&mut bench, request, answer);
        assert_eq!(outcomes(&actions), [Outcome::Token; 2]);
        let loss = if date { SECOND } else { 0 };
        assert_eq!(bench.left(), Some(5 * MINUTE - MARGIN - loss));
    }
}

#[test]
fn repeated_answer_is_refused() {
    let mut bench = Bench::started(1);
    let copy = live(&bench, true);
    vended(&mut bench, 0, copy);
    let (request, _) = bench.next_fetch(HOUR).expect("another request");
    let actions = vended(&mut bench, request, copy);
    assert_eq!(actions[0], Action::Refuse { request });
    assert!(matches!(actions[1], Action::Report { cause: Cause::Expired, .. }));
    // And the next one is uncertain again.
    let (request, _) = bench.next_fetch(HOUR).expect("another request");
    assert_eq!(vended(&mut bench, request, copy)[0], Action::Uncertain { request });
}

#[test]
fn failed_request_keeps_the_uncertainty_for_a_minute() {
    for (after, decides) in [(60_000, true), (60_001, false)] {
        let mut bench = with_uncertain_answer(1);
        let received = bench.now.mono;
        let (request, _) = bench.next_fetch(HOUR).expect("another request");
        let actions = bench.send(Event::Failed { request, failure: Failure::Malformed });
        assert_eq!(outcomes(&actions), [Outcome::Failed { request }]);
        // A forced call may send a request at any time.
        bench.pass(received + after - bench.now.mono);
        bench.send(Event::Timer);
        let request = match bench.machine.status() {
            Fetching => request + 1,
            _ => fetched(&bench.get(0, true)).expect("a request"),
        };
        let answer = live(&bench, true);
        let actions = vended(&mut bench, request, answer);
        assert_eq!(actions[0] == Action::Uncertain { request }, !decides, "{after} ms after: {actions:?}");
    }
}

#[test]
fn frozen_page_confirms_again() {
    for (late, uncertain) in [(2_000, false), (2_001, true)] {
        let mut bench = with_uncertain_answer(1);
        let at = bench.machine.refresh_at().expect("a request");
        bench.timer = None;
        bench.pass(at - bench.now.wall + late);
        let request = fetched(&bench.send(Event::Timer)).expect("a request");
        let answer = live(&bench, true);
        assert_eq!(vended(&mut bench, request, answer)[0] == Action::Uncertain { request }, uncertain, "{late}");
    }
}

#[test]
fn confirmed_offset_is_reused() {
    let mut bench = with_uncertain_answer(1);
    let (request, _) = bench.next_fetch(HOUR).expect("another request");
    let answer = live(&bench, true);
    vended(&mut bench, request, answer);
    for _ in 0..3 {
        let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
        let answer = live(&bench, true);
        assert!(vended(&mut bench, request, answer).contains(&Action::Install { request }));
    }
    // Until the clock is set.
    bench.now.wall += 251;
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    let answer = live(&bench, true);
    assert_eq!(vended(&mut bench, request, answer)[0], Action::Uncertain { request });
}

#[test]
fn current_token_is_kept_while_uncertain() {
    let mut bench = Bench::ready(1, 10 * MINUTE);
    let (request, _) = bench.next_fetch(HOUR).expect("a refresh");
    let answer = live(&bench, true);
    vended(&mut bench, request, answer);
    assert_eq!(bench.machine.status(), Refreshing);
    assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token]);
}

#[test]
fn lock_is_kept_until_the_confirming_request() {
    let mut bench = Bench::in_group(1);
    bench.send(Event::Start);
    bench.send(Event::Locked { request: 0 });
    let (request, _) = bench.next_fetch(HOUR).expect("a request");
    let answer = live(&bench, true);
    let actions = vended(&mut bench, request, answer);
    assert_eq!(actions, [Action::Uncertain { request }]);
    // Neither a turn nor a draining.
    let request = loop {
        let at = bench.timer.expect("a timer");
        bench.pass(at - bench.now.mono);
        let actions = bench.send(Event::Timer);
        assert!(
            actions.iter().all(|action| matches!(action, Action::Fetch { .. } | Action::Arm { .. })),
            "{actions:?}"
        );
        if let Some(request) = fetched(&actions) {
            break request;
        }
    };
    let answer = live(&bench, true);
    let actions = vended(&mut bench, request, answer);
    let share = Action::Share { fresh: true, extended: false, date: answer.date };
    assert!(actions.contains(&share) && actions.contains(&Action::Unlock), "{actions:?}");
}

#[test]
fn lock_is_released_if_the_confirming_request_must_wait() {
    let mut bench = Bench::in_group(1);
    bench.send(Event::Start);
    bench.send(Event::Locked { request: 0 });
    let (request, _) = bench.next_fetch(HOUR).expect("a request");
    let answer = live(&bench, true);
    vended(&mut bench, request, answer);
    assert!(bench.send(Event::Offline).contains(&Action::Unlock));
    assert_eq!(bench.machine.status(), Fetching);
    // Then it waits for the lock like any other request.
    let back = bench.send(Event::Online);
    bench.pass(5 * SECOND);
    let turn = [back, bench.send(Event::Timer)].concat();
    assert!(turn.iter().any(|action| matches!(action, Action::Lock { .. })), "{turn:?}");
}

#[test]
fn sibling_token_ends_uncertainty_and_releases_the_lock() {
    let mut bench = Bench::in_group(1);
    bench.send(Event::Start);
    bench.send(Event::Locked { request: 0 });
    let (request, _) = bench.next_fetch(HOUR).expect("a request");
    let answer = live(&bench, true);
    vended(&mut bench, request, answer);
    bench.pass(10);
    let actions = bench.send(Event::SiblingToken {
        token_hash: new_token(),
        life: Lifetime::Millis(MINUTE),
        fresh: true,
        extended: false,
        date: None,
    });
    assert!(actions.contains(&Action::Adopt) && actions.contains(&Action::Unlock), "{actions:?}");
    assert_eq!(bench.machine.status(), Ready);
    // As does the end.
    let mut bench = Bench::in_group(1);
    bench.send(Event::Start);
    bench.send(Event::Locked { request: 0 });
    let (request, _) = bench.next_fetch(HOUR).expect("a request");
    vended(&mut bench, request, answer);
    assert!(bench.send(Event::Close).contains(&Action::Unlock));
}

#[test]
fn known_sibling_token_keeps_its_end() {
    let sibling_token = |life, extended| Event::SiblingToken {
        token_hash: 7,
        life: Lifetime::Millis(life),
        fresh: true,
        extended,
        date: None,
    };
    let mut bench = Bench::in_group(1);
    bench.send(Event::Start);
    bench.send(sibling_token(MINUTE, false));
    let left = MINUTE - MARGIN;
    assert_eq!(bench.left(), Some(left));
    bench.pass(10 * SECOND);
    bench.send(sibling_token(MINUTE, false));
    assert_eq!(bench.left(), Some(left - 10 * SECOND), "not even by a sibling's word");
    bench.send(sibling_token(MINUTE, true));
    assert_eq!(bench.left(), Some(left), "but by one that knew its end");
    bench.pass(10 * SECOND);
    bench.send(sibling_token(20 * SECOND, false));
    assert_eq!(bench.left(), Some(20 * SECOND - MARGIN), "and an earlier one counts");
}
