//! The rules one by one. How they hold together, whatever happens, is for `tests/sim`.

mod group;

use super::super::event::Status::*;
use super::*;
use alloc::{vec, vec::Vec};
use fastrand::Rng;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the machine takes off a token's life.
const MARGIN: i64 = 250;

/// A machine, a client whose clocks agree, and the one timer.
struct Bench {
    machine: Machine,
    now: Now,
    timer: Option<i64>,
    calls: u32,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let now = Now { wall: 1_800_000_000_000, mono: 7_000 };
        Bench { machine: Machine::new(Policy::default(), seed, now), now, timer: None, calls: 0 }
    }

    /// One of several tabs.
    fn in_group(seed: u64) -> Self {
        let now = Now { wall: 1_800_000_000_000, mono: 7_000 };
        Bench { machine: Machine::in_group(Policy::default(), seed, now), now, timer: None, calls: 0 }
    }

    /// With a request in the air.
    fn started(seed: u64) -> Self {
        let mut bench = Bench::new(seed);
        let actions = bench.tell(Event::Start);
        assert!(actions.contains(&Action::Fetch { flight: 0, reason: Reason::First }), "{actions:?}");
        bench
    }

    /// With a token in hand that has this life (ms) left, margin included.
    fn ready(seed: u64, life: i64) -> Self {
        let mut bench = Bench::started(seed);
        let actions = bench.vend(0, life);
        assert!(actions.contains(&Action::Install { flight: 0 }), "{actions:?}");
        bench
    }

    fn tell(&mut self, event: Event) -> Vec<Action> {
        if event == Event::Timer {
            self.timer = None;
        }
        let actions = self.machine.handle(event, self.now);
        for action in &actions {
            match action {
                Action::Arm { delay } => self.timer = Some(self.now.mono + delay),
                Action::Disarm => self.timer = None,
                _ => {}
            }
        }
        actions
    }

    fn pass(&mut self, ms: i64) {
        self.now.wall += ms;
        self.now.mono += ms;
    }

    /// Lets time pass to the first request, timer by timer; its number and how long that took.
    fn next_fetch(&mut self, within: i64) -> Option<(u32, i64)> {
        let from = self.now.mono;
        while let Some(at) = self.timer
            && at - from <= within
        {
            self.pass(at - self.now.mono);
            if let Some(flight) = fetched(&self.tell(Event::Timer)) {
                return Some((flight, at - from));
            }
        }
        self.pass(from + within - self.now.mono);
        None
    }

    fn vend(&mut self, flight: u32, life: i64) -> Vec<Action> {
        let server_now = 5_000_000_000;
        self.tell(Event::Vended { flight, expires_at: Some(server_now + life), server_now: Some(server_now) })
    }

    fn fail(&mut self, flight: u32) -> Vec<Action> {
        self.tell(Event::Failed { flight, failure: Failure::Retry { after: None } })
    }

    fn refuse(&mut self, flight: u32) -> Vec<Action> {
        self.tell(Event::Failed { flight, failure: Failure::Terminal })
    }

    fn get(&mut self, min_validity: i64, force: bool) -> Vec<Action> {
        self.calls += 1;
        self.tell(Event::Get { call: self.calls, min_validity, force })
    }

    /// Fails until there were so many failures.
    fn fail_times(&mut self, times: u32, mut flight: u32) {
        for _ in 1..times {
            self.fail(flight);
            flight = self.next_fetch(HOUR).expect("another attempt").0;
        }
        self.fail(flight);
    }
}

fn fetched(actions: &[Action]) -> Option<u32> {
    actions.iter().find_map(|action| match action {
        Action::Fetch { flight, .. } => Some(*flight),
        _ => None,
    })
}

fn reason(actions: &[Action]) -> Option<Reason> {
    actions.iter().find_map(|action| match action {
        Action::Fetch { reason, .. } => Some(*reason),
        _ => None,
    })
}

fn retry_at(actions: &[Action]) -> Option<i64> {
    actions.iter().find_map(|action| match action {
        Action::Report { retry_at, .. } => *retry_at,
        _ => None,
    })
}

fn outcomes(actions: &[Action]) -> Vec<Outcome> {
    let outcome = |action: &Action| match action {
        Action::Settle { outcome, .. } => Some(*outcome),
        _ => None,
    };
    actions.iter().filter_map(outcome).collect()
}

