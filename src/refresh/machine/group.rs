//! Siblings: the other tabs that keep the same token.
//!
//! One vend serves them all. Whoever finds an attempt due asks for the group's lock and, at the same time, its siblings for a
//! better token; once it holds the lock it waits a moment for what may be on its way, and sends the request unless a sibling's
//! token or failure has made that needless. What came of a request is told to everyone, and counts as each one's own.
//!
//! The lock only saves requests. Its owner may be frozen or may never release it, so nobody waits for it beyond [`PATIENCE`].
//! Whether an attempt is still due is asked again at every event, so there is nothing to remember but the turn itself.

use super::super::calls::Fate;
use super::super::event::*;
use super::react::certain;
use super::{Machine, Phase};

/// How long anyone waits for the lock (ms, at least and on top at most). Not all for the same time, or those who waited in
/// vain would all send requests at once.
const PATIENCE: (i64, i64) = (4_000, 1_000);

/// How long the owner of the lock waits for what its siblings may have to tell (ms). A message between tabs takes a few; and
/// nothing says that the news of a token arrives before the lock that was released after it.
const HUSH: i64 = 100;

/// A token is better than another if it lives longer by more than this (ms). The same one, told and measured twice, is not.
const BETTER: i64 = 1_000;

/// An attempt that waits for the lock or for its siblings' word.
#[derive(Debug)]
pub(super) struct Turn {
    id: u32,
    /// The steady time at which its request is sent.
    pub(super) go: i64,
    locked: bool,
}

impl Machine {
    /// An attempt is `due`, or (any more) not.
    pub(super) fn take_turn(&mut self, due: bool) {
        match self.turn.take() {
            None if due => {
                // With a token in hand there is time, but no more than it lasts.
                let go = self.draw(PATIENCE).min(self.now() + self.time_left() / 2);
                let id = self.number();
                self.turn = Some(Turn { id, go, locked: false });
                self.act(LOCK, 0, id, self.left().max(0));
            }
            None => {}
            Some(_) if !due => self.unlock(),
            Some(turn) if turn.go <= self.now() => self.launch(turn.id),
            waiting => self.turn = waiting,
        }
    }

    /// After a turn, whatever came of it.
    #[inline(never)]
    pub(super) fn unlock(&mut self) {
        if self.shared {
            self.act(UNLOCK, 0, 0, 0);
        }
    }

    pub(super) fn locked(&mut self, id: u32) {
        let go = self.in_ms(HUSH);
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == id && !turn.locked) {
            turn.locked = true;
            turn.go = turn.go.min(go);
        }
    }

    pub(super) fn heard(&mut self, life: i64, fresh: bool) {
        if self.phase != Phase::Open || !self.shared || self.time.in_doubt() {
            return;
        }
        // Once more, since the message was timed by clocks that are no finer here than there.
        let life = certain(life);
        let left = self.left().max(0);
        let better = life - BETTER > left;
        // A service that answers the same token again has had its vend all the same.
        let as_good = fresh && life > left - BETTER;
        // And whoever insists wants a new one, not a long-lived one.
        let insists = fresh && self.calls.any_forced();
        if life <= 0 || !(better || as_good || insists) {
            return;
        }
        // Nobody waits for the answer to a request of one's own any more, and its failure would be of no interest.
        if fresh && let Some(flight) = self.flight.take() {
            self.act(ABORT, 0, flight.id, 0);
            self.unlock();
        }
        if better || insists || self.token.is_none() {
            self.hold(life);
            self.act(ADOPT, 0, 0, 0);
        } else {
            self.hold(left.min(life));
        }
        let left = self.left();
        if fresh {
            self.attempts.succeeded();
            self.attempts.counted(self.time.awake());
            self.not_before = 0;
            self.settle(Fate::Served(left));
        } else {
            self.attempts.forgiven();
            self.settle(Fate::Content(left));
        }
    }

    /// An attempt of a sibling counts as one's own, for the service is the same. Beyond that it concerns those who are about to
    /// ask, or have failed themselves.
    pub(super) fn heard_failure(&mut self, failure: i64, after: i64) {
        if self.phase != Phase::Open || !self.shared {
            return;
        }
        self.attempts.started(self.time.awake());
        let concerned = self.turn.is_some() || self.attempts.failing();
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
            self.act(SHARE, 0, 0, 0);
        }
    }
}
