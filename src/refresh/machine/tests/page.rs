//! Pages that sleep and wake, and networks that come and go.

use super::*;

#[test]
fn wake_without_a_token_sends_a_request_at_once() {
    for terminal in [false, true] {
        let mut bench = Bench::started(4);
        bench.fail_times(7, 0);
        let (request, _) = bench.next_fetch(HOUR).expect("a retry");
        if terminal {
            bench.refuse(request)
        } else {
            bench.fail(request)
        };
        bench.pass(SECOND);
        assert!(fetched(&bench.send(Event::Wake)).is_some());
    }
}

#[test]
fn wake_with_a_token_keeps_the_backoff() {
    let mut bench = Bench::ready(4, 20 * HOUR);
    let (request, _) = bench.next_fetch(20 * HOUR).expect("a refresh");
    bench.fail_times(7, request);
    let planned = bench.machine.refresh_at();
    bench.pass(SECOND);
    assert_eq!(fetched(&bench.send(Event::Wake)), None);
    assert_eq!(bench.machine.refresh_at(), planned);
}

#[test]
fn wake_after_sleep_aborts_an_overdue_request() {
    let mut bench = Bench::started(4);
    bench.now.wall += HOUR;
    let actions = bench.send(Event::Wake);
    assert_eq!(actions[0], Action::Abort { request: 0 });
    // The monotonic clock stood still, and the gap between requests is measured by it.
    assert_eq!(bench.next_fetch(SECOND), Some((1, SECOND)));
}

/// The least remaining life (ms) at renewal of a token with this life, after an optional event, if timers fire only
/// once in `every` ms.
fn left_at_renewal(life: i64, every: i64, event: Option<Event>) -> i64 {
    let left = |seed| {
        let mut bench = Bench::ready(seed, life + MARGIN);
        event.map(|event| bench.send(event));
        while let Some(at) = bench.timer {
            let at = at + (seed as i64 * 7_919 - at).rem_euclid(every);
            bench.pass(at - bench.now.mono);
            let left = bench.left();
            if fetched(&bench.send(Event::Timer)).is_some() {
                return left.map_or(0, |_| bench.left().unwrap_or(0));
            }
        }
        panic!("no timer");
    };
    (0..500).map(left).min().expect("some seeds")
}

#[test]
fn renews_in_time_when_timers_are_throttled() {
    // With punctual timers, a fifth of the life is left.
    assert!((1_990..2_100).contains(&left_at_renewal(10 * SECOND, 1, None)));
    // If timers fire once a second, there are two seconds for the owner of the lock and its request.
    assert!((2_000..2_100).contains(&left_at_renewal(10 * SECOND, SECOND, Some(Event::Hidden))));
    // Once a minute, which is noticed in the first half of the life.
    assert!((3_000..6_000).contains(&left_at_renewal(5 * MINUTE, MINUTE, None)));
    // Not before its window opens, even if that is too late.
    assert!((1_000..1_100).contains(&left_at_renewal(5 * SECOND, SECOND, Some(Event::Hidden))));
    assert_eq!(left_at_renewal(100 * SECOND, MINUTE, Some(Event::Hidden)), 0);
}

/// Lets the timer fire late by this much.
fn late_timer(bench: &mut Bench, by: i64) {
    let at = bench.timer.expect("a timer") - bench.now.mono;
    bench.pass(at + by);
    bench.send(Event::Timer);
}

#[test]
fn showing_the_page_keeps_the_planned_refresh() {
    // The first would be renewed three seconds before its end, the second a minute before.
    for (life, late) in [(10 * SECOND, None), (4 * MINUTE, Some(40 * SECOND))] {
        let hidden_for = |seed, show: bool| {
            let mut bench = Bench::ready(seed, life + MARGIN);
            let planned = bench.machine.refresh_at();
            match late {
                None => drop(bench.send(Event::Hidden)),
                Some(late) => late_timer(&mut bench, late),
            }
            if show {
                bench.send(Event::Wake);
            }
            bench.machine.refresh_at() == planned
        };
        assert!((0..50).all(|seed| hidden_for(seed, true)));
        assert!(!(0..50).all(|seed| hidden_for(seed, false)));
    }
}

#[test]
fn punctual_timers_are_trusted_again() {
    for seed in 0..50 {
        let mut bench = Bench::ready(seed, 4 * MINUTE + MARGIN);
        let planned = bench.machine.refresh_at().expect("a plan");
        late_timer(&mut bench, 40 * SECOND);
        if planned - bench.now.wall > 130 * SECOND {
            assert!(bench.machine.refresh_at() < Some(planned));
            for _ in 0..3 {
                late_timer(&mut bench, 0);
            }
            assert_eq!(bench.machine.refresh_at(), Some(planned));
            // One that is slightly late does not restore the minute.
            late_timer(&mut bench, SECOND / 2);
            assert!(bench.machine.refresh_at().is_none_or(|at| at == planned));
        }
    }
}

#[test]
fn hidden_page_keeps_renewing_early() {
    for seed in 0..20 {
        let mut bench = Bench::ready(seed, 9 * HOUR);
        bench.send(Event::Hidden);
        for nth in 0..300 {
            late_timer(&mut bench, if nth % 7 == 0 { SECOND } else { 0 });
        }
        let request = fetched(&bench.get(0, true)).expect("a request");
        bench.vend(request, 10 * SECOND + MARGIN);
        let at = bench.machine.refresh_at().expect("a plan");
        assert!(at - bench.now.wall <= 7 * SECOND, "{} ms", at - bench.now.wall);
    }
}