// ── first attempt and refresh ───────────────────────────────────────────────────────────────────

#[test]
fn nothing_happens_before_start() {
    let mut bench = Bench::new(1);
    for event in [Event::Timer, Event::Wake, Event::Rejected, Event::Offline, Event::Online] {
        assert_eq!(bench.tell(event), [], "{event:?}");
    }
    assert_eq!((bench.machine.status(), bench.machine.refresh_at()), (Idle, None));
}

#[test]
fn start_fetches_once() {
    let mut bench = Bench::new(1);
    let first = bench.tell(Event::Start);
    let fetch = Action::Fetch { flight: 0, reason: Reason::First };
    assert_eq!(first, [fetch, Action::Arm { delay: 10 * SECOND }, Action::Status(Fetching)]);
    assert_eq!(bench.tell(Event::Start), []);
}

#[test]
fn the_first_get_starts_as_well() {
    let mut bench = Bench::new(1);
    assert_eq!(fetched(&bench.get(0, false)), Some(0));
    let install = bench.vend(0, HOUR);
    let settle = Action::Settle { call: 1, outcome: Outcome::Token };
    assert_eq!(install, [Action::Install { flight: 0 }, settle, Action::Status(Ready)]);
}

#[test]
fn a_token_is_renewed_within_the_window_of_the_life_it_has_left() {
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
    assert_eq!(bench.tell(Event::Timer), [Action::Arm { delay: HEARTBEAT }]);
    // One that is overdue may have been lost, and one set before sleep is not to be trusted.
    bench.pass(31 * SECOND);
    assert!(bench.get(0, false).contains(&Action::Arm { delay: HEARTBEAT }));
    assert_eq!(bench.tell(Event::Wake), [Action::Arm { delay: HEARTBEAT }]);
}

#[test]
fn attempts_are_a_second_apart_whatever_the_ttl() {
    for life in [1, 300, 600, 1_000, 1_400, 3_000] {
        let mut bench = Bench::started(3);
        let mut flight = 0;
        for _ in 0..50 {
            bench.pass(5);
            bench.vend(flight, life);
            let (next, after) = bench.next_fetch(HOUR).expect("another attempt");
            assert!(after + 5 >= SECOND, "a token of {life} ms: again after {after} ms");
            flight = next;
            if life <= MARGIN && flight > 8 {
                break; // Counted as failures: the budget is spent.
            }
        }
    }
}

#[test]
fn a_token_without_expiry_is_kept() {
    let mut bench = Bench::started(1);
    let vended = bench.tell(Event::Vended { flight: 0, expires_at: None, server_now: None });
    assert_eq!(vended, [Action::Install { flight: 0 }, Action::Disarm, Action::Status(Ready)]);
    assert_eq!((bench.machine.token_valid_for(), bench.machine.refresh_at()), (Some(i64::MAX), None));
    bench.pass(1_000 * DAY);
    assert_eq!(outcomes(&bench.get(i64::MAX, false)), [Outcome::Token]);
}

#[test]
fn a_token_that_expired_on_its_way_is_refused_and_counts_as_a_failure() {
    for life in [i64::MIN, -1, 0, 1, MARGIN] {
        let mut bench = Bench::started(1);
        bench.get(0, false);
        let actions = bench.vend(0, life.max(-4_000_000_000));
        let retry_at = retry_at(&actions);
        assert!(retry_at.is_some());
        let report = Action::Report { flight: 0, cause: Cause::Expired, retry_at };
        let settle = Action::Settle { call: 1, outcome: Outcome::Failed { flight: 0 } };
        assert_eq!(actions[..3], [Action::Refuse { flight: 0 }, report, settle], "{life}");
        assert_eq!(bench.machine.status(), Waiting);
    }
}

#[test]
fn without_server_time_the_wall_clock_must_do() {
    let mut bench = Bench::started(1);
    let expires_at = Some(bench.now.wall + MINUTE);
    bench.tell(Event::Vended { flight: 0, expires_at, server_now: None });
    assert_eq!(bench.machine.token_valid_for(), Some(MINUTE - MARGIN));
}

