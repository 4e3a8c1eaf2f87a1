//! One run: a client, its device, its network, its service and its application.

use super::ledger::{Ledger, Moment};
use super::storm::STORM_EVENTS;
use crate::check::{Checked, Truth, asks_again, valid_for};
use crate::clocks::{Clocks, DAY, MINUTE, MS, SECOND, log_uniform, server};
use crate::draws;
use crate::history::History;
use crate::host::{Brought, Host};
use crate::invariants::{Seen, Watch};
use crate::service::{Answer, Service};
use crate::tally::Tally;
use fastrand::Rng;
use momento_token_wasm::refresh::{self, Action, Cause, Event, Failure, Machine, Outcome, Policy};
use std::collections::BTreeMap;

pub(crate) struct World {
    pub(super) rng: Rng,
    /// True time.
    pub(super) t: i64,
    pub(super) clocks: Clocks,
    pub(super) policy: Policy,
    pub(super) machine: Machine,
    pub(super) ledger: Ledger,
    pub(super) service: Service,
    /// Replaces the service in runs about clocks.
    pub(super) host: Option<Host>,
    watch: Watch,
    /// The current token, as numbered by the host.
    held: Option<u32>,
    /// Whether requests get through.
    pub(super) connected: bool,
    /// Answers in transit.
    pub(super) answers: Vec<Pending>,
    /// When the timer fires, by true time.
    pub(super) timer: Option<i64>,
    /// Timers are late by up to this much.
    pub(super) late: i64,
    /// Whether answers never contain the server's time.
    pub(super) timeless: bool,
    /// How many tokens the service has vended.
    tokens: u64,
    /// When the last request was sent.
    sent: i64,
    pub(super) calls: u32,
    /// How calls were settled.
    pub(super) outcomes: BTreeMap<u32, Outcome>,
    pub(crate) tally: Tally,
    pub(super) history: History,
}

pub(super) struct Pending {
    pub(super) at: i64,
    pub(super) request: u32,
    pub(super) answer: Answer,
}

impl World {
    pub(crate) fn new(seed: u64, record: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut clocks = Clocks::new(&mut rng);
        let policy = draws::policy(&mut rng);
        let service = Service::new(&mut rng);
        let machine = Machine::new(policy, rng.u64(..), clocks.read(0));
        World {
            ledger: Ledger::new(&policy),
            t: 0,
            clocks,
            policy,
            machine,
            service,
            host: None,
            watch: Watch::default(),
            held: None,
            connected: true,
            answers: Vec::new(),
            timer: None,
            late: 5 * MS,
            timeless: false,
            tokens: 0,
            sent: 0,
            calls: 0,
            outcomes: BTreeMap::new(),
            tally: Tally::default(),
            history: History::new(record),
            rng,
        }
    }

    pub(crate) fn run(&mut self) -> Checked {
        let result = match self.rng.u8(..100) {
            0 => self.rejection_loop(),
            1..10 => self.fair_weather(),
            10..50 => self.wrong_clocks(),
            _ => self.storm(),
        };
        self.tally.seconds += self.t.unsigned_abs() / SECOND.unsigned_abs();
        self.tally.spent_budgets += u64::from(self.ledger.spent_budget());
        result
    }

    /// Until the next thing that the client itself awaits, but not beyond `until`.
    pub(super) fn advance(&mut self, until: i64) -> Checked {
        while self.next().is_some_and(|next| next <= until) {
            self.step()?;
            if self.tally.events >= 4 * STORM_EVENTS {
                return Ok(());
            }
        }
        self.t = self.t.max(until);
        Ok(())
    }

    pub(super) fn next(&self) -> Option<i64> {
        self.answers.iter().map(|pending| pending.at).chain(self.timer).min()
    }

    /// The next answer arrives, or the timer fires.
    pub(super) fn step(&mut self) -> Checked {
        let Some(next) = self.next() else {
            self.t += MINUTE;
            return Ok(());
        };
        self.t = self.t.max(next);
        if let Some(n) = self.answers.iter().position(|pending| pending.at == next) {
            let Pending { request, answer, .. } = self.answers.swap_remove(n);
            return self.arrive(request, answer);
        }
        self.timer = None;
        self.deliver(Event::Timer)
    }

    pub(super) fn sleep(&mut self) -> Checked {
        let span = log_uniform(&mut self.rng, SECOND, 30 * DAY);
        let stopped = self.clocks.sleep(span);
        self.t += span;
        self.tally.sleeps += 1;
        self.tally.stopped_clocks += u64::from(stopped > 0);
        self.note(&format!("slept {} s, monotonic clock stopped: {}", span / SECOND, stopped > 0));
        // Timers count by the monotonic clock, and are late after sleep.
        self.timer = self.timer.map(|at| (at + stopped).max(self.t + self.rng.i64(0..2 * SECOND)));
        for pending in &mut self.answers {
            if pending.at < self.t {
                pending.at = self.t + self.rng.i64(0..SECOND);
                if self.rng.bool() {
                    pending.answer = Answer::Failure(Failure::Retry { after: None });
                }
            }
        }
        if self.rng.u8(..10) < 7 { self.deliver(Event::Wake) } else { Ok(()) }
    }

    pub(super) fn get(&mut self, min_validity: i64, force: bool) -> Result<u32, String> {
        let call = self.calls;
        self.calls += 1;
        self.tally.gets += 1;
        self.deliver(Event::Get { call, min_validity, force })?;
        Ok(call)
    }

