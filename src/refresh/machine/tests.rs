//! Tests of single rules. `tests/sim` tests them in combination.

mod callers;
mod end;
mod extremes;
mod failures;
mod group;
mod inherited;
mod page;
mod refusals;
mod rejections;
mod schedule;
mod uncertain;

use super::super::action::Status::*;
use super::super::action::{Action, Cause, Outcome, Reason};
use super::super::clock::Now;
use super::super::event::{Event, Failure};
use super::super::life::Answer;
use super::super::lifetime::Lifetime;
use super::super::policy::Policy;
use super::super::timer::HEARTBEAT;
use super::Machine;
use fastrand::Rng;
use std::sync::atomic::{AtomicU64, Ordering};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the machine subtracts from a token's life.
const MARGIN: i64 = 350;

/// A machine with a timer, on a client whose clocks agree.
struct Bench {
    machine: Machine,
    now: Now,
    timer: Option<i64>,
    calls: u32,
    /// Whether messages to itself are lost.
    loses_messages: bool,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let now = Now { wall: 1_800_000_000_000, mono: 7_000 };
        Bench { machine: Machine::new(Policy::default(), seed, now), now, timer: None, calls: 0, loses_messages: false }
    }

    /// One of several tabs.
    fn in_group(seed: u64) -> Self {
        let now = Now { wall: 1_800_000_000_000, mono: 7_000 };
        Bench {
            machine: Machine::in_group(Policy::default(), seed, now),
            now,
            timer: None,
            calls: 0,
            loses_messages: false,
        }
    }

    /// A machine with a pending request.
    fn started(seed: u64) -> Self {
        let mut bench = Bench::new(seed);
        let actions = bench.send(Event::Start);
        assert!(actions.contains(&Action::Fetch { request: 0, reason: Reason::First }), "{actions:?}");
        bench
    }

    /// A machine whose token has this remaining life (ms), including the margin.
    fn ready(seed: u64, life: i64) -> Self {
        let mut bench = Bench::started(seed);
        let actions = bench.vend(0, life);
        assert!(actions.contains(&Action::Install { request: 0 }), "{actions:?}");
        bench
    }

    /// The current token's remaining life (ms).
    fn left(&self) -> Option<i64> {
        self.machine.token_valid_for().map(|left| left.millis().expect("a token that expires"))
    }

    fn send(&mut self, event: Event) -> Vec<Action> {
        if event == Event::Timer {
            self.timer = None;
        }
        let actions = self.machine.handle(event, self.now);
        let mut drained = None;
        for action in &actions {
            match action {
                Action::Arm { delay } => self.timer = Some(self.now.mono + delay),
                Action::Disarm => self.timer = None,
                Action::Drain { request } if !self.loses_messages => drained = Some(*request),
                _ => {}
            }
        }
        match drained {
            Some(request) => [actions, self.send(Event::Drained { request })].concat(),
            None => actions,
        }
    }

    fn pass(&mut self, ms: i64) {
        self.now.wall += ms;
        self.now.mono += ms;
    }

    /// Lets time pass until the first request, timer by timer. Returns its number and how long it took.
    fn next_fetch(&mut self, within: i64) -> Option<(u32, i64)> {
        let from = self.now.mono;
        while let Some(at) = self.timer
            && at - from <= within
        {
            self.pass(at - self.now.mono);
            if let Some(request) = fetched(&self.send(Event::Timer)) {
                return Some((request, at - from));
            }
        }
        self.pass(from + within - self.now.mono);
        None
    }

    fn vend(&mut self, request: u32, life: i64) -> Vec<Action> {
        let answer = Answer { token_hash: new_token(), stated_expiry: Some(self.now.wall + life), ..Answer::default() };
        self.send(Event::Vended { request, answer })
    }

    fn fail(&mut self, request: u32) -> Vec<Action> {
        self.send(Event::Failed { request, failure: Failure::Retry { after: None } })
    }

    fn refuse(&mut self, request: u32) -> Vec<Action> {
        self.send(Event::Failed { request, failure: Failure::Terminal })
    }

    fn get(&mut self, min_validity: i64, force: bool) -> Vec<Action> {
        self.calls += 1;
        self.send(Event::Get { call: self.calls, min_validity, force })
    }

    /// Fails this many requests in a row.
    fn fail_times(&mut self, times: u32, mut request: u32) {
        for _ in 1..times {
            self.fail(request);
            request = self.next_fetch(HOUR).expect("another attempt").0;
        }
        self.fail(request);
    }
}

/// The hash of a new token.
fn new_token() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

fn fetched(actions: &[Action]) -> Option<u32> {
    actions.iter().find_map(|action| match action {
        Action::Fetch { request, .. } => Some(*request),
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