#[test]
fn a_token_that_expires_is_dropped() {
    let mut bench = Bench::ready(1, MINUTE + MARGIN);
    bench.tell(Event::Offline);
    bench.pass(MINUTE - 1);
    assert_eq!(outcomes(&bench.get(1, false)), [Outcome::Token]);
    bench.pass(1);
    let actions = bench.get(0, false);
    assert_eq!(actions[0], Action::Drop);
    assert_eq!(outcomes(&actions), []);
    assert_eq!((bench.machine.token_valid_for(), bench.machine.status()), (None, Waiting));
}

// ── failures ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn failures_are_retried_ever_more_slowly() {
    for seed in 0..50 {
        let mut bench = Bench::started(seed);
        let mut flight = 0;
        let mut starts = vec![bench.now.mono];
        for nth in 1..60 {
            bench.pass(10);
            let announced = retry_at(&bench.fail(flight)).expect("a retry") - bench.now.wall;
            assert_eq!(bench.machine.status(), Waiting);
            let (next, after) = bench.next_fetch(HOUR).expect("a retry");
            assert_eq!(after, announced);
            if nth < 9 {
                assert!(after <= (SECOND << nth).min(5 * MINUTE), "failure {nth}: {after} ms");
            }
            assert!(after + 10 >= SECOND);
            starts.push(bench.now.mono);
            flight = next;
        }
        // By itself it leaves one of the ten attempts for whoever asks.
        assert!(starts.windows(10).all(|ten| ten[9] - ten[0] >= 10 * MINUTE), "{starts:?}");
    }
}

#[test]
fn with_a_token_in_hand_another_attempt_fits_into_its_life() {
    let mut late = 0;
    for seed in 0..50 {
        let mut bench = Bench::ready(seed, 5 * MINUTE);
        let (mut flight, _) = bench.next_fetch(HOUR).expect("a refresh");
        for nth in 1..9 {
            bench.fail(flight);
            let Some(left) = bench.machine.token_valid_for() else { break };
            assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token], "kept through failures");
            let (next, after) = bench.next_fetch(HOUR).expect("a retry");
            assert!(after <= left.max(SECOND), "{after} ms, {left} left");
            late += u32::from(left < SECOND << nth);
            flight = next;
        }
    }
    assert!(late > 50, "only {late} times was there little left");
}

#[test]
fn success_clears_all_failures() {
    let mut bench = Bench::started(1);
    bench.fail_times(9, 0);
    let (flight, _) = bench.next_fetch(HOUR).expect("a retry");
    bench.vend(flight, HOUR);
    assert_eq!(bench.machine.status(), Ready);
    let (flight, _) = bench.next_fetch(HOUR).expect("a refresh");
    bench.fail(flight);
    assert!(bench.next_fetch(HOUR).expect("a retry").1 <= 2 * SECOND);
}

#[test]
fn retry_after_is_a_minimum_of_an_hour_at_most() {
    for (asked, granted) in [(i64::MIN, 0), (-1, 0), (0, 0), (MINUTE, MINUTE), (2 * HOUR, HOUR), (i64::MAX, HOUR)] {
        let mut bench = Bench::started(5);
        bench.pass(SECOND);
        bench.tell(Event::Failed { flight: 0, failure: Failure::Retry { after: Some(asked) } });
        // Neither who insists nor a page that wakes goes before.
        bench.get(0, true);
        bench.tell(Event::Wake);
        assert_eq!(bench.machine.refresh_at().is_none(), granted == 0, "{asked}: at once");
        if granted > 0 {
            let (_, after) = bench.next_fetch(2 * HOUR).expect("a retry");
            assert_eq!(after, granted, "{asked}");
        }
    }
}

#[test]
fn all_who_were_told_the_same_do_not_return_together() {
    let after = |seed| {
        let mut bench = Bench::started(seed);
        bench.tell(Event::Failed { flight: 0, failure: Failure::Retry { after: Some(MINUTE) } });
        bench.next_fetch(2 * HOUR).expect("a retry").1
    };
    let mut times: Vec<_> = (0..20).map(after).collect();
    assert!(times.iter().all(|after| (MINUTE..=MINUTE + 2 * SECOND).contains(after)), "{times:?}");
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 15, "{times:?}");
}

#[test]
fn after_a_failure_for_good_it_waits_to_be_asked() {
    let mut bench = Bench::started(1);
    let refused = bench.refuse(0);
    let report = Action::Report { flight: 0, cause: Cause::Answer, retry_at: None };
    assert_eq!(refused, [report, Action::Disarm, Action::Status(Failed)]);
    assert_eq!(bench.next_fetch(DAY), None);
    assert_eq!(fetched(&bench.get(0, false)), Some(1));
}

