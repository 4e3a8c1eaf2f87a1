//! Runs in which little goes wrong and the strictest invariants hold.

use super::tab::{State, What};
use super::world::World;
use super::{locks, messages};
use crate::check::Checked;
use crate::clocks::{HOUR, MINUTE, MS, SECOND, log_uniform};
use crate::draws::pause;
use crate::service::{Mood, Service};
use momento_token_wasm::refresh::{Event, Failure, Policy};

/// By when a tab that opens, or runs again, has a token from a service that is well: a turn, a request that was cut off
/// and its backoff, another turn, and an answer.
const SOON: i64 = 20 * SECOND;

/// The longest that a turn takes before its request is sent.
pub(super) const LOCK_TIMEOUT: i64 = 5 * SECOND;

/// How many requests a tab sends in ten minutes of an outage. With locks and channel a whole group sends no more, but
/// for one of each tab that had its turn at the same moment.
const OUTAGE: usize = 10;

impl World {
    pub(super) fn calm(&mut self) {
        self.policy = Policy::default();
        if self.device.ahead.abs() > SECOND {
            self.device.ahead = 0;
        }
        let ttl = log_uniform(&mut self.rng, 2 * MINUTE, 4 * HOUR);
        self.service = Service::fair(ttl, log_uniform(&mut self.rng, MS, 950 * MS));
    }

    pub(super) fn open_some(&mut self, most: usize) -> Checked {
        for _ in 0..self.rng.usize(1..=most) {
            let n = self.open();
            self.deliver(n, Event::Start)?;
        }
        Ok(())
    }

    /// Locks and channel work, and tabs come and go: one vend a rotation for all, and none for a new tab.
    pub(crate) fn rotation(&mut self) -> Checked {
        self.tally.rotations += 1;
        self.calm();
        self.locks = locks::Locks::new(locks::Mode::Works);
        self.channel = messages::Channel { mode: messages::Mode::Works, busy: false };
        self.open_some(8)?;
        let (mut vends, mut last) = (0, None::<i64>);
        let end = self.t + 5 * self.service.ttl;
        let earliest = (self.service.ttl as f64 * f64::from(self.policy.window().0)) as i64 - 5 * SECOND;
        let mut newest: Option<(u32, i64)> = None;
        while self.t < end {
            self.step()?;
            if let Some(sent) = self.sent.pop() {
                vends += 1;
                if last.is_some_and(|last| sent - last < earliest) {
                    return Err(format!("another vend {} s after the last", (sent - last.unwrap_or(0)) / SECOND));
                }
                last = Some(sent);
            }
            let settled = self.tabs.iter().all(|tab| tab.ledger.has_token() && !tab.ledger.locking());
            match newest {
                // It has asked, and been answered.
                Some((id, since)) if self.t - since > 200 * MS => {
                    let covered = self.awake(id).is_some_and(|n| self.tabs[n].ledger.has_token());
                    if !covered {
                        return Err(format!("tab {id} was not given the token"));
                    }
                    newest = None;
                }
                None if settled && self.tabs.len() < 8 && self.rng.u8(..40) == 0 => {
                    let n = self.open();
                    newest = Some((self.tabs[n].id, self.t));
                    self.deliver(n, Event::Start)?;
                }
                None if settled && self.tabs.len() > 1 && self.rng.u8(..40) == 0 => {
                    let n = self.rng.usize(..self.tabs.len());
                    self.close(n)?;
                }
                _ => {}
            }
        }
        let most = 5 * self.service.ttl / earliest.max(1) + 1;
        if vends > most || vends < 5 {
            return Err(format!("{vends} vends in five lives of a token, at most {most} expected"));
        }
        Ok(())
    }

