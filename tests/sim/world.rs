//! One run: a client, its device, its network, its service and its application.

use crate::clocks::{Clocks, DAY, HOUR, MINUTE, MS, SECOND, log_uniform, server};
use crate::invariants::{Ledger, Moment};
use crate::service::{Answer, Mood, Service};
use crate::tally::Tally;
use fastrand::Rng;
use momento_token_wasm::refresh::{Action, Cause, Event, Failure, Machine, Outcome, Policy, Status};
use std::collections::BTreeMap;

/// A storm ends after so many events, and goes over into fair weather.
const STORM_EVENTS: u64 = 250;

pub(crate) struct World {
    rng: Rng,
    /// True time.
    t: i64,
    clocks: Clocks,
    policy: Policy,
    machine: Machine,
    ledger: Ledger,
    service: Service,
    /// Whether requests get through.
    connected: bool,
    /// Answers on their way.
    answers: Vec<Pending>,
    /// When the timer fires, by true time.
    timer: Option<i64>,
    /// Timers are late by up to this much.
    late: i64,
    /// Answers never tell the server's time.
    timeless: bool,
    calls: u32,
    /// How calls were settled.
    outcomes: BTreeMap<u32, Outcome>,
    pub(crate) tally: Tally,
    history: Option<Vec<String>>,
}

struct Pending {
    at: i64,
    flight: u32,
    answer: Answer,
}

type Checked = Result<(), String>;

/// What may happen in a storm.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Get,
    Insist,
    Abandon,
    Reject,
    Wake,
    Offline,
    Online,
    Cable,
    Sleep,
    SetClock,
    Mood,
    Throttle,
    Stray,
    Start,
    Close,
}

const TURNS: [Turn; 15] = [
    Turn::Get,
    Turn::Insist,
    Turn::Abandon,
    Turn::Reject,
    Turn::Wake,
    Turn::Offline,
    Turn::Online,
    Turn::Cable,
    Turn::Sleep,
    Turn::SetClock,
    Turn::Mood,
    Turn::Throttle,
    Turn::Stray,
    Turn::Start,
    Turn::Close,
];

impl World {
    pub(crate) fn new(seed: u64, record: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut clocks = Clocks::new(&mut rng);
        let policy = if rng.bool() {
            Policy::default()
        } else {
            let lo = rng.f32() * 0.97 + 0.01;
            let hi = lo + rng.f32() * (0.99 - lo);
            Policy::new((lo, hi), log_uniform(&mut rng, 1_000, 60_000)).expect("a sane policy")
        };
        let service = Service::new(&mut rng);
        let machine = Machine::new(policy, rng.u64(..), clocks.read(0));
        World {
            ledger: Ledger::new(&policy),
            t: 0,
            clocks,
            policy,
            machine,
            service,
            connected: true,
            answers: Vec::new(),
            timer: None,
            late: 5 * MS,
            timeless: false,
            calls: 0,
            outcomes: BTreeMap::new(),
            tally: Tally::default(),
            history: record.then(Vec::new),
            rng,
        }
    }

    pub(crate) fn run(&mut self) -> Checked {
        let result = match self.rng.u8(..100) {
            0 => self.rejection_loop(),
            1..10 => self.fair_weather(),
            _ => self.storm(),
        };
        self.tally.seconds += self.t.unsigned_abs() / SECOND.unsigned_abs();
        self.tally.spent_budgets += u64::from(self.ledger.spent_budget);
        result
    }

    pub(crate) fn print_history(&self) {
        self.history.iter().flatten().for_each(|line| println!("{line}"));
    }

    // ── three kinds of runs ─────────────────────────────────────────────────────────────────────

    /// Anything may happen at any time; then all goes well again.
    fn storm(&mut self) -> Checked {
        let pace = log_uniform(&mut self.rng, SECOND / 2, HOUR);
        // Each run has its own habits: things that happen all the time, now and then, or never.
        let habits = TURNS.map(|turn| {
            let often = [0, 1, 1, 3, 10][self.rng.usize(..5)];
            match turn {
                Turn::Close => u32::from(self.rng.u8(..8) == 0),
                Turn::Start => 1,
                _ => often * 4,
            }
        });
        self.timeless = self.rng.u8(..4) == 0;
        if self.rng.bool() {
            self.deliver(Event::Start)?;
        }
        while self.tally.events < STORM_EVENTS {
            let next = (-self.rng.f64().max(1e-9).ln() * pace as f64) as i64;
            self.advance(self.t + next)?;
            let turn = self.choose(&habits);
            self.turn(turn)?;
        }
        if self.machine.status() != Status::Closed {
            self.clear_up()?;
        }
        self.deliver(Event::Close)?;
        self.get(0, false)?;
        Ok(())
    }