#[test]
fn a_loop_of_callers_against_a_401_is_slowed_down() {
    for force in [false, true] {
        let mut bench = Bench::started(7);
        let end = bench.now.mono + HOUR;
        let mut flight = 0;
        let mut attempts = 1;
        while bench.now.mono < end {
            bench.pass(5);
            bench.refuse(flight);
            let asked = bench.get(0, force);
            flight = match fetched(&asked) {
                Some(flight) => flight,
                None => bench.next_fetch(HOUR).expect("an attempt").0,
            };
            attempts += 1;
        }
        assert!((20..60).contains(&attempts), "{attempts} attempts in an hour");
    }
}

#[test]
fn nobody_waiting_any_more_nothing_to_do_after_a_failure_for_good() {
    let mut bench = Bench::started(1);
    bench.refuse(0);
    bench.get(0, true);
    assert_eq!(bench.machine.status(), Waiting);
    let call = bench.calls;
    assert_eq!(bench.tell(Event::Abandon { call }), [Action::Disarm, Action::Status(Failed)]);
    assert_eq!(bench.next_fetch(DAY), None);
}

#[test]
fn a_request_that_takes_too_long_is_given_up() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.pass(10 * SECOND);
    let actions = bench.tell(Event::Timer);
    let report = Action::Report { flight: 0, cause: Cause::Timeout, retry_at: retry_at(&actions) };
    let settle = Action::Settle { call: 1, outcome: Outcome::Failed { flight: 0 } };
    assert_eq!(actions[..3], [Action::Abort { flight: 0 }, report, settle]);
    // Its answer comes too late.
    assert_eq!(bench.vend(0, HOUR), []);
    assert_eq!(bench.refuse(0), []);
}

#[test]
fn a_timeout_is_a_failure_like_any_other() {
    let mut bench = Bench::started(1);
    bench.pass(10 * SECOND);
    bench.tell(Event::Timer);
    assert_eq!(bench.machine.status(), Waiting);
    let (mut flight, _) = bench.next_fetch(HOUR).expect("a retry");
    for nth in 2..12 {
        // The next request is given up as well, and the one after it comes ever later.
        let (next, after) = bench.next_fetch(HOUR).expect("a retry");
        assert_eq!(next, flight + 1);
        assert!(after - 10 * SECOND <= (SECOND << nth).min(10 * MINUTE), "failure {nth}: {after} ms");
        flight = next;
    }
    assert_eq!(flight, 11);
}

#[test]
fn an_answer_to_no_request_in_the_air_is_ignored() {
    let mut bench = Bench::started(1);
    assert_eq!(bench.vend(7, HOUR), []);
    assert_eq!(bench.refuse(7), []);
    bench.vend(0, HOUR);
    assert_eq!(bench.refuse(0), [], "nor is it answered twice");
    assert_eq!(bench.machine.status(), Ready);
}

#[test]
fn an_answer_that_comes_before_its_timeout_is_noticed_is_good() {
    let mut bench = Bench::started(1);
    bench.pass(MINUTE);
    assert!(bench.vend(0, HOUR).contains(&Action::Install { flight: 0 }));
}

#[test]
fn nobody_joins_an_overdue_request() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.pass(MINUTE);
    let actions = bench.get(0, true);
    assert!(actions.contains(&Action::Settle { call: 1, outcome: Outcome::Failed { flight: 0 } }));
    assert_eq!(fetched(&actions), Some(1), "and who insists gets a new one");
    assert_eq!(outcomes(&bench.vend(1, HOUR)), [Outcome::Token]);
}

// ── callers ─────────────────────────────────────────────────────────────────────────────────────

#[test]
fn callers_share_one_flight() {
    let mut bench = Bench::started(1);
    for force in [false, true, false] {
        assert_eq!(bench.get(0, force), []);
    }
    assert_eq!(outcomes(&bench.vend(0, HOUR)), [Outcome::Token; 3]);
}