    fn send(&mut self, request: u32) {
        self.sent = self.t;
        self.tally.fetches += 1;
        self.tally.probes += u64::from(self.ledger.told_offline());
        if let Some(host) = &mut self.host {
            let (at, brought) = host.reply(self.t, &mut self.rng);
            let answer = brought.map_or(Answer::Failure(Failure::Retry { after: None }), Answer::Dated);
            self.answers.push(Pending { at, request, answer });
        } else if let Some((at, answer)) = self.service.reply(self.connected, self.t, &mut self.rng) {
            self.answers.push(Pending { at, request, answer });
        }
    }

    fn arrive(&mut self, request: u32, answer: Answer) -> Checked {
        let ends = match answer {
            Answer::Failure(failure) => return self.deliver(Event::Failed { request, failure }),
            Answer::Dated(brought) => return self.brought(request, &brought),
            Answer::Token(ends) => ends,
        };
        // Without `Date` only the wall clock is available, and a client cannot detect that it is behind.
        let dated = !self.timeless || self.clocks.ahead < self.clocks.grain;
        self.tokens += 1;
        let answer = refresh::Answer {
            token_hash: self.tokens,
            expires_at: ends.map(server),
            date: dated.then(|| server(self.t) / 1_000 * 1_000),
            ..refresh::Answer::default()
        };
        // A step of the clock looks like a request that took long.
        let set_forward_at = if self.clocks.set_forward_at >= self.sent { 2 * DAY } else { 0 };
        let truth = Truth::of_right_host(ends, &self.clocks, dated, self.t, self.t - self.sent + set_forward_at);
        self.deliver_with(Event::Vended { request, answer }, Some(truth), None)
    }

    /// Delivers an answer of the host.
    fn brought(&mut self, request: u32, brought: &Brought) -> Checked {
        let host = self.host.as_ref().ok_or("no host")?;
        let late = host.late(brought, self.clocks.ahead, self.clocks.grain);
        let truth = Truth { ends: Some(brought.ends), late, error: None };
        self.deliver_with(Event::Vended { request, answer: brought.answer }, Some(truth), Some(brought))
    }

    pub(super) fn deliver(&mut self, event: Event) -> Checked {
        self.deliver_with(event, None, None)
    }

    fn deliver_with(&mut self, event: Event, truth: Option<Truth>, brought: Option<&Brought>) -> Checked {
        let Clocks { grain, set_forward_at, set_backs, .. } = self.clocks;
        let t = self.t;
        let now = self.clocks.read(t);
        let actions = self.machine.handle(event, now);
        self.tally.events += 1;
        self.tally.actions += actions.len() as u64;
        if self.history.kept() {
            self.note(&format!("{event:?}, wall {}, mono {} → {actions:?}", now.wall, now.mono));
        }
        self.ledger.check(
            &Moment { event, t, now, grain, set_forward_at, set_backs, brings: truth },
            &actions,
            &self.machine,
        )?;
        self.tally.passing_refusals += u64::from(asks_again(event, &actions));
        if let Some(host) = &self.host {
            let sound = host.is_sound();
            for action in &actions {
                match action {
                    Action::Install { .. } => self.held = brought.map(|brought| brought.id),
                    Action::Drop => self.held = None,
                    _ => {}
                }
            }
            self.watch.check(&Seen {
                t,
                now,
                ahead: self.clocks.ahead,
                brought,
                sound,
                doubted: actions.iter().any(|action| matches!(action, Action::Uncertain { .. })),
                refused: actions.iter().any(|action| matches!(action, Action::Refuse { .. })),
                installed: actions.iter().any(|action| matches!(action, Action::Install { .. })),
                held: self.held.zip(valid_for(&self.machine)),
                shared: false,
                moved: None,
                next: self.machine.refresh_at(),
            })?;
        }
        actions.iter().for_each(|action| self.carry_out(*action));
        Ok(())
    }

    fn carry_out(&mut self, action: Action) {
        let tally = &mut self.tally;
        match action {
            Action::Fetch { request, .. } => self.send(request),
            Action::Abort { request } => {
                // Some answers to aborted requests arrive nevertheless.
                let late = self.rng.u8(..4) == 0;
                self.answers.retain(|pending| late || pending.request != request);
            }
            Action::Arm { delay } => {
                let early = self.rng.i64(0..MS);
                let late = if self.rng.bool() { self.rng.i64(0..self.late) } else { 0 };
                tally.late_timers += u64::from(late > SECOND);
                self.timer = Some(self.t + delay * MS - early + late);
            }
            Action::Disarm => self.timer = None,
            Action::Install { .. } => tally.installs += 1,
            Action::Drop => tally.drops += 1,
            Action::Refuse { .. } => tally.refusals += 1,
            Action::Uncertain { .. } => tally.doubts += 1,
            Action::Report { cause, .. } => {
                tally.reports += 1;
                tally.timeouts += u64::from(cause == Cause::Timeout);
                tally.failures += u64::from(cause == Cause::Answer);
            }
            Action::Settle { call, outcome } => {
                self.outcomes.insert(call, outcome);
                match outcome {
                    Outcome::Token => tally.tokens += 1,
                    Outcome::Failed { .. } => tally.failed += 1,
                    Outcome::TooShort => tally.too_short += 1,
                    Outcome::Closed => tally.closed += 1,
                }
            }
            // Not sent without siblings, as the ledger has checked.
            Action::Lock { .. }
            | Action::Drain { .. }
            | Action::Unlock
            | Action::Adopt
            | Action::Share { .. }
            | Action::ShareFailure => {}
            Action::Status(_) => {}
        }
    }

    pub(super) fn note(&mut self, what: &str) {
        self.history.note(self.t, what);
    }
}