    /// Nothing goes wrong: one vend a rotation, and always a token in hand.
    fn fair_weather(&mut self) -> Checked {
        self.tally.fair_runs += 1;
        self.service.ttl = log_uniform(&mut self.rng, SECOND, 4 * HOUR);
        self.service.latency = log_uniform(&mut self.rng, MS, 100 * MS);
        self.service.caches = false;
        self.service.forgets = false;
        self.clocks.grain = MS;
        self.deliver(Event::Start)?;
        self.advance(self.t + SECOND)?;
        self.rotate(6)
    }

    /// Each token is rejected the moment it arrives, by an application that insists on another.
    fn rejection_loop(&mut self) -> Checked {
        self.tally.loops += 1;
        self.service.latency = 20 * MS;
        self.service.ttl = HOUR;
        self.service.caches = false;
        self.service.forgets = false;
        let insists = self.rng.bool();
        let end = self.t + 2 * HOUR;
        let mut call = self.get(0, false)?;
        while self.t < end {
            self.step()?;
            if !self.ledger.waits(call) {
                self.deliver(Event::Rejected)?;
                call = self.get(0, insists)?;
            }
        }
        // The pauses grow to two and a half minutes on average: about fifty-five in two hours.
        match self.tally.fetches {
            20..100 => Ok(()),
            many => Err(format!("{many} vends in two hours of rejections")),
        }
    }

    /// After a storm: a token must come within a bound, and then one a rotation.
    fn clear_up(&mut self) -> Checked {
        self.note("fair weather");
        self.service = Service {
            mood: Mood::Well,
            ttl: log_uniform(&mut self.rng, MINUTE, 30 * MINUTE),
            latency: log_uniform(&mut self.rng, MS, 100 * MS),
            caches: false,
            forgets: false,
        };
        self.connected = true;
        self.late = 5 * MS;
        self.timeless = false;
        // A timer that is late already fires at last.
        self.timer = self.timer.map(|_| self.t);
        for pending in &mut self.answers {
            pending.at = self.t + SECOND;
            pending.answer = Answer::Failure(Failure::Retry { after: None });
        }
        if self.ledger.told_offline() {
            // Or the browser goes on to say that it is offline.
            if self.rng.u8(..3) > 0 {
                self.deliver(Event::Online)?;
            } else {
                self.tally.lies += 1;
            }
        }
        self.token_by(self.bound(), false)?;
        // The token in hand may still be one of the storm's: ask for a new one.
        self.token_by(self.bound(), true)?;
        self.rotate(3)
    }

    /// By when (true time) a token must arrive in fair weather, whatever happened before.
    ///
    /// At worst the flight in the air times out, and then the budget of ten attempts in ten minutes
    /// is waited for; that is longer than any backoff (5 min), pause (5 min) or probe (6 min). What
    /// the server has asked for comes first, with a draw from the backoff on top.
    fn bound(&self) -> i64 {
        let timeout = self.policy.request_timeout() * MS;
        let asked = self.ledger.not_before().map_or(0, |until| until + 5 * MINUTE);
        asked.max(self.t + timeout + 10 * MINUTE) + 10 * SECOND
    }

    /// Someone asks, again and again where that fails, until there is a token.
    fn token_by(&mut self, bound: i64, force: bool) -> Checked {
        let mut call = self.get(0, force)?;
        loop {
            match self.outcomes.get(&call) {
                Some(Outcome::Token) => return Ok(()),
                Some(_) => call = self.get(0, force)?,
                None => self.step()?,
            }
            if self.t > bound {
                return Err("no token in fair weather".into());
            }
        }
    }