    /// The service is well, and whatever befalls locks, channel and siblings keeps no token from a tab that is awake.
    pub(crate) fn obstacles(&mut self) -> Checked {
        self.tally.obstacle_runs += 1;
        self.calm();
        self.open_some(8)?;
        // Now and then right when turns are taken.
        let pace = log_uniform(&mut self.rng, 2 * SECOND, self.service.ttl);
        let end = self.t + 4 * self.service.ttl;
        while self.t < end && self.tally.events < 3_000 {
            let next = pause(&mut self.rng, pace);
            self.stay_covered(next, SOON)?;
            let busy = self.tabs.iter().position(|tab| tab.ledger.locking());
            let n = busy.unwrap_or_else(|| self.rng.usize(..self.tabs.len()));
            let (id, state) = (self.tabs[n].id, self.tabs[n].state);
            match self.rng.u8(..7) {
                0 if self.tabs.len() < 8 => {
                    let n = self.open();
                    self.deliver(n, Event::Start)?;
                }
                1 if self.tabs.len() > 1 => self.kill(n),
                2 if self.tabs.len() > 1 => self.close_awake(n)?,
                3 if state == State::Awake => self.freeze(id)?,
                4 if state == State::Awake => self.cache(id)?,
                5 if state == State::Awake => self.depart(n)?,
                _ => {
                    let id = self.tabs[self.rng.usize(..self.tabs.len())].id;
                    self.thaw(id)?;
                }
            }
            if self.tabs.is_empty() {
                self.open_some(3)?;
            }
        }
        Ok(())
    }

    fn close_awake(&mut self, n: usize) -> Checked {
        if self.tabs[n].awake() { self.close(n) } else { Ok(()) }
    }

    /// For so long, every tab that has been awake for `soon` has a token in hand.
    pub(crate) fn stay_covered(&mut self, span: i64, soon: i64) -> Checked {
        let end = self.t + span;
        while self.next().is_some_and(|next| next <= end) {
            self.step()?;
            let soon = if soon < i64::MAX { soon } else { 0 };
            let bare =
                self.tabs.iter().find(|tab| tab.awake() && self.t - tab.awake_since > soon && !tab.ledger.has_token());
            if let Some(tab) = bare {
                return Err(format!("tab {}: no token in hand", tab.id));
            }
        }
        self.t = self.t.max(end);
        Ok(())
    }

    /// An outage of ten minutes and more, in which nothing else goes wrong.
    pub(crate) fn outage(&mut self) -> Checked {
        self.tally.outages += 1;
        self.calm();
        self.open_some(8)?;
        let wait = log_uniform(&mut self.rng, SECOND, 2 * self.service.ttl);
        self.stay_covered(wait, SOON)?;
        self.sent.clear();
        self.service.mood = [Mood::Down, Mood::Silent, Mood::Garbage, Mood::Busy][self.rng.usize(..4)];
        let asks = self.rng.bool();
        let end = self.t + HOUR;
        while self.t < end {
            self.step()?;
            if asks && self.rng.u8(..20) == 0 {
                let n = self.rng.usize(..self.tabs.len());
                let force = self.rng.u8(..4) == 0;
                self.get(n, 0, force)?;
            }
        }
        let together =
            self.locks.mode == locks::Mode::Works && self.channel.mode == messages::Mode::Works && !self.channel.busy;
        let most = (0..self.sent.len()).map(|n| {
            let from = self.sent[n];
            self.sent[n..].iter().take_while(|at| **at - from < 10 * MINUTE).count()
        });
        let most = most.max().unwrap_or(0);
        let bound = if together { OUTAGE + self.tabs.len() - 1 } else { OUTAGE * self.tabs.len() };
        if most > bound {
            return Err(format!(
                "{most} requests of {} tabs in ten minutes, at most {bound} expected",
                self.tabs.len()
            ));
        }
        Ok(())
    }

    /// The answers on their way are lost to an outage that is over.
    pub(crate) fn cut_off(&mut self) {
        for arrival in &mut self.arrivals {
            if let What::Token { request, .. } | What::Dated { request, .. } | What::Failure { request, .. } =
                arrival.what
            {
                arrival.at = self.t + SECOND;
                arrival.what = What::Failure { request, failure: Failure::Retry { after: None } };
            }
        }
    }
}
