//! What the browser and the device do to tabs: sleep, freezing, the back/forward cache, set clocks.
//!
//! As for a client that is alone, what no tab can see is left out: a wall clock set back between two looks of a tab
//! between which the monotonic clock stood still. A frozen tab does not look, so the two never come together in one
//! freeze. With messages, whose age is told by the wall clock, there is a little more of the kind:
//!
//! - A clock set forward and then back between two looks. A message sent in between looks younger than it is.
//! - A clock set back in the very second before sleep or a freeze, with a message on its way that was sent before.

use super::tab::{Arrival, State, What};
use super::world::World;
use crate::check::Checked;
use crate::clocks::{DAY, MS, SECOND, log_uniform};
use momento_token_wasm::refresh::{Event, Failure};

impl World {
    pub(crate) fn sleep(&mut self) -> Checked {
        self.settle_down()?;
        let span = log_uniform(&mut self.rng, SECOND, 30 * DAY);
        let stops = self.device.may_stop() && self.tabs.iter().all(|tab| tab.clocks.may_stop());
        let mut stopped = 0;
        if stops {
            stopped = self.device.sleep(span);
            self.device.read(self.t);
            for tab in &mut self.tabs {
                tab.clocks.sleep(span);
            }
        }
        self.t += span;
        self.tally.sleeps += 1;
        self.tally.stopped_clocks += u64::from(stopped > 0);
        self.note(&format!("slept {} s, monotonic clock stopped: {}", span / SECOND, stopped > 0));
        for n in 0..self.tabs.len() {
            if self.tabs[n].awake() {
                self.suspend(n);
                self.resume(n, stopped);
            }
        }
        for id in self.ids() {
            if self.rng.u8(..10) < 7 {
                self.wake(id)?;
            }
        }
        Ok(())
    }

    pub(crate) fn set_clock(&mut self) {
        let by = log_uniform(&mut self.rng, SECOND, DAY) * if self.rng.bool() { 1 } else { -1 };
        self.set_clock_by(by);
    }

    pub(super) fn set_clock_by(&mut self, by: i64) {
        if !self.tabs.iter().all(|tab| tab.clocks.may_be_set(by) && (by > 0 || !tab.clocks.hides_leap())) {
            return;
        }
        self.device.set(by, self.t);
        self.device.read(self.t);
        for tab in &mut self.tabs {
            tab.clocks.set(by, self.t);
        }
        self.tally.set_forward += u64::from(by > 0);
        self.tally.set_back += u64::from(by < 0);
        if by < 0 {
            self.set_back = self.t;
        }
        self.note(&format!("wall clock set by {} s", by / SECOND));
    }

    /// Lets the second after the clock was set back pass.
    fn settle_down(&mut self) -> Checked {
        let until = self.set_back.saturating_add(SECOND);
        if self.t < until { self.advance(until) } else { Ok(()) }
    }

    pub(crate) fn freeze(&mut self, id: u32) -> Checked {
        self.settle_down()?;
        let Some(n) = self.awake(id) else { return Ok(()) };
        self.tally.frozen += 1;
        self.tally.orphaned_locks += u64::from(self.locks.knows(id));
        self.note(&format!("tab {id} freezes"));
        self.suspend(n);
        self.tabs[n].state = State::Frozen;
        self.tabs[n].watch.frozen();
        Ok(())
    }

    /// Into the back/forward cache: the driver lets go of lock and channel.
    pub(crate) fn cache(&mut self, id: u32) -> Checked {
        self.settle_down()?;
        let Some(n) = self.awake(id) else { return Ok(()) };
        self.tally.cached += 1;
        self.note(&format!("tab {id} goes into the cache"));
        self.suspend(n);
        self.tabs[n].state = State::Cached;
        self.tabs[n].locked = None;
        self.tabs[n]
            .queue
            .retain(|arrival| matches!(arrival.what, What::Token { .. } | What::Dated { .. } | What::Failure { .. }));
        self.leave(id);
        Ok(())
    }

    pub(crate) fn kill(&mut self, n: usize) {
        let id = self.tabs[n].id;
        self.tally.killed += 1;
        self.tally.orphaned_locks += u64::from(self.locks.knows(id));
        self.note(&format!("tab {id} is killed"));
        self.remove(n);
    }

    /// A tab that was frozen or cached runs again.
    pub(crate) fn thaw(&mut self, id: u32) -> Checked {
        let Some(n) = self.tabs.iter().position(|tab| tab.id == id && !tab.awake()) else { return Ok(()) };
        let restored = self.tabs[n].state == State::Cached;
        self.note(&format!("tab {id} runs again"));
        self.tabs[n].state = State::Awake;
        self.resume(n, 0);
        // A page that comes back from the cache is always told.
        if restored || self.rng.u8(..10) < 7 { self.wake(id) } else { Ok(()) }
    }

    pub(crate) fn wake(&mut self, id: u32) -> Checked {
        let Some(n) = self.awake(id) else { return Ok(()) };
        self.tally.wakes += 1;
        self.deliver(n, Event::Wake)
    }

    /// What is on its way to a tab waits from now on.
    fn suspend(&mut self, n: usize) {
        let tab = &mut self.tabs[n];
        let mine = |arrival: &Arrival| arrival.tab == tab.id;
        let mut waiting: Vec<Arrival> = self.arrivals.iter().copied().filter(mine).collect();
        self.arrivals.retain(|arrival| !mine(arrival));
        waiting.sort_by_key(|arrival| arrival.at);
        tab.queue.extend(waiting);
    }

    /// What has waited arrives, in its order; requests may have been cut off. The monotonic clock, and with it the
    /// timer, has stood still for so long.
    fn resume(&mut self, n: usize, stopped: i64) {
        let t = self.t;
        let tab = &mut self.tabs[n];
        tab.awake_since = t;
        tab.timer = tab.timer.map(|at| (at + stopped).max(t + self.rng.i64(0..2 * SECOND)));
        if tab.locked.is_some() {
            tab.locked = Some(tab.clocks.clone().read(t).mono);
        }
        let mut after = t;
        for mut arrival in core::mem::take(&mut tab.queue) {
            if arrival.at < t {
                after += self.rng.i64(0..2 * MS);
                arrival.at = after;
                if let What::Token { request, .. } | What::Dated { request, .. } = arrival.what
                    && self.rng.bool()
                {
                    arrival.what = What::Failure { request, failure: Failure::Retry { after: None } };
                }
            }
            self.arrivals.push(arrival);
        }
    }

    pub(crate) fn ids(&self) -> Vec<u32> {
        self.tabs.iter().map(|tab| tab.id).collect()
    }

    /// Where this tab stands, if it runs.
    pub(crate) fn awake(&self, id: u32) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.id == id && tab.awake())
    }
}
