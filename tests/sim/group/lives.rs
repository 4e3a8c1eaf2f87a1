//! Tokens that live for seconds, where little time is left for others.

use super::weather::LOCK_TIMEOUT;
use super::world::World;
use super::{locks, messages};
use crate::check::Checked;
use crate::clocks::{MS, SECOND, log_uniform};
use momento_token_wasm::refresh::Event;

impl World {
    /// Tokens that live for seconds, in tabs that are all hidden, or whose lock somebody else keeps.
    pub(crate) fn short_lives(&mut self) -> Checked {
        self.calm();
        self.channel = messages::Channel { mode: messages::Mode::Works, busy: false };
        if self.rng.bool() { self.hidden_tabs() } else { self.stuck_lock() }
    }

    /// Timers fire once a second, all at the same moment: still one vend a rotation for all.
    fn hidden_tabs(&mut self) -> Checked {
        self.tally.hidden_runs += 1;
        self.hidden = true;
        // Not as coarse as the time for which the owner of the lock listens.
        self.device.grain = self.device.grain.min(20 * MS);
        self.locks = locks::Locks::new(locks::Mode::Works);
        self.service.ttl = log_uniform(&mut self.rng, 5 * SECOND, 12 * SECOND);
        self.service.latency = log_uniform(&mut self.rng, MS, 200 * MS);
        let told = self.rng.bool();
        self.open_some(20)?;
        for id in self.ids() {
            if told && let Some(n) = self.awake(id) {
                self.deliver(n, Event::Hidden)?;
            }
        }
        // Then there is time enough even so.
        let covered = told && self.service.ttl >= 8 * SECOND;
        let began = self.t;
        let (mut vends, mut last) = (0, None::<(i64, bool)>);
        let end = self.t + 20 * self.service.ttl;
        // Its age and the uncertainty of clocks take up to two seconds off a life.
        let earliest = ((self.service.ttl - 2 * SECOND) as f64 * f64::from(self.policy.window().0)) as i64;
        while self.t < end {
            self.step()?;
            let bare = self.tabs.iter().find(|tab| !tab.ledger.has_token());
            if let (true, Some(tab)) = (covered && self.t - began > 5 * SECOND, bare) {
                return Err(format!("tab {}: no token in hand", tab.id));
            }
            if let Some(sent) = self.sent.pop() {
                vends += 1;
                // Whose timers happened to be in time so far cannot know.
                let aware = self.tabs[self.sender].ledger.held_up();
                if let Some((at, other)) = last.replace((sent, aware))
                    && sent - at < earliest
                    && aware
                    && other
                {
                    return Err(format!("another vend {} ms after the last", (sent - at) / MS));
                }
            }
        }
        if vends < 20 { Err(format!("{vends} vends in twenty lives of a token")) } else { Ok(()) }
    }

    /// Nobody is granted the lock: it costs no tab its token, be it ever so short-lived.
    fn stuck_lock(&mut self) -> Checked {
        self.tally.stuck_runs += 1;
        self.locks = locks::Locks::new([locks::Mode::Broken, locks::Mode::Alien][self.rng.usize(..2)]);
        self.service.ttl = log_uniform(&mut self.rng, 4 * SECOND, 12 * SECOND);
        self.service.latency = log_uniform(&mut self.rng, MS, 50 * MS);
        self.open_some(8)?;
        // But for the first.
        self.stay_covered(20 * self.service.ttl, LOCK_TIMEOUT + SECOND)
    }
}
