//! Runs in which any clock may be wrong, and copies of answers are served.

use super::world::World;
use super::{locks, messages};
use crate::check::Checked;
use crate::clocks::{MINUTE, MS, SECOND};
use crate::draws::pause;
use crate::host::{Host, off};
use momento_token_wasm::refresh::{Event, Policy};

/// The most events in a run.
const EVENTS: u64 = 600;

impl World {
    /// Tabs come, go, freeze and insist, on a device whose clock may be wrong, and may be set right.
    pub(crate) fn wrong_clocks(&mut self) -> Checked {
        self.tally.wrong_clocks += 1;
        self.policy = Policy::default();
        if self.rng.bool() {
            self.locks = locks::Locks::new(locks::Mode::Works);
            self.channel = messages::Channel { mode: messages::Mode::Works, busy: false };
        }
        let phase = self.rng.i64(0..SECOND);
        self.advance(phase)?;
        let host = Host::new(&mut self.rng, self.t);
        let end = self.t + (4 * host.life).max(MINUTE);
        let pace = host.life / 8;
        self.note(&format!("{host:?}"));
        self.host = Some(host);
        self.device.ahead = off(&mut self.rng) / MS * MS;
        self.note(&format!("the device's clock is {} ms ahead", self.device.ahead / MS));
        let set = self.device.ahead != 0 && self.rng.u8(..10) < 3;
        let mut corrected = if set { self.t + self.rng.i64(0..end) } else { i64::MAX };
        self.open_some(4)?;
        while self.t < end && self.tally.events < EVENTS {
            let next = pause(&mut self.rng, pace);
            let until = (self.t + next).min(corrected);
            self.advance(until)?;
            if self.t >= corrected {
                corrected = i64::MAX;
                self.set_right()?;
                self.tally.corrected += 1;
                for id in self.ids() {
                    self.wake(id)?;
                }
            }
            if self.tabs.is_empty() {
                self.open_some(2)?;
            }
            let n = self.rng.usize(..self.tabs.len());
            let (id, awake) = (self.tabs[n].id, self.tabs[n].awake());
            match self.rng.u8(..16) {
                0 if self.tabs.len() < 6 => {
                    let n = self.open();
                    self.deliver(n, Event::Start)?;
                }
                1 if self.tabs.len() > 1 => self.kill(n),
                2 => self.freeze(id)?,
                3 | 4 => self.thaw(id)?,
                5 if awake => drop(self.get(n, 0, true)?),
                _ if awake => drop(self.get(n, 0, false)?),
                _ => self.thaw(id)?,
            }
        }
        Ok(())
    }
}