    /// So many lives of a token in fair weather.
    fn rotate(&mut self, lives: i64) -> Checked {
        let (from, before) = (self.t, self.tally.fetches);
        let end = from + lives * self.service.ttl;
        let lasting = self.service.ttl >= 10 * SECOND;
        while self.t < end {
            self.step()?;
            if lasting {
                let call = self.get(0, false)?;
                if self.outcomes.get(&call) != Some(&Outcome::Token) {
                    return Err("no token in hand in fair weather".into());
                }
            }
        }
        let vends = (self.tally.fetches - before) as i64;
        let (lo, hi) = self.policy.window();
        let ttl = self.service.ttl;
        // What the life of a token loses on its way: age, latency, server time, margin.
        let lost = 2 * SECOND;
        let share = |life: i64, share: f32| (life.max(0) as f64 * f64::from(share)) as i64;
        let most = (self.t - from) / share(ttl - lost, lo).max(SECOND) + 2;
        let least = (self.t - from) / (share(ttl, hi).max(SECOND) + lost) - 1;
        if vends < least || vends > most {
            return Err(format!("{vends} vends in {lives} lives of a token, expected {least} to {most}"));
        }
        Ok(())
    }

    // ── time ────────────────────────────────────────────────────────────────────────────────────

    /// Until the next thing that the client itself awaits, but not beyond `until`.
    fn advance(&mut self, until: i64) -> Checked {
        while self.next().is_some_and(|next| next <= until) {
            self.step()?;
            if self.tally.events >= 4 * STORM_EVENTS {
                return Ok(());
            }
        }
        self.t = self.t.max(until);
        Ok(())
    }

    fn next(&self) -> Option<i64> {
        self.answers.iter().map(|pending| pending.at).chain(self.timer).min()
    }

    /// The next answer arrives, or the timer fires.
    fn step(&mut self) -> Checked {
        let Some(next) = self.next() else {
            self.t += MINUTE;
            return Ok(());
        };
        self.t = self.t.max(next);
        if let Some(n) = self.answers.iter().position(|pending| pending.at == next) {
            let Pending { flight, answer, .. } = self.answers.swap_remove(n);
            return self.arrive(flight, answer);
        }
        self.timer = None;
        self.deliver(Event::Timer)
    }