#[test]
fn a_token_with_enough_life_left_is_handed_out_at_once() {
    let mut bench = Bench::ready(1, HOUR + MARGIN);
    for (min_validity, outcome) in [(HOUR, Outcome::Token), (-1, Outcome::Token), (i64::MIN, Outcome::Token)] {
        assert_eq!(outcomes(&bench.get(min_validity, false)), [outcome]);
    }
    bench.next_fetch(HOUR);
    assert_eq!(bench.machine.status(), Refreshing);
    assert_eq!(outcomes(&bench.get(0, false)), [Outcome::Token], "even during a refresh");
}

#[test]
fn more_life_than_is_left_takes_a_new_token() {
    let mut bench = Bench::ready(1, HOUR + MARGIN);
    bench.pass(MINUTE);
    assert_eq!(reason(&bench.get(HOUR, false)), Some(Reason::Refresh));
    assert_eq!(outcomes(&bench.vend(1, HOUR + MARGIN)), [Outcome::Token]);
}

#[test]
fn more_life_than_a_fresh_token_has_is_too_much() {
    let mut bench = Bench::started(1);
    bench.get(HOUR + 1, false);
    assert_eq!(outcomes(&bench.vend(0, HOUR + MARGIN)), [Outcome::TooShort]);
    // Known by now, for as long as this token counts as fresh.
    bench.pass(MINUTE);
    assert_eq!(outcomes(&bench.get(HOUR + 1, false)), [Outcome::TooShort]);
    assert_eq!(reason(&bench.get(HOUR + 1, true)), Some(Reason::Forced), "who insists may see for himself");
    assert_eq!(outcomes(&bench.vend(1, HOUR + MARGIN)), [Outcome::TooShort]);
    bench.next_fetch(HOUR);
    assert_eq!(outcomes(&bench.get(HOUR + 1, false)), [], "joins the refresh");
}

#[test]
fn who_insists_gets_a_new_token_but_not_at_any_rate() {
    let mut bench = Bench::ready(1, HOUR);
    bench.pass(300);
    assert_eq!(outcomes(&bench.get(0, true)), []);
    assert_eq!(bench.machine.refresh_at(), Some(bench.now.wall + 700));
    let (flight, after) = bench.next_fetch(HOUR).expect("an attempt");
    assert_eq!(after, 700);
    assert_eq!(outcomes(&bench.vend(flight, HOUR)), [Outcome::Token]);
}

#[test]
fn during_a_backoff_callers_wait_and_who_insists_does_not() {
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
        let flight = fetched(&forced).expect("an attempt");
        assert_eq!(outcomes(&bench.fail(flight)), [Outcome::Failed { flight }; 2]);
    }
}

#[test]
fn whoever_insists_is_held_to_ten_attempts_in_ten_minutes() {
    let mut bench = Bench::started(4);
    let end = bench.now.mono + HOUR;
    let mut starts = vec![bench.now.mono];
    let mut flight = 0;
    while bench.now.mono < end {
        bench.pass(5);
        bench.fail(flight);
        let forced = bench.get(0, true);
        flight = fetched(&forced).unwrap_or_else(|| bench.next_fetch(HOUR).expect("an attempt").0);
        starts.push(bench.now.mono);
    }
    assert!(starts.windows(11).all(|eleven| eleven[10] - eleven[0] >= 10 * MINUTE), "{starts:?}");
    assert_eq!(starts[9] - starts[0], 9 * SECOND);
}

#[test]
fn abandoning_leaves_the_others_and_the_flight_alone() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.get(0, false);
    assert_eq!(bench.tell(Event::Abandon { call: 1 }), []);
    assert_eq!(bench.tell(Event::Abandon { call: 99 }), []);
    let vended = bench.vend(0, HOUR);
    assert!(vended.contains(&Action::Settle { call: 2, outcome: Outcome::Token }));
    assert_eq!(outcomes(&vended).len(), 1);
}

// ── rejections ──────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_rejected_token_is_replaced() {
    let mut bench = Bench::ready(1, HOUR);
    bench.pass(MINUTE);
    let actions = bench.tell(Event::Rejected);
    assert_eq!(actions[..2], [Action::Drop, Action::Fetch { flight: 1, reason: Reason::Rejected }]);
    assert_eq!(bench.tell(Event::Rejected), [], "once");
    bench.fail(1);
    bench.next_fetch(MINUTE);
    bench.pass(10 * SECOND);
    // The reason stays until there is a new token.
    assert_eq!(reason(&bench.get(0, true)), Some(Reason::Rejected));
}

