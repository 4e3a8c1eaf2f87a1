//! How the driver handles events and actions, and the service handles requests.

use super::ledger::{Moment, Token};
use super::locks;
use super::messages::{self, Message, Told};
use super::tab::{Arrival, State, What};
use super::world::World;
use crate::check::{Checked, asks_again, valid_for};
use crate::clocks::{Clocks, MS, SECOND};
use crate::host::Brought;
use crate::invariants::Seen;
use crate::service::Answer;
use momento_token_wasm::refresh::{Action, Cause, Event, Failure, Lifetime, Outcome, Status};

/// The longest that the owner of the lock listens (ms).
const LISTEN_TIME: i64 = 100;

/// The longest that it drains the channel (ms).
const DRAIN_TIMEOUT: i64 = 500;

/// The longest that the lock is kept (ms) between an uncertain answer and the confirming request.
const MAX_LOCK_HOLD: i64 = 7_000;

impl World {
    pub(crate) fn get(&mut self, n: usize, min_validity: i64, force: bool) -> Result<u32, String> {
        let call = self.calls;
        self.calls += 1;
        self.tally.gets += 1;
        self.deliver(n, Event::Get { call, min_validity, force })?;
        Ok(call)
    }

    pub(crate) fn deliver(&mut self, n: usize, event: Event) -> Checked {
        self.deliver_with(n, event, None, None)
    }

    pub(super) fn deliver_with(
        &mut self,
        n: usize,
        event: Event,
        brings: Option<(Token, i64)>,
        brought: Option<&Brought>,
    ) -> Checked {
        // Three timers may be late meanwhile: those that end the listening (by two seconds after sleep), the draining
        // and the request.
        let (t, limit) =
            (self.t, self.policy.request_timeout() + LISTEN_TIME + DRAIN_TIMEOUT + (3 * self.latest + 3 * SECOND) / MS);
        let kept = if self.tabs[n].ledger.keeps_lock() { MAX_LOCK_HOLD } else { 0 };
        let limit = limit + kept;
        let tab = &mut self.tabs[n];
        let Clocks { grain, set_forward_at, set_backs, .. } = tab.clocks;
        let now = tab.clocks.read(t);
        let actions = tab.machine.handle(event, now);
        let moment = Moment { event, t, now, grain, set_forward_at, set_backs, brings };
        let checked = tab.ledger.check(&moment, &actions, &tab.machine);
        let due = tab.machine.refresh_at().map(|at| at - now.wall);
        let (id, held) = (tab.id, tab.locked.map_or(0, |since| now.mono - since));
        self.tally.events += 1;
        if self.history.kept() {
            self.note(&format!(
                "tab {id}: {event:?}, wall {}, mono {} → {actions:?}, due in {due:?}",
                now.wall, now.mono
            ));
        }
        checked.map_err(|broken| format!("tab {id}: {broken}"))?;
        self.tally.passing_refusals += u64::from(asks_again(event, &actions));
        let sees = |wanted: fn(&Action) -> bool| actions.iter().any(wanted);
        let doubted = sees(|action| matches!(action, Action::Uncertain { .. }));
        let installed = sees(|action| matches!(action, Action::Install { .. }));
        let refused = sees(|action| matches!(action, Action::Refuse { .. }));
        for action in actions {
            self.carry_out(n, event, action, brings, kept > 0);
        }
        if let Some(host) = &self.host {
            let sound = host.is_sound();
            let tab = &mut self.tabs[n];
            let watched = tab.watch.check(&Seen {
                t,
                now,
                ahead: tab.clocks.ahead,
                brought,
                sound,
                doubted,
                refused,
                installed,
                held: tab.token.map(|token| token.id).zip(valid_for(&tab.machine)),
                shared: true,
                moved: match event {
                    Event::SiblingToken { token_hash, extended: true, .. } => Some(token_hash as u32),
                    _ => None,
                },
                next: tab.machine.refresh_at(),
            });
            watched.map_err(|broken| format!("tab {id}: {broken}"))?;
        }
        if self.tabs[n].locked.is_some() && held > limit {
            return Err(format!("tab {id}: has held the lock for {held} ms"));
        }
        Ok(())
    }

