//! Runs in which any clock may be wrong, and copies of answers are served.

use super::world::World;
use crate::check::Checked;
use crate::clocks::{MINUTE, MS, SECOND};
use crate::draws::pause;
use crate::host::{Host, off};
use momento_token_wasm::refresh::Event;

/// The most events in a run.
const EVENTS: u64 = 400;

impl World {
    pub(super) fn wrong_clocks(&mut self) -> Checked {
        self.tally.wrong_clocks += 1;
        let phase = self.rng.i64(0..SECOND);
        self.advance(phase)?;
        let host = Host::new(&mut self.rng, self.t);
        let end = self.t + (4 * host.life).max(MINUTE);
        let pace = host.life / 10;
        self.note(&format!("{host:?}"));
        self.host = Some(host);
        let ahead = off(&mut self.rng);
        self.clocks.ahead = if ahead == 0 { 0 } else { ahead / MS * MS };
        // Corrected in the middle of the run.
        let mut corrected = if ahead != 0 && self.rng.u8(..10) < 3 { self.t + self.rng.i64(0..end) } else { i64::MAX };
        self.note(&format!("the client's clock is {} ms ahead", ahead / MS));
        // The machine was made by another clock.
        self.deliver(Event::Start)?;
        while self.t < end && self.tally.events < EVENTS {
            let next = pause(&mut self.rng, pace);
            let until = (self.t + next).min(corrected);
            self.advance(until)?;
            if self.t >= corrected {
                corrected = i64::MAX;
                // A clock that is set back in the same step in which the other stood still is excluded.
                self.deliver(Event::Hidden)?;
                self.clocks.set(-self.clocks.ahead, self.t);
                self.tally.corrected += 1;
                self.note("the client's clock is set right");
                self.deliver(Event::Wake)?;
            }
            match self.rng.u8(..8) {
                0..6 => drop(self.get(0, false)?),
                6 => self.deliver(Event::Wake)?,
                _ => drop(self.get(0, true)?),
            }
        }
        self.deliver(Event::Close)
    }
}