#[test]
fn rejections_in_a_row_are_slowed_down_even_for_who_insists() {
    let mut bench = Bench::ready(2, HOUR);
    let end = bench.now.mono + 2 * HOUR;
    let mut vends = 0;
    while bench.now.mono < end {
        bench.pass(5);
        let rejected = bench.tell(Event::Rejected);
        let insists = bench.get(0, true);
        let flight = fetched(&rejected).or(fetched(&insists));
        let flight = flight.unwrap_or_else(|| bench.next_fetch(HOUR).expect("an attempt").0);
        bench.vend(flight, HOUR);
        vends += 1;
    }
    assert!((30..90).contains(&vends), "{vends} vends in two hours");
}

#[test]
fn a_token_that_lived_to_its_refresh_ends_the_row() {
    let mut bench = Bench::ready(2, HOUR);
    for flight in 1..8 {
        bench.tell(Event::Rejected);
        bench.next_fetch(HOUR);
        bench.vend(flight, HOUR);
    }
    let (flight, _) = bench.next_fetch(HOUR).expect("a refresh");
    bench.vend(flight, HOUR);
    bench.pass(MINUTE);
    assert!(fetched(&bench.tell(Event::Rejected)).is_some(), "at once");
}

#[test]
fn a_rejection_does_not_cut_a_backoff_short() {
    for seed in 0..20 {
        let mut bench = Bench::ready(seed, 3 * HOUR);
        let (flight, _) = bench.next_fetch(3 * HOUR).expect("a refresh");
        bench.fail_times(8, flight);
        let planned = bench.machine.refresh_at();
        bench.tell(Event::Rejected);
        assert_eq!(bench.machine.refresh_at(), planned);
    }
}

// ── page and network ────────────────────────────────────────────────────────────────────────────

#[test]
fn a_page_that_wakes_without_a_token_tries_at_once() {
    for terminal in [false, true] {
        let mut bench = Bench::started(4);
        bench.fail_times(7, 0);
        let (flight, _) = bench.next_fetch(HOUR).expect("a retry");
        if terminal {
            bench.refuse(flight)
        } else {
            bench.fail(flight)
        };
        bench.pass(SECOND);
        assert!(fetched(&bench.tell(Event::Wake)).is_some());
    }
}

#[test]
fn a_page_that_wakes_with_a_token_keeps_to_its_backoff() {
    let mut bench = Bench::ready(4, 20 * HOUR);
    let (flight, _) = bench.next_fetch(20 * HOUR).expect("a refresh");
    bench.fail_times(7, flight);
    let planned = bench.machine.refresh_at();
    bench.pass(SECOND);
    assert_eq!(fetched(&bench.tell(Event::Wake)), None);
    assert_eq!(bench.machine.refresh_at(), planned);
}

#[test]
fn a_page_that_wakes_from_sleep_does_not_wait_for_the_old_request() {
    let mut bench = Bench::started(4);
    bench.now.wall += HOUR;
    let actions = bench.tell(Event::Wake);
    assert_eq!(actions[0], Action::Abort { flight: 0 });
    // The monotonic clock stood still, and it alone can tell that the last start was long ago.
    assert_eq!(bench.next_fetch(SECOND), Some((1, SECOND)));
}

#[test]
fn sleep_ages_a_token_by_whichever_clock_saw_it() {
    for (wall, mono) in [(2 * HOUR, 0), (0, 2 * HOUR), (2 * HOUR, 2 * HOUR), (-DAY, 2 * HOUR)] {
        let mut bench = Bench::ready(1, HOUR);
        bench.now.wall += wall;
        bench.now.mono += mono;
        let actions = bench.get(0, false);
        assert_eq!((actions[0], outcomes(&actions)), (Action::Drop, vec![]), "{wall} {mono}");
    }
}

#[test]
fn a_wall_clock_set_back_keeps_no_token_alive() {
    let mut bench = Bench::ready(1, HOUR);
    bench.tell(Event::Offline);
    for _ in 0..6 {
        bench.now.wall -= 5 * HOUR;
        bench.now.mono += 10 * MINUTE;
        bench.tell(Event::Timer);
    }
    assert_eq!(bench.machine.token_valid_for(), None);
}