    fn carry_out(&mut self, n: usize, event: Event, action: Action, brings: Option<(Token, i64)>, kept: bool) {
        let (id, t) = (self.tabs[n].id, self.t);
        let brought = brings.map(|(token, _)| token);
        match action {
            Action::Fetch { request, .. } => {
                let mono = self.tabs[n].clocks.clone().read(t).mono;
                if kept {
                    self.tabs[n].locked = self.tabs[n].locked.map(|_| mono);
                }
                self.send(n, request);
            }
            Action::Abort { request } => {
                // Some answers to aborted requests arrive nevertheless.
                let late = self.rng.u8(..4) == 0;
                let of = |arrival: &Arrival| match arrival.what {
                    What::Token { request, .. } | What::Dated { request, .. } | What::Failure { request, .. } => {
                        Some(request)
                    }
                    _ => None,
                };
                self.arrivals.retain(|arrival| late || arrival.tab != id || of(arrival) != Some(request));
            }
            Action::Arm { delay } => {
                let early = self.rng.i64(0..MS);
                let late = if self.rng.bool() { self.rng.i64(0..self.late) } else { 0 };
                self.tally.late_timers += u64::from(late > SECOND);
                self.latest = self.latest.max(late);
                let due = t + delay * MS - early + late;
                // In pages that are hidden all timers fire once a second, one right after another.
                let held = if self.hidden { (SECOND - due).rem_euclid(SECOND) + self.rng.i64(0..MS) } else { 0 };
                self.latest = self.latest.max(held);
                self.tabs[n].timer = Some(due + held);
            }
            Action::Disarm => self.tabs[n].timer = None,
            Action::Install { .. } => {
                self.tabs[n].token = brought;
                self.tally.installs += 1;
            }
            Action::Adopt => {
                self.tally.moved_ends += u64::from(matches!(event, Event::SiblingToken { extended: true, .. }));
                self.tabs[n].token = brought;
                self.tally.adoptions += 1;
                self.tally.answered_asks += u64::from(matches!(event, Event::SiblingToken { fresh: false, .. }));
            }
            Action::Drop => {
                self.tabs[n].token = None;
                self.tally.drops += 1;
            }
            Action::Refuse { .. } => self.tally.refusals += 1,
            Action::Uncertain { .. } => {
                self.tally.doubts += 1;
                // The time for which it keeps the lock starts again.
                let mono = self.tabs[n].clocks.clone().read(t).mono;
                self.tabs[n].locked = self.tabs[n].locked.map(|_| mono);
            }
            Action::Report { cause, .. } => {
                self.tally.timeouts += u64::from(cause == Cause::Timeout);
                self.tally.failures += u64::from(cause == Cause::Answer);
                self.tally.heard_failures += u64::from(cause == Cause::Sibling);
            }
            Action::Settle { call, outcome } => {
                self.tabs[n].outcomes.insert(call, outcome);
                match outcome {
                    Outcome::Token => self.tally.tokens += 1,
                    Outcome::Failed { .. } => self.tally.failed += 1,
                    Outcome::TooShort => self.tally.too_short += 1,
                    Outcome::Closed => self.tally.closed += 1,
                }
            }
            Action::Lock { request, left } => self.lock(id, request, left),
            Action::Drain { request } => self.drain(id, request),
            Action::Unlock => {
                self.tabs[n].locked = None;
                let held = self.leave(id);
                self.tally.cancelled_requests += u64::from(!held);
            }
            Action::Share { fresh, extended, date } => {
                let left = self.tabs[n].machine.token_valid_for().unwrap_or(Lifetime::ZERO);
                let sent_at = self.tabs[n].clocks.read(t).wall;
                if let Some(token) = self.tabs[n].token {
                    self.tell(id, Message::Token(Told { token, left, sent_at, fresh, extended, date, at: t }));
                }
            }
            Action::ShareFailure => {
                let failure = match event {
                    Event::Failed { failure, .. } => failure,
                    _ => Failure::Retry { after: None },
                };
                // A request without a response. An expired token or a timeout is attributed to the service.
                let own_fault = matches!(event, Event::Failed { failure: Failure::Retry { after: None }, .. });
                self.tell(id, Message::Failure { own_fault, failure });
            }
            Action::Status(status) => {
                // The end: the driver forgets its token.
                if status == Status::Closed {
                    self.tabs[n].token = None;
                }
            }
        }
    }

