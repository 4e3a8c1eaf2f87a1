//! What each event changes.

use super::super::event::{Action, Cause, Event, Failure, Outcome};
use super::super::{backoff, clock};
use super::plan::{self, Plan};
use super::{Flight, Held, Machine, Phase};
use alloc::vec::Vec;

/// The most that a server's `Retry-After` is granted (ms).
const MAX_RETRY_AFTER: i64 = 3_600_000;

/// So many unreadable answers in a row are no accident.
const MALFORMED: u8 = 3;

/// A page that comes online waits for up to this long (ms) unless someone waits for it: all pages
/// behind one router come online together.
const ONLINE_SPREAD: i64 = 1_000;

/// A token that was in hand for so long (ms) without being rejected was a good one, even if its
/// refresh is still far off.
const PROVEN: i64 = 3_600_000;

impl Machine {
    pub(super) fn take(&mut self, event: Event, out: &mut Vec<Action>) {
        match event {
            Event::Start => self.open(),
            Event::Get { call, min_validity, force } => {
                self.open();
                self.get(call, min_validity, force, out);
            }
            Event::Abandon { call } => self.calls.remove(call),
            Event::Rejected => self.reject(out),
            // Whatever it was armed for is found due, or not, without being told.
            Event::Timer => self.armed = None,
            Event::Wake => {
                // A timer set before a freeze or sleep may come very late: as good as overdue.
                self.armed = self.armed.and(Some(i64::MIN));
                self.wake();
            }
            Event::Online => self.online(),
            Event::Offline => {
                if self.offline.is_none() {
                    // A page that has never been online may be told so wrongly from the first, and has nothing in hand.
                    let soon = self.attempts.none_yet();
                    self.offline = Some(self.draw_probe(if soon { plan::FIRST_PROBE } else { plan::PROBE }));
                }
            }
            Event::Vended { flight, expires_at, server_now } => {
                if let Some(flight) = self.land(flight) {
                    if flight.probe {
                        // An answer: the browser was wrong.
                        self.offline = None;
                    }
                    let server_now = server_now.unwrap_or(self.time.wall());
                    let life = expires_at.map(|at| at.saturating_sub(server_now));
                    self.vended(flight.id, life, out);
                }
            }
            Event::Failed { flight, failure } => {
                if let Some(flight) = self.land(flight) {
                    self.fail(flight.id, Cause::Answer, failure, out);
                }
            }
            Event::Close => self.close(out),
            Event::Locked { flight } => self.locked(flight),
            Event::Heard { life, fresh } => self.heard(life, fresh, out),
            Event::HeardFailed { failure } => self.heard_failure(failure, out),
            Event::Asked { left } => self.asked(left, out),
        }
    }

    fn open(&mut self) {
        if self.phase == Phase::Idle {
            self.phase = Phase::Open;
            self.at = self.now();
        }
    }

    fn get(&mut self, call: u32, min_validity: i64, force: bool, out: &mut Vec<Action>) {
        let now = self.now();
        let outcome = match &self.token {
            Some(token) if !force && token.left(now) >= min_validity => Outcome::Token,
            // What it asks for even a fresh token has not; and this one still counts as fresh.
            Some(token) if !force && token.life < min_validity && now < token.refresh => Outcome::TooShort,
            _ => return self.calls.add(call, min_validity, force),
        };
        out.push(Action::Settle { call, outcome });
    }

    fn reject(&mut self, out: &mut Vec<Action>) {
        if self.token.take().is_none() {
            return;
        }
        out.push(Action::Drop);
        let pause = match self.rejections {
            0 => 0,
            nth => backoff::delay(&mut self.rng, nth, i64::MAX),
        };
        self.rejections = self.rejections.saturating_add(1);
        self.replacing = true;
        // A service that fails is not asked any sooner for it.
        let earliest = if self.attempts.failing() { self.at } else { 0 };
        self.plan = Plan::Pause;
        self.at = self.in_ms(pause).max(earliest);
    }

