//! What each event changes.

use super::super::backoff::{self, GRACE};
use super::super::calls::{Call, Fate};
use super::super::clock::tame;
use super::super::event::*;
use super::super::life::{Answer, REASK_SPREAD, Sighting, UNCERTAINTY, Verdict};
use super::plan::{self, Plan};
use super::{ALWAYS, Flight, Held, Machine, Phase};

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
    pub(super) fn take(&mut self, Signal { event, id, ms, more, answer }: Signal) {
        match event {
            START => self.open(),
            GET => {
                self.open();
                self.get(Call { id, min_validity: ms, force: more == 1 });
            }
            ABANDON => self.settle(Fate::Left(id)),
            REJECTED => self.reject(),
            // Whatever it was armed for is found due, or not, without being told.
            TIMER => self.armed = NEVER,
            WAKE => {
                self.held_up = 0;
                self.far_behind = 0;
                // A timer set before a freeze or sleep may come very late: as good as overdue.
                if self.armed != NEVER {
                    self.armed = NONE;
                }
                self.wake();
            }
            HIDDEN => self.held_up = ALWAYS,
            ONLINE => self.online(),
            OFFLINE if self.offline.is_none() => {
                // A page that has never been online may be told so wrongly from the first, and has nothing in hand.
                let soon = self.attempts.none_yet();
                self.offline = Some(self.draw(if soon { plan::FIRST_PROBE } else { plan::PROBE }));
            }
            VENDED | FAILED => {
                let Some(flight) = self.land(id) else { return };
                if event == FAILED {
                    return self.fail(id, Cause::Answer, more, ms);
                }
                if flight.probe {
                    // An answer: the browser was wrong.
                    self.offline = None;
                }
                self.vended(flight, answer);
            }
            CLOSE => self.close(),
            LOCKED => self.locked(id),
            CLEARED => self.cleared(id),
            SPENT => self.attempts.inherited(self.time.awake() - tame(ms).max(0)),
            HEARD => self.heard(answer, ms, more),
            HEARD_FAILED => self.heard_failure(more, ms, id == 1),
            ASKED => self.asked(ms),
            _ => {}
        }
    }

    fn open(&mut self) {
        if self.phase == Phase::Idle {
            self.phase = Phase::Open;
            self.at = self.now();
        }
    }

    fn get(&mut self, call: Call) {
        let (now, left) = (self.now(), self.left());
        let outcome = match &self.token {
            Some(_) if !call.force && left >= call.min_validity => GIVEN,
            // What it asks for even a fresh token has not; and this one still counts as fresh.
            Some(token) if !call.force && token.life < call.min_validity && now < token.refresh => TOO_SHORT,
            _ => return self.calls.0.push(call),
        };
        self.act(SETTLE, outcome, call.id, 0);
    }

    fn reject(&mut self) {
        // It may have ended in the meantime. Even so it does not count as a token that was good to the end.
        self.ended = None;
        if self.token.take().is_none() {
            return;
        }
        self.act(DROP, 0, 0, 0);
        let pause = match self.rejections {
            0 => 0,
            nth => backoff::delay(&mut self.dice, nth, NEVER),
        };
        self.rejections = self.rejections.saturating_add(1);
        self.replacing = true;
        // A service that fails is not asked any sooner for it.
        let earliest = if self.attempts.failing() { self.at } else { 0 };
        self.plan = Plan::Pause;
        self.at = self.in_ms(pause).max(earliest);
    }

    #[inline(never)]
    pub(super) fn wake(&mut self) {
        let stuck = match self.plan {
            Plan::Retry => self.token.is_none(),
            Plan::Refused | Plan::Demand => true,
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
            let at = self.draw((0, ONLINE_SPREAD));
            self.at = self.at.max(at);
            if let Some(token) = &mut self.token {
                token.opens = token.opens.max(at);
            }
        }
    }

    /// Takes the flight out of the air, if it is this one.
    fn land(&mut self, id: u32) -> Option<Flight> {
        self.flight.take_if(|flight| flight.id == id)
    }

    fn vended(&mut self, flight: Flight, answer: Answer) {
        let Flight { id: flight, sent, .. } = flight;
        let seen = Sighting { answer, sent, received: self.now(), repeated: false };
        let life = match self.lives.judge(seen, self.time.wall()) {
            Verdict::Good(life) => life,
            Verdict::Doubtful(wait) => return self.doubt(flight, wait),
            Verdict::Expired => {
                self.act(REFUSE, 0, flight, 0);
                return self.fail(flight, Cause::Expired, RETRY, NONE);
            }
        };
        self.hold(answer.token, life, self.lives.moved());
        self.attempts.succeeded(self.time.awake());
        self.not_before = 0;
        self.act(INSTALL, 0, flight, 0);
        if self.shared {
            self.share(FRESH);
        }
        self.settle(Fate::Served(life));
        self.unlock();
    }

    /// Asks once more, not before `wait` (ms). No sibling is to ask meanwhile.
    fn doubt(&mut self, flight: u32, wait: i64) {
        self.act(DOUBT, 0, flight, 0);
        self.plan = Plan::Reask;
        self.at = self.draw((wait, REASK_SPREAD));
        self.keeps_lock = self.shared;
    }

    /// Takes a token in hand that is good for `life` (ms), and plans its refresh. Its end may have `moved`.
    #[inline(never)]
    pub(super) fn hold(&mut self, token: u64, life: i64, moved: bool) {
        let ((opens, refresh), expires) = match life {
            NEVER => ((NEVER, NEVER), NEVER),
            life => (self.draw_refresh(life), self.in_ms(life)),
        };
        let proven = opens.min(self.in_ms(PROVEN));
        let date = self.lives.date(token).unwrap_or(NONE);
        self.token = Some(Held { token, expires, life, opens, refresh, proven, moved, date });
        self.seen_token = true;
        self.replacing = false;
        self.malformed = 0;
        self.refusals = 0;
        self.plan = Plan::Refresh;
        self.at = refresh;
    }

    /// `failure` by its number; for [`RETRY`], `after` is the least time to wait, or [`NONE`].
    #[inline(never)]
    pub(super) fn fail(&mut self, flight: u32, cause: Cause, failure: i64, after: i64) {
        self.attempts.failed();
        // With a token in hand there is time, but no more than it lasts.
        let within = self.time_left();
        // On top, not instead: all who were told the same do not return at the same moment.
        let mut delay = self.attempts.delay(&mut self.dice, within) + self.heed(failure, after);
        let malformed = if failure > TERMINAL { self.malformed.saturating_add(1) } else { 0 };
        self.malformed = malformed;
        self.plan = if failure != TERMINAL && malformed < MALFORMED {
            Plan::Retry
        } else if self.recently_held() {
            // One refusal in passing must not end refreshing for ever.
            self.refusals = self.refusals.saturating_add(1);
            delay = backoff::delay_after_refusal(&mut self.dice, self.refusals);
            Plan::Refused
        } else {
            Plan::Demand
        };
        self.at = self.in_ms(delay);
        // The callers of this attempt bring about no other.
        let calls = std::mem::take(&mut self.calls);
        self.act(REPORT, cause as u8, flight, self.due());
        self.calls = calls;
        self.settle(Fate::Failed);
        if self.shared && cause != Cause::Sibling {
            self.act(SHARE_FAILURE, 0, 0, 0);
            self.unlock();
        }
    }

    /// A token is in hand, or one ended within [`GRACE`]. A token that was rejected counts as neither.
    fn recently_held(&self) -> bool {
        self.token.is_some() || self.ended.is_some_and(|ended| self.now() - ended < GRACE)
    }

    /// Before the server wants it there is no attempt; for how long (ms), as far as that is granted. That a sibling was
    /// not told to wait takes nothing back.
    pub(super) fn heed(&mut self, failure: i64, after: i64) -> i64 {
        let after = if failure == RETRY { after.clamp(0, MAX_RETRY_AFTER) } else { 0 };
        self.not_before = self.not_before.max(self.in_ms(after));
        after
    }

    fn close(&mut self) {
        self.phase = Phase::Closed;
        self.token = None;
        if let Some(flight) = self.flight.take() {
            self.act(ABORT, 0, flight.id, 0);
            self.unlock();
        }
        if self.turn.take().is_some() {
            self.unlock();
        }
        self.release();
        self.settle(Fate::Closed);
    }
}

/// What the clocks cannot tell for certain is taken off a life (ms), see there.
pub(super) fn certain(life: i64) -> i64 {
    if life == NEVER { NEVER } else { tame(life) - UNCERTAINTY }
}
