//! Runs in which little goes wrong and the strictest invariants hold.

use super::world::World;
use crate::check::{Checked, token_due};
use crate::clocks::{HOUR, MINUTE, MS, SECOND, log_uniform};
use crate::service::{Answer, Service};
use momento_token_wasm::refresh::{Event, Failure, Outcome};

impl World {
    /// Nothing goes wrong: one request per rotation, and always a current token.
    pub(super) fn fair_weather(&mut self) -> Checked {
        self.tally.fair_runs += 1;
        let ttl = log_uniform(&mut self.rng, SECOND, 4 * HOUR);
        self.service = Service::fair(ttl, log_uniform(&mut self.rng, MS, 100 * MS));
        self.clocks.grain = MS;
        self.set_right()?;
        self.deliver(Event::Start)?;
        self.advance(self.t + SECOND)?;
        self.rotate(6)
    }

    /// Each token is rejected as soon as it arrives, by an application that forces another.
    pub(super) fn rejection_loop(&mut self) -> Checked {
        self.tally.loops += 1;
        self.service = Service::fair(HOUR, 20 * MS);
        self.set_right()?;
        let insists = self.rng.bool();
        let end = self.t + 2 * HOUR;
        let mut call = self.get(0, false)?;
        while self.t < end {
            self.step()?;
            if !self.ledger.waits(call) {
                self.deliver(Event::Rejected)?;
                call = self.get(0, insists)?;
            }
        }
        // The pauses grow to two and a half minutes on average: about fifty-five in two hours.
        match self.tally.fetches {
            20..100 => Ok(()),
            many => Err(format!("{many} vends in two hours of rejections")),
        }
    }

    /// After a storm: a token must arrive within a bound, and then one per rotation.
    pub(super) fn clear_up(&mut self) -> Checked {
        self.note("fair weather");
        let ttl = log_uniform(&mut self.rng, MINUTE, 30 * MINUTE);
        self.service = Service::fair(ttl, log_uniform(&mut self.rng, MS, 100 * MS));
        self.connected = true;
        self.late = 5 * MS;
        self.timeless = false;
        self.set_right()?;
        // A timer that is late already fires at last.
        self.timer = self.timer.map(|_| self.t);
        for pending in &mut self.answers {
            pending.at = self.t + SECOND;
            pending.answer = Answer::Failure(Failure::Retry { after: None });
        }
        if self.ledger.told_offline() {
            // Or the browser still reports that it is offline.
            if self.rng.u8(..3) > 0 {
                self.deliver(Event::Online)?;
            } else {
                self.tally.lies += 1;
            }
        }
        self.token_by(self.token_due(), false)?;
        // The current token may still be from the storm: request a new one.
        self.token_by(self.token_due(), true)?;
        self.rotate(3)
    }

    /// Corrects the client's clock. Wrong clocks are tested in `offsets`.
    fn set_right(&mut self) -> Checked {
        // Not in the same step in which the other clock stood still.
        self.deliver(Event::Abandon { call: u32::MAX })?;
        if self.clocks.ahead.abs() > SECOND {
            self.clocks.set(-self.clocks.ahead, self.t);
        }
        Ok(())
    }

    fn token_due(&self) -> i64 {
        token_due(&self.policy, self.t, self.ledger.not_before())
    }

    /// Requests a token, repeatedly if that fails, until there is one.
    fn token_by(&mut self, bound: i64, force: bool) -> Checked {
        let mut call = self.get(0, force)?;
        loop {
            match self.outcomes.get(&call) {
                Some(Outcome::Token) => return Ok(()),
                Some(_) => call = self.get(0, force)?,
                None => self.step()?,
            }
            if self.t > bound {
                return Err("no token in fair weather".into());
            }
        }
    }

    /// Lets this many lives of a token pass without failures.
    fn rotate(&mut self, lives: i64) -> Checked {
        let (from, before) = (self.t, self.tally.fetches);
        let end = from + lives * self.service.ttl;
        let lasting = self.service.ttl >= 10 * SECOND;
        while self.t < end {
            self.step()?;
            if lasting {
                let call = self.get(0, false)?;
                if self.outcomes.get(&call) != Some(&Outcome::Token) {
                    return Err("no token in hand in fair weather".into());
                }
            }
        }
        let vends = (self.tally.fetches - before) as i64;
        let (lo, hi) = self.policy.window();
        let ttl = self.service.ttl;
        // What the life of a token loses on its way: age, latency, server time, margin.
        let lost = 2 * SECOND;
        let share = |life: i64, share: f32| (life.max(0) as f64 * f64::from(share)) as i64;
        let most = (self.t - from) / share(ttl - lost, lo).max(SECOND) + 2;
        let least = (self.t - from) / (share(ttl, hi).max(SECOND) + lost) - 1;
        if vends < least || vends > most {
            return Err(format!("{vends} vends in {lives} lives of a token, expected {least} to {most}"));
        }
        Ok(())
    }
}