    pub(super) fn wake(&mut self) {
        let stuck = match self.plan {
            Plan::Retry => self.token.is_none(),
            Plan::Demand => true,
            _ => false,
        };
        if stuck {
            self.plan = Plan::Hurry;
            self.at = self.now();
        }
    }

    fn online(&mut self) {
        let was_offline = self.offline.take().is_some();
        self.wake();
        if was_offline {
            let spread = backoff::uniform(&mut self.rng, ONLINE_SPREAD);
            self.at = self.at.max(self.in_ms(spread));
        }
    }

    /// Takes the flight out of the air, if it is this one.
    fn land(&mut self, id: u32) -> Option<Flight> {
        self.flight.take_if(|flight| flight.id == id)
    }

    fn vended(&mut self, flight: u32, life: Option<i64>, out: &mut Vec<Action>) {
        // What the clocks cannot tell for certain is taken off, see there.
        let life = life.map_or(i64::MAX, |life| life.saturating_sub(clock::TOLERANCE));
        if life <= 0 {
            out.push(Action::Refuse { flight });
            let failure = Failure::Retry { after: None };
            return self.fail(flight, Cause::Expired, failure, out);
        }
        self.hold(life);
        self.attempts.succeeded();
        self.not_before = 0;
        out.push(Action::Install { flight });
        if self.shared {
            out.push(Action::Share { fresh: true });
        }
        self.calls.serve(life, out);
        self.unlock(out);
    }

    /// Takes a token in hand that is good for `life` (ms), and plans its refresh.
    pub(super) fn hold(&mut self, life: i64) {
        let limited = life < i64::MAX;
        let refresh = if limited { self.draw_refresh(life) } else { i64::MAX };
        self.token = Some(Held {
            expires: limited.then(|| self.in_ms(life)),
            life,
            refresh,
            proven: refresh.min(self.in_ms(PROVEN)),
        });
        self.seen_token = true;
        self.replacing = false;
        self.malformed = 0;
        self.plan = Plan::Refresh;
        self.at = refresh;
    }

    pub(super) fn fail(&mut self, flight: u32, cause: Cause, failure: Failure, out: &mut Vec<Action>) {
        self.attempts.failed();
        // With a token in hand there is time, but no more than it lasts.
        let within = self.token_valid_for().unwrap_or(i64::MAX);
        let mut delay = self.attempts.delay(&mut self.rng, within);
        self.malformed = if failure == Failure::Malformed { self.malformed.saturating_add(1) } else { 0 };
        self.plan = match failure {
            Failure::Retry { .. } => Plan::Retry,
            Failure::Malformed if self.malformed < MALFORMED => Plan::Retry,
            Failure::Malformed | Failure::Terminal => Plan::Demand,
        };
        if let Failure::Retry { after } = failure {
            // On top, not instead: all who were told the same do not return at the same moment.
            delay = delay.saturating_add(asked(after));
        }
        self.heed(failure);
        self.at = self.in_ms(delay);
        // The callers of this attempt bring about no other.
        let mut calls = core::mem::take(&mut self.calls);
        out.push(Action::Report { flight, cause, retry_at: self.refresh_at() });
        calls.settle(Outcome::Failed { flight }, out);
        if self.shared && cause != Cause::Sibling {
            out.push(Action::ShareFailure);
            self.unlock(out);
        }
    }

    /// Before the server wants it there is no attempt. That a sibling was not told to wait takes nothing back.
    pub(super) fn heed(&mut self, failure: Failure) {
        if let Failure::Retry { after } = failure {
            self.not_before = self.not_before.max(self.in_ms(asked(after)));
        }
    }

    fn close(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Closed;
        self.token = None;
        if let Some(flight) = self.flight.take() {
            out.push(Action::Abort { flight: flight.id });
            self.unlock(out);
        }
        if self.turn.take().is_some() {
            self.unlock(out);
        }
        self.calls.settle(Outcome::Closed, out);
    }
}

/// For how long (ms) the server asked not to be asked, as far as that is granted.
fn asked(after: Option<i64>) -> i64 {
    after.unwrap_or(0).clamp(0, MAX_RETRY_AFTER)
}