#[test]
fn hidden_page_spreads_its_request_when_online() {
    let waits: Vec<i64> = (0..50)
        .map(|seed| {
            let mut bench = Bench::ready(seed, MINUTE);
            bench.send(Event::Hidden);
            late_timer(&mut bench, 4 * SECOND);
            bench.send(Event::Offline);
            bench.pass(30 * SECOND);
            bench.send(Event::Online);
            bench.machine.refresh_at().map_or(0, |at| at - bench.now.wall)
        })
        .collect();
    // Its last chance has gone by.
    assert!(waits.iter().all(|wait| *wait <= SECOND), "{waits:?}");
    assert!(waits.iter().max() > Some(&(SECOND / 2)) && waits.iter().min() < Some(&(SECOND / 2)), "{waits:?}");
}

#[test]
fn sleep_counts_by_either_clock() {
    for (wall, mono) in [(2 * HOUR, 0), (0, 2 * HOUR), (2 * HOUR, 2 * HOUR), (-DAY, 2 * HOUR)] {
        let mut bench = Bench::ready(1, HOUR);
        bench.now.wall += wall;
        bench.now.mono += mono;
        let actions = bench.get(0, false);
        assert_eq!((actions[0], outcomes(&actions)), (Action::Drop, vec![]), "{wall} {mono}");
    }
}

#[test]
fn setting_the_wall_clock_back_does_not_extend_a_token() {
    let mut bench = Bench::ready(1, HOUR);
    bench.send(Event::Offline);
    for _ in 0..6 {
        bench.now.wall -= 5 * HOUR;
        bench.now.mono += 10 * MINUTE;
        bench.send(Event::Timer);
    }
    assert_eq!(bench.left(), None);
}

#[test]
fn clock_jump_counts_as_wake() {
    let mut bench = Bench::started(4);
    bench.fail_times(9, 0);
    assert!(bench.machine.refresh_at().is_some_and(|at| at > bench.now.wall + MINUTE));
    bench.pass(SECOND);
    bench.now.wall += 10 * SECOND;
    assert!(fetched(&bench.send(Event::Timer)).is_some());
}

#[test]
fn offline_page_only_probes() {
    for seed in 0..20 {
        let mut bench = Bench::new(seed);
        bench.send(Event::Offline);
        assert_eq!(bench.send(Event::Start), [Action::Arm { delay: HEARTBEAT }, Action::Status(Waiting)]);
        bench.get(0, true);
        for request in 0..20 {
            let (probe, after) = bench.next_fetch(HOUR).expect("a probe");
            assert_eq!(probe, request);
            // If the page was offline from the start, the browser may be wrong, so the first probe comes sooner.
            let expected = if request == 0 { MINUTE..=MINUTE * 3 / 2 } else { 4 * MINUTE..=6 * MINUTE };
            assert!(expected.contains(&after), "probe {request} after {after} ms");
            bench.fail(probe);
        }
    }
}

#[test]
fn first_probe_after_going_offline_is_slow() {
    let mut bench = Bench::started(1);
    bench.fail(0);
    bench.send(Event::Offline);
    let (_, after) = bench.next_fetch(HOUR).expect("a probe");
    assert!((4 * MINUTE..=6 * MINUTE).contains(&after), "after {after} ms");
}

#[test]
fn offline_page_with_a_token_sends_nothing() {
    let mut bench = Bench::ready(1, HOUR);
    bench.send(Event::Offline);
    assert_eq!((bench.machine.refresh_at(), bench.machine.status()), (None, Ready));
    bench.next_fetch(HOUR - SECOND);
    assert_eq!(bench.machine.status(), Waiting, "a refresh is due");
    assert!(bench.next_fetch(HOUR).is_some(), "expired: a token is needed");
}

#[test]
fn answered_probe_ends_offline() {
    let mut bench = Bench::new(1);
    bench.send(Event::Offline);
    bench.send(Event::Start);
    let (request, _) = bench.next_fetch(HOUR).expect("a probe");
    bench.vend(request, HOUR);
    assert!(bench.machine.refresh_at().is_some(), "and the token is renewed in time");
    // Unlike an answer to a request sent before.
    let mut bench = Bench::started(1);
    bench.send(Event::Offline);
    bench.vend(0, HOUR);
    assert_eq!(bench.machine.refresh_at(), None);
}

#[test]
fn online_spreads_the_request_unless_a_caller_waits() {
    let mut delays = Vec::new();
    for seed in 0..20 {
        let mut bench = Bench::new(seed);
        bench.send(Event::Offline);
        bench.send(Event::Start);
        bench.pass(SECOND);
        let online = bench.send(Event::Online);
        delays.push(if fetched(&online).is_some() { 0 } else { bench.next_fetch(SECOND).expect("an attempt").1 });
        let mut bench = Bench::new(seed);
        bench.send(Event::Offline);
        bench.get(0, false);
        bench.pass(SECOND);
        assert!(fetched(&bench.send(Event::Online)).is_some(), "at once");
    }
    delays.sort_unstable();
    assert!(delays[19] > 500 && delays[0] < 500, "{delays:?}");
}

#[test]
fn online_ends_the_backoff() {
    for terminal in [false, true] {
        let mut bench = Bench::started(4);
        bench.fail_times(7, 0);
        let (request, _) = bench.next_fetch(HOUR).expect("a retry");
        if terminal {
            bench.refuse(request)
        } else {
            bench.fail(request)
        };
        bench.send(Event::Offline);
        bench.pass(SECOND);
        bench.send(Event::Online);
        assert!(bench.machine.refresh_at().is_none_or(|at| at <= bench.now.wall + SECOND));
    }
}