#[test]
fn a_jump_of_the_clocks_is_a_wake() {
    let mut bench = Bench::started(4);
    bench.fail_times(9, 0);
    assert!(bench.machine.refresh_at().is_some_and(|at| at > bench.now.wall + MINUTE));
    bench.pass(SECOND);
    bench.now.wall += 10 * SECOND;
    assert!(fetched(&bench.tell(Event::Timer)).is_some());
}

#[test]
fn offline_nothing_is_sent_but_a_slow_probe() {
    for seed in 0..20 {
        let mut bench = Bench::new(seed);
        bench.tell(Event::Offline);
        assert_eq!(bench.tell(Event::Start), [Action::Arm { delay: HEARTBEAT }, Action::Status(Waiting)]);
        bench.get(0, true);
        for flight in 0..20 {
            let (probe, after) = bench.next_fetch(HOUR).expect("a probe");
            assert_eq!(probe, flight);
            // What was offline from the start may have been told so wrongly: the first probe comes sooner.
            let expected = if flight == 0 { MINUTE..=MINUTE * 3 / 2 } else { 4 * MINUTE..=6 * MINUTE };
            assert!(expected.contains(&after), "probe {flight} after {after} ms");
            bench.fail(probe);
        }
    }
}

#[test]
fn going_offline_later_the_first_probe_is_slow_too() {
    let mut bench = Bench::started(1);
    bench.fail(0);
    bench.tell(Event::Offline);
    let (_, after) = bench.next_fetch(HOUR).expect("a probe");
    assert!((4 * MINUTE..=6 * MINUTE).contains(&after), "after {after} ms");
}

#[test]
fn offline_with_a_token_in_hand_nothing_is_sent() {
    let mut bench = Bench::ready(1, HOUR);
    bench.tell(Event::Offline);
    assert_eq!((bench.machine.refresh_at(), bench.machine.status()), (None, Ready));
    bench.next_fetch(HOUR - SECOND);
    assert_eq!(bench.machine.status(), Waiting, "a refresh is due");
    assert!(bench.next_fetch(HOUR).is_some(), "expired: a token is needed");
}

#[test]
fn a_probe_that_is_answered_shows_that_the_browser_was_wrong() {
    let mut bench = Bench::new(1);
    bench.tell(Event::Offline);
    bench.tell(Event::Start);
    let (flight, _) = bench.next_fetch(HOUR).expect("a probe");
    bench.vend(flight, HOUR);
    assert!(bench.machine.refresh_at().is_some(), "and the token is renewed in time");
    // Not so an answer to a request sent before.
    let mut bench = Bench::started(1);
    bench.tell(Event::Offline);
    bench.vend(0, HOUR);
    assert_eq!(bench.machine.refresh_at(), None);
}

#[test]
fn coming_online_is_spread_unless_someone_waits() {
    let mut delays = Vec::new();
    for seed in 0..20 {
        let mut bench = Bench::new(seed);
        bench.tell(Event::Offline);
        bench.tell(Event::Start);
        bench.pass(SECOND);
        let online = bench.tell(Event::Online);
        delays.push(if fetched(&online).is_some() { 0 } else { bench.next_fetch(SECOND).expect("an attempt").1 });
        let mut bench = Bench::new(seed);
        bench.tell(Event::Offline);
        bench.get(0, false);
        bench.pass(SECOND);
        assert!(fetched(&bench.tell(Event::Online)).is_some(), "at once");
    }
    delays.sort_unstable();
    assert!(delays[19] > 500 && delays[0] < 500, "{delays:?}");
}

#[test]
fn coming_online_ends_a_backoff() {
    for terminal in [false, true] {
        let mut bench = Bench::started(4);
        bench.fail_times(7, 0);
        let (flight, _) = bench.next_fetch(HOUR).expect("a retry");
        if terminal {
            bench.refuse(flight)
        } else {
            bench.fail(flight)
        };
        bench.tell(Event::Offline);
        bench.pass(SECOND);
        bench.tell(Event::Online);
        assert!(bench.machine.refresh_at().is_none_or(|at| at <= bench.now.wall + SECOND));
    }
}

