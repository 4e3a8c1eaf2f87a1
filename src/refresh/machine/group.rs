//! Siblings: the other tabs that keep the same token.
//!
//! One vend serves them all. Whoever finds an attempt due asks for the group's lock and, at the same time, its siblings
//! for a better token; once it holds the lock it waits a moment for what may be on its way, sounds the channel, and
//! sends the request unless a sibling's token or failure has made that needless. What came of a request is told to
//! everyone, and counts as each one's own.
//!
//! The lock only saves requests. Its owner may be frozen or may never release it, so nobody waits for it beyond
//! [`PATIENCE`]. Whether an attempt is still due is asked again at every event, so there is nothing to remember but the
//! turn itself.

use super::super::calls::Fate;
use super::super::event::*;
use super::super::life::{Answer, SAME};
use super::plan::Plan;
use super::react::certain;
use super::{Held, Machine, Phase};

/// How long anyone waits for the lock (ms, at least and on top at most). Not all for the same time, or those who waited
/// in vain would all send requests at once.
const PATIENCE: (i64, i64) = (4_000, 500);

/// With a token in hand it waits for half of what that has left, but no less than this (ms): the owner needs time to
/// listen and to be answered, and where its page is hidden its timers fire once a second.
const LEAST_PATIENCE: i64 = 1_500;

/// What is left of the token for one's own request (ms), even so, unless timers are late.
const RESERVE: i64 = 250;

/// How long the owner of the lock waits for what its siblings may have to tell (ms). A message between tabs takes a
/// few; and nothing says that the news of a token arrives before the lock that was released after it.
const HUSH: i64 = 100;

/// How long it waits at most (ms) until it is sure that it has heard them: a page or a browser that is busy lets
/// messages lie.
const SOUNDING: i64 = 500;

/// A token is better than another if it lives longer by more than this (ms). The same one, told and measured twice, is
/// not.
const BETTER: i64 = 1_000;

/// An attempt that waits for the lock or for its siblings' word.
#[derive(Debug)]
pub(super) struct Turn {
    id: u32,
    /// The steady times at which it began and, without the lock, is to end.
    since: i64,
    until: i64,
    /// Holding the lock, until when it listens; [`NEVER`]: it does not hold it.
    hush: i64,
    /// Sounding the channel, until when; [`NEVER`]: not yet.
    sounding: i64,
}

impl Turn {
    /// The steady time at which the channel is sounded, and then its request is sent.
    ///
    /// Where timers are held up, those of its siblings are as well, and all of them fire at the same moment: who waits
    /// any less goes together with the owner. And nobody there could be sure to go before the token ends.
    fn go(&self, held_up: bool) -> i64 {
        let least = if held_up { self.since + LEAST_PATIENCE } else { self.until };
        match self.sounding {
            NEVER => self.until.max(least).min(self.hush),
            until => until,
        }
    }
}

impl Machine {
    /// When (steady) something is to be done about the request that waits for its turn, if one does.
    pub(super) fn turn_ends(&self) -> Option<i64> {
        self.turn.as_ref().map(|turn| turn.go(self.held_up > 0))
    }

    /// An attempt is `due`, or (any more) not.
    pub(super) fn take_turn(&mut self, due: bool) {
        match self.turn.take() {
            None if due => {
                let (since, patience) = (self.now(), self.patience());
                let until = self.draw(PATIENCE).min(since + patience);
                let id = self.number();
                self.turn = Some(Turn { id, since, until, hush: NEVER, sounding: NEVER });
                self.act(LOCK, 0, id, self.left().max(0));
            }
            None => {}
            Some(_) if !due => self.unlock(),
            Some(turn) if turn.go(self.held_up > 0) > self.now() => self.turn = Some(turn),
            Some(turn) if turn.sounding == NEVER => {
                let sounding = self.in_ms((self.time_left() - RESERVE).clamp(0, SOUNDING));
                self.act(SOUND, 0, turn.id, 0);
                self.turn = Some(Turn { sounding, ..turn });
            }
            Some(turn) => self.launch(turn.id),
        }
    }