    fn sleep(&mut self) -> Checked {
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

    // ── what happens in a storm ─────────────────────────────────────────────────────────────────

    fn choose(&mut self, habits: &[u32]) -> Turn {
        let all: u32 = habits.iter().sum();
        let mut ticket = self.rng.u32(..all);
        for (turn, habit) in TURNS.iter().zip(habits) {
            match ticket.checked_sub(*habit) {
                Some(rest) => ticket = rest,
                None => return *turn,
            }
        }
        Turn::Get
    }

    fn turn(&mut self, turn: Turn) -> Checked {
        match turn {
            Turn::Get | Turn::Insist => {
                let ttl = self.service.ttl / MS;
                let choices = [0, -1, 10_000, 10_000, self.rng.i64(0..ttl), ttl + ttl / 5, i64::MAX, i64::MIN];
                let min_validity = choices[self.rng.usize(..choices.len())];
                self.get(min_validity, matches!(turn, Turn::Insist)).map(drop)
            }
            Turn::Abandon => {
                let call = self.ledger.a_waiting_call(self.rng.usize(..)).unwrap_or(self.calls);
                self.tally.abandons += 1;
                self.deliver(Event::Abandon { call })
            }
            Turn::Reject => {
                self.tally.rejections += u64::from(self.ledger.has_token());
                self.deliver(Event::Rejected)
            }
            Turn::Wake => {
                self.tally.wakes += 1;
                self.deliver(Event::Wake)
            }
            Turn::Offline => {
                self.connected = self.rng.u8(..4) == 0;
                self.tally.offline += 1;
                self.deliver(Event::Offline)
            }
            Turn::Online => {
                self.connected = self.rng.u8(..8) > 0;
                self.deliver(Event::Online)
            }
            Turn::Cable => {
                self.connected = self.rng.bool();
                self.note(if self.connected { "plugged in" } else { "unplugged" });
                Ok(())
            }
            Turn::Sleep => self.sleep(),
            Turn::SetClock => {
                let by = log_uniform(&mut self.rng, SECOND, DAY) * if self.rng.bool() { 1 } else { -1 };
                if self.clocks.set(by, self.t) {
                    self.note(&format!("wall clock set by {} s", by / SECOND));
                    self.tally.set_forward += u64::from(by > 0);
                    self.tally.set_back += u64::from(by < 0);
                }
                Ok(())
            }
            Turn::Mood => {
                self.service.change_mood(&mut self.rng);
                self.note(&format!("the service is {:?}", self.service.mood));
                Ok(())
            }
            Turn::Throttle => {
                self.late = [5 * MS, 5 * MS, SECOND, MINUTE, 5 * MINUTE][self.rng.usize(..5)];
                Ok(())
            }
            Turn::Stray => {
                // An answer to no request that is in the air: late, doubled or made up.
                let flight = self.rng.u32(..10);
                if self.ledger.in_air() == Some(flight) {
                    return Ok(());
                }
                self.tally.strays += 1;
                match self.rng.bool() {
                    true => self.deliver(Event::Failed { flight, failure: Failure::Terminal }),
                    false => self.deliver(Event::Vended { flight, expires_at: None, server_now: None }),
                }
            }
            Turn::Start => self.deliver(Event::Start),
            Turn::Close => self.deliver(Event::Close),
        }
    }

    fn get(&mut self, min_validity: i64, force: bool) -> Result<u32, String> {
        let call = self.calls;
        self.calls += 1;
        self.tally.gets += 1;
        self.deliver(Event::Get { call, min_validity, force })?;
        Ok(call)
    }

    // ── network ─────────────────────────────────────────────────────────────────────────────────

    fn send(&mut self, flight: u32) {
        self.tally.fetches += 1;
        self.tally.probes += u64::from(self.ledger.told_offline());
        let answer = if self.connected {
            self.service.answer(self.t, &mut self.rng)
        } else {
            let at = self.t + log_uniform(&mut self.rng, MS, SECOND);
            Some((at, Answer::Failure(Failure::Retry { after: None })))
        };
        if let Some((at, answer)) = answer {
            self.answers.push(Pending { at, flight, answer });
        }
    }

    fn arrive(&mut self, flight: u32, answer: Answer) -> Checked {
        let expires = match answer {
            Answer::Failure(failure) => return self.deliver(Event::Failed { flight, failure }),
            Answer::Token(expires) => expires,
        };
        let server_now = server(self.t);
        // Where the driver cannot tell the server's time the wall clock must do, and a client
        // whose wall clock is behind cannot know. Where it can, it errs to the late side.
        let (measured, error) = if self.timeless && self.clocks.ahead >= self.clocks.grain {
            (None, self.clocks.ahead / MS + 1)
        } else {
            let error = self.rng.i64(0..500);
            (Some(server_now + error), error)
        };
        let expires_at = expires.map(server);
        let event = Event::Vended { flight, expires_at, server_now: measured };
        self.deliver_with(event, Some((expires, error)))
    }

    // ── the driver ──────────────────────────────────────────────────────────────────────────────

    fn deliver(&mut self, event: Event) -> Checked {
        self.deliver_with(event, None)
    }

    fn deliver_with(&mut self, event: Event, vended: Option<(Option<i64>, i64)>) -> Checked {
        let Clocks { grain, leapt, set_backs, .. } = self.clocks;
        let t = self.t;
        let now = self.clocks.read(t);
        let actions = self.machine.handle(event, now);
        self.tally.events += 1;
        self.tally.actions += actions.len() as u64;
        if self.history.is_some() {
            self.note(&format!("{event:?}, wall {}, mono {} → {actions:?}", now.wall, now.mono));
        }
        self.ledger.check(&Moment { event, t, now, grain, leapt, set_backs, vended }, &actions, &self.machine)?;
        actions.iter().for_each(|action| self.carry_out(*action));
        Ok(())
    }

    fn carry_out(&mut self, action: Action) {
        let tally = &mut self.tally;
        match action {
            Action::Fetch { flight, .. } => self.send(flight),
            Action::Abort { flight } => {
                // Some answers to aborted requests arrive all the same.
                let late = self.rng.u8(..4) == 0;
                self.answers.retain(|pending| late || pending.flight != flight);
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
            // No siblings: the ledger has seen to it.
            Action::Lock { .. } | Action::Unlock | Action::Adopt | Action::Share { .. } | Action::ShareFailure => {}
            Action::Status(_) => {}
        }
    }

    fn note(&mut self, what: &str) {
        let t = self.t;
        if let Some(history) = &mut self.history {
            let (seconds, micros) = (t / SECOND, t % SECOND);
            history.push(format!("{seconds:>9}.{micros:06}  {what}"));
        }
    }
}