#[test]
fn the_third_unreadable_answer_in_a_row_is_the_last_word() {
    let failure = Failure::Malformed;
    let mut bench = Bench::started(1);
    for flight in 0..3 {
        assert_eq!(bench.machine.status(), Fetching);
        bench.tell(Event::Failed { flight, failure });
        assert_eq!(bench.next_fetch(HOUR).is_some(), flight < 2);
    }
    assert_eq!(bench.machine.status(), Failed);
    // Until someone asks, or the page wakes.
    assert!(fetched(&bench.get(0, false)).is_some());
    bench.tell(Event::Failed { flight: 3, failure });
    assert_eq!(bench.machine.status(), Failed);
    bench.pass(HOUR);
    assert!(fetched(&bench.tell(Event::Wake)).is_some());
}

#[test]
fn unreadable_answers_in_between_are_accidents() {
    let mut bench = Bench::started(1);
    let mut flight = 0;
    for failure in [Failure::Malformed, Failure::Malformed, Failure::Retry { after: None }].repeat(2) {
        bench.tell(Event::Failed { flight, failure });
        flight = bench.next_fetch(HOUR).expect("another attempt").0;
    }
    bench.tell(Event::Failed { flight, failure: Failure::Malformed });
    flight = bench.next_fetch(HOUR).expect("another attempt").0;
    bench.vend(flight, HOUR);
    flight = bench.next_fetch(HOUR).expect("a refresh").0;
    bench.tell(Event::Failed { flight, failure: Failure::Malformed });
    assert!(bench.next_fetch(HOUR).is_some());
}

// ── the end, and the absurd ─────────────────────────────────────────────────────────────────────

#[test]
fn close_ends_everything() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.get(HOUR, true);
    let closed = bench.tell(Event::Close);
    let settle = |call| Action::Settle { call, outcome: Outcome::Closed };
    assert_eq!(closed, [Action::Abort { flight: 0 }, settle(1), settle(2), Action::Disarm, Action::Status(Closed)]);
    for event in [Event::Start, Event::Timer, Event::Wake, Event::Online, Event::Rejected, Event::Close] {
        assert_eq!(bench.tell(event), [], "{event:?}");
    }
    assert_eq!(bench.vend(0, HOUR), []);
    assert_eq!(bench.get(0, false), [settle(3)]);
    let machine = &bench.machine;
    assert_eq!((machine.status(), machine.refresh_at(), machine.token_valid_for()), (Closed, None, None));
}

#[test]
fn no_number_is_too_absurd() {
    // Run with overflow checks, as tests are, this fails for any sum that is not watched.
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let mut number = || {
            let n = [i64::MIN, i64::MIN + 1, -1, 0, 1, 1_800_000_000_000, i64::MAX - 1, i64::MAX];
            n[rng.usize(..n.len())].wrapping_add(rng.i64(-1..=1))
        };
        let mut choice = Rng::with_seed(!seed);
        let now = Now { wall: number(), mono: number() };
        let mut machine = match seed % 2 {
            0 => Machine::new(Policy::default(), seed, now),
            _ => Machine::in_group(Policy::default(), seed, now),
        };
        let mut flight = 0;
        for call in 0..300 {
            let event = match choice.u8(..17) {
                0 => Event::Start,
                1 | 2 => Event::Get { call, min_validity: number(), force: choice.bool() },
                3 => Event::Wake,
                4 => Event::Offline,
                5 => Event::Online,
                6 => Event::Rejected,
                7 | 8 => {
                    let server_now = choice.bool().then(&mut number);
                    Event::Vended { flight, expires_at: Some(number()), server_now }
                }
                9 => Event::Failed { flight, failure: Failure::Retry { after: Some(number()) } },
                10 => Event::Failed { flight, failure: Failure::Terminal },
                11 | 12 => Event::Locked { flight },
                13 => Event::Heard { life: choice.bool().then(&mut number), fresh: choice.bool() },
                14 => Event::HeardFailed { own_fault: false, failure: Failure::Retry { after: Some(number()) } },
                15 => Event::Asked { left: number() },
                _ => Event::Timer,
            };
            let actions = machine.handle(event, Now { wall: number(), mono: number() });
            flight = fetched(&actions).unwrap_or(flight);
            for action in actions {
                if let Action::Lock { flight: id, .. } = action {
                    flight = id;
                }
                assert!(!matches!(action, Action::Arm { delay } if !(1..=HEARTBEAT).contains(&delay)), "{action:?}");
            }
            let _ = (machine.refresh_at(), machine.token_valid_for());
        }
    }
}