    pub(super) fn cleared(&mut self, id: u32) {
        let now = self.now();
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == id && turn.sounding < NEVER) {
            turn.sounding = now;
        }
    }

    /// How long (ms) the token in hand lets it wait for the lock.
    fn patience(&self) -> i64 {
        let left = self.time_left();
        LEAST_PATIENCE.min(left - RESERVE).max(left / 2)
    }

    /// After a turn, whatever came of it.
    #[inline(never)]
    pub(super) fn unlock(&mut self) {
        if self.shared {
            self.act(UNLOCK, 0, 0, 0);
        }
    }

    /// Lets go of a lock that was kept for the request after this one.
    #[inline(never)]
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.keeps_lock) {
            self.unlock();
        }
    }

    pub(super) fn locked(&mut self, id: u32) {
        let hush = self.in_ms(HUSH);
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == id) {
            turn.hush = turn.hush.min(hush);
        }
    }

    /// `told` are flags. What a sibling passes on is what it has judged: a life, and not an answer.
    pub(super) fn heard(&mut self, answer: Answer, life: i64, told: i64) {
        if self.phase != Phase::Open || !self.shared || self.time.in_doubt() {
            return;
        }
        // Once more, since the message was timed by clocks that are no finer here than there.
        let (fresh, moved) = (told & FRESH != 0, told & MOVED != 0);
        let token = answer.token;
        let life = self.lives.heard(answer, certain(life), moved, self.now());
        let left = self.left().max(0);
        // The one in hand, and a sibling knows better when it ends.
        let sooner = life < left - SAME && self.token.as_ref().is_some_and(|held| held.token == token);
        let better = life - BETTER > left;
        // A service that answers the same token again has had its vend all the same.
        let as_good = fresh && life > left - BETTER;
        // And whoever insists wants a new one, not a long-lived one.
        let insists = fresh && self.calls.any_forced();
        if life <= 0 || !(better || as_good || insists || sooner) {
            return;
        }
        self.lives.settled();
        // Nobody waits for the answer to a request of one's own any more, and its failure would be of no interest.
        if fresh && let Some(flight) = self.flight.take() {
            self.act(ABORT, 0, flight.id, 0);
            self.unlock();
        }
        if sooner && !insists {
            self.hold(token, life, moved);
        } else if better || insists || self.token.is_none() {
            self.hold(token, life, moved);
            self.act(ADOPT, 0, 0, 0);
        } else {
            let held = self.token.as_ref().map(|held| (held.token, held.moved));
            let (token, moved) = held.unwrap_or((token, moved));
            self.hold(token, left.min(life), moved);
        }
        let left = self.left();
        if fresh {
            self.attempts.succeeded(self.time.awake());
            self.attempts.counted(self.time.awake());
            self.not_before = 0;
            self.settle(Fate::Served(left));
        } else {
            self.attempts.forgiven();
            self.settle(Fate::Content(left));
        }
    }

    /// An attempt of a sibling counts as one's own, for the service is the same. Beyond that it concerns those who are
    /// about to ask, or have failed themselves.
    ///
    /// A request that the service left without an answer may have failed by its page's own fault: one that navigates
    /// away has its requests cut short first. Then somebody else tries, and only if that fails as well is it the
    /// service's.
    pub(super) fn heard_failure(&mut self, failure: i64, after: i64, own_fault: bool) {
        if self.phase != Phase::Open || !self.shared || own_fault && self.attempts.doubted(self.time.awake()) {
            return;
        }
        self.attempts.started(self.time.awake());
        let concerned = self.plan != Plan::Reask && (self.turn.is_some() || self.attempts.failing());
        if self.flight.is_some() || !concerned {
            self.heed(failure, after);
            return;
        }
        let turn = self.turn.take();
        if turn.is_some() {
            self.unlock();
        }
        self.fail(turn.map_or(0, |turn| turn.id), Cause::Sibling, failure, after);
    }

    pub(super) fn asked(&mut self, left: i64) {
        if self.shared && self.left().max(0) - BETTER > left.max(0) {
            self.share(0);
        }
    }

    /// Tells the siblings of the token in hand.
    pub(super) fn share(&mut self, fresh: i64) {
        let Some(&Held { moved, date, .. }) = self.token.as_ref() else { return };
        let moved = if moved { MOVED } else { 0 };
        self.act(SHARE, (fresh | moved) as u8, 0, date);
    }
}