    fn lock(&mut self, id: u32, request: u32, left: Lifetime) {
        if self.channel.mode == messages::Mode::Absent {
            // The lock is not needed, so it is granted at once.
            return self.post(Arrival { at: self.t, tab: id, what: What::Locked { request } });
        }
        let grant = self.locks.ask(id, request, &mut self.rng);
        self.grant(grant);
        self.tell(id, Message::Ask { left });
    }

    /// Sends two messages to the tab itself, one after the other.
    fn drain(&mut self, id: u32, request: u32) {
        let once = |world: &mut World| match world.channel.mode {
            messages::Mode::Absent => Some(0),
            _ => world.channel.latency(&mut world.rng),
        };
        match (once(self), once(self)) {
            (Some(there), Some(again)) => {
                self.post(Arrival { at: self.t + there + again, tab: id, what: What::Drained { request } });
            }
            _ => self.tally.lost_echoes += 1,
        }
    }

    /// Sends a message to all other tabs, in order.
    fn tell(&mut self, from: u32, message: Message) {
        if self.channel.mode == messages::Mode::Absent {
            return;
        }
        for n in 0..self.tabs.len() {
            let (tab, state) = (self.tabs[n].id, self.tabs[n].state);
            if tab == from || state == State::Cached {
                continue;
            }
            let Some(latency) = self.channel.latency(&mut self.rng) else {
                self.tally.lost_messages += 1;
                continue;
            };
            self.tally.messages += 1;
            let before = self.arrivals.iter().filter(|arrival| {
                arrival.tab == tab && matches!(arrival.what, What::Message { from: other, .. } if other == from)
            });
            let at = before.map(|arrival| arrival.at).max().unwrap_or(0).max(self.t + latency);
            self.post(Arrival { at, tab, what: What::Message { from, message } });
        }
    }

    // ── the network ─────────────────────────────────────────────────────────────────────────────

    fn send(&mut self, n: usize, request: u32) {
        let tab = &self.tabs[n];
        let id = tab.id;
        self.tally.fetches += 1;
        self.tally.probes += u64::from(self.offline);
        self.tally.unlocked_fetches += u64::from(tab.locked.is_none() && self.locks.mode == locks::Mode::Works);
        self.sent.push(self.t);
        self.sender = n;
        if let Some(host) = &mut self.host {
            let (at, brought) = host.reply(self.t, &mut self.rng);
            let failed = What::Failure { request, failure: Failure::Retry { after: None } };
            let what = brought.map_or(failed, |brought| What::Dated { request, brought });
            return self.post(Arrival { at, tab: id, what });
        }
        let Some((at, answer)) = self.service.reply(self.connected, self.t, &mut self.rng) else { return };
        let what = match answer {
            Answer::Failure(failure) => What::Failure { request, failure },
            Answer::Token(expires) => What::Token { request, id: self.mint(at, expires) },
            Answer::Dated(brought) => What::Dated { request, brought },
        };
        self.post(Arrival { at, tab: id, what });
    }

    /// A token that arrives at `at`: a new one, or the one that the service keeps.
    fn mint(&mut self, at: i64, expires: Option<i64>) -> u32 {
        let kept = self.cached.filter(|token| token.expires.is_some_and(|end| end - at > self.service.ttl / 10));
        if let (true, Some(kept)) = (self.service.caches, kept) {
            return kept.id;
        }
        let token = Token { id: self.tokens.len() as u32, expires, late: 0 };
        self.tokens.push(token);
        self.cached = Some(token);
        token.id
    }

    /// The service no longer accepts what it has vended.
    pub(crate) fn revoke(&mut self) {
        self.cached = None;
        self.tally.revocations += 1;
        self.note("all tokens are revoked");
    }
}
